"""How text looks at a place in the clipboard's tree, and what it says there."""

import re
from typing import NamedTuple

from . import styles
from .blocks import BREAK

TAG_FORMATS = {
    "b": "strong", "strong": "strong", "dt": "strong", "i": "em", "em": "em", "cite": "em", "var": "em", "dfn": "em",
    "u": "u", "s": "s", "strike": "s", "del": "s", "sub": "sub", "sup": "sup",
}  # fmt: skip

_HAN = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u2018-\u201d\u2026\U00020000-\U0003347f"
_WRAPPED_LINE = re.compile(rf"(?<=[{_HAN}])[ \t\r\f]*\n[ \t\r\n\f]*(?=[{_HAN}])")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
# Marks that nobody sees; the joiner (200d) stays inside emoji, the variation selectors stay everywhere.
_UNSEEN = re.compile(
    "[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\x01-\x08\x0b\x0e-\x1f\x7f-\x9f]|"
    "(?<![\ufe0f\u2600-\u27bf\U0001f000-\U0001faff])\u200d"
)
# What the fonts of symbols show where other fonts show a letter: the boxes and ticks of forms, the usual bullets.
SYMBOLS = {
    "wingdings": {"¨": "□", "o": "□", "q": "□", "þ": "☑", "ý": "☒", "ü": "✓", "û": "✗", "l": "●", "n": "■", "u": "◆", "à": "→"},
    "wingdings 2": {"£": "□", "R": "☑", "S": "☒", "T": "☒", "P": "✓", "O": "✗"},
    "symbol": {"·": "•", "®": "→", "£": "≤", "³": "≥", "´": "×", "°": "°", "±": "±", "¹": "≠"},
}  # fmt: skip


class Look(NamedTuple):
    """How text looks at a place in the tree, as far as it passes down."""

    formats: frozenset = frozenset()  # of blocks.FORMATS
    link: str = ""
    align: str = ""
    indent: float = 0  # em
    symbols: str = ""  # a key of SYMBOLS
    keeps_lines: bool = False

    def within(self, node, found):
        """Return the Look inside ``node``, whose styles are ``found`` ({property: value}); its link is the reader's."""
        return self._replace(
            formats=self._formats(node, found),
            align=self._align(node, found),
            indent=_or(styles.indent_em(found), self.indent),
            symbols=_symbols(found) if "font-family" in found or "mso-symbol-font-family" in found else self.symbols,
            keeps_lines=self.keeps_lines or node.tag == "pre",
        )

    def _formats(self, node, found):
        formats = set(self.formats)
        if node.tag in TAG_FORMATS:
            formats.add(TAG_FORMATS[node.tag])
        slant = found.get("font-style", "")
        for name, is_so in (
            ("strong", styles.is_bold(found.get("font-weight", ""))),
            ("em", True if slant.startswith(("italic", "oblique")) else False if slant == "normal" else None),
        ):
            if is_so is not None:
                (formats.add if is_so else formats.discard)(name)
        line = found.get("text-decoration", "") + " " + found.get("text-decoration-line", "")
        if "underline" in line:
            formats.add("u")
        if "line-through" in line:
            formats.add("s")
        height = found.get("vertical-align", "")
        if height in ("super", "sub") and node.tag != "td":
            formats.add("sup" if height == "super" else "sub")
        if "sup" in formats:
            formats.discard("sub")
        return frozenset(formats)

    def _align(self, node, found):
        own = styles.declarations(node.get("style"))
        align = _or(styles.alignment(found.get("text-align", "")), self.align)
        if node.tag == "center":
            align = "centred"
        elif node.get("align") and node.tag not in ("table", "img", "hr") and "text-align" not in own:
            # Stronger than a rule of the sheet, unlike in a browser: LibreOffice writes it so.
            align = _or(styles.alignment(node.get("align").lower()), align)
        if node.tag in ("p", "td", "th"):
            return next((name for name in ("centred", "right") if name in node.get("class").split()), align)
        return align

    def words(self, text):
        """Return ``text`` of the tree as it is read: blanks of the source are one blank, or none between Han."""
        text = without_unseen(text)
        if self.keeps_lines:
            text = text.replace("\r\n", BREAK).replace("\t", "\xa0\xa0")
        else:
            text = _BLANKS.sub(" ", _WRAPPED_LINE.sub("", text))
        if self.symbols:
            shown = SYMBOLS[self.symbols]
            text = "".join(shown.get(character, character) for character in text)
        return text


def without_unseen(text):
    return _UNSEEN.sub("", text)


def is_coloured(node):
    """Return whether ``node`` itself, not a rule of the sheet, gives its text a colour."""
    colour = styles.declarations(node.get("style")).get("color")
    return styles.is_coloured(colour or (node.get("color").lower() if node.tag == "font" else ""))


def _symbols(found):
    family = found.get("mso-symbol-font-family") or found.get("font-family")
    family = family.split(",")[0].strip("\"' ")
    return family if family in SYMBOLS else ""


def _or(value, otherwise):
    return otherwise if value is None else value
