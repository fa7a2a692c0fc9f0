"""How titles, dates and pictures of items are shown."""

from functools import lru_cache
from itertools import groupby

import segno
from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from hanzi.phrases import phrases as phrases_of

from .. import richtext
from ..handbook import links

register = template.Library()

WORD_JOINER = "\u2060"
# The drawings that stand in for a missing picture; the item's number chooses, so that a list does not repeat itself.
COVERS = {
    "members": ["chuanwu", "gangkou", "yishi"],
    "news": ["chengshi", "biaozhun", "yishi", "gangkou"],
}


@register.filter
def phrases(title):
    """Return ``title`` as HTML that breaks between words only, and preferably where a space parts two phrases."""
    segments = []
    for words in phrases_of(title):
        text = "<wbr>".join(str(conditional_escape(word)).replace("·", WORD_JOINER + "·") for word in words)
        segments.append(f'<span class="seg">{text}</span>')
    return mark_safe(" ".join(segments))  # noqa: S308 every word was escaped above


@register.filter
def cover(item):
    """Return the name of the drawing that stands in for the picture of ``item``."""
    names = COVERS.get(item.subject(), COVERS["news"])
    return names[item.pk % len(names)]


@register.filter
def month(moment):
    """Return the month of ``moment`` in words: 10月."""
    return _("month %(month)s") % {"month": timezone.localtime(moment).month}


@register.filter
def month_day(moment):
    """Return the day of ``moment`` within its year: 10月13日."""
    local = timezone.localtime(moment)
    return _("%(month)s/%(day)s") % {"month": local.month, "day": local.day}


@register.filter
def brief_day(moment):
    """Return the day of ``moment`` in figures, with its year only if that has passed: 09-28, 2024-09-28."""
    local = timezone.localtime(moment)
    return f"{local:%m-%d}" if local.year == timezone.localdate().year else f"{local:%Y-%m-%d}"


@register.filter
def weekday(moment):
    """Return the short name of the weekday of ``moment`` in Shanghai: 周四."""
    names = [_("Mon."), _("Tue."), _("Wed."), _("Thu."), _("Fri."), _("Sat."), _("Sun.")]
    return names[timezone.localtime(moment).weekday()]


@register.filter
def weekday_in_brackets(moment):
    """Return the weekday as a running date has it: （周四）."""
    return _(" (%(weekday)s)") % {"weekday": weekday(moment)}


@register.filter
def by_month(items, name="published_at"):
    """Return [(a moment of the month or None, items)] in the order of ``items``; undated items have no month."""

    def moment_of(item):
        moment = getattr(item, name)
        return timezone.localtime(moment) if moment and (item.is_dated or name != "published_at") else None

    def key(item):
        moment = moment_of(item)
        return moment and (moment.year, moment.month)

    groups = []
    for _key, group in groupby(items, key):
        rows = list(group)
        groups.append((moment_of(rows[0]), rows))
    return groups


@register.filter
def excerpt(html):
    """Return the first words of rich text, for a description."""
    return richtext.excerpt(html)


@register.filter
def headings(html):
    """Return [(id, text)] of the chapters of rich text."""
    return richtext.headings(html)


@register.filter
def readable(html):
    """Return rich text as a page shows it, its tables in frames, its videos with a note for paper.

    Still to be marked safe by the one include that does.
    """
    html = richtext.with_printed_videos(html, escape(_("Video: %s. It can be watched on this page of the website.")))
    return richtext.with_scrolling_tables(html, _("Table"))


@register.filter
def anchored(html):
    """Return rich text with ids on its chapters; still to be marked safe by the one include that does."""
    return richtext.anchored(html)


@register.simple_tag
def handbook(anchors):
    """Return a paragraph that leads to the sections of the handbook that ``anchors`` names; nothing for no anchors."""
    return format_html("<p>{}</p>", links(anchors)) if anchors else ""


@register.simple_tag
@lru_cache(maxsize=512)
def qr_code(address):
    """Return the QR code of ``address`` as an SVG drawing, made here: no other host learns what is read."""
    drawing = segno.make(address, error="m").svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None)
    return mark_safe(drawing)  # noqa: S308 made of numbers by segno
