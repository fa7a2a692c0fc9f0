"""What belongs to items besides their row — labels, attachments, relations — fetched for many items at once."""

from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import content, subjects
from .models import Attachment, Dossier, Label, Relation

# What a relation is called when it is read from the earlier item.
INVERSE = {
    Relation.Kind.REPORT_OF: _("reported in"),
    Relation.Kind.FOLLOWS: _("followed by"),
    Relation.Kind.REPLACES: _("replaced by"),
}


@dataclass
class Parts:
    labels: list = field(default_factory=list)
    attachments: list = field(default_factory=list)
    related: list = field(default_factory=list)  # of (name of the tie, item), visible items only

    @property
    def replacements(self):
        """The ties to what stands in the item's place now."""
        return [(name, item) for name, item in self.related if name == INVERSE[Relation.Kind.REPLACES]]

    @property
    def report(self):
        """The item that reports on this one, or None."""
        return next((item for name, item in self.related if name == INVERSE[Relation.Kind.REPORT_OF]), None)


def with_labels(items):
    """Return ``items`` (iterable of Publishable, of any subjects) as a list with ``parts.labels`` set: one query."""
    items = list(items)
    labels = {}
    if items:
        through = Dossier.labels.through
        rows = (
            through.objects.filter(dossier__in=[item.pk for item in items])
            .select_related("label")
            .order_by("label__axis", "label__order", "label__name")
        )
        for row in rows:
            labels.setdefault(row.dossier_id, []).append(row.label)
    for item in items:
        item.parts = Parts(labels=labels.get(item.pk, []))
    return items


def with_attachments(items):
    """Return ``items`` as a list with ``parts.attachments`` set instead of labels: one query."""
    items = list(items)
    attachments = {}
    if items:
        rows = Attachment.objects.filter(dossier__in=[item.pk for item in items]).select_related("asset")
        for row in rows:
            attachments.setdefault(row.dossier_id, []).append(row)
    for item in items:
        item.parts = Parts(attachments=attachments.get(item.pk, []))
    return items


def of_page(item, user, at=None):
    """Return the Parts of ``item`` for its page: three queries."""
    [item] = with_labels([item])
    item.parts.attachments = list(Attachment.objects.filter(dossier=item.pk).select_related("asset"))
    item.parts.related = related_items(item, user, at)
    return item.parts


def of_revision(item, revision, reader, at=None):
    """Return the Parts that ``revision`` would give ``item`` on its page for ``reader`` (User, AnyMember or None)."""
    at = at or timezone.now()
    relations = content.relations_of(item.dossier, revision.content)
    there = {
        pk
        for model in subjects.models()
        for pk in model.objects.reachable(reader, at)
        .filter(pk__in=[relation.target_id for relation in relations])
        .values_list("pk", flat=True)
    }
    own = [(row.get_kind_display(), row.target.item) for row in relations if row.target_id in there]
    inverse = [tie for tie in related_items(item, reader, at) if tie[0] in INVERSE.values()]
    return Parts(
        labels=list(Label.objects.filter(pk__in=revision.content["labels"])),
        attachments=content.attachments_of(item.dossier, revision.content),
        related=own + inverse,
    )


def related_items(item, user, at=None):
    """Return [(name of the tie, item)] for what ``item`` points to and what points to it and ``user`` may see: one query."""
    at = at or timezone.now()
    names = [model._meta.model_name for model in subjects.models()]
    rows = (
        Relation.objects.filter(
            Q(source=item.pk) & _is_reachable("target", user, at)
            | Q(target=item.pk) & _is_reachable("source", user, at)
        )
        .select_related(*(f"{side}__{name}" for side in ("source", "target") for name in names))
        .order_by("pk")
    )
    return [
        (row.get_kind_display(), row.target.item) if row.source_id == item.pk else (INVERSE[row.kind], row.source.item)
        for row in rows
    ]


def _is_reachable(side, user, at):
    """Return the condition that the item at ``side`` of a relation can be opened by ``user``, whatever its subject."""
    return reduce(
        or_, (Q(Exists(model.objects.reachable(user, at).filter(pk=OuterRef(side)))) for model in subjects.models())
    )
