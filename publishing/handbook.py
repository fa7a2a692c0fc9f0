"""The editor's handbook within the admin: docs/编辑手册.md as a page, and the links that lead from forms to its sections.

A section's anchor stands in its heading, ``## <a id="submit"></a>提交审核``: it is not seen here nor on a page that shows
the file, works in both, and stays when the heading is reworded.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from django.conf import settings
from django.http import FileResponse, Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from PIL import Image

from .richtext import with_scrolling_tables

FOLDER = settings.BASE_DIR / "docs"
TEXT = FOLDER / "编辑手册.md"
ANCHOR = re.compile(r'<a id="([a-z-]+)">')
PICTURES_ARE_KEPT_SECONDS = 3600


@dataclass
class Section:
    """A heading of the handbook; ``sections`` are those below it."""

    anchor: str
    title: str
    sections: list = field(default_factory=list)


@dataclass
class Handbook:
    html: str  # safe: the file is ours, as the templates are
    chapters: list  # of Section
    titles: dict  # anchor → title


def read():
    """Return the Handbook as the file has it now; FileNotFoundError where somebody left docs/ out."""
    return _rendered(TEXT.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _rendered(_changed_at):
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(TEXT.read_text("utf-8"))
    chapters, titles = [], {}
    for position, token in enumerate(tokens):
        if token.type == "inline":
            _size_pictures(token)
        if token.type != "heading_open" or token.tag == "h1":
            continue
        words = tokens[position + 1]
        found = ANCHOR.search(words.content)
        words.children = [child for child in words.children if child.type != "html_inline"]
        anchor = found[1] if found else f"section-{position}"
        section = Section(anchor, "".join(child.content for child in words.children))
        token.attrSet("id", section.anchor)
        titles[section.anchor] = section.title
        (chapters if token.tag == "h2" else chapters[-1].sections).append(section)
    start = next(position for position, token in enumerate(tokens) if token.type == "heading_close") + 1
    html = parser.renderer.render(tokens[start:], parser.options, {})  # the page has a title of its own
    return Handbook(mark_safe(with_scrolling_tables(html, "表格")), chapters, titles)  # noqa: S308 our own file


def _size_pictures(inline):
    """Say how large each picture is, so that the page does not jump away from the section that was asked for."""
    for token in inline.children:
        path = FOLDER / token.attrs.get("src", "")
        if token.type == "image" and path.exists():
            with Image.open(path) as picture:
                token.attrs.update(width=picture.width, height=picture.height, loading="lazy")


# -- The page ---------------------------------------------------------------------------------------------------------


@require_safe
def handbook_page(request, admin_site):
    try:
        handbook = read()
    except FileNotFoundError as error:
        raise Http404("docs/ is not installed") from error
    context = {
        **admin_site.each_context(request),
        "title": _("Editor's handbook"),
        "handbook": handbook,
        "is_nav_sidebar_enabled": False,  # its place is taken by the contents
    }
    return TemplateResponse(request, "admin/handbook.html", context)


@require_safe
def handbook_picture(request, name):
    """Give one of the handbook's pictures; ``name`` is a slug, so that it names no other folder."""
    try:
        response = FileResponse((FOLDER / "screenshots" / f"{name}.png").open("rb"))
    except FileNotFoundError as error:
        raise Http404("no such picture") from error
    response.headers["Cache-Control"] = f"private, max-age={PICTURES_ARE_KEPT_SECONDS}"
    return response


# -- Links to it ------------------------------------------------------------------------------------------------------


def links(anchors, text=""):
    """Return ``text``, and after it the links to the sections that ``anchors`` (str, parted by spaces) names, as HTML."""
    try:
        titles = read().titles
    except FileNotFoundError:
        titles = {}
    page = reverse("admin:handbook")
    named = ((f"{page}#{anchor}", titles.get(anchor, anchor)) for anchor in anchors.split())
    return format_html(
        '{} <span class="handbook">{}{}</span>',
        text,
        _("Handbook: "),
        format_html_join(" · ", '<a href="{}" target="_blank">{}</a>', named),
    )


see = lazy(links, SafeString)  # for descriptions of fieldsets, which are written before there are addresses
