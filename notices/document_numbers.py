"""Document numbers (发文字号): issuer code, year and serial, in whatever brackets people type them."""

import re
import unicodedata
from dataclasses import dataclass

# 沪质协〔2025〕28号, 沪质协[2025]28, 沪质协（2025）第28号 …; NFKC has made brackets and digits half-width before
_SHAPE = re.compile(r"^(?P<code>[^\W\d_]{1,20})[\[(〔【](?P<year>\d{4})[\])〕】]第?(?P<serial>\d{1,5})号?$")


@dataclass(frozen=True, order=True)
class DocumentNumber:
    code: str
    year: int
    serial: int

    def __str__(self):
        return f"{self.code}〔{self.year}〕{self.serial}号"

    @classmethod
    def parse(cls, text):
        """Return the number that ``text`` (str) spells, whatever its brackets, width and spaces; ValueError if none."""
        plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
        match = _SHAPE.match(plain)
        if match is None:
            raise ValueError(f"no document number: {text!r}")
        return cls(match["code"], int(match["year"]), int(match["serial"]))
