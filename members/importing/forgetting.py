"""Letting go of what imported tables say of people: after a while, or when a person's data are deleted."""

from django.db import transaction
from django.utils import timezone

import audit
from accounts.names import folded
from audit.actions import Action

from ..models import Affiliation, ImportBatch, ImportRow


def rows_of_account(user):
    """Return the kept rows (list of ImportRow) that made, filled or meant the account of ``user``."""
    return [row for row in kept_with_person() if user.pk in accounts_of(row)]


def rows_naming(user):
    """Return the kept rows that name ``user``: by his account, e-mail or phone, or by name among his organisations."""
    served = Affiliation.objects.filter(user=user).select_related("organisation")
    places = {(row.organisation.name, user.name) for row in served}
    email, phone = folded(user.email), user.phone
    return [
        row
        for row in kept_with_person()
        if user.pk in accounts_of(row)
        or (email and folded(row.values.get("person_email", "")) == email)
        or (phone and folded(row.values.get("phone", "")) == phone)
        or (row.values.get("name"), row.values.get("person")) in places
    ]


def kept_with_person():
    """Go through the kept rows that name a person; they are few, since they are emptied after IMPORT_DATA_DAYS."""
    for row in ImportRow.objects.kept().order_by("pk").iterator(chunk_size=500):
        if any(row.values.get(key) for key in ("person", "phone", "person_email")):
            yield row


def accounts_of(row):
    """Return the primary keys (set) of the accounts that ``row`` is about, None among them where there is none."""
    made = {row.done[what]["pk"] for what in ("person", "fills") if what in row.done}
    return made | {row.plan.get("person")}


def purge(at=None):
    """Empty the rows of the imports whose time is over at ``at`` (aware, default now); return how many rows (int)."""
    at = at or timezone.now()
    return sum(purge_one(pk, at) for pk in list(ImportBatch.objects.expired(at).values_list("pk", flat=True)))


@transaction.atomic
def purge_one(pk, at):
    batch = ImportBatch.objects.locked().filter(pk=pk).first()
    if batch is None or not ImportBatch.objects.expired(at).filter(pk=pk).exists():
        return 0  # deleted, or undone meanwhile
    count = batch.rows.empty(at)
    audit.record(None, Action.PERSONAL_DATA_PURGED, batch=pk, rows=count)
    return count
