"""The admin of activities: their form, their list, and the pages of who takes part."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from publishing.admin import PublishableAdmin
from publishing.admin.items import ItemList, short
from publishing.admin.verbs import VERBS, by_name
from publishing.forms import PublishableForm
from publishing.handbook import see

from ..models import Activity, Places, SignUp
from ..views.activities import ActivityDetailView
from . import reservations, rosters
from .activity_verbs import CallOff, Copy, Resume, WriteReport


class PhaseFilter(admin.SimpleListFilter):
    title = _("by time")
    parameter_name = "phase"

    def lookups(self, request, model_admin):
        return Activity.Phase.choices

    def queryset(self, request, queryset):
        if self.value() not in Activity.Phase.values:
            return queryset
        in_phase = getattr(Activity.objects, self.value())(timezone.now())
        return queryset.filter(pk__in=in_phase.order_by().values("pk"))


class SignUpFilter(admin.SimpleListFilter):
    title = _("signing up")
    parameter_name = "signing_up"

    def lookups(self, request, model_admin):
        return [
            ("open", _("Open for sign-up")),
            ("pending", _("With people to be confirmed")),
            ("waiting", _("With a waiting list")),
        ]

    def queryset(self, request, queryset):
        now = timezone.now()
        if self.value() == "open":
            return queryset.filter(
                Q(sign_up_opens_at__isnull=True) | Q(sign_up_opens_at__lte=now),
                Q(sign_up_closes_at__isnull=True) | Q(sign_up_closes_at__gt=now),
                takes_sign_ups=True,
                called_off_at__isnull=True,
                starts_at__gt=now,
                published_at__lte=now,
            )
        if self.value() == "pending":
            return queryset.filter(starts_at__gt=now, pk__in=SignUp.objects.pending().order_by().values("activity"))
        if self.value() == "waiting":
            return queryset.filter(starts_at__gt=now, pk__in=SignUp.objects.waiting().order_by().values("activity"))
        return queryset


class ActivityList(ItemList):
    def get_results(self, request):
        """Add ``places`` to the activities of this page that take sign-ups."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        places = Places.of(self.result_list)
        for activity in self.result_list:
            activity.places = places.get(activity.pk)
            may_manage = self.model_admin.has_publish_permission(request, activity)
            activity.roster_url = self.model_admin.url_of("sign_ups", activity.pk) if may_manage else None


class ActivityForm(PublishableForm):
    def clean(self):
        super().clean()
        self._clean_times()
        self._clean_group()

    def _clean_times(self):
        """Say at the field which moment comes too late; what is missing in the form stands fast in the row."""
        starts_at, ends_at, opens_at, closes_at, cancel_until, kept_until, takes_sign_ups = (
            self.cleaned_data.get(name, getattr(self.instance, name))
            for name in (
                *("starts_at", "ends_at", "sign_up_opens_at", "sign_up_closes_at", "cancel_until"),
                *("personal_data_until", "takes_sign_ups"),
            )
        )
        if takes_sign_ups and starts_at is None:
            self._object("starts_at", _("People can sign up only for an activity whose start is known."))
        if starts_at is None:
            return
        if ends_at and ends_at <= starts_at:
            self._object("ends_at", _("An activity ends after it starts."))
        if opens_at and opens_at >= starts_at:
            self._object("sign_up_opens_at", _("Sign-up opens before the activity begins."))
        if closes_at and closes_at > starts_at:
            self._object("sign_up_closes_at", _("Sign-up closes before the activity begins, or when it does."))
        if opens_at and closes_at and closes_at <= opens_at:
            self._object("sign_up_closes_at", _("Sign-up closes after it opens."))
        if cancel_until and cancel_until > starts_at:
            self._object("cancel_until", _("People cancel before the activity begins."))
        if kept_until and kept_until < timezone.localdate(ends_at or starts_at):
            self._object("personal_data_until", _("The names of the people are needed until the activity is over."))

    def _clean_group(self):
        """An activity for one group names it. Who may sign up changes at once, the group by publication only."""
        sign_up_for = self.cleaned_data.get("sign_up_for", self.instance.sign_up_for)
        if sign_up_for != Activity.SignUpFor.GROUP or "member_group" in self.errors:
            return
        if self.cleaned_data.get("member_group", self.instance.member_group) is None:
            self._object("member_group", _("Choose the member group whose people may sign up."))
        elif self.instance.live_revision_id and not self.is_publishing:
            live = Activity.objects.filter(pk=self.instance.pk, member_group__isnull=False)
            if not live.exists():
                text = _("Readers do not see a member group yet. Publish it first, then let its people sign up.")
                self._object("sign_up_for", text)

    def _object(self, name, text):
        """Add the error to the field ``name``, or to the form where the person may not change the field."""
        self.add_error(name if name in self.fields else None, text)


@admin.register(Activity)
class ActivityAdmin(PublishableAdmin):
    handbook = "activities saving review"
    form = ActivityForm
    detail_view_class = ActivityDetailView
    questions_name = _("Sign-up questions")
    verbs = by_name(CallOff, Resume, WriteReport, Copy, *VERBS.values())
    list_display = ["title", "kind", "starts", "places", *PublishableAdmin.list_display[1:]]
    list_filter = ["kind", PhaseFilter, SignUpFilter, *PublishableAdmin.list_filter]
    autocomplete_fields = [*PublishableAdmin.autocomplete_fields, "cover", "member_group"]
    radio_fields = {"sign_up_for": admin.VERTICAL, "approval": admin.VERTICAL}
    fieldsets = [
        (
            PublishableAdmin.FILING[0],
            {**PublishableAdmin.FILING[1], "fields": ["kind", *PublishableAdmin.FILING[1]["fields"]]},
        ),
        (
            PublishableAdmin.TEXT[0],
            {
                **PublishableAdmin.TEXT[1],
                "fields": ["body", "agenda", "speakers", "sign_up_notes", "report"],
                "description": see("text pasting pictures from-library video agenda"),
            },
        ),
        (
            _("Time and place"),
            {
                "fields": ["starts_at", "ends_at", "place", "address", "online_link"],
                "description": see(
                    "time-and-place moving",
                    _("Changes here show at once, without a publication, and are told to everybody who is signed up."),
                ),
            },
        ),
        (
            _("Places and sign-up"),
            {
                "fields": [
                    "takes_sign_ups",
                    "sign_up_for",
                    "approval",
                    ("seats", "seats_per_organisation"),
                    "sign_up_opens_at",
                    "sign_up_closes_at",
                    "accept_within_hours",
                    "cancel_until",
                    "credit_hours",
                    "personal_data_until",
                ],
                "description": see("sign-up-settings", _("Changes here show at once, without a publication.")),
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

    # -- The list -----------------------------------------------------------------------------------------------------

    def get_changelist(self, request, **kwargs):
        return ActivityList

    @admin.display(description=_("starts at"), ordering="starts_at")
    def starts(self, activity):
        return activity.starts_at and short(activity.starts_at)

    @admin.display(description=_("places taken"))
    def places(self, activity):
        if activity.places is None:
            return None
        places = activity.places
        lines = [f"{places.taken} / {places.limit}" if places.limit is not None else str(places.taken)]
        if places.waiting:
            lines.append(_("waiting: %(count)d") % {"count": places.waiting})
        if places.pending:
            lines.append(_("to be confirmed: %(count)d") % {"count": places.pending})
        text = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines))
        return format_html('<a href="{}">{}</a>', activity.roster_url, text) if activity.roster_url else text

    # -- The form -----------------------------------------------------------------------------------------------------

    def change_at_once(self, request, item, names):
        told = item.change_at_once(names, by=request.user)
        if told:
            text = ngettext(
                "%(count)d person who is signed up was told what has changed.",
                "%(count)d people who are signed up were told what has changed.",
                told,
            )
            self.message_user(request, text % {"count": told}, messages.SUCCESS)
        if "seats" in names and item.seats is not None:
            taken = item.sign_ups.seated().count()
            if taken > item.seats:
                text = _("%(taken)d people have a place, more than the limit of %(seats)d. Nobody loses it.")
                self.message_user(request, text % {"taken": taken, "seats": item.seats}, messages.WARNING)

    def pages_of(self, request, item):
        pages = super().pages_of(request, item)
        is_about_people = item.takes_sign_ups or item.sign_ups.exists()
        if is_about_people and self.has_publish_permission(request, item) and item.trashed_at is None:
            pages.append((_("Reserved places"), self.url_of("reserved_places", item.pk)))
            pages.insert(0, (_("Sign-ups"), self.url_of("sign_ups", item.pk)))
        if item.takes_sign_ups and request.user.has_perm("members.view_reminderrule"):
            pages.append((_("Reminders"), f"{reverse('admin:members_reminderrule_changelist')}?activity={item.pk}"))
        return pages

    # -- Pages of its own ---------------------------------------------------------------------------------------------

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("<number:pk>/reserved-places/", wrap(self.reserved_places_view), name=f"{name}_reserved_places"),
            path("<number:pk>/sign-ups/", wrap(self.sign_ups_view), name=f"{name}_sign_ups"),
            path("<number:pk>/sign-ups/add/", wrap(self.sign_up_add_view), name=f"{name}_sign_up_add"),
            path("<number:pk>/sign-ups/export/", wrap(self.sign_ups_export_view), name=f"{name}_sign_ups_export"),
            path("<number:pk>/sign-ups/sheet/", wrap(self.sign_in_sheet_view), name=f"{name}_sign_in_sheet"),
            *super().get_urls(),
        ]

    def activity_of(self, request, pk):
        """Return the Activity with this number, whose sign-ups the person may manage: who publishes in its column may."""
        activity = get_object_or_404(Activity.objects.select_related("dossier", "column"), pk=pk)
        if not self.has_publish_permission(request, activity):
            raise PermissionDenied
        return activity

    @method_decorator(transaction.atomic)
    def reserved_places_view(self, request, pk):
        """Change which places are kept for which member groups; it holds at once."""
        self.lock_to_write(request, pk)
        return reservations.page(self, request, self.activity_of(request, pk))

    def sign_ups_view(self, request, pk):
        """Show who takes part, and accept, refuse or cancel."""
        return rosters.page(self, request, self.activity_of(request, pk))

    def sign_up_add_view(self, request, pk):
        """Sign a person up in the name of the association."""
        return rosters.add_page(self, request, self.activity_of(request, pk))

    def sign_ups_export_view(self, request, pk):
        """Give the list of who takes part as a file."""
        return rosters.export_page(self, request, self.activity_of(request, pk))

    @method_decorator(require_safe)
    def sign_in_sheet_view(self, request, pk):
        """Show the sheet on which people sign in, to be printed."""
        return rosters.sheet_page(self, request, self.activity_of(request, pk))
