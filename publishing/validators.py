"""What staff may enter, beyond what a field of Django's refuses by itself."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_year(moment):
    """Refuse a date or datetime of a year that databases, time zones or feeds could not tell; it was mistyped anyway."""
    if not 1900 <= moment.year < 2200:
        raise ValidationError(_("Please check the year: it lies between 1900 and 2199."), code="odd_year")
