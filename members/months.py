"""Months of the calendar in Shanghai, as addresses name them: 2026-12."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

_SPELLED = re.compile(r"([0-9]{4})-([0-9]{2})")


@dataclass(frozen=True)
class Month:
    year: int
    number: int

    def __str__(self):
        return f"{self.year:04}-{self.number:02}"

    @classmethod
    def read(cls, text):
        """Return the Month that ``text`` spells; ValueError for anything else, and for years no activity is in."""
        spelled = _SPELLED.fullmatch(text)
        month = cls(int(spelled[1]), int(spelled[2])) if spelled else None
        if not month or not 1900 <= month.year <= 9998 or not 1 <= month.number <= 12:
            raise ValueError("no month")
        return month

    @classmethod
    def of(cls, moment):
        """Return the Month of ``moment`` (aware datetime)."""
        local = timezone.localtime(moment)
        return cls(local.year, local.month)

    @property
    def starts_at(self):
        """The moment (aware datetime) at which it begins."""
        return datetime(self.year, self.number, 1, tzinfo=timezone.get_default_timezone())

    @property
    def previous(self):
        return Month(self.year - 1, 12) if self.number == 1 else Month(self.year, self.number - 1)

    @property
    def following(self):
        return Month(self.year + 1, 1) if self.number == 12 else Month(self.year, self.number + 1)
