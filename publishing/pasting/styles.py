"""What the styles of the clipboard mean, as far as a text of ours can mean it."""

import re
from functools import lru_cache

MOST_RULES = 5000

_COMMENT = re.compile(r"<!--|-->|/\*[^*]*\*/")
_SIMPLE_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?(?:\.([\w-]+))?", re.IGNORECASE)
_LIST_LEVEL = re.compile(r"@list\s+(l\d+):(level\d+)", re.IGNORECASE)
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(em|rem|ch|pt|px|cm|mm|in|pc|%)?")
_EM = {"em": 1, "rem": 1, "ch": 0.5, "pt": 1 / 12, "px": 1 / 16, "cm": 2.362, "mm": 0.2362, "in": 6, "pc": 1, "%": 0.4}
_DARK = re.compile(
    r"(?i)(?:black|windowtext|auto|inherit|initial|currentcolor|transparent|#([0-9a-f])\1*|#([0-9a-f]{2})\2\2|"
    r"rgba?\(\s*(\d+)[,\s]+\3[,\s]+\3\b.*)"
)


@lru_cache(maxsize=4096)
def declarations(style):
    """Return a style attribute as {property: value}, both lower case; what cannot be read is left out.

    The dictionary is shared: not to be changed.
    """
    found = {}
    for declaration in style.lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip()] = value.replace("!important", "").strip()
    return found


class Sheet:
    """The rules of a style sheet whose selector is a tag, a class or both, and Word's definitions of its lists."""

    def __init__(self, text):
        self._rules, self._list_levels = {}, {}
        for rule in _COMMENT.sub("", text).split("}")[:MOST_RULES]:
            *_around, selectors, block = ["", *rule.split("{")] if "{" in rule else ["", ""]
            if level := _LIST_LEVEL.match(selectors.strip()):
                self._list_levels[level[1].lower(), level[2].lower()] = declarations(block)
                continue
            for selector in selectors.split(","):
                if simple := _SIMPLE_SELECTOR.fullmatch(selector.strip()):
                    key = ((simple[1] or "").lower(), simple[2] or "")
                    self._rules[key] = {**self._rules.get(key, {}), **declarations(block)}

    def __bool__(self):
        return bool(self._rules)

    def rules_for(self, tag, classes):
        """Return {property: value} of an element, the more exact rules last."""
        keys = [(tag, ""), *(("", name) for name in classes), *((tag, name) for name in classes)]
        return {name: value for key in keys for name, value in self._rules.get(key, {}).items()}

    def is_bulleted(self, list_name, level_name):
        level = self._list_levels.get((list_name, level_name), {})
        return level.get("mso-level-number-format", "") == "bullet"


def indent_em(found):
    """Return the indent of a first line in em (float, negative if it hangs) or None if ``found`` says nothing of it."""
    if characters := _LENGTH.match(found.get("mso-char-indent-count", "")):
        return float(characters[1])
    if length := _LENGTH.match(found.get("text-indent", "")):
        return float(length[1]) * _EM[length[2] or "px"]
    return None


def alignment(value):
    """Return "centred", "right" or "" (left, justified) for a value of text-align, None for what is none."""
    value = value.removeprefix("-webkit-").removeprefix("-moz-")
    return {"center": "centred", "right": "right", "end": "right", "left": "", "start": "", "justify": ""}.get(value)


def is_bold(value):
    """Return whether a value of font-weight is bold; None if it says nothing."""
    if value.isdecimal():
        return int(value) >= 600
    return {"bold": True, "bolder": True, "normal": False, "lighter": False}.get(value)


def is_coloured(value):
    """Return whether a value of color is neither black, white nor grey."""
    return bool(value) and not _DARK.fullmatch(value)
