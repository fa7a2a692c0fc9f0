"""Letting people who came by an import set a password: only when staff say so."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import audit
from accounts import invitations
from accounts.models import User
from audit.actions import Action

from ..models import ImportBatch
from .applying import NotPossible


def awaiting(batch):
    """Return the Users whose accounts ``batch`` made and who have set no password yet; those that can be mailed and others."""
    rows = batch.rows.filter(applied_at__isnull=False, undone_at__isnull=True).values_list("done", flat=True)
    made = [done["person"]["pk"] for done in rows if "person" in done]
    people = list(User.objects.filter(pk__in=made).order_by("pk"))
    ready = [user for user in people if invitations.objection_to(user) is None]
    unreachable = [user for user in people if user.is_active and not user.email and not user.has_usable_password()]
    return ready, unreachable


@transaction.atomic
def invite_all(batch, by):
    """Mail an invitation to everybody whom ``batch`` brought and who has set no password; return how many."""
    batch = ImportBatch.objects.locked().get(pk=batch.pk)
    if batch.state != batch.State.APPLIED:
        raise NotPossible(_("Invitations go to people who were imported."))
    ready, _unreachable = awaiting(batch)
    for user in ready:
        invitations.invite(user, by)
    batch.invited_at = timezone.now()
    batch.save(update_fields=["invited_at"])
    audit.record(by, Action.INVITED, batch=batch.pk, count=len(ready))
    return len(ready)
