"""The clipboard's markup as a small tree."""

import re
from html.parser import HTMLParser

import nh3

from . import styles

DEEPEST = 150  # levels; what is nested deeper stands on the last of them

# What means something to the reader. Other tags (o:p, st1:place, main …) are only around their text.
TAGS = {
    "p", "div", "section", "article", "header", "footer", "aside", "nav", "main", "address", "center", "pre",
    "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr", "br", "details", "summary",
    "ul", "ol", "li", "dl", "dt", "dd",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
    "figure", "figcaption", "img",
    "a", "span", "font", "b", "strong", "i", "em", "cite", "var", "dfn", "u", "s", "strike", "del", "ins", "sub", "sup",
    "ruby", "rb", "rt", "rp",
    "iframe", "video", "audio", "object", "embed",
    "mpvoice", "mpvideo", "mpprofile", "mpcps", "mp-common-mpaudio", "mp-common-profile", "mp-common-videosnap",
    "mp-common-product", "mp-miniprogram", "mp-weapp", "qqmusic",
}  # fmt: skip
ATTRIBUTES = {
    "class", "style", "align", "href", "src", "data-src", "alt", "role", "width", "height", "color", "colspan",
    "rowspan", "scope", "start", "title", "cite", "datetime", "name", "aria-level",
}  # fmt: skip
# With all that is in them.
DROPPED_TAGS = {
    "script", "style", "xml", "title", "template", "noscript", "svg", "math", "select", "textarea", "button",
}  # fmt: skip
SCHEMES = {"http", "https", "mailto", "tel", "file", "data", "blob", "cid"}
VOID = {"br", "hr", "img", "embed"}

_OFFICE = re.compile(
    r"""urn:schemas-microsoft-com:office | <meta\s[^>]{0,200}content=["']?(?:Microsoft|LibreOffice|OpenOffice|WPS) |
    class=["']?Mso | style=["'][^"'>]{0,2000}\bmso- | <o:p\b""",
    re.IGNORECASE | re.VERBOSE,
)
_STYLE_TAG = re.compile(r"<(/?)style\b[^<>]*>", re.IGNORECASE)


class Node:
    """tag (str); attributes ({name: value}); children: Nodes and strs, in their order."""

    __slots__ = ("attributes", "children", "tag")

    def __init__(self, tag, attributes):
        self.tag, self.attributes, self.children = tag, attributes, []

    def get(self, name):
        return self.attributes.get(name, "")


def parse(html):
    """Return ``html`` (untrusted str) as a Node, nested as a browser would nest it, at most DEEPEST levels deep.

    Comments and with them all that Word hides in conditional ones are gone, and so are scripts.
    """
    well_formed = nh3.clean(
        html.replace("\x00", ""),
        tags=TAGS,
        clean_content_tags=DROPPED_TAGS,
        attributes={"*": ATTRIBUTES},
        url_schemes=SCHEMES,
        link_rel=None,
    )
    builder = _Builder()
    builder.feed(well_formed)
    builder.close()
    return builder.root


class _Builder(HTMLParser):
    """Needs markup in which every element is closed in its turn, as nh3 writes it."""

    def __init__(self):
        super().__init__()
        self.root = Node("", {})
        self.open = [self.root]
        self.too_deep_count = 0

    def handle_starttag(self, tag, attributes):
        if tag not in VOID and len(self.open) >= DEEPEST:
            self.too_deep_count += 1
            return
        node = Node(tag, {name: value or "" for name, value in attributes})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if self.too_deep_count:
            self.too_deep_count -= 1
        elif len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data):
        self.open[-1].children.append(data)


def is_from_office(html):
    """Return whether a word processor or a spreadsheet wrote ``html``: Word, WPS, LibreOffice, Excel."""
    return bool(_OFFICE.search(html))


def style_sheet(html):
    """Return the styles.Sheet of the style elements of ``html``: a word processor says much of what it means there."""
    parts = _STYLE_TAG.split(html)  # text, "" or "/", text, "" or "/", text …
    return styles.Sheet("\n".join(text for slash, text in zip(parts[1::2], parts[2::2], strict=True) if not slash))
