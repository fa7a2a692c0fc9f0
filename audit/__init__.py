"""The append-only, chained log: who did what to which item, when and from where.

import audit
from audit.actions import Action

audit.record(user, Action.WITHDRAWN, item=dossier.pk, reason=reason)
"""


def record(by, action, item=None, **facts):
    """Write an entry into the log, in the caller's transaction, and return it (audit.models.Entry).

    by: the User who did it, or None for the system. action: an ``audit.actions.Action``. item: the number of a dossier,
    if it happened to one. facts: what else must be known later, as JSON can say it (dates and datetimes too, no floats);
    people as ids, never by name. The entry stands or falls with what it tells of: outside a transaction this raises
    TransactionManagementError. From here to the commit everybody else who records waits, so call it last, right before
    ``content_version.advance()``, and take no lock afterwards that others take before they record.
    """
    # Imported late: Django loads this package before models can be.
    from .models import Entry

    return Entry.objects.create(by=by, action=action, item=item, facts=facts)
