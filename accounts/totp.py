"""Codes of six digits that change with time, as authenticator apps make them. Pure functions.

Source: RFC 6238 (TOTP) over RFC 4226 (HOTP), with what every app knows: SHA-1, 30 seconds, six digits.
"""

import hmac
from base64 import b32encode
from hashlib import sha1
from urllib.parse import quote, urlencode

DIGITS = 6
SECONDS = 30
DRIFT = 1  # steps that a clock may be ahead or behind


def step_at(moment):
    """Return the step (int) that the aware datetime ``moment`` lies in."""
    return int(moment.timestamp()) // SECONDS


def code_of(secret, step, digits=DIGITS):
    """Return the code (str) of ``secret`` (bytes) in ``step`` (int)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), sha1)
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(secret, code, moment):
    """Return the step, at ``moment`` or DRIFT beside it, whose code is ``code`` (str), or None."""
    now = step_at(moment)
    for step in (now, *(now + sign * drift for drift in range(1, DRIFT + 1) for sign in (-1, 1))):
        if hmac.compare_digest(code_of(secret, step).encode(), code.encode()):
            return step
    return None


def in_letters(secret):
    """Return ``secret`` (bytes) as apps take it when it is typed: capitals and digits."""
    return b32encode(secret).decode().rstrip("=")


def address_of(secret, issuer, account):
    """Return the address (otpauth://…, for a QR code) that adds ``secret`` to an app, under ``issuer`` and ``account``.

    Source: the Key Uri Format of Google Authenticator.
    """
    parameters = {"secret": in_letters(secret), "issuer": issuer, "digits": DIGITS, "period": SECONDS}
    return f"otpauth://totp/{quote(issuer, safe='')}:{quote(account, safe='')}?{urlencode(parameters, quote_via=quote)}"
