"""What the clipboard brings: markup of Word, WPS, LibreOffice, articles of WeChat and web pages, made ours.

    cleaned = pasting.clean(html)
    cleaned.html      what may stand in a text
    cleaned.dropped   what was left out, {Dropped: how many}; ``pasting.sentences`` says it to the author

``markup`` reads the clipboard into a tree, ``styles`` and ``looks`` say what its styles mean, ``reading`` turns the tree
into the few kinds of block that ``blocks`` knows and writes. ``views`` is the editor's door.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing import richtext

from . import blocks, markup
from .reading import Dropped, Reader

__all__ = ["Cleaned", "Dropped", "clean", "sentences"]


@dataclass(frozen=True)
class Cleaned:
    html: str
    dropped: dict


def clean(html, site=""):
    """Return ``html`` (untrusted str) as the house's markup: structure, tables, lists, links stay, styles go.

    The result is its own ``richtext.sanitise``, and cleaning it again changes nothing. site: the origin of this portal
    ("https://www.example.org"), so that what was copied from our own pages keeps its pictures. ValueError if the result
    is longer than ``richtext.MAX_LENGTH`` characters.
    """
    reader = Reader(is_office=markup.is_from_office(html), sheet=markup.style_sheet(html), site=site)
    text = blocks.write(reader.read(markup.parse(html)))
    return Cleaned(richtext.sanitise(text), dict(reader.dropped))


def sentences(dropped):
    """Return what was left out as sentences (list of str) in the language of the reader."""
    said = []
    for kind, count in dropped.items():
        match kind:
            case Dropped.REMOTE_PICTURE:
                sentence = ngettext(
                    "%(count)d picture of another site was left out. Please save it and insert it from your computer.",
                    "%(count)d pictures of another site were left out. Please save them and insert them from your"
                    " computer.",
                    count,
                )
            case Dropped.MISSING_PICTURE:
                sentence = ngettext(
                    "%(count)d picture was not on the clipboard. Please insert it as a file.",
                    "%(count)d pictures were not on the clipboard. Please insert them as files.",
                    count,
                )
            case Dropped.MEDIA:
                sentence = ngettext(
                    "%(count)d video, sound or card was left out.",
                    "%(count)d videos, sounds or cards were left out.",
                    count,
                )
            case Dropped.LOCAL_LINK:
                sentence = ngettext(
                    "%(count)d link to a file of your own computer became plain text.",
                    "%(count)d links to files of your own computer became plain text.",
                    count,
                )
            case Dropped.COMMENT:
                sentence = _("Comments of the document were left out.")
            case Dropped.DELETED_TEXT:
                sentence = _("Tracked changes: the final text was taken, what is marked as deleted was left out.")
            case Dropped.CONTENTS:
                sentence = _("The table of contents was left out: the page makes its own from the headings.")
            case Dropped.COLOUR:
                sentence = _("Colours of the text were left out. What they said should be said in words.")
        said.append(sentence % {"count": count})
    return said
