"""From the clipboard's tree to blocks of ours."""

import re
from collections import Counter
from enum import StrEnum
from urllib.parse import urlsplit

from files.descriptions import GENERATED_NAME
from publishing.richtext import URL_SCHEMES

from . import blocks, styles
from .blocks import BREAK, Cell, Figure, Heading, List, Paragraph, Picture, Quote, Rule, Run, Table
from .looks import Look, is_coloured, without_unseen

Dropped = StrEnum(
    "Dropped", "REMOTE_PICTURE MISSING_PICTURE MEDIA LOCAL_LINK COMMENT DELETED_TEXT CONTENTS COLOUR".split()
)

HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCK_TAGS = {
    "p", "div", "section", "article", "header", "footer", "aside", "nav", "main", "address", "center", "pre", "details",
    "summary", "dl", "dt", "dd", "caption", "figcaption", "li", "thead", "tbody", "tfoot", "tr", "td", "th",
}  # fmt: skip
MEDIA_TAGS = {"iframe", "video", "audio", "object", "embed", "qqmusic"}  # and WeChat's own, which begin with mp
OUTLINE_CLASSES = {"MsoTitle": 1, "MsoSubtitle": 2}
HIGHEST_OUTLINE_LEVEL = 6
LONGEST_HEADING = 200  # characters; longer ones are paragraphs with a wrong style

_OWN_PICTURE = re.compile(r"/files/\d+/\d{1,4}\.(?:webp|jpg|png)")
_WHOLE_NUMBER = re.compile(r"[1-9]\d{0,3}")
_WRITTEN_BY_WORD = re.compile(r"已自动生成|AI ?生成的内容|automatically generated|AI-generated content")
_LIST_PLACE = re.compile(r"(l\d+)\s+(level(\d))")


class Flow:
    """Blocks that were read, and the paragraph that is being read."""

    def __init__(self, paragraph=None):
        self.blocks, self.runs = [], []
        self.paragraph = paragraph or Paragraph([])
        self.heading = 0
        self.marker = []  # Runs of the number or bullet of Word's item

    def close(self):
        """End the paragraph: put what was read into ``blocks``."""
        if not self.runs and not self.marker:
            return
        runs, self.runs = self.runs, []
        marker, self.marker = "".join(run.content for run in self.marker if isinstance(run.content, str)), []
        like = self.paragraph
        for part in blocks.parted(runs):
            part, blank_em = blocks.tidied(part)
            if blocks.is_blank(part):
                continue
            if self.heading and self._can_be_heading(part):
                number = Run(marker.strip() + " ") if marker.strip() else None
                runs = blocks.without_format([number, *part] if number else part, "strong", "u")
                self.blocks.append(Heading(self.heading, blocks.tidied(runs)[0]))
                continue
            indent = like.indent if like.indent is None else like.indent + blank_em
            align = like.align
            if not align and indent is not None and indent >= blocks.TO_THE_RIGHT_EM:
                align = "right"
            shows_words = any(isinstance(run.content, str) for run in part)
            paragraph = Paragraph(
                part,
                align=align,
                indent=indent if shows_words else None,
                is_unindented=like.is_unindented,
                level=like.level,
                marker=marker,
                is_bulleted=like.is_bulleted,
            )
            self.blocks.append(paragraph)
            marker = ""

    def _can_be_heading(self, runs):
        words = [run.content for run in runs if isinstance(run.content, str)]
        return len(words) == len(runs) and sum(map(len, words)) <= LONGEST_HEADING


class Reader:
    """Reads one clipboard; ``dropped`` counts what was left out, a Counter of Dropped."""

    def __init__(self, is_office, sheet, site=""):
        self.is_office, self.sheet, self.site = is_office, sheet, site.rstrip("/")
        self.dropped = Counter()

    def read(self, root):
        """Return the blocks of the tree at ``root``."""
        flow = Flow()
        self._children(root, Look(), flow)
        flow.close()
        found = blocks.with_lists(flow.blocks)
        blocks.settle(found)
        return found

    # -- Walking ------------------------------------------------------------------------------------------------------

    def _children(self, node, look, flow):
        for child in node.children:
            if isinstance(child, str):
                self._text(child, look, flow)
            else:
                self._element(child, look, flow)

    def _text(self, text, look, flow):
        text = look.words(text)
        if text:
            flow.runs.append(Run(text, look.formats, look.link))

    def _element(self, node, look, flow):
        tag, classes = node.tag, node.get("class").split()
        found = self._declarations(node, classes)
        if self._is_left_out(node, classes, found):
            return
        look = self._look(node, found, look)
        if tag == "br":
            self._break(found, look, flow)
        elif tag == "img":
            self._picture(node, look, flow)
        elif tag == "hr":
            flow.close()
            if flow.blocks and not isinstance(flow.blocks[-1], Rule):
                flow.blocks.append(Rule())
        elif tag in ("ul", "ol"):
            flow.close()
            self._list(node, look, flow)
        elif tag == "table":
            flow.close()
            self._table(node, look, flow)
        elif tag == "blockquote":
            flow.close()
            if quoted := self._inside(node, look):
                flow.blocks.append(Quote(quoted))
        elif tag == "figure":
            flow.close()
            self._figure(node, look, flow)
        elif tag == "rt":
            self._reading(node, look, flow)
        elif found.get("mso-list") == "ignore" and flow.paragraph.level:
            self._marker(node, look, flow)
        elif tag in HEADINGS or tag in BLOCK_TAGS:
            self._paragraph(node, classes, found, look, flow)
        else:
            self._children(node, look, flow)

    def _declarations(self, node, classes):
        own = styles.declarations(node.get("style")) if node.get("style") else {}
        if self.is_office and self.sheet:
            return {**self.sheet.rules_for(node.tag, classes), **own}
        return own

    def _is_left_out(self, node, classes, found):
        tag = node.tag
        if tag == "rp" or found.get("display") == "none" or found.get("mso-hide") == "all":
            return True
        if tag in MEDIA_TAGS or tag.startswith("mp"):
            self.dropped[Dropped.MEDIA] += 1
            return True
        if tag == "del" and (self.is_office or node.get("cite") or node.get("datetime")):
            self.dropped[Dropped.DELETED_TEXT] += 1
            return True
        if (
            found.get("mso-element") in ("comment-list", "comment")
            or found.get("mso-special-character") == "comment"
            or "MsoCommentReference" in classes
            or "msocomanchor" in classes
        ):
            self.dropped[Dropped.COMMENT] += 1
            return True
        if any(name.startswith("MsoToc") and name[6:].isdecimal() for name in classes):
            self.dropped[Dropped.CONTENTS] += 1
            return True
        # The running head of every sheet.
        return found.get("mso-element") in ("header", "footer") or (
            self.is_office and tag == "div" and node.get("title") in ("header", "footer")
        )

    def _look(self, node, found, look):
        link = self._address(node) if node.tag == "a" else ""
        look = look.within(node, found)._replace(link=link or look.link)
        if look.link:  # underlined by itself
            look = look._replace(formats=look.formats - {"u"})
        elif self.is_office and is_coloured(node):
            self.dropped[Dropped.COLOUR] += 1
        return look

    # -- Inline -------------------------------------------------------------------------------------------------------

    def _break(self, found, look, flow):
        if "page-break-before" in found or found.get("mso-break-type"):
            flow.close()
        else:
            flow.runs.append(Run(BREAK, look.formats, look.link))

    def _reading(self, node, look, flow):
        """A reading (拼音) follows its character in brackets: readers of the text alone get it too."""
        inside = Flow()
        self._children(node, look, inside)
        if not blocks.is_blank(inside.runs):
            flow.runs += [Run("（", look.formats, look.link), *inside.runs, Run("）", look.formats, look.link)]

    def _marker(self, node, look, flow):
        inside = Flow()
        self._children(node, look, inside)
        flow.marker += inside.runs

    def _address(self, node):
        """Return where a link of ours may lead; "" if the words have to stand alone."""
        href = self._local(node.get("href").strip())
        if href.startswith("//"):
            href = "https:" + href
        if not href or href.startswith("#"):
            return ""  # a bookmark of the document
        try:
            scheme = urlsplit(href).scheme
        except ValueError:
            return ""
        if scheme in URL_SCHEMES or (not scheme and href.startswith("/")):
            return href
        if scheme == "file":
            self.dropped[Dropped.LOCAL_LINK] += 1
        return ""

    def _local(self, address):
        return address.removeprefix(self.site) if self.site and address.startswith(self.site + "/") else address

    def _picture(self, node, look, flow):
        sizes = [node.get("width"), node.get("height")]
        source = self._local(node.get("src"))
        if _OWN_PICTURE.fullmatch(source):
            flow.runs.append(Run(self._described(source, node, sizes), frozenset(), look.link))
            return
        if any(size in ("0", "1", "2") for size in sizes):
            return  # counts readers, or holds a place
        remote = node.get("data-src") or source
        is_remote = remote.startswith(("http:", "https:", "//"))
        self.dropped[Dropped.REMOTE_PICTURE if is_remote else Dropped.MISSING_PICTURE] += 1

    def _described(self, source, node, sizes):
        alt = " ".join(without_unseen(node.get("alt")).split())
        if GENERATED_NAME.match(alt) or _WRITTEN_BY_WORD.search(alt):
            alt = ""
        attributes = [("src", source), ("alt", alt)]
        if node.get("role") == "presentation" and not alt:
            attributes.append(("role", "presentation"))
        for name, size in zip(("width", "height"), sizes, strict=True):
            if _WHOLE_NUMBER.fullmatch(size):
                attributes.append((name, size))
        return Picture(tuple(attributes))

    # -- Blocks -------------------------------------------------------------------------------------------------------

    def _paragraph(self, node, classes, found, look, flow):
        flow.close()
        outside = (flow.paragraph, flow.heading)
        place = _LIST_PLACE.search(found.get("mso-list", "")) if node.tag != "div" else None
        is_house = "unindented" in classes
        flow.paragraph = Paragraph(
            [],
            align=look.align,
            indent=None if is_house else look.indent,
            is_unindented=is_house,
            level=int(place[3]) if place else 0,
            is_bulleted=bool(place) and self.sheet.is_bulleted(place[1], place[2]),
        )
        flow.heading = self._outline_level(node, classes, found)
        self._children(node, look, flow)
        flow.close()
        flow.paragraph, flow.heading = outside

    def _outline_level(self, node, classes, found):
        if node.tag in HEADINGS:
            return HEADINGS[node.tag]
        if node.get("role") == "heading":
            level = node.get("aria-level")
        elif self.is_office and node.tag == "p":
            level = found.get("mso-outline-level", "") or str(
                next((OUTLINE_CLASSES[name] for name in classes if name in OUTLINE_CLASSES), 0)
            )
        else:
            return 0
        return int(level) if level.isdecimal() and int(level) <= HIGHEST_OUTLINE_LEVEL else 0

    def _inside(self, node, look):
        """Return the blocks inside an element that holds blocks of its own."""
        flow = Flow(Paragraph([], align=look.align, indent=look.indent))
        self._children(node, look, flow)
        flow.close()
        return blocks.with_lists(flow.blocks)

    def _list(self, node, look, flow):
        start = node.get("start")
        found = List(node.tag == "ol", start=int(start) if _WHOLE_NUMBER.fullmatch(start) else 1)
        look = look._replace(align="", indent=0)
        for child in node.children:
            if isinstance(child, str):
                item = [Paragraph(runs)] if (runs := self._words(child, look)) else []
            elif child.tag in ("ul", "ol"):  # not in an item, as it should be
                inside = Flow()
                self._element(child, look, inside)
                if found.items:
                    found.items[-1] += inside.blocks
                    continue
                item = inside.blocks
            else:
                item = self._item(child, look)
            if item:
                found.items.append(item)
        if found.items:
            flow.blocks.append(found)

    def _words(self, text, look):
        inside = Flow()
        self._text(text, look, inside)
        return blocks.tidied(inside.runs)[0]

    def _item(self, node, look):
        inside = Flow(Paragraph([]))
        self._element(node, look, inside)
        inside.close()
        return blocks.without_headings(blocks.with_lists(inside.blocks))

    def _figure(self, node, look, flow):
        """A picture of ours with its caption stays a figure; of anything else in a figure the content stays."""
        captions = [child for child in node.children if getattr(child, "tag", "") == "figcaption"]
        rest = [child for child in node.children if child not in captions]
        content = Flow(Paragraph([], align=look.align, indent=None))
        for child in rest:
            if isinstance(child, str):
                self._text(child, look, content)
            else:
                self._element(child, look, content)
        content.close()
        caption = [block for one in captions for block in self._inside(one, look._replace(align=""))]
        match content.blocks, caption:
            case [[Paragraph(runs=[Run(content=Picture()) as picture])], [] | [Paragraph()]]:
                words = caption[0].runs if caption else []
                flow.blocks.append(Figure(picture, words, is_wide="wide" in node.get("class").split()))
            case _:
                flow.blocks += [*content.blocks, *caption]

    # -- Tables -------------------------------------------------------------------------------------------------------

    def _table(self, node, look, flow):
        look = look._replace(align="", indent=0)
        head, body, caption = [], [], []
        for part in node.children:
            if isinstance(part, str):
                continue
            if part.tag == "caption":
                caption = [run for block in self._inside(part, look) for run in getattr(block, "runs", [])]
            for row in [part] if part.tag == "tr" else part.children:
                if isinstance(row, str) or row.tag != "tr":
                    continue
                is_head = part.tag == "thead"
                cells = self._row(row, look, is_head)
                if cells:
                    (head if is_head else body).append(cells)
        rows = head + body
        filled = [cell for row in rows for cell in row if cell.blocks]
        if not filled:
            return
        if node.get("role") == "presentation" or self._is_layout(rows, filled):
            flow.blocks += [block for cell in filled for block in cell.blocks]
        else:
            for cell in filled:
                cell.blocks = blocks.without_headings(cell.blocks)
            flow.blocks.append(Table(head, body, caption))

    def _row(self, row, look, is_head):
        found = self._declarations(row, row.get("class").split())
        if found.get("display") == "none":
            return []
        look = self._look(row, found, look)
        cells = []
        for node in row.children:
            if isinstance(node, str) or node.tag not in ("td", "th"):
                continue
            classes = node.get("class").split()
            found = self._declarations(node, classes)
            if found.get("display") == "none":
                continue
            spans = [
                (name, node.get(name))
                for name in ("colspan", "rowspan")
                if _WHOLE_NUMBER.fullmatch(node.get(name)) and node.get(name) != "1"
            ]
            tag = "th" if is_head else node.tag
            if tag == "th" and node.get("scope") in ("row", "col", "rowgroup", "colgroup"):
                spans.append(("scope", node.get("scope")))
            content = self._inside(node, self._look(node, found, look))
            if tag == "th":  # bold by itself
                for block in content:
                    if isinstance(block, Paragraph):
                        block.runs = blocks.tidied(blocks.without_format(block.runs, "strong"))[0]
            cells.append(Cell(content, tag, spans=tuple(spans)))
        is_grid = row.get("height") == "0"  # Word's and Excel's measure for old browsers
        return [] if is_grid and not any(cell.blocks for cell in cells) else cells

    def _is_layout(self, rows, filled):
        """Return whether the table only puts things side by side or holds a picture in its place."""
        if len(filled) == 1 and all(_shows_only_pictures(block) for block in filled[0].blocks):
            return True
        is_one_line = len(rows) == 1 or all(len(row) == 1 for row in rows)
        return is_one_line and any(isinstance(block, Table) for cell in filled for block in cell.blocks)


def _shows_only_pictures(block):
    return isinstance(block, Figure) or (
        isinstance(block, Paragraph) and all(isinstance(run.content, Picture) for run in block.runs)
    )
