from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from publishing.admin.content_version import AdvancesContentVersion

from .. import reader_rows
from ..models import MemberGroup


@admin.register(MemberGroup)
class MemberGroupAdmin(AdvancesContentVersion, admin.ModelAdmin):
    handbook = "member-groups"
    fields = ["name", "order", "contact", "introduction"]
    list_display = ["name", "members", "people", "order"]
    list_editable = ["order"]
    search_fields = ["name"]
    show_full_result_count = False

    def get_queryset(self, request):
        return super().get_queryset(request).with_counts()

    @admin.display(description=_("members today"), ordering="member_count")
    def members(self, group):
        text = ngettext("%(count)d organisation", "%(count)d organisations", group.member_count)
        url = reverse("admin:members_organisation_changelist")
        return format_html(
            '<a href="{}?member_group__id__exact={}&standing=members">{}</a>',
            url,
            group.pk,
            text % {"count": group.member_count},
        )

    @admin.display(description=_("readers today"), ordering="people_count")
    def people(self, group):
        return ngettext("%(count)d person", "%(count)d people", group.people_count) % {"count": group.people_count}

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        reader_rows.readers_of(obj)  # so that it can be chosen as an audience before it has members
