"""The admin of people and reader groups: accounts are made, corrected and closed here, never deleted."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as PackagedUserAdmin
from django.contrib.auth.forms import UserCreationForm
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext

from . import invitations, second_factor, sessions
from .models import ReaderGroup, ReaderGroupMembership, User


@dataclass(frozen=True)
class AccountVerb:
    """What staff can do about an account, on a page that asks for their word.

    is_offered(person, by): whether it can be done now. do(person, by): does it, within a transaction, and returns what to
    say; it leaves its own entry in the log.
    """

    label: str
    explanation: str
    is_offered: Callable
    do: Callable


def invite(person, by):
    invitations.invite(person, by)
    person.note_change(by, gettext_noop("invitation"))
    return _("The link is on its way.")


def end_sessions(person, by):
    ended = sessions.end(person)
    person.note_change(by, gettext_noop("sessions"))
    return ngettext("%(count)d device was signed out.", "%(count)d devices were signed out.", ended) % {"count": ended}


def reset_second_factor(person, by):
    sessions.end(person)
    second_factor.remove(person, by)
    return _("Two-step verification was reset.")


ACCOUNT_VERBS = {
    "invite": AccountVerb(
        _("Send an invitation"),
        _("This person has no password yet. A link by mail leads to a page where it is chosen, within a fortnight."),
        lambda person, by: invitations.objection_to(person) is None,
        invite,
    ),
    "end-sessions": AccountVerb(
        _("Sign out everywhere"),
        _("All devices of this person are signed out at once. Whoever knows the password can sign in again."),
        lambda person, by: person != by and bool(sessions.of(person)),
        end_sessions,
    ),
    "reset-second-factor": AccountVerb(
        _("Reset two-step verification"),
        _(
            "For somebody who lost the phone and the recovery codes. Be sure that it is that person who asks. All devices "
            "are signed out, and the password alone opens the account until the app is set up again. A mail says so."
        ),
        lambda person, by: person != by and second_factor.of(person) is not None,
        reset_second_factor,
    ),
}


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

    handbook = "accounts roles account-help"
    list_display = ["username", "name", "roles", "phone", "email", "is_staff", "is_active", "last_login"]
    list_display_links = ["username", "name"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_fields = ["username", "name", "email", "phone"]
    show_full_result_count = False
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined", "second_factor_since"]
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
        (_("Important dates"), {"fields": ["last_login", "date_joined", "second_factor_since"]}),
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

    @admin.display(description=_("two-step verification since"))
    def second_factor_since(self, user):
        factor = second_factor.of(user)
        return factor and factor.created_at

    def get_urls(self):
        view = self.admin_site.admin_view(self.verb_view)
        return [path("<path:object_id>/account/<slug:name>/", view, name="accounts_user_verb"), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        person = self.get_object(request, object_id)
        verbs = []
        if person is not None and self.has_change_permission(request, person):
            verbs = [
                (reverse("admin:accounts_user_verb", args=[person.pk, name]), verb.label)
                for name, verb in ACCOUNT_VERBS.items()
                if verb.is_offered(person, request.user)
            ]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "account_verbs": verbs})

    @method_decorator(transaction.atomic)
    def verb_view(self, request, object_id, name):
        """Ask for the word of ``request.user``, and do what ``name`` says (ACCOUNT_VERBS) once it is given."""
        person, verb = self.get_object(request, object_id), ACCOUNT_VERBS.get(name)
        if person is None or verb is None:
            raise Http404
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        back_url = reverse("admin:accounts_user_change", args=[person.pk])
        if not verb.is_offered(person, request.user):
            self.message_user(request, _("There is nothing to do any more."), messages.WARNING)
            return redirect(back_url)
        if request.method == "POST":
            self.message_user(request, verb.do(person, request.user), messages.SUCCESS)
            return redirect(back_url)
        context = {
            **self.admin_site.each_context(request),
            "title": verb.label,
            "opts": self.opts,
            "person": person,
            "label": verb.label,
            "explanation": verb.explanation,
            "back_url": back_url,
        }
        return render(request, "admin/accounts/user/verb.html", context)

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
