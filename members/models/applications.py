"""Applications for membership: every version that was sent, and how far the newest one has come."""

import uuid
from datetime import timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.translation import gettext_lazy as _

from accounts.names import PHONE, folded
from files.models import Enclosure

from .groups import MemberGroup
from .organisations import CreditCodeField, Organisation

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without what is taken for another when it is read out
CODE_LENGTH = 10
CONFIRM_WITHIN = timedelta(days=7)  # after that an application whose address nobody confirmed is deleted
CONFIRM_SALT = "members.applications.confirm"


def make_code():
    return get_random_string(CODE_LENGTH, CODE_ALPHABET)


def validate_phone(number):
    if not PHONE.fullmatch(folded(number)):
        raise ValidationError(_("Please enter a phone number, digits only, for example 13800000000."))


class ApplicationQuerySet(models.QuerySet):
    def locked(self):
        """Lock the rows until the transaction ends: whoever sends, withdraws or decides comes one after the other."""
        return self.select_for_update(no_key=True, of=("self",))

    def for_staff(self):
        """Return those whose applicant has confirmed the address: staff see no others."""
        return self.filter(confirmed_at__isnull=False)

    def expired(self, at):
        """Return those that nobody may keep any longer at ``at`` (aware datetime).

        The address was not confirmed in time, or the application was refused, withdrawn or, returned, not mended for
        APPLICATION_DATA_DAYS.
        """
        last = at - timedelta(days=settings.APPLICATION_DATA_DAYS)
        ended = Q(newest__refused_at__lt=last) | Q(newest__withdrawn_at__lt=last) | Q(newest__returned_at__lt=last)
        return self.filter(ended | Q(confirmed_at__isnull=True, created_at__lt=at - CONFIRM_WITHIN))

    def came_to_nothing(self):
        return self.filter(Q(newest__refused_at__isnull=False) | Q(newest__withdrawn_at__isnull=False))

    def open(self):
        return self.for_staff().filter(newest__in=ApplicationVersion.objects.open().values("pk"))

    def at_step(self, step):
        """Return those that wait for ``step`` (Application.Step)."""
        return self.open().filter(newest__in=ApplicationVersion.objects.at_step(step).values("pk"))

    def waiting_for(self, user):
        """Return those whose present step ``user`` may decide."""
        found = self.none()
        for step in Application.Step:
            if user.has_perm(step.permission):
                found = found | self.at_step(step)
        return found

    def of_token(self, token):
        """Return the application whose address the mailed ``token`` (str) confirms; DoesNotExist if it is none or too old."""
        try:
            pk = signing.loads(token, salt=CONFIRM_SALT, max_age=CONFIRM_WITHIN)
        except signing.BadSignature as error:
            raise self.model.DoesNotExist from error
        return self.get(pk=pk)

    def find(self, number, code):
        """Return the application that ``number`` and ``code`` (str, as typed) open together; DoesNotExist otherwise.

        One query whatever is wrong, and the codes are compared in the same time.
        """
        digits = folded(number).removeprefix("sq")
        pk = int(digits[4:]) if digits.isascii() and digits.isdigit() and 4 < len(digits) < 16 else 0
        application = self.filter(pk=pk).first()
        right_code = application.code if application else make_code()
        is_right = constant_time_compare(folded(code).upper(), right_code)
        if application is None or not is_right or application.number != f"SQ{digits}":
            raise self.model.DoesNotExist
        return application


class Application(models.Model):
    """An organisation's wish to become a member. Its state follows from the dates here and on its newest version."""

    class Step(models.TextChoices):  # in their order
        CHECK = "check", _("Check by the office")
        ENDORSE = "endorse", _("Opinion of the secretary-general")
        DECIDE = "decide", _("Decision of the council")

        @property
        def permission(self):
            """The full name of the permission that it takes."""
            return f"members.{self.value}_application"

        @property
        def following(self):
            """The next Step, or None after the last."""
            steps = list(type(self))
            return next(iter(steps[steps.index(self) + 1 :]), None)

    class State(models.TextChoices):
        """What the dates make of it; stored nowhere."""

        UNCONFIRMED = "unconfirmed", _("Waits for the confirmation of the e-mail address")
        CHECK = "check", _("Under check by the office")
        ENDORSE = "endorse", _("With the secretary-general")
        DECIDE = "decide", _("Before the council")
        RETURNED = "returned", _("Returned for changes")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn by the applicant")

    # Made with the form, so that a form that arrives twice is one application.
    submission = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=CODE_LENGTH, default=make_code, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False, db_index=True)
    confirmed_at = models.DateTimeField(_("address confirmed at"), null=True, editable=False)
    newest = models.OneToOneField("ApplicationVersion", models.SET_NULL, null=True, related_name="+", editable=False)
    organisation = models.OneToOneField(
        Organisation, models.SET_NULL, null=True, related_name="application", editable=False
    )
    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership application")
        verbose_name_plural = _("membership applications")
        ordering = ["-pk"]
        default_permissions = ["view"]
        permissions = [
            ("check_application", _("Can check membership applications")),
            ("endorse_application", _("Can give the secretary-general's opinion on membership applications")),
            ("decide_application", _("Can decide on membership applications for the council")),
        ]

    def __str__(self):
        return f"{self.newest.name if self.newest else ''} {self.number}".strip()

    @property
    def number(self):
        """What the applicant is told to ask by, such as SQ20260017."""
        return f"SQ{timezone.localtime(self.created_at).year}{self.pk:04}"

    def confirmation_token(self):
        """Return what only the mail to the contact's address holds."""
        return signing.dumps(self.pk, salt=CONFIRM_SALT)

    @property
    def state(self):
        return self.newest.state if self.confirmed_at or self.newest.withdrawn_at else self.State.UNCONFIRMED

    @property
    def tone(self):
        """The tone of the badge that shows the state."""
        State = self.State
        tones = {State.ACCEPTED: "green", State.REFUSED: "red", State.RETURNED: "red", State.WITHDRAWN: "mute"}
        return tones.get(self.state, "ochre")

    @property
    def may_be_withdrawn(self):
        return self.state not in (self.State.ACCEPTED, self.State.REFUSED, self.State.WITHDRAWN)

    @property
    def step(self):
        """The Step that it waits for, or None."""
        return self.newest.step if self.confirmed_at else None

    def record_version(self, content, licence, attachments):
        """Make ``content`` (dict of the fields of a version) with its files the newest version; under the lock."""
        number = self.newest.number + 1 if self.newest else 1
        version = ApplicationVersion.objects.create(application=self, number=number, licence=licence, **content)
        version.attachments.set(attachments)
        self.newest = version
        self.save(update_fields=["newest"])
        return version


class ApplicationVersionQuerySet(models.QuerySet):
    def open(self):
        return self.filter(
            accepted_at__isnull=True, returned_at__isnull=True, refused_at__isnull=True, withdrawn_at__isnull=True
        )

    def at_step(self, step):
        Step = Application.Step
        done = {
            Step.CHECK: Q(checked_at__isnull=True),
            Step.ENDORSE: Q(checked_at__isnull=False, endorsed_at__isnull=True),
            Step.DECIDE: Q(endorsed_at__isnull=False),
        }
        return self.open().filter(done[step])


def ends_at_most_once(*endings):
    """Return the condition (Q) that no two of the fields ``endings`` hold a moment."""
    all_but_one = (Q(**{f"{name}__isnull": True for name in endings if name != one}) for one in endings)
    return reduce(or_, all_but_one)


class ApplicationVersion(models.Model):
    """What was sent once, and what became of it. Nothing that was sent is changed: who mends, sends another version."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now)

    name = models.CharField(_("name of the organisation"), max_length=120)
    credit_code = CreditCodeField(_("unified social credit code"))
    member_group = models.ForeignKey(
        MemberGroup, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("member group")
    )
    district = models.CharField(_("district"), max_length=20)
    address = models.CharField(_("address"), max_length=200)
    website = models.URLField(_("website"), blank=True)
    business = models.TextField(_("main business"), max_length=1000)
    motive = models.TextField(_("why you wish to join"), max_length=1000, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=60)
    contact_post = models.CharField(_("post of the contact person"), max_length=60, blank=True)
    contact_phone = models.CharField(_("phone of the contact person"), max_length=20, validators=[validate_phone])
    contact_email = models.EmailField(_("e-mail of the contact person"))
    licence = models.ForeignKey(Enclosure, models.PROTECT, related_name="+", verbose_name=_("business licence"))
    attachments = models.ManyToManyField(
        Enclosure, through="ApplicationAttachment", blank=True, related_name="+", verbose_name=_("further files")
    )

    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    endorsed_at = models.DateTimeField(null=True)
    endorsed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)  # by the applicant
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.TextField(blank=True)  # the applicant reads it
    objects = ApplicationVersionQuerySet.as_manager()

    CONTENT = (
        "name", "credit_code", "member_group", "district", "address", "website", "business", "motive",
        "contact_name", "contact_post", "contact_phone", "contact_email",
    )  # fmt: skip

    class Meta:
        verbose_name = _("version of a membership application")
        verbose_name_plural = _("versions of membership applications")
        ordering = ["application", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["application", "number"], name="members_versions_of_an_application_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(endorsed_at__isnull=True) | Q(checked_at__isnull=False),
                name="members_application_is_checked_before_it_is_endorsed",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(endorsed_at__isnull=False),
                name="members_application_is_endorsed_before_it_is_accepted",
            ),
            models.CheckConstraint(
                condition=ends_at_most_once("accepted_at", "returned_at", "refused_at", "withdrawn_at"),
                name="members_application_version_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True, refused_at__isnull=True) | ~Q(reason=""),
                name="members_application_goes_back_with_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.name} ({self.number})"

    @property
    def state(self):
        """The Application.State of this version, taken for confirmed."""
        State = Application.State
        for moment, state in (
            (self.withdrawn_at, State.WITHDRAWN),
            (self.refused_at, State.REFUSED),
            (self.returned_at, State.RETURNED),
            (self.accepted_at, State.ACCEPTED),
            (self.endorsed_at, State.DECIDE),
            (self.checked_at, State.ENDORSE),
        ):
            if moment:
                return state
        return State.CHECK

    @property
    def step(self):
        """The Application.Step that this version waits for, or None if it has ended."""
        return Application.Step(self.state) if self.state in Application.Step.values else None

    @property
    def ended_at(self):
        return self.accepted_at or self.returned_at or self.refused_at or self.withdrawn_at

    @property
    def waiting_since(self):
        return self.endorsed_at or self.checked_at or self.sent_at

    @property
    def facts(self):
        """[(label, value)] of what was entered, without what was left empty."""
        values = ((self._meta.get_field(name).verbose_name, getattr(self, name)) for name in self.CONTENT)
        return [(label, str(value)) for label, value in values if value]

    @property
    def files(self):
        """The Enclosures of this version, the licence first."""
        return [self.licence, *self.attachments.order_by("pk")]

    def steps(self):
        """Return [(Step, when it was passed or None, by whom, whether it is the present one)]."""
        Step = Application.Step
        passed = {
            Step.CHECK: (self.checked_at, self.checked_by),
            Step.ENDORSE: (self.endorsed_at, self.endorsed_by),
            Step.DECIDE: (self.accepted_at, self.ended_by),
        }
        return [(step, *passed[step], step == self.step) for step in Step]


class ApplicationAttachment(models.Model):
    """Says that a version has a file, which is kept as long as one has it."""

    version = models.ForeignKey(ApplicationVersion, models.CASCADE)
    enclosure = models.ForeignKey(Enclosure, models.PROTECT)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.enclosure)
