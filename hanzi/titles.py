"""Titles: the labels and numbers glued to their front, and a headline for a text that has none."""

import re
from typing import NamedTuple

from .phrases import phrases

_label = re.compile(r"\s*【([^【】]+)】\s*")
_year = re.compile(r"(?:19|20)\d\d(?!\d)")
_measure = re.compile(r"[年月日号届次个家名项期批周岁强亿万%％.．:：,—-]")


class Headline(NamedTuple):
    """A proposed headline: words of the sentence in their order, and the parts that were left out, in theirs."""

    text: str
    dropped: tuple[str, ...]


def split_label(title: str, position: int | None = None) -> tuple[list[str], str]:
    """Return the labels in 【】 before ``title``, and the title without them.

    position: the place of the title in its list, from 1, if the list may have its ordinals glued to the titles:
    “02市质协组织” at 2 loses its 02, “072022年” at 7 becomes “2022年”, while “2025年” at 20 keeps its year.
    A title that is nothing but labels stays whole.
    """
    rest = _without_ordinal(title.strip(), position)
    labels, end = [], 0
    while match := _label.match(rest, end):
        labels.append(match[1].strip())
        end = match.end()
    return (labels, rest[end:]) if rest[end:] else ([], rest)


def _without_ordinal(title, position):
    ordinal = f"{position:02d}" if position else ""
    if not ordinal or not title.startswith(ordinal):
        return title
    rest = title[len(ordinal) :]
    belongs_to_title = not title.startswith("0") and (
        (_year.match(title) and not _year.match(rest)) or _measure.match(rest)
    )
    return title if belongs_to_title or not rest else rest.lstrip()


_CLOSERS = dict(zip("“‘（《【「『", "”’）》】」』", strict=True))
_CLAUSE_ENDS = "，；："

_TIME_OF_DAY = "凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|晚间|晚"
_date_clause = re.compile(
    r"(?:\d{4}年|今年|去年)?\d{1,2}月\d{1,2}日(?:\s*[至到—、-]\s*(?:\d{1,2}月)?\d{1,2}日)?"
    rf"(?:（[^）]{{1,8}}）)?(?:{_TIME_OF_DAY})?，?"
    rf"|(?:近日|日前|近期|今天|今日|昨天|昨日|当天|当日)(?:{_TIME_OF_DAY})?(?:，|(?![的起]))"
    r"|(?:(?:\d{4}年|今年|去年)(?:\d{1,2}月)?|\d{1,2}月)(?:上旬|中旬|下旬|初|底)?，"  # without a day: only before a comma
)
_agent_phrase = re.compile(
    r"由[^。；！？]+?(?:组织|主办|承办|协办|举办|联办|主持|发起|指导|支持|牵头|策划|开展|编制|起草|实施)(?:召开|举行)?的"
)
_subordinate_clause = re.compile(
    r"(?:为了?(?!期)|随着|根据|按照|依据|围绕|经过?|在(?=[^，]+(?:下|中|后|前|时|之际|同时|基础上|氛围)，)|通过|此外|同时|据悉).*，$"
)


def first_sentence(text: str, limit: int = 40) -> Headline:
    """Return a headline of at most ``limit`` characters made from the first sentence of ``text``.

    A leading date is left out, and then “由…组织的” if enough stays to say what happened. What is still too long loses
    its leading clauses of purpose or occasion, then its last clauses. A single clause that is too long is cut between
    two words and ends in “…”. No word is added or moved.
    """
    sentence = _first_sentence_of(text)
    dropped = []

    def drop(part):
        nonlocal sentence
        dropped.append(part)
        sentence = sentence[len(part) :]

    date = _date_clause.match(sentence)
    if date and len(sentence) - date.end() >= 6:
        drop(date[0])
    agent = _agent_phrase.match(sentence)
    if agent and len(sentence) - agent.end() >= 8:
        drop(agent[0])
    clauses = _clauses(sentence)
    dates = [number for number, clause in enumerate(clauses[:-1]) if _date_clause.fullmatch(clause)]
    while len(sentence) > limit and len(clauses) > 1 and (_subordinate_clause.match(clauses[0]) or dates):
        # What stands before a date is the occasion, however many clauses it has: 为提升…，推动…，9月3日，
        drop("".join(clauses[: dates[0] + 1 if dates else 1]))
        clauses, dates = _clauses(sentence), []

    kept = clauses[:1]
    for clause in clauses[1:]:
        if len("".join(kept) + clause.rstrip(_CLAUSE_ENDS)) > limit:
            break
        kept.append(clause)
    while len(kept) > 1 and _subordinate_clause.match(kept[-1]):
        kept.pop()
    headline = "".join(kept).rstrip(_CLAUSE_ENDS)
    if len(headline) > limit:
        kept = [_cut_between_words(headline, limit - 1)]
        headline = kept[0] + "…"
    tail = sentence[len("".join(kept)) :]
    return Headline(headline, tuple(dropped) + ((tail,) if tail else ()))


def _first_sentence_of(text):
    """Return the first sentence without its full stop; stops inside quotations and brackets do not end it."""
    line = text.strip().partition("\n")[0].strip()
    expected = []
    for place, character in enumerate(line):
        if character in _CLOSERS:
            expected.append(_CLOSERS[character])
        elif expected and character == expected[-1]:
            expected.pop()
        elif character in "。！？" and not expected:
            return line[:place]
    return line


def _clauses(sentence):
    """Return the clauses of ``sentence``, each with the mark that ends it; none ends inside a quotation or bracket."""
    clauses, start, expected = [], 0, []
    for place, character in enumerate(sentence):
        if character in _CLOSERS:
            expected.append(_CLOSERS[character])
        elif expected and character == expected[-1]:
            expected.pop()
        elif character in _CLAUSE_ENDS and not expected:
            clauses.append(sentence[start : place + 1])
            start = place + 1
    return [*clauses, sentence[start:]] if sentence[start:] else clauses


def _cut_between_words(text, limit):
    """Return the start of ``text``, at most ``limit`` characters, that ends with a whole word outside quotations."""
    kept, best = "", ""
    for word in (word for segment in phrases(text) for word in segment):
        place = text.index(word, len(kept))
        if place + len(word) > limit:
            break
        kept = text[: place + len(word)]
        if all(kept.count(opener) <= kept.count(closer) for opener, closer in _CLOSERS.items()):
            best = kept
    return best or text[:limit]
