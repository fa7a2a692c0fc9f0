"""Who reviews in place of whom."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class StandInQuerySet(models.QuerySet):
    def current(self, on=None):
        """Return those that hold on the day ``on`` (date, default today in Shanghai)."""
        on = on or timezone.localdate()
        return self.filter(first_on__lte=on, last_on__gte=on)


class StandIn(models.Model):
    """An administrator's word that one person reviews in place of another for some days."""

    absent = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("who is absent"))
    person = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("who stands in"))
    first_on = models.DateField(_("first day"), default=timezone.localdate)
    last_on = models.DateField(_("last day"))
    named_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False, verbose_name=_("named by"))
    objects = StandInQuerySet.as_manager()

    class Meta:
        verbose_name = _("stand-in")
        verbose_name_plural = _("stand-ins")
        ordering = ["-first_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(absent=F("person")),
                name="publishing_nobody_stands_in_for_himself",
                violation_error_message=_("Nobody stands in for himself."),
            ),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")),
                name="publishing_stand_in_ends_after_its_start",
                violation_error_message=_("The last day cannot lie before the first day."),
            ),
        ]

    def __str__(self):
        return f"{self.person} – {self.absent}"

    def clean(self):
        if self.person_id and not (self.person.is_active and self.person.is_staff):
            raise ValidationError({"person": _("Only an active member of staff can stand in.")})
