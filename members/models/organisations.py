"""Member organisations: who they are, and in which periods they are members."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from .. import credit_codes
from .groups import MemberGroup
from .member_numbers import MemberNumberSeries
from .spans import Span, SpanQuerySet


class CreditCodeField(models.CharField):
    """A 统一社会信用代码, kept in its normal spelling however it is typed; empty if unknown."""

    default_validators = [credit_codes.validate]
    MOST_TYPED = 60  # characters: more than a code has, for spaces and hyphens

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, "max_length": credit_codes.LENGTH})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def to_python(self, value):
        return credit_codes.normalise(value or "")

    def get_prep_value(self, value):
        return self.to_python(super().get_prep_value(value))

    def formfield(self, **kwargs):
        return super().formfield(**{"max_length": self.MOST_TYPED, **kwargs})


class MembershipPeriodQuerySet(SpanQuerySet):
    def in_grace(self, on=None):
        """Return the periods that have ended and whose days of grace still last on the day ``on`` (default today)."""
        on = on or timezone.localdate()
        return self.filter(last_on__lt=on, last_on__gte=on - timedelta(days=settings.MEMBERSHIP_GRACE_DAYS))


class OrganisationQuerySet(models.QuerySet):
    def locked(self):
        """Lock the rows until the transaction ends, for whoever changes their periods or people; naming them stays free."""
        return self.select_for_update(no_key=True)

    def members(self, on=None):
        """Return the organisations whose membership holds on the day ``on`` (default today), grace included."""
        periods = MembershipPeriod.objects.filter(organisation=OuterRef("pk"))
        return self.filter(Exists(periods.current(on)) | Exists(periods.in_grace(on)))

    def served_by(self, user, on=None):
        """Return those that ``user`` serves on the day ``on`` (date, default today), members or not."""
        from .affiliations import Affiliation

        return self.filter(pk__in=Affiliation.objects.current(on).filter(user=user).values("organisation"))

    def in_directory(self, on=None):
        """Return what the public directory lists on the day ``on`` (default today): who is a member and wants to stand there."""
        return self.members(on).filter(is_in_directory=True)

    def with_council_role(self, on=None):
        """Add ``council_role`` (a CouncilSeat.Role) in the term that runs on the day ``on`` (default today), or None, and
        ``council_rank``, by which the council stands before all others.
        """
        from .councils import CouncilSeat, CouncilTerm

        terms = CouncilTerm.objects.current(on).order_by("-number")
        seats = CouncilSeat.objects.filter(organisation=OuterRef("pk"), term=Subquery(terms.values("pk")[:1]))
        return self.annotate(
            council_role=Subquery(seats.order_by().values("role")[:1]),
            council_rank=Case(*CouncilSeat.ranks("council_role"), default=Value(len(CouncilSeat.Role))),
        )

    def with_membership(self, on=None):
        """Add ``standing`` (a Standing), ``period_first_on`` and ``period_last_on`` of the period that it rests on: the
        newest that has begun by ``on`` (default today), else the next one.
        """
        on = on or timezone.localdate()
        periods = MembershipPeriod.objects.filter(organisation=OuterRef("pk"))
        begun, coming = periods.filter(first_on__lte=on), periods.filter(first_on__gt=on)
        newest, next_one = begun.order_by("-first_on"), coming.order_by("first_on")
        return self.annotate(
            standing=Case(
                When(Exists(periods.current(on)), then=Value(Organisation.Standing.MEMBER)),
                When(Exists(periods.in_grace(on)), then=Value(Organisation.Standing.GRACE)),
                When(Exists(begun), then=Value(Organisation.Standing.EXPIRED)),
                When(Exists(coming), then=Value(Organisation.Standing.COMING)),
                default=Value(Organisation.Standing.NONE),
                output_field=models.CharField(),
            ),
            period_first_on=Coalesce(
                Subquery(newest.values("first_on")[:1]), Subquery(next_one.values("first_on")[:1])
            ),
            period_last_on=Case(
                When(Exists(begun), then=Subquery(newest.values("last_on")[:1])),
                default=Subquery(next_one.values("last_on")[:1]),
            ),
        )

    def with_contact(self, on=None):
        """Add ``contact_name`` of the main contact on the day ``on`` (default today), or None."""
        from .affiliations import Affiliation

        contacts = Affiliation.objects.contacts().current(on).filter(organisation=OuterRef("pk"))
        name = Coalesce(NullIf("user__name", Value("")), "user__username")
        return self.annotate(contact_name=Subquery(contacts.order_by("pk").values(shown_name=name)[:1]))


def website_only():
    return [Organisation.PublicField.WEBSITE.value]


def validate_public_fields(names):
    known = Organisation.PublicField.values
    if not isinstance(names, list) or any(name not in known for name in names):
        raise ValidationError(_("Choose among: %(names)s") % {"names": ", ".join(known)})


class Organisation(models.Model):
    """An organisation that is, was or is about to be a member."""

    class Level(models.TextChoices):
        """The kind of membership; a seat on the council is told by CouncilSeat."""

        ORDINARY = "ordinary", _("Ordinary member")
        SENIOR = "senior", _("Senior member")
        HONORARY = "honorary", _("Honorary member")

    class Standing(models.TextChoices):
        """What the periods make of the membership on a day; stored nowhere."""

        MEMBER = "member", _("In membership")
        GRACE = "grace", _("In days of grace")
        EXPIRED = "expired", _("Membership expired")
        COMING = "coming", _("Membership not begun")
        NONE = "none", _("No period entered")

        @property
        def tone(self):
            """The tone of the badge that shows it."""
            return {"member": "green", "grace": "ochre", "expired": "red"}.get(self.value, "mute")

    class PublicField(models.TextChoices):
        """What the public directory may tell of a member, if the member wants it to."""

        WEBSITE = "website", _("website")
        ADDRESS = "address", _("address")
        TELEPHONE = "telephone", _("telephone")
        EMAIL = "email", _("e-mail")
        CONTACT = "contact", _("main contact")

    name = models.CharField(_("name"), max_length=120, unique=True)
    former_names = models.TextField(_("former names"), blank=True, max_length=1000, help_text=_("One per line."))
    credit_code = CreditCodeField(
        _("unified social credit code"), blank=True, help_text=_("18 characters; empty if unknown.")
    )
    member_number = models.CharField(_("member number"), max_length=12, blank=True, editable=False)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices, default=Level.ORDINARY)
    member_group = models.ForeignKey(
        MemberGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("member group"),
    )
    joined_on = models.DateField(_("joined on"), null=True, blank=True)
    district = models.CharField(_("district"), max_length=20, blank=True, db_index=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    website = models.URLField(_("website"), blank=True)
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    industry = models.CharField(_("industry"), max_length=40, blank=True, db_index=True)
    introduction = models.TextField(
        _("introduction"), blank=True, max_length=2000, help_text=_("Plain text for the public directory.")
    )
    is_in_directory = models.BooleanField(
        _("in the public directory"), default=True, help_text=_("While its membership holds.")
    )
    public_fields = models.JSONField(
        _("public in the directory"),
        default=website_only,
        blank=True,
        validators=[validate_public_fields],
        help_text=_("What the directory tells besides name, level, member group, industry and district."),
    )
    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~Q(credit_code=""),
                name="members_credit_code_is_unique",
                violation_error_message=_("Another organisation has this credit code."),
            ),
            models.UniqueConstraint(
                fields=["member_number"],
                condition=~Q(member_number=""),
                name="members_member_number_is_unique",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("organisations:organisation_detail", args=[self.pk])

    def check_and_save(self, **options):
        """Save it if it is valid; ValidationError also where another gets this name or code at the same moment."""
        self.full_clean()
        try:
            with transaction.atomic():
                self.save(**options)
        except IntegrityError:
            self.full_clean()  # by now the other one is there
            raise

    def give_member_number(self, year):
        """Give the organisation its number, once and for all: ``year`` (int) is that of its first membership."""
        with transaction.atomic():
            kept = Organisation.objects.locked().only("member_number").get(pk=self.pk)
            if not kept.member_number:
                kept.member_number = MemberNumberSeries.next(year)
                kept.save(update_fields=["member_number"])
        self.member_number = kept.member_number

    @property
    def former_name_list(self):
        return [name.strip() for name in self.former_names.splitlines() if name.strip()]

    def tells(self, name):
        """Return what the public directory tells of the field ``name`` (a PublicField): its value, empty unless chosen."""
        return getattr(self, name) if name in self.public_fields else ""


class MembershipPeriod(Span):
    """Days for which an organisation is a member. A renewal is a period of its own; no two share a day.

    PostgreSQL refuses a shared day by a constraint (see the migration). SQLite, which lets one writer in at a time, has
    none: there, as everywhere, whoever writes looks first and holds ``Organisation.objects.locked()`` meanwhile.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="periods", verbose_name=_("organisation")
    )
    payment = models.CharField(
        _("payment"),
        max_length=100,
        blank=True,
        help_text=_("The amount and how it came, as the accountant would say it."),
    )
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    objects = MembershipPeriodQuerySet.as_manager()

    class Meta(Span.Meta):
        verbose_name = _("membership period")
        verbose_name_plural = _("membership periods")
        ordering = ["organisation", "-first_on"]
        indexes = [models.Index(fields=["organisation", "first_on", "last_on"], name="members_period_by_days")]

    def __str__(self):
        return in_words(self.first_on, self.last_on)

    def save(self, *args, **kwargs):
        """Save the period; with the first one the organisation becomes a member and gets its number."""
        is_new = self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if is_new and not self.organisation.member_number:
                self.organisation.give_member_number((self.organisation.joined_on or self.first_on).year)

    @property
    def reads_until(self):
        """The last day (date or None) of reading as a member: the last of the days of grace."""
        return self.last_on and self.last_on + timedelta(days=settings.MEMBERSHIP_GRACE_DAYS)


def in_words(first_on, last_on):
    """Return the days from ``first_on`` to ``last_on`` (date, or None for no end) as people write them."""
    if last_on is None:
        return _("from %(first)s") % {"first": date_format(first_on)}
    return f"{date_format(first_on)} – {date_format(last_on)}"
