"""Councils (理事会), each elected for a term, and the organisations that sit on them."""

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .organisations import Organisation, in_words
from .spans import SpanQuerySet


class CouncilTerm(models.Model):
    """A term of the council (届)."""

    number = models.PositiveSmallIntegerField(_("number of the term"), unique=True)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"), null=True, blank=True, help_text=_("Empty: until further notice."))

    objects = SpanQuerySet.as_manager()

    class Meta:
        verbose_name = _("term of the council")
        verbose_name_plural = _("terms of the council")
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="members_terms_of_the_council_count_from_one"),
            models.CheckConstraint(
                condition=Q(last_on__isnull=True) | Q(last_on__gte=F("first_on")),
                name="members_council_term_ends_after_its_start",
                violation_error_message=_("The last day cannot lie before the first day."),
            ),
        ]

    def __str__(self):
        return _("Term %(number)s") % {"number": self.number}

    def get_absolute_url(self):
        return reverse("organisations:council_term", args=[self.number])

    @property
    def days(self):
        return in_words(self.first_on, self.last_on)


class CouncilSeatQuerySet(models.QuerySet):
    def by_rank(self):
        """Return the seats as the council is listed: the president first, the supervisors last."""
        return self.order_by("-term__number", Case(*CouncilSeat.ranks("role")), "organisation__name")


class CouncilSeat(models.Model):
    """A post that an organisation holds in one term."""

    class Role(models.TextChoices):  # in order of rank
        PRESIDENT = "president", _("President")
        VICE_PRESIDENT = "vice_president", _("Vice-president")
        STANDING_DIRECTOR = "standing_director", _("Standing director")
        DIRECTOR = "director", _("Director")
        HEAD_SUPERVISOR = "head_supervisor", _("Head supervisor")
        SUPERVISOR = "supervisor", _("Supervisor")

    term = models.ForeignKey(CouncilTerm, models.PROTECT, related_name="seats", verbose_name=_("term of the council"))
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="council_seats", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.DIRECTOR)
    objects = CouncilSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat on the council")
        verbose_name_plural = _("seats on the council")
        ordering = ["-term__number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["term", "organisation"],
                name="members_organisation_has_one_seat_in_a_term",
                violation_error_message=_("The organisation has a seat in this term already."),
            )
        ]

    def __str__(self):
        return f"{self.organisation} · {self.get_role_display()}"

    @classmethod
    def ranks(cls, name):
        """Return [When] for a Case that makes a rank (int, 0 the highest) of the role in the field ``name``."""
        return [When(**{name: role}, then=Value(rank)) for rank, role in enumerate(cls.Role.values)]

    def clean(self):
        # Django's own look leaves out what the rows of a form have in common, so that this rule would be left out too.
        if self.term_id and self.organisation_id:
            self.validate_constraints()
