"""What everybody is told of signing up for an activity: in the box on its page, in lists and in strips."""

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .models import Activity, Places
from .signing_up import objection_to_activity

OPEN, SCARCE, FULL, NOT_OPEN, CLOSED = "open", "scarce", "full", "not_open", "closed"

# What the badge says, and its colour; where nothing is said of signing up, it is the phase.
BADGES = {
    OPEN: (_("Sign-up open"), "green"),
    SCARCE: (_("Few places left"), "ochre"),
    FULL: (_("Full, waiting list open"), "mute"),
    NOT_OPEN: (_("Sign-up not open yet"), ""),
    CLOSED: (pgettext_lazy("state", "Sign-up closed"), "mute"),
    Activity.Phase.UPCOMING: (Activity.Phase.UPCOMING.label, "green"),
    Activity.Phase.RUNNING: (Activity.Phase.RUNNING.label, "ochre"),
    Activity.Phase.PAST: (Activity.Phase.PAST.label, "mute"),
    Activity.Phase.CALLED_OFF: (Activity.Phase.CALLED_OFF.label, "red"),
}


class Opening:
    """What can be said of signing up for ``activity`` at ``at`` (aware datetime), with its ``places`` (Places or None)."""

    def __init__(self, activity, at, places):
        self.activity, self.at, self.places = activity, at, places

    @cached_property
    def phase(self):
        return self.activity.phase_at(self.at)

    @cached_property
    def state(self):
        """One of the keys of BADGES."""
        if self.places is None or self.phase != Activity.Phase.UPCOMING:
            return self.phase
        objection = objection_to_activity(self.activity, self.at)
        if objection is not None:
            return objection.code
        if self.places.is_full:
            return FULL
        return SCARCE if self.places.is_scarce else OPEN

    @property
    def label(self):
        return BADGES[self.state][0]

    @property
    def tone(self):
        return BADGES[self.state][1]

    @property
    def is_open(self):
        """Whether people can sign up now, if only for the waiting list."""
        return self.state in (OPEN, SCARCE, FULL)

    @property
    def is_about_signing_up(self):
        return self.state in (OPEN, SCARCE, FULL, NOT_OPEN, CLOSED)

    @property
    def counts_places(self):
        """Whether there is a gauge to show: some of a known number of places are taken."""
        return self.is_about_signing_up and self.places.limit is not None

    @property
    def reservations(self):
        """The ReservedSeats that hold still; no query where none can."""
        if not self.is_open or not self.places.reserved:
            return []
        return list(self.activity.reservations.filter(until__gt=self.at).select_related("member_group"))

    @property
    def gauge_tone(self):
        return self.tone if self.state in (SCARCE, FULL, CLOSED) else ""


def add(activities, at=None):
    """Give each of ``activities`` (iterable of Activity) its ``opening``; return them as a list. At most three queries.

    What it says changes with every sign-up: it must not be remembered with the content version.
    """
    at, activities = at or timezone.now(), list(activities)
    places = Places.of(activities, at)
    for activity in activities:
        activity.opening = Opening(activity, at, places.get(activity.pk))
    return activities
