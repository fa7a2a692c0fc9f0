"""What an organisation's contacts change about it: harmless fields at once, the others by asking staff."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import audit
from audit.actions import Action
from publishing import content_version
from publishing.models import Refused

from . import membership_messages
from .models import Organisation, ProfileChange

AT_ONCE = (
    "address", "district", "website", "telephone", "email", "industry", "introduction", "is_in_directory",
    "public_fields",
)  # fmt: skip


@transaction.atomic
def change_at_once(organisation, values, by):
    """Write those of ``values`` ({field of AT_ONCE: value}) that differ; return their names (list)."""
    organisation = Organisation.objects.locked().get(pk=organisation.pk)
    changed = [name for name in AT_ONCE if name in values and getattr(organisation, name) != values[name]]
    if not changed:
        return []
    for name in changed:
        setattr(organisation, name, values[name])
    organisation.save(update_fields=changed)
    audit.record(by, Action.PROFILE_CHANGED, organisation=organisation.pk, changed=changed)
    content_version.advance()
    return changed


@transaction.atomic
def ask(organisation, new, by, licence=None, note=""):
    """Ask staff to change ``new`` ({field of ProfileChange.REVIEWED: value}); return the ProfileChange.

    Refused if nothing is to change, or if another change waits.
    """
    organisation = Organisation.objects.locked().get(pk=organisation.pk)
    new = {name: value for name, value in new.items() if value != getattr(organisation, name)}
    if not new and licence is None:
        raise Refused(_("Nothing is to change: everything is entered like this already."))
    if ProfileChange.objects.open().filter(organisation=organisation).exists():
        raise Refused(_("A change waits for the office already. Take it back first if you want to ask for another."))
    old = {name: getattr(organisation, name) for name in new}
    change = ProfileChange.objects.create(
        organisation=organisation, asked_by=by, old=old, new=new, licence=licence, note=note
    )
    membership_messages.change_waits(change)
    audit.record(by, Action.CHANGE_ASKED, organisation=organisation.pk, before=old, after=new)
    return change


def _open_one(pk):
    """Return the open ProfileChange ``pk`` with its organisation, both locked; Refused if it was answered meanwhile."""
    organisation = Organisation.objects.locked().get(profile_changes=pk)
    change = ProfileChange.objects.locked().get(pk=pk)
    change.organisation = organisation
    if not change.is_open:
        raise Refused(_("Meanwhile this was answered: %(state)s. Nothing was changed.") % {"state": change.state.label})
    return change


@transaction.atomic
def accept(pk, by, seen):
    """Change the organisation as asked. ``seen``: {field: value} that staff read as the present ones.

    Refused if they are others by now; ValidationError if name or code belong to another organisation.
    """
    change = _open_one(pk)
    organisation = change.organisation
    now = {name: getattr(organisation, name) for name in change.new}
    if now != seen:
        raise Refused(
            _(
                "The organisation was changed while you were reading. Please look at the present values and decide again."
            )
        )
    if "name" in change.new and change.new["name"] != organisation.name:
        former = [name for name in organisation.former_name_list if name != change.new["name"]]
        organisation.former_names = "\n".join([*former, organisation.name])
    for name, value in change.new.items():
        setattr(organisation, name, value)
    organisation.check_and_save(update_fields=[*change.new, "former_names"])
    change.accepted_at, change.answered_by = timezone.now(), by
    change.save(update_fields=["accepted_at", "answered_by"])
    membership_messages.change_answered(change)
    audit.record(by, Action.CHANGE_ACCEPTED, organisation=organisation.pk, before=now, after=change.new)
    content_version.advance()
    return change


@transaction.atomic
def refuse(pk, by, reason):
    change = _open_one(pk)
    if not reason.strip():
        raise Refused(_("Please say why: the member reads it."))
    change.refused_at, change.answered_by, change.reason = timezone.now(), by, reason.strip()
    change.save(update_fields=["refused_at", "answered_by", "reason"])
    membership_messages.change_answered(change)
    audit.record(by, Action.CHANGE_REFUSED, organisation=change.organisation_id, reason=change.reason)
    return change


@transaction.atomic
def withdraw(pk, by):
    """Take the change back, for the organisation that asked for it."""
    change = _open_one(pk)
    change.withdrawn_at = timezone.now()
    change.save(update_fields=["withdrawn_at"])
    audit.record(by, Action.CHANGE_WITHDRAWN, organisation=change.organisation_id)
    return change
