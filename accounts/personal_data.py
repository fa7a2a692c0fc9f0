"""What the portal keeps about a person: told on request, and forgotten on request.

Each room keeps its own. The setting PERSONAL_DATA names their modules (dotted paths); each has two functions:
``tell(user)`` → {heading: what it keeps, as JSON can say it}, and ``forget(user, at)``, which deletes it, or makes it
nobody's where numbers or decisions must stay. What staff did stays in the audit log, by number and not by name.

A room takes its locks (activities, organisations) at the beginning of ``forget``. The person's row is locked last, as by
everybody who changes what follows from an organisation.
"""

import json
from importlib import import_module

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from . import second_factor, sessions
from .models import SecondFactor, User

ENTERED = ("username", "name", "email", "phone")
DATES = ("date_joined", "last_login")


def rooms():
    return [import_module(name) for name in settings.PERSONAL_DATA]


def export(user):
    """Return everything that is kept about ``user``: {heading: value}, dates as datetime objects."""
    return {heading: value for room in rooms() for heading, value in room.tell(user).items()}


@transaction.atomic
def erase(user, by):
    """Make ``user`` nobody: delete or blank what is kept about him, and close the account for good.

    by: the User who does it, himself or an administrator. ValidationError for staff: what they wrote and decided keeps
    their name, as long as they are staff.
    """
    user = User.objects.get(pk=user.pk)
    raise_for_staff(user)
    now = timezone.now()
    reader_rows = list(user.reader_memberships.select_related("user", "group"))  # as long as they are there
    unname([user, *reader_rows, *(row.group for row in reader_rows)], str(user))
    for room in reversed(rooms()):  # the upper floors first: what they keep hangs on the lower ones
        room.forget(user, now)
    user.note_change(by, gettext_noop("personal data"))


def raise_for_staff(user):
    if user.is_staff or user.is_superuser:
        raise ValidationError(
            _(
                "This is an account of staff. An administrator must take its rights away before its data can be deleted."
            ),
            code="staff",
        )


def is_erased(user):
    return user.username.startswith("erased-")


def unname(rows, name):
    """Take ``name`` (str) of a person out of what Django's log says of ``rows`` (of any models) and of their inlines."""
    log = LogEntry.objects.order_by("pk")
    found = [log.filter(content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk)) for row in rows]
    spelled, nobody = json.dumps(name)[1:-1], str(_("deleted person"))  # as messages of changes are kept
    for entry in (entry for entries in found for entry in entries):
        entry.object_repr = entry.object_repr.replace(name, nobody)
        entry.change_message = entry.change_message.replace(spelled, json.dumps(nobody)[1:-1])
        entry.save(update_fields=["object_repr", "change_message"])


# -- What accounts itself keeps ---------------------------------------------------------------------------------------


def tell(user):
    values = {str(User._meta.get_field(name).verbose_name): getattr(user, name) for name in (*ENTERED, *DATES)}
    groups = [
        {
            str(_("reader group")): str(row.group),
            str(_("first day")): row.first_on,
            str(_("last day")): row.last_on,
        }
        for row in user.reader_memberships.select_related("group")
    ]
    devices = [
        {
            str(_("signed in at")): row.created_at,
            str(_("last used at")): row.last_used_at,
            str(_("address")): row.address,
            str(_("device")): row.agent,
        }
        for row in sessions.of(user)
    ]
    factor = second_factor.of(user)
    values[_("two-step verification since")] = factor and factor.created_at
    return {_("Account"): values, _("Reader groups"): groups, _("Devices"): devices}


def forget(user, at):
    raise_for_staff(User.objects.select_for_update(no_key=True).get(pk=user.pk))  # who may have become staff meanwhile
    # Django's log keeps what each row was called.
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
    about.update(object_repr=str(user.pk))
    user.reader_memberships.all().delete()
    user.sessions.all().delete()
    SecondFactor.objects.filter(user=user).delete()
    user.username = f"erased-{user.pk}-{get_random_string(6).lower()}"
    user.name, user.email, user.phone = _("deleted person"), "", ""
    user.is_active, user.last_login = False, None
    user.set_unusable_password()
    user.save()
