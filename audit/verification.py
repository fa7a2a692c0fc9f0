"""Proof that the log is whole: every entry unchanged, none missing, none added by another hand."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from .models import Entry, Head

BATCH = 1000


class Broken(Exception):
    """The log is not what was written. The message names the first broken place in one sentence."""


@dataclass
class Found:
    """What a walk through the log came by: ``count`` entries, and ``number`` and ``digest`` of the last of them."""

    count: int
    number: int
    digest: str


def verify(since=None, digest=None):
    """Walk the log from its beginning to its end and return what was found (Found); raise Broken at the first fault.

    since, digest: number (int, from 1) of an entry and the digest (str) that was kept for it elsewhere. The walk then
    starts with this entry, and whoever wrote the log anew, digests and all, is found out.
    """
    walk = Walk(since, digest)
    while walk.take(BATCH):
        pass
    # What was written meanwhile is compared under the lock, and nothing more can come.
    with transaction.atomic():
        head = Head.locked()
        while walk.take(BATCH):
            pass
        walk.finish(head)
    return walk.found


class Walk:
    def __init__(self, since, digest):
        self.kept_digest = digest
        self.is_begun = since is None
        self.found = Found(0, 0 if since is None else since - 1, "")

    def take(self, count):
        """Examine the next ``count`` entries or what there is of them; return whether there were any."""
        entries = Entry.objects.filter(number__gt=self.found.number).order_by("number")[:count]
        for entry in entries:
            self.examine(entry)
        return bool(entries)

    def examine(self, entry):
        found = self.found
        if entry.number != found.number + 1:
            raise Broken(_("Entry %(number)d is missing.") % {"number": found.number + 1})
        numbers = {"number": entry.number, "before": found.number}
        if entry.compute_digest() != entry.digest:
            raise Broken(_("Entry %(number)d was changed: its digest does not fit what it says.") % numbers)
        if not self.is_begun:
            if entry.digest != self.kept_digest:
                raise Broken(_("Entry %(number)d is not the one whose digest was kept.") % numbers)
            self.is_begun = True
        elif entry.previous != found.digest:
            raise Broken(
                _("Entry %(number)d does not follow from entry %(before)d: one of them is not the original.") % numbers
            )
        self.found = Found(found.count + 1, entry.number, entry.digest)

    def finish(self, head):
        found = self.found
        numbers = {"number": found.number, "written": head.number}
        if not self.is_begun:
            raise Broken(_("Entry %(number)d is missing.") % {"number": found.number + 1})
        if found.number < head.number:
            raise Broken(
                _("The log ends with entry %(number)d, but %(written)d were written: its end is cut off.") % numbers
            )
        if found.number > head.number:
            raise Broken(_("The log goes on to entry %(number)d, but only %(written)d were written.") % numbers)
        if found.digest != head.digest:
            raise Broken(_("Entry %(number)d is not the one that was written last.") % numbers)
