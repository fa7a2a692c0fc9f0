"""Sessions that tell whose they are and where they are used; the setting SESSION_ENGINE names this module."""

from datetime import timedelta

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as PackagedSessionStore
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from . import limits
from .models import Session

NOTED_EVERY = timedelta(minutes=5)  # reading pages writes nothing in between


class SessionStore(PackagedSessionStore):
    row = None  # the Session that was read, if one was

    def _validate_session_key(self, key):
        # A cookie may bring anything; PostgreSQL can look for no key with a NUL in it.
        return super()._validate_session_key(key) and set(key) <= set(VALID_KEY_CHARS)

    @classmethod
    def get_model_class(cls):
        return Session

    def _get_session_from_db(self):
        self.row = super()._get_session_from_db()
        return self.row

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        return row


def note_use(request):
    """Write down when and from where the session of ``request`` is used, unless that was done a moment ago."""
    session, now = request.session, timezone.now()
    row = session.row
    if row and row.session_key == session.session_key and now - row.last_used_at < NOTED_EVERY:
        return
    if session.session_key is None:
        session.save()
    address = limits.address_of(request)
    Session.objects.filter(session_key=session.session_key).update(
        last_used_at=now,
        address=address and str(address),
        agent=request.headers.get("User-Agent", "").replace("\0", "")[: Session.LONGEST_AGENT],
    )


def of(user):
    """Return the sessions (list of Session) in which ``user`` is signed in, the one used last first.

    A password that was changed elsewhere has ended some, whose rows are still there.
    """
    live = user.sessions.filter(expire_date__gt=timezone.now()).order_by("-last_used_at", "session_key")
    holds = user.get_session_auth_hash()
    return [row for row in live if constant_time_compare(row.get_decoded().get(HASH_SESSION_KEY, ""), holds)]


def number_of(row):
    """Return by what (str) a page calls the Session ``row``: its key opens it, and stands on no page."""
    return salted_hmac("accounts.sessions", row.session_key, algorithm="sha256").hexdigest()[:24]


def end(user, but=None):
    """End the sessions of ``user`` except the one with the key ``but``; return how many were live."""
    rows = user.sessions.exclude(session_key=but)
    live = sum(row.session_key != but for row in of(user))
    rows.delete()
    return live


def clear_expired():
    """Delete the sessions that have expired; a periodic job."""
    SessionStore.clear_expired()
