"""What Django itself tells of: signing in and out, and what its admin writes into a log of its own."""

import json
import logging
from functools import wraps

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry, LogEntryManager
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import DatabaseError, transaction
from django.db.models.signals import post_save

from . import record
from .actions import Action

logger = logging.getLogger(__name__)
ACTIONS = {ADDITION: Action.ADMIN_ADDED, CHANGE: Action.ADMIN_CHANGED, DELETION: Action.ADMIN_DELETED}


def connect():
    """Begin to listen; called once, when Django is ready."""
    user_logged_in.connect(on_signed_in, dispatch_uid="audit")
    user_login_failed.connect(on_sign_in_failed, dispatch_uid="audit")
    user_logged_out.connect(on_signed_out, dispatch_uid="audit")
    post_save.connect(on_log_entry, sender=LogEntry, dispatch_uid="audit")
    # Several rows at once, which is how the admin logs the deletion of many, are written without a signal.
    LogEntryManager.log_actions = following(LogEntryManager.log_actions)


# -- Signing in and out -----------------------------------------------------------------------------------------------


def on_signed_in(sender, request, user, **kwargs):
    record_sign_in(user, Action.SIGNED_IN)


def on_signed_out(sender, request, user, **kwargs):
    if user is not None:
        record_sign_in(user, Action.SIGNED_OUT)


def on_sign_in_failed(sender, credentials, **kwargs):
    """Tell whose account was tried, if it is one. What was typed stays out: people type passwords into the wrong field."""
    people = get_user_model()._default_manager
    try:
        facts = {"account": people.get_by_natural_key(credentials.get(people.model.USERNAME_FIELD, "")).pk}
    except people.model.DoesNotExist:
        facts = {}
    record_sign_in(None, Action.SIGN_IN_FAILED, **facts)


def record_sign_in(by, action, **facts):
    """Record, but keep nobody out for a broken log: whoever has to mend it must be able to sign in."""
    try:
        with transaction.atomic():
            record(by, action, **facts)
    except DatabaseError:
        logger.exception("The audit log did not take an entry: %s", action)


# -- The log of Django's admin ----------------------------------------------------------------------------------------


def on_log_entry(sender, instance, created, raw=False, **kwargs):
    if created and not raw:
        follow([instance])


def following(log_actions):
    """Return ``log_actions`` (a method of LogEntryManager) so that the rows which it writes at once are followed too."""

    @wraps(log_actions)
    def log_and_follow(*args, **kwargs):
        with transaction.atomic(savepoint=False):
            written = log_actions(*args, **kwargs)
            if isinstance(written, list) and len(written) > 1:  # a single one has sent its signal
                follow(written)
        return written

    return log_and_follow


def follow(log_entries):
    """Record what ``log_entries`` (iterable of LogEntry) tell of."""
    with transaction.atomic(savepoint=False):
        for log_entry in log_entries:
            record(
                log_entry.user,
                ACTIONS[log_entry.action_flag],
                model=f"{log_entry.content_type.app_label}.{log_entry.content_type.model}",
                key=str(log_entry.object_id),
                **what_changed(log_entry.change_message),
            )


def what_changed(change_message):
    """Return the fields and the rows of inlines that ``change_message`` (as the admin writes it) names, as facts.

    Fields go by their English names. What rows are called and what else is written freely may name people: it is left out.
    """
    try:
        changes = json.loads(change_message)
    except ValueError:
        return {}
    if not isinstance(changes, list):
        return {}
    fields, rows = [], []
    for change in changes:
        for verb, what in change.items():
            if "name" in what:
                rows.append({"verb": verb, "name": what["name"], "fields": what.get("fields", [])})
            else:
                fields.extend(what.get("fields", []))
    return {key: value for key, value in (("fields", fields), ("rows", rows)) if value}
