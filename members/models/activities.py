"""Member activities: visits, trainings and meetings, and reports of past ones."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.actions import Action
from publishing.models import Publishable, PublishableQuerySet, Refused, cover_field
from publishing.richtext import RichTextField

from ..agendas import read_agenda
from .groups import MemberGroup


def start_of_day(at):
    """Return the midnight in Shanghai before ``at`` (aware datetime)."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


class ActivityQuerySet(PublishableQuerySet):
    """Activities by time. An activity whose start is unknown is a report of the past."""

    def to_purge(self, at=None):
        """Leave out what people signed up for: the numbers stay."""
        return super().to_purge(at).filter(sign_ups__isnull=True)

    def data_due(self, on):
        """Return the activities with sign-ups whose personal data were to be kept until a day before ``on`` (date)."""
        midnight = timezone.make_aware(datetime.combine(on, time.min))
        last = midnight - timedelta(days=settings.PERSONAL_DATA_DAYS)
        ended = Q(ends_at__lt=last) | Q(ends_at__isnull=True, starts_at__lt=last)
        due = Q(personal_data_until__lt=on) | Q(personal_data_until__isnull=True) & ended
        return self.filter(due, sign_ups__anonymised_at__isnull=True, sign_ups__isnull=False).distinct().order_by("pk")

    def called_off(self, at=None):
        """Return what was called off, whenever it was to be."""
        return self.filter(called_off_at__isnull=False).order_by(F("starts_at").desc(nulls_last=True), "-pk")

    def upcoming(self, at):
        return self.filter(called_off_at__isnull=True, starts_at__gt=at).order_by("starts_at", "pk")

    def running(self, at):
        """Return what has begun and not ended; without an end it runs until the end of its first day in Shanghai."""
        midnight = start_of_day(at)
        return self.filter(
            Q(ends_at__gt=at) | Q(ends_at__isnull=True, starts_at__gte=midnight),
            called_off_at__isnull=True,
            starts_at__lte=at,
        ).order_by("starts_at", "pk")

    def past(self, at):
        midnight = start_of_day(at)
        return self.filter(
            Q(starts_at__isnull=True) | Q(ends_at__lte=at) | Q(ends_at__isnull=True, starts_at__lt=midnight),
            called_off_at__isnull=True,
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
        CALLED_OFF = "called_off", _("Called off")

    class SignUpFor(models.TextChoices):
        MEMBERS = "members", _("People of member organisations")
        GROUP = "group", _("People of the activity's member group")
        EVERYONE = "everyone", _("Everybody with an account")

    class Approval(models.TextChoices):
        NONE = "none", _("Nobody: whoever signs up has a place if there is one")
        STAFF = "staff", _("Staff confirm each sign-up")

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
        "speakers",
        "sign_up_notes",
        "report",
    )
    immediate = (
        "starts_at",
        "ends_at",
        "place",
        "address",
        "online_link",
        "takes_sign_ups",
        "sign_up_for",
        "approval",
        "seats",
        "seats_per_organisation",
        "accept_within_hours",
        "sign_up_opens_at",
        "sign_up_closes_at",
        "cancel_until",
        "credit_hours",
        "personal_data_until",
    )
    # What people must know when it changes: they are told, and the page shows the old beside the new.
    announced = ("starts_at", "ends_at", "place", "address")
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
    speakers = models.TextField(
        _("speakers"), blank=True, max_length=2000, help_text=_("One per line: name, a space, organisation and post.")
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
    online_link = models.URLField(
        _("link to take part on-line"),
        blank=True,
        max_length=500,
        help_text=_("Shown only to those who have a place."),
    )
    takes_sign_ups = models.BooleanField(_("takes sign-ups on-line"), default=False)
    sign_up_for = models.CharField(
        _("who may sign up"), max_length=10, choices=SignUpFor.choices, default=SignUpFor.MEMBERS
    )
    approval = models.CharField(_("who confirms"), max_length=10, choices=Approval.choices, default=Approval.NONE)
    seats = models.PositiveIntegerField(_("places"), null=True, blank=True, help_text=_("Empty: no limit."))
    seats_per_organisation = models.PositiveSmallIntegerField(_("places per organisation"), null=True, blank=True)
    accept_within_hours = models.PositiveSmallIntegerField(
        _("hours to accept a place"),
        null=True,
        blank=True,
        help_text=_("For those who move up from the waiting list. Empty: they have the place at once."),
    )
    sign_up_opens_at = models.DateTimeField(_("sign-up opens at"), null=True, blank=True)
    sign_up_closes_at = models.DateTimeField(
        _("sign-up closes at"), null=True, blank=True, help_text=_("Empty: when the activity begins.")
    )
    cancel_until = models.DateTimeField(
        _("people may cancel until"), null=True, blank=True, help_text=_("Empty: until the activity begins.")
    )
    credit_hours = models.DecimalField(
        _("credit hours"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.5"))],
        help_text=_("Whoever has checked in finds a certificate of attendance on his own page. Empty: none is given."),
    )
    personal_data_until = models.DateField(
        _("personal data are kept until"),
        null=True,
        blank=True,
        help_text=_("Names and answers of the people are deleted then; the numbers stay. Empty: as the portal is set."),
    )
    called_off_at = models.DateTimeField(_("called off at"), null=True, editable=False)
    call_off_reason = models.CharField(_("reason for calling it off"), max_length=200, blank=True, editable=False)
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
            models.CheckConstraint(
                condition=Q(takes_sign_ups=False) | Q(starts_at__isnull=False),
                name="members_sign_ups_need_a_start",
                violation_error_message=_("People can sign up only for an activity whose start is known."),
            ),
            models.CheckConstraint(
                condition=Q(called_off_at__isnull=True) | ~Q(call_off_reason=""),
                name="members_calling_off_has_a_reason",
                violation_error_message=_("Say why the activity is called off."),
            ),
        ]

    @property
    def phase(self):
        """The Phase at this moment, by time alone."""
        return self.phase_at(timezone.now())

    def phase_at(self, at):
        if self.called_off_at:
            return self.Phase.CALLED_OFF
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

    @property
    def speakers_by_name(self):
        """The speakers as [(name, organisation and post, maybe "")]."""
        lines = [line.split(maxsplit=1) for line in self.speakers.splitlines() if line.strip()]
        return [(line[0], line[1] if len(line) > 1 else "") for line in lines]

    @property
    def changes_to_tell(self):
        """The ActivityChanges that people may have missed, the newest first; none once the activity is over."""
        if self.starts_at is None or self.phase not in (self.Phase.UPCOMING, self.Phase.RUNNING):
            return []
        return list(self.changes.all())

    @property
    def is_for_members(self):
        """Whether people sign up for a member organisation only."""
        return self.sign_up_for != self.SignUpFor.EVERYONE

    @property
    def data_kept_until(self):
        """The last day (date) on which names and answers of the people are kept; None without a start."""
        if self.personal_data_until or self.starts_at is None:
            return self.personal_data_until
        return timezone.localdate(self.ends_at or self.starts_at) + timedelta(days=settings.PERSONAL_DATA_DAYS)

    # -- Verbs ----------------------------------------------------------------------------------------------------

    def change_at_once(self, names, *, by):
        """Save ``names``; tell those signed up of a new time or place, and give the seats that are free now.

        Return how many people were told (int).
        """
        from .. import messages, signing_up  # which import the models

        with transaction.atomic():
            now, told = timezone.now(), 0
            before = type(self).objects.locked().get(pk=self.pk)
            changed = [name for name in self.announced if getattr(before, name) != getattr(self, name)]
            is_out = self.published_at is not None and self.published_at <= now
            if changed and is_out and before.phase_at(now) in (self.Phase.UPCOMING, self.Phase.RUNNING):
                change = self.changes.create(
                    changed_by=by,
                    changed_at=now,
                    before={name: getattr(before, name) for name in changed},
                    after={name: getattr(self, name) for name in changed},
                )
                messages.tell_of_change(change)
                told = self.sign_ups.live().count()
            signing_up.settle(self, now)
            super().change_at_once(names, by=by)
        return told

    def call_off(self, reason, *, by):
        """Call the activity off: its page says so, everybody who is signed up is told, nobody can sign up any more."""
        from .. import messages

        with transaction.atomic():
            type(self).objects.locked().get(pk=self.pk)
            now = timezone.now()
            self.called_off_at, self.call_off_reason = now, reason
            messages.tell_of_calling_off(self)
            self._change(by, Action.CALLED_OFF, {"reason": reason}, called_off_at=now, call_off_reason=reason)

    def resume(self, *, by):
        """Undo the calling off: everybody who is signed up is told, and people can sign up again."""
        from .. import messages, signing_up

        with transaction.atomic():
            type(self).objects.locked().get(pk=self.pk)
            now = timezone.now()
            messages.tell_of_resuming(self, now)
            self.called_off_at, self.call_off_reason = None, ""
            signing_up.settle(self, now)
            self._change(by, Action.RESUMED, called_off_at=None, call_off_reason="")

    def withdraw(self, reason, *, by):
        with transaction.atomic():
            self._keep_page_of_people()
            super().withdraw(reason, by=by)

    def trash(self, reason, *, by):
        with transaction.atomic():
            self._keep_page_of_people()
            super().trash(reason, by=by)

    def _keep_page_of_people(self):
        """Raise Refused where people are signed up for what is to come: they must not find their activity gone."""
        self.hold()
        stored = type(self).objects.get(pk=self.pk)
        is_to_come = stored.phase == self.Phase.UPCOMING
        count = self.sign_ups.live().count() if is_to_come else 0
        if count:
            raise Refused(
                ngettext(
                    "%(count)d person is signed up for this activity. Call it off first: that tells everybody.",
                    "%(count)d people are signed up for this activity. Call it off first: that tells everybody.",
                    count,
                )
                % {"count": count}
            )

    def clean_for_publication(self):
        super().clean_for_publication()
        if self.takes_sign_ups and self.sign_up_for == self.SignUpFor.GROUP and self.member_group_id is None:
            raise ValidationError({"member_group": _("Choose the member group whose people may sign up.")})


class ActivityChange(models.Model):
    """A change of time or place after publication: what stood there, and what stands there since."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="changes")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    before = models.JSONField(encoder=DjangoJSONEncoder)  # {name: value} of Activity.announced
    after = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("change of an activity")
        verbose_name_plural = _("changes of activities")
        ordering = ["activity", "-pk"]
        default_permissions = ()

    def __str__(self):
        return f"{self.activity} · {self.changed_at:%Y-%m-%d}"

    @property
    def lines(self):
        """What changed, as [(name of the field, before, after)]: moments and texts as the activity has them, or ""."""
        fields = [Activity._meta.get_field(name) for name in Activity.announced if name in self.after]
        return [
            (field.verbose_name, *(field.to_python(side[field.name]) or "" for side in (self.before, self.after)))
            for field in fields
        ]
