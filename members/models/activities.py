"""Member activities: visits, trainings and meetings, and reports of past ones."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.models import Publishable, PublishableQuerySet, cover_field
from publishing.richtext import RichTextField

from ..agendas import read_agenda
from .groups import MemberGroup


def start_of_day(at):
    """Return the midnight in Shanghai before ``at`` (aware datetime)."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


class ActivityQuerySet(PublishableQuerySet):
    """Activities by time. An activity whose start is unknown is a report of the past."""

    def upcoming(self, at):
        return self.filter(starts_at__gt=at).order_by("starts_at", "pk")

    def running(self, at):
        """Return what has begun and not ended; without an end it runs until the end of its first day in Shanghai."""
        midnight = start_of_day(at)
        return self.filter(
            Q(ends_at__gt=at) | Q(ends_at__isnull=True, starts_at__gte=midnight), starts_at__lte=at
        ).order_by("starts_at", "pk")

    def past(self, at):
        midnight = start_of_day(at)
        return self.filter(
            Q(starts_at__isnull=True) | Q(ends_at__lte=at) | Q(ends_at__isnull=True, starts_at__lt=midnight)
        ).order_by(F("starts_at").desc(nulls_last=True), "-published_at", "-pk")


def validate_agenda(text):
    try:
        read_agenda(text)
    except ValueError as error:
        raise ValidationError(
            _("Line %(line)s: start with a time such as 13:30 or 13:30–14:00."), params={"line": error.args[0]}
        ) from error


class Activity(Publishable):
    """A member activity; time, place and places change at once, its texts by publishing a revision."""

    class Kind(models.TextChoices):
        VISIT = "visit", _("Visit and exchange")
        TRAINING = "training", _("Training")
        MEETING = "meeting", _("Meeting")
        CONTEST = "contest", _("Contest")
        ONLINE = "online", _("On-line broadcast")
        SERVICE = "service", _("Public service")
        OTHER = "other", _("Other")

    class Phase(models.TextChoices):
        UPCOMING = "upcoming", _("Upcoming")
        RUNNING = "running", _("Running")
        PAST = "past", _("Past")

    versioned = (
        *Publishable.versioned,
        "cover",
        "kind",
        "member_group",
        "organiser",
        "participants",
        "fee",
        "contact",
        "agenda",
        "sign_up_notes",
        "report",
    )
    immediate = (
        "starts_at",
        "ends_at",
        "place",
        "address",
        "seats",
        "seats_per_organisation",
        "sign_up_opens_at",
        "sign_up_closes_at",
    )
    boundary_fields = (
        *Publishable.boundary_fields,
        "starts_at",
        "ends_at",
        "sign_up_opens_at",
        "sign_up_closes_at",
    )
    deadline_fields = ("sign_up_closes_at",)
    list_related = ("cover", "member_group")
    page_related = ("cover", "member_group")

    cover = cover_field()
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.OTHER)
    member_group = models.ForeignKey(
        MemberGroup, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("member group")
    )
    organiser = models.CharField(_("organiser"), max_length=120, blank=True)
    participants = models.CharField(_("for whom"), max_length=200, blank=True)
    fee = models.CharField(_("fee"), max_length=120, blank=True)
    contact = models.CharField(_("contact"), max_length=120, blank=True)
    agenda = models.TextField(
        _("agenda"),
        blank=True,
        validators=[validate_agenda],
        help_text=_("One item per line: 13:30–14:00 签到. An indented line below adds a remark."),
    )
    sign_up_notes = RichTextField(_("notes on signing up"), blank=True)
    report = RichTextField(
        _("report"), blank=True, help_text=_("What happened. Readers see it as soon as it is published.")
    )

    starts_at = models.DateTimeField(
        _("starts at"), null=True, blank=True, help_text=_("Shanghai time. Empty: a report of a past activity.")
    )
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    seats = models.PositiveIntegerField(_("places"), null=True, blank=True, help_text=_("Empty: no limit."))
    seats_per_organisation = models.PositiveSmallIntegerField(_("places per organisation"), null=True, blank=True)
    sign_up_opens_at = models.DateTimeField(_("sign-up opens at"), null=True, blank=True)
    sign_up_closes_at = models.DateTimeField(_("sign-up closes at"), null=True, blank=True)
    objects = ActivityQuerySet.as_manager()

    class Meta(Publishable.Meta):
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [
            *Publishable.Meta.indexes,
            models.Index(fields=["starts_at", "dossier"], name="members_activity_starts"),
        ]
        constraints = [
            *Publishable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")),
                name="members_activity_ends_after_its_start",
                violation_error_message=_("An activity ends after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(sign_up_opens_at__isnull=True)
                | Q(sign_up_closes_at__isnull=True)
                | Q(sign_up_closes_at__gt=F("sign_up_opens_at")),
                name="members_sign_up_closes_after_it_opens",
                violation_error_message=_("Sign-up closes after it opens."),
            ),
        ]

    @property
    def phase(self):
        """The Phase at this moment, by time alone."""
        return self.phase_at(timezone.now())

    def phase_at(self, at):
        if self.starts_at is None:
            return self.Phase.PAST
        if self.starts_at > at:
            return self.Phase.UPCOMING
        if self.ends_at:
            return self.Phase.RUNNING if self.ends_at > at else self.Phase.PAST
        same_day = timezone.localdate(self.starts_at) == timezone.localdate(at)
        return self.Phase.RUNNING if same_day else self.Phase.PAST

    @property
    def has_facts(self):
        """Whether anything is known of the activity besides its texts."""
        facts = (self.starts_at, self.place, self.organiser, self.member_group_id, self.participants, self.fee)
        return any(facts) or bool(self.contact) or self.kind != self.Kind.OTHER

    @property
    def ends_same_day(self):
        return bool(self.ends_at) and timezone.localdate(self.starts_at) == timezone.localdate(self.ends_at)

    @property
    def agenda_items(self):
        return read_agenda(self.agenda)
