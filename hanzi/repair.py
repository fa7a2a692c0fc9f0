"""Repair of text that went through a careless mirror: glosses in brackets, naive conversion, lost full-width marks.

The rules run one after the other. Each looks at the text as the rule before it left it and names its edits; the
draft applies them and notes where they were made in the raw text. Two promises hold for every input: a repaired text
is not changed again, and the noted changes, replayed on the raw text, give the repaired one.

The confidence of a change says how often the same change would be right in the papers of an association:

    0.95 and more   nothing else is plausible; nobody needs to look
    0.8             the ordinary reading, with a known exception (a dash between two places, a lone old form)
    0.7 and less    a guess by context: show it to a person
"""

import re
from collections import Counter
from dataclasses import dataclass

from . import pinyin, script

CERTAIN, PLAIN, USUAL, DOUBTFUL, GUESS = 0.98, 0.95, 0.8, 0.7, 0.5


@dataclass(frozen=True, slots=True)
class Change:
    """One edit. ``start`` counts characters of the raw text; ``raw[start : start + len(before)] == before``."""

    rule: str
    start: int
    before: str
    after: str
    confidence: float  # 0 to 1, see the module


@dataclass(frozen=True, slots=True)
class Repaired:
    """The repaired text and what was done to get it, ordered by place."""

    text: str
    changes: tuple[Change, ...]


def repair(text: str, exceptions=()) -> Repaired:
    """Return ``text`` repaired, with the list of changes; clean simplified text comes back as it is.

    exceptions: words, usually names, that keep their traditional characters.
    """
    draft = _Draft(text)
    draft.apply("pinyin", _glosses(draft.text))
    draft.apply("doubled", _doubled_commas(draft.text))
    draft.apply("brackets", _brackets(draft.text))
    draft.apply("punctuation", _punctuation(draft.text))
    draft.apply("dash", _dashes(draft.text))
    draft.apply("space", _stray_spaces(draft.text))
    draft.apply("traditional", _traditional(draft.text, exceptions))
    return Repaired(draft.text, tuple(sorted(draft.changes, key=lambda change: change.start)))


class _Draft:
    """A text under repair that remembers where each of its characters stood in the raw text."""

    def __init__(self, text):
        self.text = text
        self.changes = []
        self._origins = range(len(text))

    def apply(self, rule, edits):
        """Make ``edits``: tuples (start, end, replacement, confidence), in order and apart from each other.

        Neighbours of equal confidence are noted as one change.
        """
        pieces, origins, position = [], [], 0
        befores, afters = [], []  # of the change that a neighbour may still join
        change_start = change_end = change_confidence = None

        def note_change():
            if befores:
                before, after = "".join(befores), "".join(afters)
                self.changes.append(Change(rule, change_start, before, after, change_confidence))

        for start, end, replacement, confidence in edits:
            raw_start = self._origins[start]
            if (start, raw_start, confidence) != (position, change_end, change_confidence):
                note_change()
                befores, afters = [], []
                change_start, change_confidence = raw_start, confidence
            befores.append(self.text[start:end])
            afters.append(replacement)
            change_end = raw_start + end - start
            pieces += self.text[position:start], replacement
            origins += self._origins[position:start]
            is_same_length = len(replacement) == end - start
            origins += self._origins[start:end] if is_same_length else [raw_start] * len(replacement)
            position = end
        note_change()
        if befores:
            origins += self._origins[position:]
            self.text, self._origins = "".join([*pieces, self.text[position:]]), origins


# Pinyin in brackets after a character: 質(zhì)協(xié), 辦(ban), 證(zheng)(zheng)

_GLOSS_LETTERS = "a-z\u00e0-\u00fc\u0101-\u01dc\u0251\u0261\u0300-\u030c"  # with tones, whole or as combining marks
_glosses_after_character = re.compile(rf"(?<=[{script.IDEOGRAPHS}])(?:\([{_GLOSS_LETTERS}]{{1,9}}\))+")
_gloss = re.compile(r"\(([^()]+)\)")


def _glosses(text):
    """Yield the removal of pinyin glosses.

    Nobody explains how a common character is read, so there a toned syllable is enough. On a rare character an author
    may have written it (甪(lù)直): it goes only from a text that is evidently converted. A syllable without tone can be
    a word or a unit: it must be the reading of the character, or stand twice, or be one of many.
    """
    found = []
    for run in _glosses_after_character.finditer(text):
        character = text[run.start() - 1]
        reading = pinyin.main_reading(script.simplified_characters().get(character, character))
        times = Counter(_gloss.findall(run[0]))
        for gloss in _gloss.finditer(run[0]):
            syllable, has_tone = pinyin.without_tone(gloss[1])
            if syllable in pinyin.SYLLABLES:
                fits = syllable == reading or times[gloss[1]] > 1
                is_common = reading is not None or character in script.traditional_only()
                start = run.start() + gloss.start()
                found.append((start, start + len(gloss[0]), has_tone, is_common, fits))
    if not found:
        return
    traditional, simplified = script.count_scripts(text)
    without_tones = sum(fits for *_, has_tone, _, fits in found if not has_tone) >= 3
    for start, end, has_tone, is_common, fits in found:
        if has_tone and is_common:
            yield start, end, "", CERTAIN
        elif has_tone and traditional > simplified or not has_tone and fits:
            yield start, end, "", USUAL
        elif not has_tone and without_tones:
            yield start, end, "", GUESS


# Marks and brackets. A run is a stretch of them with the spaces between; it is judged by the characters on its two
# sides. Both widths and spaces belong to a run, so that judging again after a repair gives the same answer.

_FULL_WIDTH = str.maketrans(",:;?!()", "，：；？！（）")
_SPACES = " \t\u00a0\u3000"
_run_or_protected = re.compile(
    r"(?<![a-z0-9+.-])(?:[a-z][a-z0-9+.-]*+://|www\.)[!-~]*[a-z0-9/=&#_~-]"  # an address
    r"|(?<![a-z0-9._+-])[a-z0-9._+-]++@[a-z0-9.-]+"
    r"|&\#?[a-z0-9]+;"  # an HTML entity
    rf"|(?P<run>[,:;?!()，：；？！（）{_SPACES}]+)",
    re.IGNORECASE,
)
_CJK_PUNCTUATION = "\u3001\u3002\u3008-\u3011\u3014-\u301b\uff0e\uff05\uff5e"
_cjk = re.compile(f"[{script.IDEOGRAPHS}{_CJK_PUNCTUATION}]")
_SHARED_PUNCTUATION = "“”‘’…—·"  # of Chinese and of European text


@dataclass(slots=True)
class _Run:
    start: int
    text: str
    left: str  # the character before, "" at the edge of a line
    right: str
    follows_chinese: bool

    @property
    def precedes_chinese(self):
        return bool(_cjk.match(self.right)) or (self.follows_chinese and self.right in _SHARED_PUNCTUATION)

    @property
    def is_chinese(self):
        """Whether its marks belong to a Chinese sentence. A space before a Latin word is the English way."""
        if not self.left:
            return False
        if not self.right:
            return self.follows_chinese
        return self.precedes_chinese or (self.follows_chinese and self.text[-1] not in _SPACES)


def _runs(text):
    """Yield the runs of ``text`` that are more than spaces."""
    for match in _run_or_protected.finditer(text):
        if match["run"] and not match["run"].isspace():
            start, end = match.span()
            left, right = text[max(0, start - 1) : start].strip("\n"), text[end : end + 1].strip("\n")
            yield _Run(start, match[0], left, right, _ends_in_chinese(text, start - 1))


def _ends_in_chinese(text, place):
    """Return whether the character at ``place`` is Chinese; a quotation is as Chinese as what it ends with."""
    if place >= 0 and text[place] in _SHARED_PUNCTUATION:
        place -= 1
        while place >= 0 and text[place] in _SPACES:
            place -= 1
    return place >= 0 and bool(_cjk.match(text, place))


_comma_again = re.compile(rf"(?<=[,，])(?:[{_SPACES}]*[,，])+")


def _doubled_commas(text):
    for run in _runs(text):
        if run.is_chinese:
            for again in _comma_again.finditer(run.text):
                yield run.start + again.start(), run.start + again.end(), "", CERTAIN


def _brackets(text):
    """Yield full-width forms for pairs of brackets that hold Chinese and stand in Chinese: (个人), not (CEO)."""
    edits = []
    opened = []  # places of brackets not yet closed, with the run they stand in
    last_ideograph = position = -1
    for run in _runs(text):
        between = text[position + 1 : run.start]
        if "\n" in between:
            opened.clear()
        if script.ideograph.search(between.rpartition("\n")[2]):
            last_ideograph = run.start
        for position, character in enumerate(run.text, run.start):
            if character in "(（":
                opened.append((position, character, run))
            elif character in ")）" and opened:
                start, opening, before = opened.pop()
                if opening + character == "()" and start < last_ideograph and _is_in_chinese(before, run):
                    edits += (start, start + 1, "（", CERTAIN), (position, position + 1, "）", CERTAIN)
    return sorted(edits)


def _is_in_chinese(before, after):
    """Return whether text between two runs is surrounded by Chinese: on one side, or by nothing that is not."""
    if before.follows_chinese or after.precedes_chinese:
        return True
    return all(not side or side.isdigit() for side in (before.left, after.right))


def _punctuation(text):
    """Yield full-width forms for ASCII marks in Chinese sentences."""
    for run in _runs(text):
        if not run.is_chinese:
            continue
        if not run.follows_chinese:
            # After a Latin word a mark may be the word's own: Yahoo!公司, （Q1:）各地
            first = max(map(run.text.rfind, "()（）")) + 1
            for start, character in enumerate(run.text[first:], run.start + first):
                if character in ",:;":
                    yield start, start + 1, character.translate(_FULL_WIDTH), USUAL
            continue
        for offset, character in enumerate(run.text):
            start = run.start + offset
            if character in ",:;!":
                yield start, start + 1, character.translate(_FULL_WIDTH), PLAIN
            elif character == "?" and "?" not in (run.text[offset - 1 : offset], run.text[offset + 1 : offset + 2]):
                # Two are lost bytes rather than a question, and even one may stand for a space.
                yield start, start + 1, "？", GUESS if script.ideograph.match(run.right) else USUAL


_CHINESE = script.IDEOGRAPHS + _CJK_PUNCTUATION + "，：；？！（）“”‘’"
_broken_dash = re.compile(
    rf"(?<=[{_CHINESE}])(?:[{_SPACES}]+—[{_SPACES}]*|—[{_SPACES}]+|[{_SPACES}]*--[{_SPACES}]*)(?=[{_CHINESE}])",
)


def _dashes(text):
    """Yield —— for half a dash with spaces and for two hyphens. A half dash alone joins places: 上海—北京."""
    for match in _broken_dash.finditer(text):
        yield *match.span(), "——", USUAL


_stray_space = re.compile(
    rf"(?<=[^\s])[{_SPACES}]+(?=[，。；：？！、）》〉】」』〕”’])"
    rf"|(?<=[（《〈【「『〔“‘])[{_SPACES}]+(?=[{script.IDEOGRAPHS}])"
    rf"|(?<=[，。；：？！、])[{_SPACES}]+(?=[{script.IDEOGRAPHS}《〈【「『〔“‘（])"
)


def _stray_spaces(text):
    """Yield the removal of spaces inside brackets and around stops; outside of brackets a space may part two phrases."""
    for match in _stray_space.finditer(text):
        yield *match.span(), "", USUAL


# Converters turn 着 into 著 everywhere, and OpenCC leaves it. These keep it.
_misread_zhe = re.compile("(?<![显名编土卓专论原巨昭译合遗拙新所较主撰])著(?![名作称书述录者有于文译论])")


def _traditional(text, exceptions):
    """Yield simplified forms, if ``text`` has more characters that are only traditional than only simplified."""
    names = [name for name in exceptions if name]
    name = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True)))) if names else None
    traditional, simplified = script.count_scripts(name.sub("", text) if name else text)
    if traditional <= simplified:
        return
    confidence = CERTAIN if traditional >= 3 and traditional >= 10 * simplified else USUAL
    converted = _misread_zhe.sub("着", script.to_simplified().convert(text))
    kept = {place for match in name.finditer(text) for place in range(*match.span())} if name else ()
    for place, (before, after) in enumerate(zip(text, converted, strict=True)):
        if before != after and place not in kept:
            if before not in script.traditional_only():  # by phrase: 於 but not 樊於期, and our own 着
                yield place, place + 1, after, DOUBTFUL if before == "著" else USUAL
            else:
                yield place, place + 1, after, confidence
