"""People come by application, invitation or import: a link by mail, on which they set their first password.

Nobody registers himself. A link is good for a fortnight and once: it ends when a password is set or the address changes.
"""

from datetime import timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from . import tasks
from .models import User

SALT = "accounts.invitations"
GOOD_FOR = timedelta(days=14)


def objection_to(user):
    """Return why ``user`` cannot be invited (ValidationError), or None."""
    if not user.is_active:
        return ValidationError(_("The account is closed."), code="closed")
    if not user.email:
        return ValidationError(_("The account has no e-mail address."), code="no_email")
    if user.has_usable_password():
        return ValidationError(_("This person has a password already."), code="has_password")
    return None


def invite(user, by):
    """Mail ``user`` the link, after the caller's transaction; ``by``: the User who invites. ValidationError if he can't be."""
    if objection := objection_to(user):
        raise objection
    transaction.on_commit(lambda: tasks.mail_invitation.enqueue(user.pk, by and by.pk), robust=True)


def link_for(user):
    """Return the path (str) on which ``user`` sets his first password."""
    token = signing.dumps([user.pk, fingerprint(user)], salt=SALT, compress=True)
    return reverse("accounts:invitation", args=[token])


def invited_by(token):
    """Return the User whom ``token`` (str, of a link) invites, or None if the link is wrong, used or too old."""
    try:
        pk, print_of_then = signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or user.has_usable_password() or fingerprint(user) != print_of_then:
        return None
    return user


def fingerprint(user):
    """Return what changes with the password or the address of ``user`` (16 hexadecimal digits)."""
    return salted_hmac(SALT, f"{user.pk} {user.password} {user.email}", algorithm="sha256").hexdigest()[:16]
