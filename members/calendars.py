"""Activities for the calendars of people's own devices: iCalendar, by RFC 5545.

A calendar that fetches again must see the same event under the same UID, and a greater SEQUENCE once time or place
changed or it was called off; what was cancelled goes out as cancelled, or it would stay on the telephone.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import Action
from audit.models import Entry
from publishing import visibility

from .models import Activity, Affiliation, CalendarFeed, Organisation, SignUp

SHANGHAI = ZoneInfo("Asia/Shanghai")
# From here on Shanghai is eight hours ahead all year. Before, it had summer time in six years: such moments go out as UTC.
SUMMER_TIME_ENDED = datetime(1991, 9, 14, 17, tzinfo=UTC)
ZONE = [
    "BEGIN:VTIMEZONE",
    "TZID:Asia/Shanghai",
    "BEGIN:STANDARD",
    "DTSTART:19910915T020000",
    "TZOFFSETFROM:+0900",
    "TZOFFSETTO:+0800",
    "TZNAME:CST",
    "END:STANDARD",
    "END:VTIMEZONE",
]
LONGEST_LINE = 75  # octets
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
ASK_AGAIN = "PT6H"
KEPT = timedelta(days=90)  # past activities stay so long in the calendar of the list
KEPT_FOR_PERSON = timedelta(days=365)

State = SignUp.State
STATUS = {State.CONFIRMED: "CONFIRMED"} | dict.fromkeys((State.PENDING, State.WAITING, State.OFFERED), "TENTATIVE")


@dataclass
class Event:
    """An activity with a known start, as one reader's calendar shows it."""

    activity: Activity  # with_changes
    status: str = "CONFIRMED"
    summary: str = ""
    remarks: list[str] = field(default_factory=list)  # before the summary of the activity
    steps: int = 0  # what happened to the reader's own sign-up
    changed_at: datetime | None = None  # when the last of them happened

    def __post_init__(self):
        if self.activity.called_off_at:
            self.status = "CANCELLED"
            self.remarks = [_("Called off: %(reason)s") % {"reason": self.activity.call_off_reason}]

    def lines(self):
        activity = self.activity
        moments = [
            activity.published_at, activity.text_changed_at, activity.newest_change, activity.newest_turn, self.changed_at,
        ]  # fmt: skip
        changed_at = stamp(max(moment for moment in moments if moment))
        sequence = activity.change_count + activity.turn_count + self.steps
        address = settings.PORTAL_URL + activity.get_absolute_url()
        yield "BEGIN:VEVENT"
        yield f"UID:activity-{activity.pk}@{urlsplit(settings.PORTAL_URL).hostname}"
        # Not the moment of the answer, so that the same calendar has the same bytes and need not be sent again.
        yield f"DTSTAMP:{changed_at}"
        yield f"LAST-MODIFIED:{changed_at}"
        yield f"SEQUENCE:{sequence}"
        yield f"STATUS:{self.status}"
        yield f"DTSTART{local(activity.starts_at)}"
        if activity.ends_at:
            yield f"DTEND{local(activity.ends_at)}"
        yield f"SUMMARY:{escaped(self.summary or activity.title)}"
        place = ", ".join(part for part in (activity.place, activity.address) if part)
        if place:
            yield f"LOCATION:{escaped(place)}"
        yield f"DESCRIPTION:{escaped(chr(10).join(filter(None, [*self.remarks, activity.summary, address])))}"
        yield f"URL:{address}"
        yield "TRANSP:" + ("TRANSPARENT" if self.status == "CANCELLED" else "OPAQUE")
        yield "END:VEVENT"


def calendar(events, name=""):
    """Return the calendar (str) of ``events`` (iterable of Event); ``name``: of a calendar that is subscribed to."""
    host = urlsplit(settings.PORTAL_URL).hostname
    head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{host}//Activities//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    if name:
        head += [
            f"NAME:{escaped(name)}",
            f"X-WR-CALNAME:{escaped(name)}",
            "X-WR-TIMEZONE:Asia/Shanghai",
            f"REFRESH-INTERVAL;VALUE=DURATION:{ASK_AGAIN}",
            f"X-PUBLISHED-TTL:{ASK_AGAIN}",
        ]
    lines = [*head, *ZONE, *(line for event in events for line in event.lines()), "END:VCALENDAR"]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def escaped(text):
    """Return ``text`` as a value of the type TEXT; control characters but line breaks are dropped."""
    text = CONTROL.sub("", "\n".join(text.splitlines()))
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def folded(line):
    """Return ``line`` cut so that no part is longer than LONGEST_LINE octets of UTF-8; no character is cut."""
    parts, size = [""], 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > LONGEST_LINE:
            parts.append("")
            size = 1  # the space that a continued line begins with
        parts[-1] += letter
        size += octets
    return "\r\n ".join(parts)


def stamp(moment):
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def local(moment):
    """Return parameter and value of a property for ``moment`` (aware datetime): Shanghai time, or UTC where that is safer."""
    if moment < SUMMER_TIME_ENDED:
        return f":{stamp(moment)}"
    return f";TZID=Asia/Shanghai:{moment.astimezone(SHANGHAI):%Y%m%dT%H%M%S}"


# -- Whose calendar ---------------------------------------------------------------------------------------------------


def with_changes(activities):
    """Return ``activities`` (queryset) with a known start, and what happened to each: changes of time and place
    (``change_count``, ``newest_change``), and how often it was called off or resumed (``turn_count``, ``newest_turn``).
    """
    turns = Entry.objects.filter(item=OuterRef("pk"), action__in=[Action.CALLED_OFF, Action.RESUMED])
    return activities.filter(starts_at__isnull=False).annotate(
        change_count=Count("changes"),
        newest_change=Max("changes__changed_at"),
        # Both are in the log alone: the row forgets that it was called off.
        turn_count=Coalesce(Subquery(turns.order_by().values("item").annotate(n=Count("pk")).values("n")), 0),
        newest_turn=Subquery(turns.order_by("-pk").values("at")[:1]),
    )


def of_list(at=None):
    """Return the calendar (str) of what everyone may see: to come, running, and past for KEPT."""
    at = at or timezone.now()
    recent = Q(starts_at__gt=at - KEPT) | Q(ends_at__gt=at - KEPT)
    activities = with_changes(Activity.objects.listed(None, at).filter(recent)).order_by("starts_at", "pk")
    return calendar(map(Event, activities), Activity._meta.app_config.verbose_name)


def of_person(user, at=None):
    """Return the calendar (str) of what ``user`` is, or was, signed up for: one event an activity, by the newest sign-up."""
    at = at or timezone.now()
    rows = SignUp.objects.filter(person=user, activity__starts_at__gt=at - KEPT_FOR_PERSON).order_by("pk")
    by_activity = {}
    for row in rows:
        by_activity.setdefault(row.activity_id, []).append(row)
    activities = with_changes(Activity.objects.exclude(visibility.removed()).filter(pk__in=by_activity))
    events = (own_event(activity, by_activity[activity.pk], at) for activity in activities.order_by("starts_at", "pk"))
    return calendar(events, _("My activities"))


def own_event(activity, rows, at):
    """Return the Event of ``activity`` for the person who made the sign-ups ``rows`` (oldest first)."""
    state = rows[-1].state_at(at)
    remarks = [str(state.label)]
    if state == State.CONFIRMED and activity.online_link:
        remarks.append(_("To take part on-line: %(link)s") % {"link": activity.online_link})
    names = ("signed_up_at", "approved_at", "accept_by", "accepted_at", "ended_at")
    moments = [moment for row in rows for name in names if (moment := getattr(row, name))]
    # An offer lapses by time alone: it counts, and bears its moment, once that has come.
    happened = [moment for moment in moments if moment <= at]
    is_sure = state == State.CONFIRMED
    return Event(
        activity,
        STATUS.get(state, "CANCELLED"),
        "" if is_sure else _("%(state)s: %(activity)s") % {"state": state.label, "activity": activity.title},
        remarks,
        steps=len(moments) + len(happened),
        changed_at=max(happened),
    )


# -- The secret address -----------------------------------------------------------------------------------------------


def token_of(feed):
    """Return what stands in the address of ``feed`` (CalendarFeed): its number, signed. The database holds no secret."""
    return signer().sign(feed.pk)


def feed_of(token):
    """Return the CalendarFeed that ``token`` (str) opens, or None: revoked, forged, or of somebody who is not served now."""
    try:
        pk = int(signer().unsign(token))
    except signing.BadSignature:
        return None
    feed = CalendarFeed.objects.filter(pk=pk, user__is_active=True).select_related("user").first()
    return None if feed is None or has_left(feed.user) else feed


def signer():
    return signing.Signer(salt="members.calendars")


def has_left(user, on=None):
    """Return whether ``user`` belonged to an organisation and belongs to no member on the day ``on`` (default today)."""
    has_served = Affiliation.objects.filter(user=user).exists()
    return has_served and not Organisation.objects.members(on).served_by(user, on).exists()
