"""How often one may try: counted in the database, with pauses that grow, whatever process answers.

An attempt is counted before it is made, so that twenty at once are twenty. What is counted always holds the network
that it comes from: wrong passwords close the door for that network, never for the owner of the account elsewhere. Names
are counted as they are typed, whether or not there is such an account, so that a pause tells nothing about that. Codes of
the second factor alone are counted by person, from wherever they come: whoever gets as far knows the password.
"""

import math
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .models import AttemptCount
from .names import folded

PAUSES = [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15)]


@dataclass(frozen=True)
class Limit:
    """The ``free``-th attempt and each one after it is followed by a pause; after ``memory`` counting begins anew."""

    name: str
    free: int
    memory: timedelta

    def pause_after(self, count):
        """Return the pause (timedelta) that follows ``count`` attempts."""
        if count < self.free:
            return timedelta(0)
        return PAUSES[min(count - self.free, len(PAUSES) - 1)]


# An office shares one address; a person mistypes a few times.
PASSWORDS_BY_NETWORK = Limit("passwords by network", free=50, memory=timedelta(hours=1))
PASSWORDS_BY_NAME = Limit("passwords by name", free=5, memory=timedelta(days=1))

# Mails that somebody may ask for, for whatever address; one who waits for the first asks again.
RESETS_BY_NETWORK = Limit("resets by network", free=20, memory=timedelta(hours=1))
RESETS_BY_NAME = Limit("resets by name", free=3, memory=timedelta(hours=1))

# Six digits, three of them good at once: an attacker with the password and many addresses gets some hundred tries a day.
CODES_BY_PERSON = Limit("codes by person", free=5, memory=timedelta(days=1))


class TooManyAttempts(Exception):
    """The door is closed until ``again_at`` (aware datetime)."""

    def __init__(self, again_at):
        super().__init__(again_at)
        self.again_at = again_at

    def minutes_left(self, at=None):
        """Return for how many minutes, rounded up, the door stays closed."""
        return max(1, math.ceil((self.again_at - (at or timezone.now())) / timedelta(minutes=1)))


@dataclass(frozen=True)
class Counter:
    """What is counted: ``what`` (tuple of str) under ``limit``."""

    limit: Limit
    what: tuple

    @property
    def digest(self):
        return salted_hmac("accounts.limits", "\0".join([self.limit.name, *self.what]), algorithm="sha256").hexdigest()

    def add(self, at):
        """Count one attempt, or raise TooManyAttempts; within a transaction."""
        row, _created = AttemptCount.objects.locked().get_or_create(
            digest=self.digest, defaults={"begun_at": at, "last_at": at}
        )
        pause = self.limit.pause_after(row.count)
        if pause and at < row.last_at + pause:  # who waited for the lock may come from before the last attempt
            raise TooManyAttempts(row.last_at + pause)
        if at >= row.begun_at + self.limit.memory:
            row.count, row.begun_at = 0, at
        row.count += 1
        row.last_at = max(row.last_at, at)
        row.save()


def for_passwords(request, name):
    """Return what a password that is tried for ``name`` (str, as typed) counts against."""
    network = network_of(request)
    return [Counter(PASSWORDS_BY_NETWORK, (network,)), Counter(PASSWORDS_BY_NAME, (network, folded(name)))]


def for_resets(request, email):
    """Return what a mail to ``email`` (str, as typed) with a link to a new password counts against."""
    network = network_of(request)
    return [Counter(RESETS_BY_NETWORK, (network,)), Counter(RESETS_BY_NAME, (network, folded(email)))]


def for_codes(user):
    """Return what a code of the second factor that is tried for ``user`` counts against."""
    return [Counter(CODES_BY_PERSON, (str(user.pk),))]


@transaction.atomic
def count(counters, at=None):
    """Count one attempt at ``at`` (aware datetime, default now) by all ``counters``, or raise TooManyAttempts and count none.

    The counters are taken in their order by everybody, the network first, so that two attempts never wait for each other.
    """
    at = at or timezone.now()
    for counter in counters:
        counter.add(at)
    AttemptCount.objects.purge(at)


@transaction.atomic
def forgive(counters):
    """Take an attempt back that was no wrong one; what was counted by name before it is forgotten."""
    for counter in counters:
        counted = AttemptCount.objects.filter(digest=counter.digest)
        if counter.limit is PASSWORDS_BY_NETWORK:  # who knows one password is not free to try the others'
            counted.filter(count__gt=0).update(count=F("count") - 1)
        else:
            counted.update(count=0)


def address_of(request):
    """Return the address of ``request`` (IPv4Address or IPv6Address), or None if it is unknown."""
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", "").partition("%")[0].strip())
    except ValueError:
        return None
    # A socket for both families names IPv4 addresses in the manner of IPv6.
    return getattr(address, "ipv4_mapped", None) or address


def network_of(request):
    """Return the network (str) of ``request``: an IPv4 address, or the /64 that one IPv6 customer has; empty if unknown."""
    address = address_of(request)
    if address is None:
        return ""
    return str(address if address.version == 4 else ip_network((address, 64), strict=False))
