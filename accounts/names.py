"""What people type to say who they are."""

import re
import unicodedata

BETWEEN = set("-‐‑–()")
CHINESE_MOBILE = re.compile(r"(?:\+|00)86(1\d{10})")
PHONE = re.compile(r"\+?[0-9]{5,19}")


def folded(name):
    """Return ``name`` (str, as typed) so that all spellings of one user name, e-mail address or phone are one.

    Width, case, spaces, hyphens, brackets and China's own country code make no difference.
    """
    name = unicodedata.normalize("NFKC", name).casefold()
    name = "".join(character for character in name if not character.isspace() and character not in BETWEEN)
    mobile = CHINESE_MOBILE.fullmatch(name)
    return mobile[1] if mobile else name
