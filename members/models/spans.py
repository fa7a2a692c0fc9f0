"""Rows that hold from a first to a last day, both counted."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.validators import validate_year

ONE_DAY = timedelta(days=1)


class SpanQuerySet(models.QuerySet):
    def current(self, on=None):
        """Return the rows that hold on the day ``on`` (date, default today in Shanghai)."""
        on = on or timezone.localdate()
        return self.filter(Q(last_on__isnull=True) | Q(last_on__gte=on), first_on__lte=on)


class Span(models.Model):
    first_on = models.DateField(_("first day"), default=timezone.localdate)
    last_on = models.DateField(_("last day"), null=True, blank=True, help_text=_("Empty: until further notice."))

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__isnull=True) | Q(last_on__gte=F("first_on")),
                name="%(app_label)s_%(class)s_ends_after_its_start",
                violation_error_message=_("The last day cannot lie before the first day."),
            )
        ]

    def clean(self):
        for name in ("first_on", "last_on"):
            if day := getattr(self, name):
                try:
                    validate_year(day)
                except ValidationError as error:
                    raise ValidationError({name: error}) from error


def first_overlap(spans):
    """Return the first two of ``spans`` (iterable of (first day, last day or None)) that share a day, or None."""
    latest = None
    for span in sorted(spans, key=lambda span: (span[0], span[1] or date.max)):
        if latest and span[0] <= (latest[1] or date.max):
            return latest, span
        latest = span
    return None
