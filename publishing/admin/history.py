"""Two revisions of an item side by side, and an old one brought back."""

from dataclasses import dataclass

from django.contrib.admin.utils import display_for_field
from django.db.models import ForeignKey
from django.utils.translation import gettext_lazy as _

from accounts.models import ReaderGroup
from files.models import Asset

from .. import comparing, content
from ..models import Dossier, Label, Relation
from ..richtext import RichTextField


@dataclass
class Part:
    """One field of two revisions: its name, and the rows in which they differ or agree."""

    title: str
    rows: list
    is_text: bool = False
    input_id: str = ""  # of the input in the form that can take over what stands at the left

    @property
    def is_changed(self):
        return any(row.is_changed for row in self.rows)

    @property
    def short_rows(self):
        """The changed rows with the ones beside them, and in place of the others how many they are (int)."""
        near = [any(row.is_changed for row in self.rows[max(0, n - 1) : n + 2]) for n in range(len(self.rows))]
        found = []
        for row, is_near in zip(self.rows, near, strict=True):
            if is_near:
                found.append(row)
            elif found and isinstance(found[-1], int):
                found[-1] += 1
            else:
                found.append(1)
        return found


def compare(item, old, new):
    """Return the Parts of ``item`` in which the revisions ``old`` and ``new`` differ; facts first, texts after them."""
    was, now = _in_words(item, old.content), _in_words(item, new.content)
    parts = [Part(title, comparing.compare(was[title], now[title])) for title in now]
    for name in item.rich_text_names():
        texts = [comparing.paragraphs(revision.content["fields"].get(name)) for revision in (old, new)]
        parts.append(Part(item._meta.get_field(name).verbose_name, comparing.compare(*texts), is_text=True))
    return [part for part in parts if part.is_changed]


def length_of(item, revision):
    """Return how many characters the title and the texts of ``revision`` have."""
    fields = revision.content["fields"]
    texts = (line for name in item.rich_text_names() for line in comparing.paragraphs(fields.get(name)))
    return len(fields["title"]) + sum(map(len, texts))


def _in_words(item, revision_content):
    """Return {name of the field: list of str} for everything of a revision but its rich text."""
    copy = type(item)(dossier=item.dossier)
    content.apply(copy, revision_content)
    words = {}
    for name in item.versioned:
        field = item._meta.get_field(name)
        if isinstance(field, RichTextField):
            continue
        if isinstance(field, ForeignKey):
            pk = revision_content["fields"].get(name)
            words[field.verbose_name] = _names(field.related_model, [pk] if pk else [])
        else:
            words[field.verbose_name] = str(display_for_field(getattr(copy, name), field, "")).splitlines()
    words[_("labels")] = _names(Label, revision_content["labels"])
    words[_("reader groups")] = _names(ReaderGroup, revision_content["readers"])
    captions = {row["asset"]: row["caption"] for row in revision_content["attachments"]}
    words[_("attachments")] = [
        f"{captions[pk] or name} ({pk})" if captions[pk] else name
        for pk, name in zip(captions, _names(Asset, captions), strict=True)
    ]
    targets = [row["target"] for row in revision_content["relations"]]
    words[_("relations")] = [
        f"{Relation.Kind(row['kind']).label} {name}"
        for row, name in zip(revision_content["relations"], _names(Dossier, targets), strict=True)
    ]
    return words


def _names(model, pks):
    """Return what the rows ``pks`` of ``model`` are called, in their order; a row that is gone is said to be."""
    rows = model.objects.in_bulk(pks)
    return [str(rows[pk]) if pk in rows else str(_("no longer there (number %(pk)s)") % {"pk": pk}) for pk in pks]
