"""Checking in at the door: the code on a person's ticket, and who has come, under the lock of the activity's row."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

import audit
from accounts.names import folded
from audit.actions import Action

from .models import SignUp
from .signing_up import Refused, in_words, locked, raise_if

# Crockford's base 32: no I, L, O or U; who reads one of the first three means a figure.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans("ILO", "110")
SIGNED = 6  # characters, 30 bits: each guess costs a visit to the door
GROUP = 3
LONGEST = 24  # characters; the number alone would be beyond any key
LONGEST_TYPED = 500  # characters: an address with a code in it

OPENS_BEFORE = timedelta(days=1)


# -- Codes ------------------------------------------------------------------------------------------------------------


def code_of(sign_up):
    """Return the code of ``sign_up`` (SignUp): its number and a signature, in groups: "02F-7K3-M9P".

    It says who may come and nothing else; made anew from the number, it is stored nowhere.
    """
    number = number_in_letters(sign_up.pk)
    text = number + signature_of(number, settings.SECRET_KEY)
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def address_of(sign_up):
    """Return the whole address that the QR code of ``sign_up`` holds: the page for staff at its door, the code filled in."""
    path = reverse("members:check_in", args=[sign_up.activity_id])
    return f"{settings.PORTAL_URL}{path}?{urlencode({'code': code_of(sign_up)})}"


def read_code(text):
    """Return the SignUp that ``text`` (a code as typed, or what a QR code of ours holds) belongs to, or raise Refused."""
    text = text.strip()[:LONGEST_TYPED]
    if "/" in text:
        code = code_in_address(text)
        if not code:
            raise Refused(_("This QR code does not come from a ticket of the association."), code="foreign")
    else:
        code = text
    code = folded(code).upper().translate(LOOK_ALIKES)
    number, signature = code[:-SIGNED], code[-SIGNED:]
    if len(code) > LONGEST or not number or set(code) - set(ALPHABET):
        raise Refused(
            _("This is no code of a ticket. A code has letters and figures such as 02F-7K3-M9P."), code="no_code"
        )
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    is_ours = any(constant_time_compare(signature, signature_of(number, key)) for key in keys)
    sign_up = is_ours and found(pk=number_of_letters(number))
    if not sign_up:
        raise Refused(_("This code is not right. Please compare it with the ticket, or scan it again."), code="broken")
    return sign_up


def code_in_address(address):
    """Return what a link to a page of checking in holds as its code, or ""; whatever host it names: the code is signed."""
    try:
        parts = urlsplit(address)
        is_ours = parts.path.endswith("/check-in/")
        return parse_qs(parts.query, max_num_fields=10).get("code", [""])[0] if is_ours else ""
    except ValueError:
        return ""


def number_in_letters(number):
    text = ""
    while number:
        number, digit = divmod(number, len(ALPHABET))
        text = ALPHABET[digit] + text
    return text.rjust(-(-len(text) // GROUP) * GROUP, ALPHABET[0])


def number_of_letters(text):
    number = 0
    for letter in text:
        number = number * len(ALPHABET) + ALPHABET.index(letter)
    return number


def signature_of(number, key):
    """Return SIGNED letters that only ``key`` (str) makes of ``number`` (str)."""
    digest = salted_hmac("members.check_in", number, secret=key, algorithm="sha256").digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:SIGNED])


# -- At the door ------------------------------------------------------------------------------------------------------


def found(pk):
    """Return the SignUp with what the door says of it, or None."""
    if pk >= 2**63:
        return None
    return SignUp.objects.select_related("activity", "person", "organisation").filter(pk=pk).first()


def objection(activity, sign_up, at):
    """Return why ``sign_up`` does not open the door of ``activity`` at ``at`` (Refused), or None.

    Asked before whether the person is in already: a ticket that holds no longer must not pass as one that was seen.
    """
    if sign_up.activity_id != activity.pk:
        text = _("This code is for another activity: %(activity)s, %(moment)s.")
        other = sign_up.activity
        moment = in_words(other.starts_at) if other.starts_at else _("not known")
        return Refused(text % {"activity": other.title, "moment": moment}, code="other_activity")
    if activity.called_off_at:
        return Refused(_("This activity was called off."), code="called_off")
    state = sign_up.state_at(at)
    if state != SignUp.State.CONFIRMED:
        text = _("There is no place with this sign-up. It stands as: %(state)s.")
        return Refused(text % {"state": state.label}, code=state.value)
    if activity.starts_at and activity.starts_at - at > OPENS_BEFORE:
        text = _("It is too early: people check in from a day before, that is from %(moment)s.")
        return Refused(text % {"moment": in_words(activity.starts_at - OPENS_BEFORE)}, code="too_early")
    return None


@transaction.atomic
def check_in(activity, sign_up, by, at=None):
    """Note that the person of ``sign_up`` has come; return (SignUp, whether this was the first time).

    The second time changes nothing, and tells since when. Refused with a code of ``objection``.
    """
    at = at or timezone.now()
    activity = locked(activity.pk)
    sign_up = found(sign_up.pk)
    raise_if(objection(activity, sign_up, at))
    if sign_up.checked_in_at:
        return sign_up, False
    sign_up.checked_in_at, sign_up.checked_in_by = at, by
    sign_up.save(update_fields=["checked_in_at", "checked_in_by"])
    audit.record(by, Action.CHECKED_IN, item=activity.pk, sign_up=sign_up.pk)
    return sign_up, True


@transaction.atomic
def undo(activity, sign_up, by):
    """Take back that the person of ``sign_up`` has come; return the SignUp. Undoing twice is undoing once."""
    activity = locked(activity.pk)
    sign_up = found(sign_up.pk)
    if sign_up.activity_id != activity.pk:
        raise Refused(_("This sign-up belongs to another activity."), code="other_activity")
    if sign_up.checked_in_at is None:
        return sign_up
    since = sign_up.checked_in_at
    sign_up.checked_in_at = sign_up.checked_in_by = None
    sign_up.save(update_fields=["checked_in_at", "checked_in_by"])
    audit.record(by, Action.CHECK_IN_UNDONE, item=activity.pk, sign_up=sign_up.pk, at=since)
    return sign_up


def expected(activity):
    """Return the SignUps of ``activity`` that have a place, whether or not the people have come, in the order of names."""
    rows = SignUp.objects.confirmed().filter(activity=activity)
    return rows.select_related("person", "organisation").order_by("person__name", "pk")


def time_in_words(moment, at):
    """Return the time of ``moment``, with its day only where that is not the day of ``at``."""
    moment, at = timezone.localtime(moment), timezone.localtime(at)
    return date_format(moment, "H:i" if moment.date() == at.date() else "DATETIME_FORMAT")
