"""Who may see what and when, written once. Every list, page, download and count starts from these conditions."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ReaderGroup


class Audience(TextChoices):
    EVERYONE = "everyone", _("Everyone")
    GROUPS = "groups", _("Chosen reader groups")
    TEASED = "teased", _("Chosen reader groups; others see title and summary")


RESERVED = (Audience.GROUPS, Audience.TEASED)  # for reader groups: text, files, lists and counts


class AnyMember(AnonymousUser):
    """A reader who belongs to every reader group: through whose eyes staff look at a preview. Nobody signs in as one."""


def for_audience(user, at):
    """Return the condition that ``user`` belongs to the item's audience at ``at``."""
    condition = Q(audience=Audience.EVERYONE)
    if isinstance(user, AnyMember):
        return condition | Q(audience__in=RESERVED)
    if user is not None and user.is_authenticated:
        groups = ReaderGroup.objects.for_reader(user, on=timezone.localdate(at))
        condition |= Q(audience__in=RESERVED) & Exists(groups.filter(dossier=OuterRef("pk")))
    return condition


def reader_key(user, at):
    """Return what tells the readers of ``listed`` and ``reachable`` apart: the same key (tuple of group numbers), the
    same items. Empty for visitors, without a query.
    """
    if user is None or not user.is_authenticated:
        return ()
    groups = ReaderGroup.objects.for_reader(user, on=timezone.localdate(at))
    return tuple(groups.order_by("pk").values_list("pk", flat=True).distinct())


def ended_by(at):
    """Return the condition that the item has expired or was repealed by ``at``: it leaves lists, its page stays."""
    return Q(expires_at__lte=at) | Q(repealed_at__lte=at)


def removed():
    """Return the condition that the item was withdrawn or trashed: its address keeps a tombstone only."""
    return Q(withdrawn_at__isnull=False) | Q(trashed_at__isnull=False)


def unpinned(at):
    """Return the condition that the item stands in its place by date, not on top."""
    return Q(pinned_until__isnull=True) | Q(pinned_until__lte=at)


def reachable(user, at):
    """Return the condition for opening an item by its address, its downloads and search."""
    return Q(published_at__lte=at) & ~removed() & for_audience(user, at)


def listed(user, at):
    """Return the condition for lists, counts, the home page, neighbours, feeds and sitemaps."""
    return (
        reachable(user, at)
        & (Q(expires_at__isnull=True) | Q(expires_at__gt=at))
        & (Q(repealed_at__isnull=True) | Q(repealed_at__gt=at))
    )


def teaser(at):
    """Return the condition that who comes to the address and may not read the item sees its title and summary there.

    There alone: lists, counts, neighbours, feeds and files know of ``reachable`` and ``listed`` only.
    """
    return Q(published_at__lte=at, audience=Audience.TEASED) & ~removed()


def tombstone(user, at):
    """Return the condition for "was here, was taken away": readers who could have seen the item learn that it went."""
    return Q(published_at__lte=at) & removed() & for_audience(user, at)
