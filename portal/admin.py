"""The admin of what composes the portal. Whatever is saved or deleted here shows on the public pages at once."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from publishing import subjects
from publishing.admin import PublishableAdmin
from publishing.admin.content_version import AdvancesContentVersion
from publishing.admin.filters import LabelFilter, YearFilter

from .models import (
    Banner,
    FriendlyLink,
    FriendlyLinkGroup,
    HomeBlock,
    NavigationItem,
    Page,
    ServiceLink,
    SiteSettings,
)
from .views import PageDetailView

admin.site.unregister(DBTaskResult)  # the job worker's own rows: nothing to edit


@admin.register(Page)
class PageAdmin(PublishableAdmin):
    handbook = "portal write saving review"
    detail_view_class = PageDetailView
    list_filter = [name for name in PublishableAdmin.list_filter if name not in (LabelFilter, YearFilter)]
    fieldsets = [
        (
            PublishableAdmin.FILING[0],
            {
                **PublishableAdmin.FILING[1],
                "fields": ["slug", "is_to_be_completed", *PublishableAdmin.FILING[1]["fields"]],
            },
        ),
        PublishableAdmin.TEXT,
    ]


@admin.register(SiteSettings)
class SiteSettingsAdmin(AdvancesContentVersion, admin.ModelAdmin):
    """One row: its list leads to it."""

    handbook = "portal"
    fieldsets = [
        (None, {"fields": ["name", "name_en", "description"]}),
        (_("Contact"), {"fields": ["address", "phone", "hours", "email"]}),
        (_("Records"), {"fields": ["icp_number", "public_security_number"]}),
    ]

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        site = SiteSettings.objects.first()
        if site is None:
            return redirect("admin:portal_sitesettings_add")
        return redirect("admin:portal_sitesettings_change", site.pk)

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not SiteSettings.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        obj.pk = 1
        super().save_model(request, obj, form, change)


class TargetAdmin(AdvancesContentVersion, admin.ModelAdmin):
    """An entry that leads somewhere: exactly one of four kinds of target, said by the model's constraint."""

    handbook = "portal"
    autocomplete_fields = ["column", "page"]
    list_select_related = ["column", "page"]
    show_full_result_count = False

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "subject":
            # A static page is chosen by itself: the pages have no list.
            choices = [choice for choice in subjects.choices() if choice[0] != Page.subject()]
            return forms.ChoiceField(label=db_field.verbose_name, choices=[("", "---------"), *choices], required=False)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("leads to"))
    def target(self, entry):
        return entry.column or entry.page or dict(subjects.choices()).get(entry.subject) or entry.url


@admin.register(NavigationItem)
class NavigationItemAdmin(TargetAdmin):
    list_display = ["title", "place", "target", "order"]
    list_editable = ["order"]
    list_filter = ["place"]
    fieldsets = [
        (None, {"fields": ["place", "title", "order"]}),
        (
            _("Leads to"),
            {
                "fields": ["subject", "column", "page", "url"],
                "description": _("Choose one. The entry is shown while its target has something to show."),
            },
        ),
    ]


@admin.register(ServiceLink)
class ServiceLinkAdmin(TargetAdmin):
    list_display = ["title", "mark", "target", "order"]
    list_editable = ["order"]
    fieldsets = [
        (None, {"fields": ["mark", "title", "description", "order"]}),
        NavigationItemAdmin.fieldsets[1],
    ]


class FriendlyLinkInline(admin.TabularInline):
    model = FriendlyLink
    extra = 1
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}


@admin.register(FriendlyLinkGroup)
class FriendlyLinkGroupAdmin(AdvancesContentVersion, admin.ModelAdmin):
    handbook = "portal"
    list_display = ["title", "order"]
    list_editable = ["order"]
    inlines = [FriendlyLinkInline]


@admin.register(Banner)
class BannerAdmin(AdvancesContentVersion, admin.ModelAdmin):
    handbook = "portal"
    list_display = ["text", "is_shown", "starts_at", "ends_at", "order"]
    list_editable = ["order"]
    date_hierarchy = "starts_at"
    show_full_result_count = False

    @admin.display(description=_("shown now"), boolean=True)
    def is_shown(self, banner):
        return banner.starts_at <= timezone.now() < banner.ends_at


@admin.register(HomeBlock)
class HomeBlockAdmin(AdvancesContentVersion, admin.ModelAdmin):
    handbook = "portal"
    list_display = ["__str__", "region", "column", "count", "order"]
    list_editable = ["count", "order"]
    list_filter = ["region"]
    list_select_related = ["column"]
    autocomplete_fields = ["column"]
