"""The few kinds of block that a text of ours is made of, and how each is written."""

import re
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import NamedTuple

FORMATS = ["strong", "em", "u", "s", "sub", "sup"]  # in the order in which they are written, the outermost first
BREAK = "\n"

# An indent of so many em, made of spaces or not, pushes a signature to the right.
TO_THE_RIGHT_EM = 12
LEAST_INDENT_EM = 1
HIGHEST_HEADING, LOWEST_HEADING = 2, 4

_WIDTH_EM = {"\u3000": 1, "\u2003": 1, "\u2002": 0.5, "\xa0": 0.5, " ": 0}
_SPACES = " \xa0\u2002\u2003\u3000"
_PART = "\x1e"  # a control character, which no text that was read has
_PARTING = re.compile(r"\n(?:[ ]*\n)+|\n(?=[ ]*(?:\u3000\u3000|\xa0{3}))")


class Picture(NamedTuple):
    attributes: tuple  # of (name, value)


class Run(NamedTuple):
    """Words that look the same. content: str, in which BREAK is a break of the line, or a Picture."""

    content: object
    formats: frozenset = frozenset()
    link: str = ""


@dataclass
class Paragraph:
    runs: list
    align: str = ""  # "centred", "right" or "": a class of ours
    indent: float | None = None  # em; None: says nothing about the paragraphs around it
    is_unindented: bool = False
    level: int = 0  # in a list of Word's, whose items are paragraphs
    marker: str = ""
    is_bulleted: bool = False  # as far as its list says so


@dataclass
class Heading:
    level: int
    runs: list


@dataclass
class List:
    is_ordered: bool
    items: list = field(default_factory=list)  # of lists of blocks
    start: int = 1


@dataclass
class Cell:
    blocks: list
    tag: str = "td"
    align: str = ""
    spans: tuple = ()  # of (name, value): colspan, rowspan, scope


@dataclass
class Table:
    head: list  # of rows, which are lists of Cells
    body: list
    caption: list = field(default_factory=list)  # of Runs


@dataclass
class Figure:
    picture: Run
    caption: list
    is_wide: bool = False


@dataclass
class Quote:
    blocks: list


class Rule:
    pass


# -- Runs -------------------------------------------------------------------------------------------------------------


def tidied(runs):
    """Return (runs, width of the blank before the first word in em): blanks at the ends gone, one of each within."""
    width, kept, after_blank = 0, [], True
    for run in runs:
        if not isinstance(run.content, str):
            kept.append(run)
            after_blank = False
            continue
        text = run.content
        if not kept:
            words = text.lstrip(_SPACES + BREAK)
            width += sum(_WIDTH_EM.get(character, 0) for character in text[: len(text) - len(words)])
            text = words
        if "u" not in run.formats:  # a line to write on is made of underlined spaces
            text = text.replace("\xa0", " ")
        text = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text))
        if after_blank:
            text = text.lstrip(" ")
        if text:
            kept.append(run._replace(content=text))
            after_blank = text[-1] in " \n"
    while kept and isinstance(kept[-1].content, str):
        last = kept[-1]
        words = last.content if _is_line_to_write_on(last) else last.content.rstrip(_SPACES + BREAK)
        if words:
            kept[-1] = last._replace(content=words)
            break
        kept.pop()
    return _merged(kept), width


def _merged(runs):
    """Join neighbours that look the same; a blank between two words looks like both of them."""
    for place, run in enumerate(runs):
        if isinstance(run.content, str) and not run.content.strip(" \n"):
            before = runs[place - 1] if place else run
            after = runs[place + 1] if place + 1 < len(runs) else run
            link = before.link if before.link == after.link else ""
            runs[place] = Run(run.content, before.formats & after.formats, link)
    joined = []
    for (is_words, formats, link), group in groupby(runs, lambda run: (isinstance(run.content, str), *run[1:])):
        if is_words:
            text = re.sub(r" *\n *", "\n", "".join(run.content for run in group))
            joined.append(Run(text, formats, link))
        else:
            joined += group
    return joined


def parted(runs):
    """Return ``runs`` as a list of lists: an empty line, or a new line that begins with an indent, parts paragraphs."""
    parts = [[]]
    for group_of_words, group in groupby(runs, lambda run: isinstance(run.content, str)):
        group = list(group)
        if not group_of_words:
            parts[-1] += group
            continue
        # The words of neighbours are looked at together: the two breaks may stand in different elements.
        text = _PARTING.sub(lambda cut: _PART * len(cut[0]), "".join(run.content for run in group))
        position = 0
        for run in group:
            end = position + len(run.content)
            first, *others = text[position:end].split(_PART)
            parts[-1].append(run._replace(content=first))
            parts += [[run._replace(content=other)] for other in others]
            position = end
    return parts


def is_blank(runs):
    return not any(isinstance(run.content, Picture) or run.content.strip() or _is_line_to_write_on(run) for run in runs)


def _is_line_to_write_on(run):
    return "u" in run.formats and "\xa0" in run.content


def without_format(runs, *names):
    return [run._replace(formats=run.formats.difference(names)) for run in runs]


def without_headings(blocks):
    """Return ``blocks``, for a cell or an item, with bold paragraphs for headings: the contents of a page lead to none."""
    return [
        Paragraph([run._replace(formats=run.formats | {"strong"}) for run in block.runs])
        if isinstance(block, Heading)
        else block
        for block in blocks
    ]


# -- Word's lists -----------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(\d{1,4})\s*[.．、)）]?")
_LETTERS = re.compile(r"[a-zA-Z]{1,5}[.．、)）]")


def with_lists(blocks):
    """Return ``blocks`` with the paragraphs that are items of a list gathered into nested Lists.

    What our lists cannot show (一、 （一） （1） 1.1 ①) stays a paragraph and keeps its number as words: an official text
    is quoted by it.
    """
    gathered, open_lists = [], []  # open_lists: of (level, List, number of the last item)
    for block in blocks:
        if not (isinstance(block, Paragraph) and block.level):
            open_lists = []
            gathered.append(block)
            continue
        marker = block.marker.strip(_SPACES + BREAK)
        number = _NUMBER.fullmatch(marker)
        is_ordered = bool(number or _LETTERS.fullmatch(marker)) if marker else not block.is_bulleted
        if not is_ordered and len(marker) > 1 and any(map(str.isalnum, marker)) or re.fullmatch(r"[一-龥①-⓿]", marker):
            open_lists = []
            gap = "" if marker[-1] in "、，。：；）】" else " "
            gathered.append(
                Paragraph(_merged([Run(marker + gap), *block.runs]), align=block.align, indent=None),
            )
            continue
        item = [Paragraph(block.runs)]
        while open_lists and open_lists[-1][0] > block.level:
            open_lists.pop()
        if open_lists and open_lists[-1][0] == block.level:
            _level, last, last_number = open_lists[-1]
            follows = not number or last_number is None or int(number[1]) == last_number + 1
            if last.is_ordered == is_ordered and follows:
                last.items.append(item)
                open_lists[-1] = (block.level, last, int(number[1]) if number else None)
                continue
            open_lists.pop()
        new = List(is_ordered, [item], start=int(number[1]) if number else 1)
        (open_lists[-1][1].items[-1] if open_lists else gathered).append(new)
        open_lists.append((block.level, new, int(number[1]) if number else None))
    return _joined(gathered)


def _joined(blocks):
    """Make one list of bullets that follow each other: a word processor parts them where a style changes."""
    joined = []
    for block in blocks:
        last = joined[-1] if joined else None
        if isinstance(block, List) and isinstance(last, List) and not block.is_ordered and not last.is_ordered:
            last.items += block.items
        else:
            joined.append(block)
    return joined


# -- What the whole text decides --------------------------------------------------------------------------------------


def settle(blocks):
    """Decide in place what a block alone cannot say: which paragraphs are flush in a text that indents, and the levels of
    headings, which leave none out and begin below the h1 that is the page's title."""
    paragraphs = [block for block in blocks if isinstance(block, Paragraph) and not block.align]
    indented_count = sum(1 for one in paragraphs if one.indent is not None and one.indent >= LEAST_INDENT_EM)
    flush = [one for one in paragraphs if one.indent is not None and one.indent < LEAST_INDENT_EM]
    if indented_count and indented_count * 2 >= len(flush):
        for one in flush:
            one.is_unindented = True
    headings = [block for block in _all(blocks) if isinstance(block, Heading)]
    levels = sorted({heading.level for heading in headings})
    for heading in headings:
        heading.level = min(max(levels[0], HIGHEST_HEADING) + levels.index(heading.level), LOWEST_HEADING)


def _all(blocks):
    """Yield the blocks outside lists and tables."""
    for block in blocks:
        if isinstance(block, Quote):
            yield from _all(block.blocks)
        else:
            yield block


# -- Writing ----------------------------------------------------------------------------------------------------------


def write(blocks):
    """Return ``blocks`` as markup (str)."""
    return "".join(_write(block) for block in blocks)


def _write(block):
    match block:
        case Paragraph():
            name = block.align or ("unindented" if block.is_unindented else "")
            return f"<p{_class(name)}>{_inline(block.runs)}</p>"
        case Heading():
            return f"<h{block.level}>{_inline(block.runs)}</h{block.level}>"
        case List():
            tag = "ol" if block.is_ordered else "ul"
            start = f' start="{block.start}"' if block.is_ordered and block.start > 1 else ""
            return f"<{tag}{start}>{''.join(f'<li>{_item(item)}</li>' for item in block.items)}</{tag}>"
        case Table():
            caption = f"<caption>{_inline(block.caption)}</caption>" if block.caption else ""
            head = f"<thead>{_rows(block.head)}</thead>" if block.head else ""
            body = f"<tbody>{_rows(block.body)}</tbody>" if block.body else ""
            return f"<table>{caption}{head}{body}</table>"
        case Figure():
            classes = " ".join([*(["captioned"] if block.caption else []), *(["wide"] if block.is_wide else [])])
            caption = f"<figcaption>{_inline(block.caption)}</figcaption>" if block.caption else ""
            return f"<figure{_class(classes)}>{_inline([block.picture])}{caption}</figure>"
        case Quote():
            return f"<blockquote>{write(block.blocks)}</blockquote>"
        case Rule():
            return "<hr>"


def _item(blocks):
    """The first paragraph of an item stands in it without an element of its own, as the editor writes it."""
    if blocks and isinstance(blocks[0], Paragraph):
        return _inline(blocks[0].runs) + write(blocks[1:])
    return write(blocks)


def _rows(rows):
    return "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows)


def _cell(cell):
    attributes = "".join(f' {name}="{value}"' for name, value in cell.spans)
    match cell.blocks:
        case []:
            content, name = "", ""
        case [Paragraph() as only]:
            content, name = _inline(only.runs), only.align
        case several:
            content, name = write(several), ""
    return f"<{cell.tag}{_class(name)}{attributes}>{content}</{cell.tag}>"


def _class(name):
    return f' class="{name}"' if name else ""


def _inline(runs):
    return "".join(
        f'<a href="{escape(link)}">{_formatted(list(group))}</a>' if link else _formatted(list(group))
        for link, group in groupby(runs, lambda run: run.link)
    )


def _formatted(runs, depth=0):
    if depth == len(FORMATS):
        return "".join(_content(run) for run in runs)
    tag = FORMATS[depth]
    return "".join(
        f"<{tag}>{_formatted(list(group), depth + 1)}</{tag}>" if has_it else _formatted(list(group), depth + 1)
        for has_it, group in groupby(runs, lambda run: tag in run.formats)
    )


def _content(run):
    if isinstance(run.content, Picture):
        return "<img" + "".join(f' {name}="{escape(value)}"' for name, value in run.content.attributes) + ">"
    return escape(run.content, quote=False).replace(BREAK, "<br>")
