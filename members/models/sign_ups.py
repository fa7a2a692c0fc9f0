"""Sign-ups for activities, and the seats reserved for a member group."""

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .activities import Activity
from .affiliations import Affiliation
from .consents import ConsentText
from .groups import MemberGroup
from .organisations import Organisation


class SignUpQuerySet(models.QuerySet):
    """Sign-ups by state. A state is a matter of dates: an offer that nobody took lapses at its moment, whoever looks."""

    def live(self):
        """Return those that have not ended; an activity that is called off ends none."""
        return self.filter(ended_at__isnull=True)

    def pending(self):
        return self.live().filter(approved_at__isnull=True)

    def seated(self):
        """Return those that hold a seat, offers included."""
        return self.live().filter(seat__isnull=False)

    def waiting(self):
        """Return those on the waiting list, the first in line first."""
        return self.live().filter(approved_at__isnull=False, seat__isnull=True).order_by("pk")

    def offered(self, at):
        """Return those whose seat waits, at ``at`` (aware datetime), for the person to accept it."""
        return self.seated().filter(accepted_at__isnull=True, accept_by__gt=at)

    def lapsed(self, at):
        """Return those whose seat was offered and not accepted by ``at``, and who hold it still."""
        return self.seated().filter(accepted_at__isnull=True, accept_by__lte=at)

    def confirmed(self):
        return self.seated().filter(accepted_at__isnull=False)

    def attended(self):
        return self.filter(checked_in_at__isnull=False)

    def with_ahead(self):
        """Add ``ahead_count``: how many stand before each on the waiting list of its activity (int), if it waits."""
        before = self.model.objects.waiting().filter(activity=OuterRef("activity"), pk__lt=OuterRef("pk")).order_by()
        counted = before.values("activity").annotate(number=Count("pk")).values("number")
        return self.annotate(ahead_count=Coalesce(Subquery(counted), 0))

    def missed(self, at):
        """Return those whose people had a place and did not come.

        Of activities that were over at ``at`` (aware datetime), and where anybody was checked in at all.
        """
        anybody = SignUp.objects.attended().filter(activity=OuterRef("activity"))
        over = Activity.objects.past(at).order_by().values("pk")
        return self.confirmed().filter(Exists(anybody), checked_in_at__isnull=True, activity__in=over)

    def certified(self):
        """Return those of people who came to an activity for which certificates are given."""
        return self.attended().filter(activity__credit_hours__isnull=False, activity__called_off_at__isnull=True)

    def with_state(self, at=None):
        """Add ``state_value``, a value of SignUp.State at ``at`` (aware datetime, default now)."""
        at, state = at or timezone.now(), SignUp.State
        return self.annotate(
            state_value=Case(
                When(ended_at__isnull=False, then=F("ending")),
                When(approved_at__isnull=True, then=Value(state.PENDING)),
                When(seat__isnull=True, then=Value(state.WAITING)),
                When(accepted_at__isnull=False, then=Value(state.CONFIRMED)),
                When(accept_by__gt=at, then=Value(state.OFFERED)),
                default=Value(state.LAPSED),
                output_field=models.CharField(),
            )
        )


class SignUp(models.Model):
    """A person's wish to take part in an activity, from the first click to the door. Nothing of it is overwritten by a
    second one: whoever cancels and comes back gets a new row, at the end of the line.

    A seat is a number, unique among the live sign-ups of its activity; who is live and approved without one waits, in
    the order of the rows. Rows are written under the activity's lock alone (members/signing_up.py), so that order is the
    order in which the lock was got.
    """

    class Ending(models.TextChoices):
        CANCELLED = "cancelled", _("Cancelled")
        REMOVED = "removed", _("Cancelled by the association")
        REFUSED = "refused", pgettext_lazy("sign-up", "Not accepted")
        LAPSED = "lapsed", pgettext_lazy("sign-up", "Offer lapsed")

    class State(models.TextChoices):
        """What the dates make of it; stored nowhere."""

        PENDING = "pending", pgettext_lazy("sign-up", "To be confirmed")
        WAITING = "waiting", pgettext_lazy("sign-up", "On the waiting list")
        OFFERED = "offered", pgettext_lazy("sign-up", "Place offered")
        CONFIRMED = "confirmed", pgettext_lazy("sign-up", "Signed up")
        CANCELLED = "cancelled", _("Cancelled")
        REMOVED = "removed", _("Cancelled by the association")
        REFUSED = "refused", pgettext_lazy("sign-up", "Not accepted")
        LAPSED = "lapsed", pgettext_lazy("sign-up", "Offer lapsed")

    # Nobody goes while a seat is his: members/personal_data.py says how a person's data leave.
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="sign_ups", verbose_name=_("activity"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,  # after the personal data were deleted
        related_name="sign_ups",
        verbose_name=_("person"),
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="sign_ups", verbose_name=_("organisation")
    )
    signed_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("signed up by")
    )
    signed_up_at = models.DateTimeField(_("signed up at"), default=timezone.now)
    consent = models.ForeignKey(ConsentText, models.PROTECT, null=True, related_name="+", verbose_name=_("agreed to"))
    answers = models.JSONField(_("answers"), default=dict)  # {pk of the question: value}; see publishing.questions

    approved_at = models.DateTimeField(_("approved at"), null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    seat = models.PositiveIntegerField(_("seat"), null=True)
    accept_by = models.DateTimeField(_("to be accepted by"), null=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True)

    ended_at = models.DateTimeField(_("ended at"), null=True)
    ending = models.CharField(_("ending"), max_length=10, choices=Ending.choices, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    # When person and answers were deleted: the row stays for the numbers.
    anonymised_at = models.DateTimeField(_("personal data deleted at"), null=True)

    checked_in_at = models.DateTimeField(_("checked in at"), null=True)
    checked_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("checked in by")
    )
    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        ordering = ["activity", "pk"]
        default_permissions = ["view", "change"]
        indexes = [
            models.Index(fields=["person", "activity"], name="members_sign_up_of_person"),
            models.Index(
                fields=["accept_by"],
                name="members_sign_up_offers",
                condition=Q(ended_at__isnull=True, accepted_at__isnull=True, accept_by__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "person"],
                condition=Q(ended_at__isnull=True),
                name="members_person_signs_up_once",
                violation_error_message=_("This person is signed up already."),
            ),
            models.UniqueConstraint(
                fields=["activity", "seat"],
                condition=Q(ended_at__isnull=True, seat__isnull=False),
                name="members_seat_is_given_once",
            ),
            models.CheckConstraint(
                condition=Q(seat__isnull=True) | Q(seat__gte=1), name="members_seats_count_from_one"
            ),
            models.CheckConstraint(
                condition=Q(seat__isnull=True) | Q(approved_at__isnull=False), name="members_seat_needs_approval"
            ),
            models.CheckConstraint(
                condition=Q(seat__isnull=True, accepted_at__isnull=True, accept_by__isnull=True)
                | Q(seat__isnull=False, accepted_at__isnull=False)
                | Q(seat__isnull=False, accept_by__isnull=False),
                name="members_seat_is_accepted_or_offered",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
                name="members_sign_up_ends_in_a_known_way",
            ),
            models.CheckConstraint(
                condition=Q(checked_in_at__isnull=True) | Q(accepted_at__isnull=False),
                name="members_who_checks_in_has_a_seat",
            ),
        ]

    def __str__(self):
        person = self.person or _("deleted person")
        return f"{person} · {self.activity}"

    @property
    def state(self):
        """The State at this moment."""
        return self.state_at(timezone.now())

    def state_at(self, at):
        if self.ended_at:
            return self.State(self.ending)
        if self.approved_at is None:
            return self.State.PENDING
        if self.seat is None:
            return self.State.WAITING
        if self.accepted_at:
            return self.State.CONFIRMED
        return self.State.OFFERED if self.accept_by > at else self.State.LAPSED

    @property
    def is_live(self):
        return self.ended_at is None

    def may_be_changed_by(self, user):
        """Return whether ``user`` may change it: it is his, or he is a contact of its organisation today.

        Who made it for a colleague and left the organisation since may not, nor may staff, who have the roster for it.
        """
        if user.pk == self.person_id:
            return True
        serving = Affiliation.objects.current().filter(organisation=self.organisation_id, user=user)
        return self.organisation_id is not None and serving.contacts_and_deputies().exists()

    @property
    def ahead(self):
        """How many stand before this one on the waiting list (int)."""
        return SignUp.objects.waiting().filter(activity=self.activity_id, pk__lt=self.pk).count()


class ReservedSeats(models.Model):
    """Seats of an activity that are kept for the organisations of a member group until a moment."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="reservations", verbose_name=_("activity"))
    member_group = models.ForeignKey(MemberGroup, models.PROTECT, related_name="+", verbose_name=_("member group"))
    seats = models.PositiveSmallIntegerField(_("places"))
    until = models.DateTimeField(_("reserved until"), help_text=_("Shanghai time. Afterwards they are for everybody."))

    class Meta:
        verbose_name = _("reserved places")
        verbose_name_plural = _("reserved places")
        ordering = ["activity", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "member_group"],
                name="members_group_has_one_reservation",
                violation_error_message=_("This group has reserved places already."),
            ),
            models.CheckConstraint(condition=Q(seats__gte=1), name="members_reservation_has_seats"),
        ]

    def __str__(self):
        return f"{self.member_group} · {self.seats}"


class Places:
    """What can be said of the seats of an activity at one moment."""

    def __init__(self, limit, taken, waiting, reserved, pending=0):
        self.limit = limit  # int, or None without a limit
        self.taken = taken  # seats held
        self.waiting = waiting  # people on the waiting list
        self.reserved = reserved  # free seats that are kept for a group
        self.pending = pending  # people whom staff have to confirm

    @property
    def left(self):
        """Free seats (int), those for groups included; None without a limit."""
        return None if self.limit is None else max(0, self.limit - self.taken)

    @property
    def left_for_all(self):
        """Free seats (int) that are kept for nobody; None without a limit."""
        return None if self.limit is None else max(0, self.limit - self.taken - self.reserved)

    @property
    def shown(self):
        """The seats taken (int) as a gauge can show them: after the limit was lowered there may be more than it."""
        return min(self.taken, self.limit)

    @property
    def is_full(self):
        return self.left_for_all == 0

    @property
    def is_scarce(self):
        """Whether at most a tenth of the seats, or three, are left."""
        return self.left_for_all is not None and 0 < self.left_for_all <= max(3, self.limit // 10)

    @classmethod
    def of(cls, activities, at=None):
        """Return {pk: Places} of ``activities`` (iterable of Activity) with at most three queries, however many."""
        at = at or timezone.now()
        activities = [activity for activity in activities if activity.takes_sign_ups]
        if not activities:
            return {}
        counts = {
            row["activity"]: row
            for row in SignUp.objects.live()
            .filter(activity__in=activities)
            .order_by()
            .values("activity")
            .annotate(
                taken=Count("seat"),
                waiting=Count("pk", filter=Q(seat__isnull=True, approved_at__isnull=False)),
                pending=Count("pk", filter=Q(approved_at__isnull=True)),
            )
        }
        kept = reserved_by_group([activity.pk for activity in activities], at)
        return {
            activity.pk: cls(
                activity.seats,
                counts.get(activity.pk, {}).get("taken", 0),
                counts.get(activity.pk, {}).get("waiting", 0),
                sum(kept.get(activity.pk, {}).values()),
                counts.get(activity.pk, {}).get("pending", 0),
            )
            for activity in activities
        }


def reserved_by_group(activities, at):
    """Return {activity: {member group: free seats that are kept for it at ``at``}} (primary keys, int)."""
    kept = {}
    for reservation in ReservedSeats.objects.filter(activity__in=activities, until__gt=at):
        kept.setdefault(reservation.activity_id, {})[reservation.member_group_id] = reservation.seats
    if kept:
        seated = SignUp.objects.seated().filter(activity__in=kept).order_by()
        for row in seated.values("activity", "organisation__member_group").annotate(number=Count("pk")):
            groups, group = kept[row["activity"]], row["organisation__member_group"]
            if group in groups:
                groups[group] = max(0, groups[group] - row["number"])
    return kept
