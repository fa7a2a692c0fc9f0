from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from publishing.admin import PublishableAdmin
from publishing.handbook import see

from ..models import Activity
from ..views.activities import ActivityDetailView


@admin.register(Activity)
class ActivityAdmin(PublishableAdmin):
    handbook = "activities saving review"
    detail_view_class = ActivityDetailView
    questions_name = _("Sign-up questions")
    list_display = ["title", "kind", "starts_at", *PublishableAdmin.list_display[1:]]
    list_filter = ["kind", *PublishableAdmin.list_filter]
    autocomplete_fields = [*PublishableAdmin.autocomplete_fields, "cover", "member_group"]
    fieldsets = [
        (
            PublishableAdmin.FILING[0],
            {**PublishableAdmin.FILING[1], "fields": ["kind", *PublishableAdmin.FILING[1]["fields"]]},
        ),
        (
            PublishableAdmin.TEXT[0],
            {
                **PublishableAdmin.TEXT[1],
                "fields": ["body", "agenda", "sign_up_notes", "report"],
                "description": see("text pasting pictures from-library video agenda"),
            },
        ),
        (
            _("Time and place"),
            {
                "fields": ["starts_at", "ends_at", "place", "address"],
                "description": see("time-and-place", _("Changes here show at once, without a publication.")),
            },
        ),
        (
            _("Places and sign-up"),
            {
                "fields": [
                    ("seats", "seats_per_organisation"),
                    "sign_up_opens_at",
                    "sign_up_closes_at",
                ],
                "description": see("time-and-place", _("Changes here show at once, without a publication.")),
            },
        ),
        (
            _("Facts"),
            {
                "fields": ["cover", "member_group", "organiser", "participants", "fee", "contact"],
                "description": see("facts"),
            },
        ),
    ]
