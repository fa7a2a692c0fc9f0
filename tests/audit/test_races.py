"""People who act at the same moment: real threads, each with a connection of its own, on both databases."""

from threading import Barrier
from unittest import mock

from django.db import DatabaseError, connection, transaction
from django.test import TransactionTestCase

import audit
from audit.actions import Action
from audit.models import Entry, Head
from audit.verification import verify
from tests.parallel import at_once

PEOPLE = 12


def record():
    with transaction.atomic():
        return audit.record(None, Action.SAVED).number


class ParallelEntryTests(TransactionTestCase):
    def test_parallel_entries_are_numbered_without_gap_and_chained(self):
        for first in (1, PEOPLE + 1):  # from an empty log, and from one that has entries
            with self.subTest(first=first):
                outcomes = at_once([record] * PEOPLE)
                self.assertEqual(sorted(outcomes), list(range(first, first + PEOPLE)))
                self.assertEqual(verify().count, first + PEOPLE - 1)
        times = list(Entry.objects.order_by("number").values_list("at", flat=True))
        self.assertEqual(times, sorted(times))

    def test_without_the_lock_of_the_head_the_same_entries_would_stand_in_each_others_way(self):
        record()
        everybody_has_read = Barrier(PEOPLE, timeout=60)

        def unlocked():
            head = Head.objects.get()
            everybody_has_read.wait()
            return head

        def record_carelessly():
            connection.transaction_mode = None  # on SQLite the lock is taken at BEGIN
            return record()

        with mock.patch.object(Head, "locked", unlocked):
            outcomes = at_once([record_carelessly] * PEOPLE)
        self.assertEqual(outcomes.count(2), 1)
        refused = [outcome for outcome in outcomes if isinstance(outcome, DatabaseError)]
        self.assertEqual(len(refused), PEOPLE - 1, outcomes)
