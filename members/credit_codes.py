"""统一社会信用代码, the unified social credit code of an organisation, by GB 32100-2015.

18 characters: registering authority (1), kind of organisation (1), administrative division (6 digits), organisation
code (9), check character (1).
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # a character's place is its value; without I, O, S, V and Z
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))  # GB 32100-2015, table B.2: 1, 3, 9, 27, 19, 26, …
LENGTH = 18
DIVISION = slice(2, 8)


def normalise(text):
    """Return ``text`` in half-width capitals without spaces and hyphens, as a code is kept."""
    text = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in text if not character.isspace() and character not in "-‐–—\u200b\ufeff")


def check_character(beginning):
    """Return the 18th character for the first 17, ``beginning`` (str in the alphabet, else ValueError)."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(beginning, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def fault(code):
    """Return the sentence on what is wrong with ``code`` (str, normalised), or an empty one."""
    odd = "".join(dict.fromkeys(character for character in code if character not in ALPHABET))
    if odd:
        return _(
            "A credit code consists of digits and capital letters without I, O, S, V and Z; this one contains: %(odd)s"
        ) % {"odd": odd}
    if len(code) != LENGTH:
        return _("A credit code has 18 characters; this one has %(count)s.") % {"count": len(code)}
    if not code[DIVISION].isdecimal():
        return _("The third to the eighth character of a credit code are digits. Please compare it with the licence.")
    if check_character(code[:-1]) != code[-1]:
        return _(
            "The last character does not fit the others, so one of them is mistyped. Please compare with the licence."
        )
    return ""


def validate(code):
    """Raise ValidationError with the sentence of ``fault``, if there is one."""
    sentence = fault(code)
    if sentence:
        raise ValidationError(sentence, code="credit_code")
