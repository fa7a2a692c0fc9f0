"""The admin of people and reader groups: accounts are made, corrected and closed here, never deleted."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as PackagedUserAdmin
from django.contrib.auth.forms import UserCreationForm
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .models import ReaderGroup, ReaderGroupMembership, User


class GroupsOfPersonInline(admin.TabularInline):
    model = ReaderGroupMembership
    autocomplete_fields = ["group"]
    extra = 0


class PeopleOfGroupInline(admin.TabularInline):
    model = ReaderGroupMembership
    autocomplete_fields = ["user"]
    extra = 0


@admin.register(User)
class UserAdmin(PackagedUserAdmin):
    """Staff and members. Only superusers see who is one and may touch their accounts; nobody locks himself out."""

    handbook = "accounts roles"
    list_display = ["username", "name", "roles", "phone", "email", "is_staff", "is_active", "last_login"]
    list_display_links = ["username", "name"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_fields = ["username", "name", "email", "phone"]
    show_full_result_count = False
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    actions = ["deactivate", "activate"]
    add_form = UserCreationForm
    add_form_template = "admin/change_form.html"  # auth's own only adds that more can be set afterwards
    add_fieldsets = [
        (None, {"fields": ["username", "name", "email", "phone"]}),
        (_("Password"), {"fields": ["password1", "password2"]}),
        (_("Access"), {"fields": ["is_staff", "groups"]}),
    ]
    fieldsets = [
        (None, {"fields": ["username", "password", "name", "email", "phone"]}),
        (_("Access"), {"fields": ["is_active", "is_staff", "groups"]}),
        (_("Important dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    fieldsets_for_superusers = [
        *fieldsets[:1],
        (_("Access"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        *fieldsets[2:],
    ]

    @admin.display(description=_("roles"))
    def roles(self, user):
        return "、".join(group.name for group in user.groups.all())

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "groups":  # the roles are few
            return db_field.formfield(label=_("Roles"), help_text="", widget=forms.CheckboxSelectMultiple)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_fieldsets(self, request, obj=None):
        if obj is not None and request.user.is_superuser:
            return self.fieldsets_for_superusers
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "is_active", "is_staff", "is_superuser"] if obj == request.user else fields

    def get_changeform_initial_data(self, request):
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def get_inlines(self, request, obj):
        return [GroupsOfPersonInline] if obj else []

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        if "name" in form.base_fields:
            # An account that a person makes may lack a name; staff know whom they enter.
            form.base_fields["name"].required = True
        return form

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False  # what a person wrote and decided keeps his name

    @method_decorator(transaction.atomic)
    def user_change_password(self, request, id, form_url=""):
        return super().user_change_password(request, id, form_url)

    @admin.action(description=_("Deactivate the chosen accounts"), permissions=["change"])
    def deactivate(self, request, queryset):
        self.set_active(request, queryset.exclude(pk=request.user.pk), False)

    @admin.action(description=_("Activate the chosen accounts"), permissions=["change"])
    def activate(self, request, queryset):
        self.set_active(request, queryset, True)

    def set_active(self, request, queryset, is_active):
        """Open or close the accounts of ``queryset`` that ``request.user`` may change and that are not so already."""
        people = [user for user in queryset.exclude(is_active=is_active) if self.has_change_permission(request, user)]
        for user in people:
            user.is_active = is_active
            with transaction.atomic():
                user.save(update_fields=["is_active"])
                with translation.override(None):  # as the admin itself writes them
                    self.log_change(request, user, [{"changed": {"fields": [str(_("active"))]}}])
        if is_active:
            text = ngettext("%(count)d account was activated.", "%(count)d accounts were activated.", len(people))
        else:
            text = ngettext("%(count)d account was deactivated.", "%(count)d accounts were deactivated.", len(people))
        self.message_user(request, text % {"count": len(people)}, messages.SUCCESS if people else messages.WARNING)


@admin.register(ReaderGroup)
class ReaderGroupAdmin(admin.ModelAdmin):
    """Reader groups with their people; a large group's people have a list of their own."""

    handbook = "reader-groups"
    MOST_PEOPLE_INLINE = 100  # five fields each, and a form of more than 1000 fields is refused

    list_display = ["name", "people"]
    search_fields = ["name"]
    readonly_fields = ["people"]
    show_full_result_count = False

    def get_queryset(self, request):
        return super().get_queryset(request).with_people_count()

    @admin.display(description=_("people today"), ordering="people_count")
    def people(self, group):
        url = reverse("admin:accounts_readergroupmembership_changelist")
        text = ngettext("%(count)d person", "%(count)d people", group.people_count) % {"count": group.people_count}
        return format_html('<a href="{}?group__id__exact={}">{}</a>', url, group.pk, text)

    def get_fields(self, request, obj=None):
        return ["name", "people"] if obj else ["name"]

    def get_inlines(self, request, obj):
        is_small = obj is None or obj.memberships.count() <= self.MOST_PEOPLE_INLINE
        return [PeopleOfGroupInline] if is_small else []


@admin.register(ReaderGroupMembership)
class ReaderGroupMembershipAdmin(admin.ModelAdmin):
    handbook = "reader-groups"
    list_display = ["user", "group", "first_on", "last_on"]
    list_filter = ["group"]
    list_select_related = ["user", "group"]
    search_fields = ["user__username", "user__name", "user__phone"]
    autocomplete_fields = ["user", "group"]
    show_full_result_count = False
