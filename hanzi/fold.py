"""One form for all spellings of a text, for comparing and looking up. What readers see is never folded."""

import unicodedata
from functools import cache

from . import script

_BRACKETS = str.maketrans("〔【[〕】]", "((()))")


def fold(text: str) -> str:
    """Return ``text`` in one width, case, script and form of brackets.

    沪质协〔2025〕28号, 滬質協【２０２５】28號 and 沪质协[2025]28号 are the same after folding. Characters are simplified
    one by one, not by phrase, so that a part of a text folds to a part of the folded text: a query of one word finds
    it in any sentence. The price is that 乾 and 干 are one.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    return folded.translate(_simplify()).translate(_BRACKETS)


@cache
def _simplify():
    forms = script.simplified_characters()
    return str.maketrans({before: forms.get(after, after) for before, after in forms.items()})  # 薴 to 苧 to 苎
