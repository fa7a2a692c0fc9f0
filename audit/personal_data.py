"""What the log tells of a person's own doings; see accounts.personal_data. The log forgets nothing: it knows numbers, not names."""

from django.utils.translation import gettext as _

from .models import Entry

MOST_ENTRIES = 1000


def tell(user):
    entries = Entry.objects.filter(by=user).order_by("-number")[:MOST_ENTRIES]
    return {
        _("Log of what you did"): [
            {
                str(_("time")): entry.at,
                str(_("action")): str(entry.action_label),
                str(_("address of origin")): entry.origin,
            }
            for entry in entries
        ]
    }


def forget(user, at):
    pass
