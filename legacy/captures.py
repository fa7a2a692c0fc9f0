"""Captures of the old site: saved pages, as text or HTML, read into their parts. What the parts say is not touched.

A capture in text form has a paragraph a line; a list begins with a line for its heading and a line 更多, and has an
item a line after “- ”. HTML is first brought into that form.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

MAX_CAPTURE_BYTES = 5 * 1024 * 1024

_more = re.compile(r"[\[【(（]?更多[\]】)）]?\s*(?:[>＞»›+…]*|\.*)")
_heading_and_more = re.compile(rf"(.{{2,20}}?)\s*({_more.pattern})")
_item = re.compile(r"[-•·*]\s+(.*)")
_html_tag = re.compile(r"<(?:!doctype|html|head|body|div|p|ul|ol|li|table|h[1-6])\b", re.IGNORECASE)
_SENTENCE_ENDS = tuple("。！？…”’）》】.!?)：:；;")


class CaptureError(Exception):
    """A file that cannot be read as a capture. ``code`` is one of CODES; ``params`` fill in its message.

    empty, binary, encoding, not_a_capture have {name}; too_large has {name, size_bytes, limit_bytes}; truncated has
    {name, last}: the last words that were read.
    """

    CODES = ("empty", "too_large", "binary", "encoding", "not_a_capture", "truncated")

    def __init__(self, code, **params):
        super().__init__(code, params)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Item:
    """A line of a side list. ``position`` counts from 1."""

    position: int
    text: str


@dataclass(frozen=True)
class SideList:
    """A list beside the article: the newest titles of one subject of the old site."""

    heading: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Capture:
    """What a saved page holds, as it was written there, garbled or not."""

    name: str
    text: str = field(compare=False)  # the whole file, decoded
    lead: tuple[str, ...]  # the paragraphs of the article
    side_lists: tuple[SideList, ...]
    unread: tuple[str, ...]  # lines that belong to neither


def read_capture(data: bytes, name: str) -> Capture:
    """Return the parts of the capture ``data``; ``name`` names it in errors. Raise CaptureError if it is none.

    data: UTF-8, with or without a byte order mark; at most MAX_CAPTURE_BYTES. Another encoding is refused rather than
    guessed: a wrong guess would look like one more garbling.
    """
    if len(data) > MAX_CAPTURE_BYTES:
        raise CaptureError("too_large", name=name, size_bytes=len(data), limit_bytes=MAX_CAPTURE_BYTES)
    if b"\0" in data:
        raise CaptureError("binary", name=name)
    text = _decode(data, name)
    if not text.strip():
        raise CaptureError("empty", name=name)
    is_html = bool(_html_tag.search(text))
    if is_html and "<html" in text.lower() and "</html" not in text.lower():
        raise CaptureError("truncated", name=name, last=text[-20:].strip())
    lines = _lines_of_html(text) if is_html else [line.strip() for line in text.splitlines() if line.strip()]
    lead, lists, unread = _parts(lines)
    if not lists and not any(map(_is_prose, lead)):
        raise CaptureError("not_a_capture", name=name)
    for heading, items in lists:
        if not items:
            raise CaptureError("truncated", name=name, last=heading)
    if not is_html and _is_cut(lines[-1], is_in_lists=bool(lists)):
        raise CaptureError("truncated", name=name, last=lines[-1][-20:])
    side_lists = tuple(
        SideList(heading, tuple(Item(position, item) for position, item in enumerate(items, 1)))
        for heading, items in lists
    )
    return Capture(name, text, tuple(lead), side_lists, tuple(unread))


def notice_kind(title: str) -> str | None:
    """Return 通知, 公告, 公示 or 决定 if ``title``, simplified, ends in it or in it and a remark in brackets; else None."""
    match = re.search(
        r"(通知|公告|公示|决定)[”’》」』]?(?:\s*[（(〔【][^（）()〔〕【】]*[）)〕】])*[。！!]?\s*$", title
    )
    return match and match[1]


def _decode(data, name):
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            last = data[: error.start].decode("utf-8-sig")[-20:].strip()
            raise CaptureError("truncated", name=name, last=last) from None
        raise CaptureError("encoding", name=name) from None


def _parts(lines):
    """Return the lead (lines), the side lists (heading, items) and the lines that are neither."""
    is_item = [bool(_item.match(line)) for line in lines] + [False, False]
    headings, mores = set(), set()
    for number, line in enumerate(lines):
        if _more.fullmatch(line):
            mores.add(number)
            # Where a page floats 更多 to the right, it comes before its heading.
            comes_first = not is_item[number + 1] and is_item[number + 2]
            heading = number + 1 if comes_first else number - 1
            if heading >= 0 and not is_item[heading] and not _is_prose(lines[heading]):
                headings.add(heading)
    lead, lists, unread = [], [], []
    for number, line in enumerate(lines):
        if number in mores:
            continue
        if number in headings:
            lists.append((line, []))
        elif is_item[number] and lists:
            lists[-1][1].append(_item.match(line)[1])
        elif is_item[number] or lists:
            unread.append(line)
        else:
            lead.append(line)
    return lead, lists, unread


def _is_prose(line):
    """Return whether ``line`` is a Chinese paragraph, garbled or not."""
    plain = re.sub(r"\([^()]*\)", "", line)
    ideograph_count = len(re.findall(r"[\u3400-\u9fff]", plain))
    return "。" in plain and ideograph_count >= 20 and ideograph_count > len(re.findall(r"[A-Za-z]", plain))


def _is_cut(last_line, is_in_lists):
    """Return whether a text that ends with ``last_line`` stops in the middle of something."""
    if any(last_line.rfind(opener) > last_line.rfind(closer) for opener, closer in ("()", "（）", "【】", "《》")):
        return True
    if is_in_lists:  # a heading that waits for its list
        return not _item.match(last_line) and not _is_prose(last_line)
    return _is_prose(last_line) and not last_line.endswith(_SENTENCE_ENDS)


class _LineReader(HTMLParser):
    """Collects the lines of a page; an item of a list begins with “- ”."""

    BLOCKS = frozenset(
        "address article aside blockquote body br caption dd div dl dt fieldset figcaption figure form h1 h2 h3 h4 h5 h6 "
        "header hr html li main ol p pre section table tbody td th thead tr ul".split()
    )
    SKIPPED = frozenset("script style title nav footer noscript select template svg button".split())

    def __init__(self):
        super().__init__()
        self.lines = []
        self._pieces = []
        self._starts_item = False
        self._skipped_depth = 0

    def handle_starttag(self, tag, attrs):
        if tag in self.SKIPPED:
            self._skipped_depth += 1
        if tag in self.BLOCKS:
            self.end_line()
            self._starts_item = tag == "li" or (self._starts_item and tag != "ul" and tag != "ol")

    def handle_startendtag(self, tag, attrs):
        if tag in self.BLOCKS:
            self.end_line()

    def handle_endtag(self, tag):
        if tag in self.SKIPPED:
            self._skipped_depth = max(0, self._skipped_depth - 1)
        if tag in self.BLOCKS:
            self.end_line()
            self._starts_item = self._starts_item and tag != "li"

    def handle_data(self, data):
        if not self._skipped_depth:
            self._pieces.append(data)

    def end_line(self):
        line = " ".join("".join(self._pieces).split())
        self._pieces = []
        if line:
            self.lines.append(f"- {line}" if self._starts_item else line)
            self._starts_item = False


def _lines_of_html(html):
    reader = _LineReader()
    reader.feed(html)
    reader.close()
    reader.end_line()
    lines = []
    for line in reader.lines:
        heading = _heading_and_more.fullmatch(line)
        lines += heading.groups() if heading and not _item.match(line) else [line]
    return lines
