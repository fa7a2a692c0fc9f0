"""A member's own page: what he takes part in, what he was told, his organisations, and what is for members."""

from itertools import islice

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outbox.models import Message
from publishing import parts, subjects, visibility

from ..models import Activity, Affiliation, MembershipPeriod, Organisation, SignUp

MESSAGES_SHOWN = 5
ITEMS_SHOWN = 6
MOST_SIGN_UPS = 200
PAST_SHOWN = 20

State = SignUp.State
Phase = Activity.Phase


@never_cache
@login_required
@require_safe
def home(request):
    user, at = request.user, timezone.now()
    unread = Message.objects.unread_by(user)
    context = {
        "groups": sign_ups_by_group(user, at),
        "unread": unread[:MESSAGES_SHOWN],
        "unread_count": unread.count(),
        "organisations": organisations_of(user, timezone.localdate(at)),
        "items": for_members(user, at),
        "trail": [(_("Home"), reverse("home")), (_("My page"), None)],
    }
    return render(request, "members/mine/home.html", context)


def sign_ups_by_group(user, at):
    """Return {"coming", "waiting", "past", "ended": [SignUp]}, each with ``is_open``: whether its activity's page is."""
    rows = SignUp.objects.filter(person=user).select_related("activity", "organisation").with_ahead()
    rows = list(rows.order_by("-activity__starts_at", "-pk")[:MOST_SIGN_UPS])
    open_to_user = set(
        Activity.objects.reachable(user, at)
        .filter(pk__in=[row.activity_id for row in rows])
        .values_list("pk", flat=True)
    )
    groups = {"coming": [], "waiting": [], "past": [], "ended": []}
    for row in rows:
        row.is_open = row.activity_id in open_to_user
        groups[group_of(row, at)].append(row)
    for name in ("coming", "waiting"):
        groups[name].reverse()  # the soonest first
    groups["past"] = groups["past"][:PAST_SHOWN]
    return groups


def group_of(sign_up, at):
    state, phase = sign_up.state_at(at), sign_up.activity.phase_at(at)
    if phase == Phase.PAST and state == State.CONFIRMED:
        return "past"
    if not sign_up.is_live or state == State.LAPSED or phase in (Phase.PAST, Phase.CALLED_OFF):
        return "ended"
    return "waiting" if state == State.WAITING else "coming"


def organisations_of(user, on):
    """Return the organisations that ``user`` serves on the day ``on`` (date), each with its ``standing`` (a Standing), the
    last day of reading as a member (``reads_until``) and the user's ``role``.
    """
    roles = {row.organisation_id: row for row in Affiliation.objects.current(on).filter(user=user)}
    organisations = list(Organisation.objects.filter(pk__in=roles).with_membership(on))
    for organisation in organisations:
        organisation.role = roles[organisation.pk].get_role_display()
        organisation.standing = Organisation.Standing(organisation.standing)
        organisation.reads_until = MembershipPeriod(last_on=organisation.period_last_on).reads_until
    return organisations


def for_members(user, at):
    """Return the newest items of every subject that ``user`` may see and not everybody may."""
    found = [
        item
        for model in subjects.models()
        for item in model.objects.listed(user, at)
        .exclude(audience=visibility.Audience.EVERYONE)
        .for_lists()[:ITEMS_SHOWN]
    ]
    found.sort(key=lambda item: (item.published_at, item.pk), reverse=True)
    return parts.with_labels(islice(found, ITEMS_SHOWN))
