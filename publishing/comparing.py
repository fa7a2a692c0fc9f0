"""Two texts side by side: paragraphs are matched first, then the characters of those that differ.

Chinese has no spaces, so that a comparison by words would mark whole sentences; a comparison of whole texts by
characters would match the 的 of one paragraph with that of another.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser

# The time of a comparison grows with the square of its units. A longer pair of paragraphs, and every pair of a text of
# which more than this has changed, is compared by sentences instead of characters.
MOST_CHARACTERS = 3000
MOST_CHANGED_CHARACTERS = 100_000
MOST_SENTENCES = 1000
ALIKE_ENOUGH = 0.3  # share of common pairs of characters, of two paragraphs that one was made of the other
WINDOW = 20  # how many paragraphs ahead the other half of a pair is looked for


@dataclass(frozen=True)
class Piece:
    text: str
    is_changed: bool = False


@dataclass(frozen=True)
class Row:
    """A paragraph as it was and as it is, each a tuple of Pieces; empty where the paragraph is not there."""

    old: tuple = ()
    new: tuple = ()

    @property
    def is_changed(self):
        return not self.old or not self.new or any(piece.is_changed for piece in (*self.old, *self.new))


def compare(old, new):
    """Return the Rows of two lists of paragraphs (str), in order."""
    rows = []
    opcodes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    changed = sum(len(text) for tag, i, j, *_rest in opcodes if tag == "replace" for text in old[i:j])
    by_sentences = changed > MOST_CHANGED_CHARACTERS
    for tag, i, j, k, m in opcodes:
        if tag == "equal":
            rows += [Row((Piece(text),), (Piece(text),)) for text in old[i:j]]
        else:
            rows += _compare_changed(old[i:j], new[k:m], by_sentences)
    return rows


def _compare_changed(old, new, by_sentences):
    """Return the Rows of paragraphs that differ: each old one beside the new one that was made of it, if any."""
    rows, start = [], 0
    new_pairs = [_pairs(text) for text in new]
    for text in old:
        pairs = _pairs(text)
        ahead = range(start, min(len(new), start + WINDOW))
        place = next((place for place in ahead if _are_alike(pairs, new_pairs[place])), None)
        if place is None:
            rows.append(Row(old=(Piece(text, True),)))
            continue
        rows += [Row(new=(Piece(added, True),)) for added in new[start:place]]
        rows.append(Row(*compare_paragraph(text, new[place], by_sentences)))
        start = place + 1
    return rows + [Row(new=(Piece(added, True),)) for added in new[start:]]


def _pairs(text):
    """Return the set of all pairs of neighbouring characters of ``text``."""
    return {text[place : place + 2] for place in range(max(1, len(text) - 1))}


def _are_alike(pairs, other_pairs):
    return 2 * len(pairs & other_pairs) >= ALIKE_ENOUGH * (len(pairs) + len(other_pairs))


def compare_paragraph(old, new, by_sentences=False):
    """Return the Pieces of two paragraphs: (old, new)."""
    if by_sentences or len(old) > MOST_CHARACTERS or len(new) > MOST_CHARACTERS:
        old_units, new_units = _sentences(old), _sentences(new)
        if max(len(old_units), len(new_units)) > MOST_SENTENCES:
            return (Piece(old, old != new),), (Piece(new, old != new),)
        return _pieces(old_units, new_units)
    return _pieces(old, new)


def _sentences(text):
    return re.findall(r"[^。！？；\n]+[。！？；\n]*|[。！？；\n]+", text)


def _pieces(old, new):
    """Return ((Piece, …), (Piece, …)) for two sequences of units (characters or sentences)."""
    left, right = [], []
    for tag, i, j, k, m in _joined(SequenceMatcher(None, old, new, autojunk=False).get_opcodes()):
        if i < j:
            left.append(Piece("".join(old[i:j]), tag != "equal"))
        if k < m:
            right.append(Piece("".join(new[k:m]), tag != "equal"))
    return tuple(left), tuple(right)


def _joined(opcodes):
    """Yield ``opcodes`` with a single unit that stayed between two changes drawn into them: 甲的乙 → 丙的丁 is one change."""
    pending = None
    for number, (tag, i, j, k, m) in enumerate(opcodes):
        is_island = tag == "equal" and j - i == 1 and 0 < number < len(opcodes) - 1
        if tag == "equal" and not is_island:
            if pending:
                yield ("replace", *pending)
            pending = None
            yield tag, i, j, k, m
        else:
            pending = (pending[0], j, pending[2], m) if pending else (i, j, k, m)
    if pending:
        yield ("replace", *pending)


class _Blocks(HTMLParser):
    """Collects the paragraphs of rich text; pictures and links are said in words, since they can change too."""

    BREAKS = frozenset("p h2 h3 h4 li tr figcaption blockquote table ul ol figure caption hr br".split())

    def __init__(self):
        super().__init__()
        self.blocks, self.words, self.link = [], [], ""

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag in self.BREAKS:
            self.end()
        if tag in {"td", "th"} and self.words:
            self.words.append(" | ")
        if tag in {"h2", "h3", "h4"}:
            self.words.append("#" * (int(tag[1]) - 1) + " ")
        if tag == "li":
            self.words.append("• ")
        if tag == "img":
            self.words.append(f"[{attributes.get('alt') or ''} {attributes.get('src') or ''}]")
        if tag == "video":
            named = (attributes.get(name) or "" for name in ("aria-label", "src", "poster"))
            self.words.append(f"[{' '.join(named)}]")
        if tag == "a":
            self.link = attributes.get("href") or ""

    def handle_endtag(self, tag):
        if tag == "a" and self.link:
            self.words.append(f" <{self.link}>")
            self.link = ""
        if tag in self.BREAKS:
            self.end()

    def handle_data(self, data):
        self.words.append(data)

    def end(self):
        text = " ".join("".join(self.words).split())
        if text and text not in {"•", "#", "##", "###"}:
            self.blocks.append(text)
        self.words = []


def paragraphs(html):
    """Return the paragraphs of rich text (sanitised HTML) as a list of str without markup."""
    reader = _Blocks()
    reader.feed(html or "")
    reader.close()
    reader.end()
    return reader.blocks
