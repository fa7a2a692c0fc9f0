"""What a revision holds, and how it becomes the row that readers see.

The content of a revision is a JSON object:

    {"fields": {name: value}, "labels": [pk], "readers": [pk],
     "attachments": [{"asset": pk, "caption": str}], "relations": [{"target": pk, "kind": str}]}
"""

from django.db import models

from accounts.models import ReaderGroup
from files.models import Asset

from . import richtext
from .models.columns import Label
from .models.dossiers import Attachment, Dossier, FileUse, Relation, Revision

EMPTY = {"fields": {}, "labels": [], "readers": [], "attachments": [], "relations": []}


class StaleBase(Exception):
    """Someone saved a newer revision since the editor opened the form."""

    def __init__(self, newest):
        super().__init__(f"revision {newest.number} is newer")
        self.newest = newest


def of_fields(item):
    """Return the JSON values of the versioned fields as they stand on ``item`` in memory, rich text sanitised."""
    values = {}
    for name in item.versioned:
        field = item._meta.get_field(name)
        value = getattr(item, field.attname)
        if isinstance(field, richtext.RichTextField):
            value = richtext.sanitise(value)
        elif value is not None and not isinstance(value, bool | int | str | list | dict):
            value = field.value_to_string(item)
        values[name] = value
    return values


def of_row(item):
    """Return the content of ``item`` as readers see it: its row and the children of its dossier."""
    dossier = item.dossier
    return {
        "fields": of_fields(item),
        "labels": list(dossier.labels.values_list("pk", flat=True)),
        "readers": list(dossier.readers.values_list("pk", flat=True)),
        "attachments": [{"asset": row.asset_id, "caption": row.caption} for row in dossier.attachments.all()],
        "relations": [{"target": row.target_id, "kind": row.kind} for row in dossier.relations.all()],
    }


def changed(old, new):
    """Return the names (list of str) of the fields and rows in which two contents differ."""
    fields = {**old["fields"], **new["fields"]}
    names = [name for name in fields if old["fields"].get(name) != new["fields"].get(name)]
    return [*names, *(name for name in EMPTY if name != "fields" and old[name] != new[name])]


def apply(item, content):
    """Set the versioned fields of ``item`` in memory to ``content``.

    The model may have changed since: fields that ``content`` lacks keep their value, those it alone knows are left out.
    Likewise what a field pointed to may be gone: then it keeps its value.
    """
    for name in item.versioned:
        if name not in content["fields"]:
            continue
        field, value = item._meta.get_field(name), content["fields"][name]
        if isinstance(field, models.ForeignKey):
            is_other = value is not None and value != getattr(item, field.attname)
            if not is_other or field.related_model._base_manager.filter(pk=value).exists():
                setattr(item, field.attname, value)
        else:
            setattr(item, field.attname, field.to_python(value))


def write_children(item, content):
    """Replace labels, reader groups, attachments and relations of ``item`` by those of ``content``.

    What has been deleted since the revision was saved is left out.
    """
    dossier = item.dossier
    dossier.labels.set(Label.objects.filter(pk__in=content["labels"]))
    dossier.readers.set(ReaderGroup.objects.filter(pk__in=content["readers"]))
    dossier.attachments.all().delete()
    Attachment.objects.bulk_create(attachments_of(dossier, content))
    dossier.relations.all().delete()
    Relation.objects.bulk_create(relations_of(dossier, content))


def attachments_of(dossier, content):
    """Return unsaved attachments in the order of ``content``."""
    assets = Asset.objects.in_bulk([row["asset"] for row in content["attachments"]])
    return [
        Attachment(dossier=dossier, asset=assets[row["asset"]], caption=row["caption"], order=order)
        for order, row in enumerate(content["attachments"])
        if row["asset"] in assets
    ]


def relations_of(dossier, content):
    """Return unsaved relations of ``content`` to items that exist."""
    targets = Dossier.objects.in_bulk([row["target"] for row in content["relations"]])
    return [
        Relation(source=dossier, target=targets[row["target"]], kind=row["kind"])
        for row in content["relations"]
        if row["target"] in targets
    ]


def asset_pks(item, content):
    """Return the numbers of all files that ``content`` shows: covers, attachments, pictures and links in the text."""
    found = {row["asset"] for row in content["attachments"]}
    for name in item.versioned:
        field, value = item._meta.get_field(name), content["fields"].get(name)
        if isinstance(field, richtext.RichTextField):
            found |= richtext.asset_pks(value or "")
        elif isinstance(field, models.ForeignKey) and field.related_model is Asset and value:
            found.add(value)
    return found


def add_revision(dossier, content, author, base):
    """Insert the next revision of ``dossier`` (locked by the caller) and return it; StaleBase if ``base`` is not newest."""
    newest = dossier.newest_revision
    if newest is not None and (base is None or base.pk != newest.pk):
        raise StaleBase(newest)
    revision = Revision.objects.create(
        dossier=dossier, number=newest.number + 1 if newest else 1, base=newest, author=author, content=content
    )
    known = Asset.objects.filter(pk__in=asset_pks(dossier.item, content)).values_list("pk", flat=True)
    FileUse.objects.bulk_create(FileUse(revision=revision, asset_id=pk) for pk in known)
    return revision


def missing(item, content):
    """Return what ``content`` names and is no longer there: a list of (name of its kind, number)."""
    named = [
        (Label, content["labels"]),
        (ReaderGroup, content["readers"]),
        (Asset, [row["asset"] for row in content["attachments"]]),
        (Dossier, [row["target"] for row in content["relations"]]),
    ]
    for name in item.versioned:
        field, value = item._meta.get_field(name), content["fields"].get(name)
        if isinstance(field, models.ForeignKey) and value is not None:
            named.append((field.related_model, [value]))
    found = []
    for model, pks in named:
        there = set(model._base_manager.filter(pk__in=pks).values_list("pk", flat=True))
        found += [(model._meta.verbose_name, pk) for pk in pks if pk not in there]
    return found


def of_revision(item, content):
    """Return ``content`` of an old revision as it can be saved again today: sanitised anew, without what is gone."""
    apply(item, content)
    return {
        "fields": of_fields(item),
        "labels": list(Label.objects.filter(pk__in=content["labels"]).values_list("pk", flat=True)),
        "readers": list(ReaderGroup.objects.filter(pk__in=content["readers"]).values_list("pk", flat=True)),
        "attachments": [
            {"asset": row.asset_id, "caption": row.caption} for row in attachments_of(item.dossier, content)
        ],
        "relations": [{"target": row.target_id, "kind": row.kind} for row in relations_of(item.dossier, content)],
    }
