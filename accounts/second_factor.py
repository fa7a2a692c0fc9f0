"""The second factor: a code of an authenticator app besides the password, or a recovery code, each good once.

No secret is stored. It is derived from the key in the settings and a random seed in the row, so that whoever reads the
database alone can make no codes. Whoever has a factor is signed in only after a code; staff without one are signed in, but
may do nothing as staff until they have set one up (SECOND_FACTOR_REQUIRED_FOR_STAFF).
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.translation import gettext_noop

from . import limits, sessions, tasks, totp
from .models import RecoveryCode, SecondFactor, User

SALT = "accounts.second_factor"
RECOVERY_CODES = 10
RECOVERY_DIGITS = 10
DIGITS_TYPED = 40  # of what is typed; no code is as long

# What the session keeps: the number of the factor that was passed; whom a password was right for; the seed of a factor
# that is being set up.
PASSED, BEGUN, SEED = "second_factor_passed", "sign_in_begun", "second_factor_seed"
BEGUN_HOLDS = timedelta(minutes=15)


class WrongCode(Exception):
    """The code is wrong, used, or too old."""


# -- Who needs one ----------------------------------------------------------------------------------------------------


def of(user):
    """Return the SecondFactor of ``user``, or None."""
    return SecondFactor.objects.filter(user=user.pk).first()


def is_required_of(user):
    return settings.SECOND_FACTOR_REQUIRED_FOR_STAFF and (user.is_staff or user.is_superuser)


def is_passed(session, user):
    """Return whether the person of ``session`` has shown the second factor of ``user`` in it."""
    passed = session.get(PASSED)
    return passed is not None and SecondFactor.objects.filter(pk=passed, user=user.pk).exists()


# -- Secrets and codes ------------------------------------------------------------------------------------------------


def new_seed():
    return secrets.token_urlsafe(24)


def secret_of(seed, key=None):
    """Return the secret (20 bytes, as RFC 4226 advises) that ``seed`` (str) gives with ``key`` (default SECRET_KEY)."""
    return salted_hmac(SALT, seed, secret=key, algorithm="sha256").digest()[:20]


def matching_step(seed, code, moment):
    """Return the step whose code is ``code`` (str), or None; keys that the settings still accept count as well."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        step = totp.matching_step(secret_of(seed, key), code, moment)
        if step is not None:
            return step
    return None


def digest_of(factor, code, key=None):
    return salted_hmac(f"{SALT}.recovery", f"{factor.seed} {code}", secret=key, algorithm="sha256").hexdigest()


def digits_of(typed):
    """Return the ASCII digits of ``typed`` (str), whatever stands between them."""
    return "".join(str(int(character)) for character in typed[:DIGITS_TYPED] if character.isdecimal())


@transaction.atomic
def use(user, typed, at=None):
    """Spend ``typed`` (str), a code of the app or a recovery code of ``user``, at ``at`` (aware datetime, default now).

    Return its SecondFactor, or raise WrongCode. Of two who use one code at the same moment, one has it.
    """
    code = digits_of(typed)
    factor = SecondFactor.objects.locked().filter(user=user.pk).first()
    if factor is None:
        raise WrongCode
    if len(code) == totp.DIGITS:
        step = matching_step(factor.seed, code, at or timezone.now())
        if step is None or step <= factor.last_step:
            raise WrongCode
        factor.last_step = step
        factor.save(update_fields=["last_step"])
        return factor
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    spent, _by_model = factor.recovery_codes.filter(digest__in=[digest_of(factor, code, key) for key in keys]).delete()
    if not spent:
        raise WrongCode
    user.note_change(user, gettext_noop("recovery codes"))
    return factor


@transaction.atomic
def set_up(user, seed, code, session_key=None, at=None):
    """Give ``user`` the factor of ``seed``, once ``code`` (str) shows that his app has it; return its recovery codes.

    Sessions elsewhere end: they were opened with a password alone. WrongCode if the code is wrong or he has a factor.
    """
    at = at or timezone.now()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    step = totp.matching_step(secret_of(seed), digits_of(code), at)
    if step is None or of(user):
        raise WrongCode
    factor = SecondFactor.objects.create(user=user, seed=seed, last_step=step, created_at=at)
    codes = _replace_codes(factor)
    sessions.end(user, but=session_key)
    user.note_change(user, gettext_noop("two-step verification"))
    return factor, codes


@transaction.atomic
def renew_codes(user):
    """Return new recovery codes (list of str) for ``user`` in place of the old ones, or None if he has no factor."""
    factor = SecondFactor.objects.locked().filter(user=user.pk).first()
    if factor is None:
        return None
    codes = _replace_codes(factor)
    user.note_change(user, gettext_noop("recovery codes"))
    return codes


def _replace_codes(factor):
    codes = [get_random_string(RECOVERY_DIGITS, "0123456789") for _number in range(RECOVERY_CODES)]
    factor.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=digest_of(factor, code)) for code in dict.fromkeys(codes)
    )
    middle = RECOVERY_DIGITS // 2
    return [f"{code[:middle]} {code[middle:]}" for code in dict.fromkeys(codes)]


@transaction.atomic
def remove(user, by):
    """Take the factor from ``user``, and mail him that it is gone; return whether he had one.

    by: himself, the User who does it, or None for the command line, whose entry in the log names himself.
    """
    removed, _by_model = SecondFactor.objects.filter(user=user.pk).delete()
    if removed:
        user.note_change(by or user, gettext_noop("two-step verification"))
        transaction.on_commit(lambda: tasks.mail_end_of_second_factor.enqueue(user.pk), robust=True)
    return bool(removed)


# -- Signing in -------------------------------------------------------------------------------------------------------


def begin(request, user):
    """Sign ``user``, whose password was right, in; or keep him in mind until the code comes. Return whether he is in."""
    backend = getattr(user, "backend", settings.AUTHENTICATION_BACKENDS[0])
    if of(user) is None:
        login(request, user, backend=backend)
        return True
    request.session.flush()
    request.session[BEGUN] = {
        "user": user.pk,
        "backend": backend,
        "until": (timezone.now() + BEGUN_HOLDS).timestamp(),
        "password": user.get_session_auth_hash(),
    }
    return False


def who_began(request):
    """Return the User whose code is waited for: his password was right a moment ago, or he is in without a code; or None."""
    if request.user.is_authenticated:
        is_in = of(request.user) is None or is_passed(request.session, request.user)
        return None if is_in else request.user
    begun = request.session.get(BEGUN)
    if not begun or begun["until"] < timezone.now().timestamp():
        return None
    user = User.objects.filter(pk=begun["user"], is_active=True).first()
    if user is None or not constant_time_compare(begun["password"], user.get_session_auth_hash()):
        return None
    return user


def check(request, user, typed):
    """Return the SecondFactor of ``user`` whose code ``typed`` (str) is, and spend it: WrongCode, limits.TooManyAttempts."""
    counters = limits.for_codes(user)
    limits.count(counters)
    try:
        factor = use(user, typed)
    except WrongCode:
        user_login_failed.send(__name__, credentials={User.USERNAME_FIELD: user.username}, request=request)
        raise
    limits.forgive(counters)
    return factor


def complete(request, user, factor):
    """Sign ``user``, who began to sign in and whose ``factor`` was just passed, in."""
    if not request.user.is_authenticated:
        login(request, user, backend=request.session.pop(BEGUN)["backend"])
    mark_passed(request, factor)


def mark_passed(request, factor):
    """Remember in the session of ``request`` that ``factor`` was passed there."""
    request.session[PASSED] = factor.pk
