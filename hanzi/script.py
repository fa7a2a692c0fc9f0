"""Which script a text is written in: simplified, or traditional, or one turned into the other by a machine."""

import re
from collections import Counter
from functools import cache

from opencc import OpenCC

# For use inside a character class: unified and compatibility ideographs, 々 and 〇.
IDEOGRAPHS = "\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"

ideograph = re.compile(f"[{IDEOGRAPHS}]")

_CJK_BLOCKS = ((0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x323B0))

# Characters that OpenCC would simplify, but which the Table of General Standard Chinese Characters (通用规范汉字表,
# 2013; Unihan kTGH) lists as standard: 乾隆, 毕昇, 於 and 脩 as names. Seeing one says nothing about the script.
LEGAL_IN_BOTH = frozenset("乾剋劄吒夥徵於扞昇氾爇祕脩苎蒐薳薹袷谿釐陞麽")


@cache
def to_simplified():
    """Return the OpenCC converter from traditional to simplified, by phrase. It never changes the length of a text."""
    return OpenCC("t2s")


@cache
def simplified_characters():
    """Return a dict from each character that has another simplified form to that form, each seen alone."""
    characters = [chr(code) for block in _CJK_BLOCKS for code in range(*block)]
    simplified = to_simplified().convert("\n".join(characters)).split("\n")  # a newline: no phrase is matched
    return {before: after for before, after in zip(characters, simplified, strict=True) if before != after}


@cache
def traditional_only():
    """Return the set of characters that no simplified text would contain, a name or a quotation apart."""
    return frozenset(simplified_characters()) - LEGAL_IN_BOTH


@cache
def simplified_only():
    """Return the set of characters that no traditional text would contain: those of GB 2312 that Big5 lacks."""
    return frozenset(
        character
        for character in map(chr, range(0x4E00, 0xA000))
        if _can_encode(character, "gb2312") and not _can_encode(character, "big5")
    )


def count_scripts(text):
    """Return how many characters of ``text`` are traditional only, and how many are simplified only."""
    counts = Counter(text)
    return (
        sum(counts[character] for character in counts.keys() & traditional_only()),
        sum(counts[character] for character in counts.keys() & simplified_only()),
    )


def _can_encode(character, encoding):
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
