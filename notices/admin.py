from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from publishing.admin import PublishableAdmin
from publishing.admin.content_version import AdvancesContentVersion
from publishing.handbook import see

from .document_numbers import DocumentNumber
from .forms import NoticeForm
from .models import IssuingBody, Notice
from .views import NoticeDetailView


@admin.register(IssuingBody)
class IssuingBodyAdmin(AdvancesContentVersion, admin.ModelAdmin):
    handbook = "notices"
    list_display = ["name", "code", "letterhead"]
    search_fields = ["name", "code"]
    show_full_result_count = False


@admin.register(Notice)
class NoticeAdmin(PublishableAdmin):
    handbook = "notices saving review"
    form = NoticeForm
    questions_name = _("Reply questions")
    detail_view_class = NoticeDetailView
    list_display = ["title", "kind", "number", *PublishableAdmin.list_display[1:]]
    list_filter = ["kind", *PublishableAdmin.list_filter]
    search_help_text = _("Words of the title, the number of the item, or the document number in any brackets.")
    autocomplete_fields = [*PublishableAdmin.autocomplete_fields, "issuing_body"]
    fieldsets = [
        (
            PublishableAdmin.FILING[0],
            {**PublishableAdmin.FILING[1], "fields": ["kind", *PublishableAdmin.FILING[1]["fields"]]},
        ),
        PublishableAdmin.TEXT,
        (
            _("Facts"),
            {
                "fields": [
                    "document_number",
                    "issuing_body",
                    "co_issuers",
                    "addressees",
                    "made_on",
                    "signature",
                ],
                "description": see("document-number"),
            },
        ),
        (
            _("Public review and deadline"),
            {
                "fields": [
                    ("objections_from", "objections_until"),
                    "objection_channel",
                    "deadline_at",
                    "deadline_purpose",
                ],
                "description": see(
                    "public-review",
                    _("A public review needs its last day and how to object before it can be published."),
                ),
            },
        ),
    ]

    def pages_of(self, request, item):
        pages = super().pages_of(request, item)
        if self.has_publish_permission(request, item):
            # By its address: replies are a matter of members, which this room does not know.
            pages.append((_("Replies"), reverse("admin:members_reply_of", args=[item.pk])))
        return pages

    @admin.display(description=_("document number"))
    def number(self, notice):
        return notice.document_number

    def get_search_results(self, request, queryset, search_term):
        try:
            number = DocumentNumber.parse(search_term)
        except ValueError:
            return super().get_search_results(request, queryset, search_term)
        return queryset.with_number(number), False
