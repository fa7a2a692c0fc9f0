"""``manage.py verify_audit`` finds whatever somebody with all rights to the database does to the log."""

from io import StringIO
from unittest import mock

from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import TestCase
from django.utils import translation

import audit
from audit import verification
from audit.actions import Action
from audit.models import Entry, Head
from tests.audit.breaking import lifted_triggers
from tests.factories import make_user

COLUMNS = "at, by_id, action, item, origin, facts, previous, digest"


@translation.override("en")
def run(*arguments):
    """Return what the command prints."""
    output = StringIO()
    call_command("verify_audit", *arguments, stdout=output)
    return output.getvalue()


class VerificationTests(TestCase):
    def setUp(self):
        user = make_user()
        self.entries = [audit.record(user, Action.SAVED, item=9, revision=number) for number in range(1, 6)]

    def assert_broken(self, sentence, *arguments):
        with self.assertRaises(CommandError) as raised:
            run(*arguments)
        self.assertEqual((str(raised.exception), raised.exception.returncode), (sentence, 1))

    def tamper(self, *statements):
        with lifted_triggers() as execute:
            for statement in statements:
                execute(statement)

    def forge(self, **changes):
        """Write the whole log anew with ``changes`` to its second entry, each digest as it should be."""
        with lifted_triggers() as execute:
            previous = ""
            for entry in Entry.objects.order_by("number"):
                if entry.number == 2:
                    for name, value in changes.items():
                        setattr(entry, name, value)
                entry.previous = previous
                entry.digest = previous = entry.compute_digest()
                execute(
                    "UPDATE audit_entry SET item = %s, previous = %s, digest = %s WHERE number = %s",
                    [entry.item, entry.previous, entry.digest, entry.number],
                )
            execute("UPDATE audit_head SET digest = %s", [previous])

    def test_a_whole_log_is_reported_with_its_length_and_last_digest(self):
        self.assertEqual(run(), f"The log is whole: 5 entries.\nLast: --since 5 --digest {self.entries[-1].digest}\n")

    def test_an_empty_log_is_whole(self):
        with lifted_triggers() as execute:
            execute("DELETE FROM audit_entry")
            execute("DELETE FROM audit_head")
        self.assertEqual(run(), "The log is whole: 0 entries.\n")

    def test_a_walk_in_many_batches_reads_every_entry_once(self):
        with mock.patch.object(verification, "BATCH", 2):
            self.assertEqual(verification.verify(), verification.Found(5, 5, self.entries[-1].digest))

    def test_a_changed_entry_is_found(self):
        for change in (
            "item = 8",
            "by_id = NULL",
            "action = 'passed'",
            "facts = '{\"revision\": 7}'",
            "origin = '::1'",
        ):
            with self.subTest(change), transaction.atomic():
                self.tamper(f"UPDATE audit_entry SET {change} WHERE number = 3")
                self.assert_broken("Entry 3 was changed: its digest does not fit what it says.")
                transaction.set_rollback(True)

    def test_a_missing_entry_is_found(self):
        self.tamper("DELETE FROM audit_entry WHERE number = 3")
        self.assert_broken("Entry 3 is missing.")

    def test_a_missing_first_entry_is_found(self):
        self.tamper("DELETE FROM audit_entry WHERE number = 1")
        self.assert_broken("Entry 1 is missing.")

    def test_a_gap_closed_by_renumbering_is_found(self):
        self.tamper(
            "DELETE FROM audit_entry WHERE number = 3",
            "UPDATE audit_entry SET number = 3 WHERE number = 4",
            "UPDATE audit_entry SET number = 4 WHERE number = 5",
            "UPDATE audit_head SET number = 4",
        )
        self.assert_broken("Entry 3 was changed: its digest does not fit what it says.")

    def test_an_entry_exchanged_for_one_with_a_digest_of_its_own_is_found(self):
        entry = Entry.objects.get(number=3)
        entry.item = 8
        self.tamper(f"UPDATE audit_entry SET item = 8, digest = '{entry.compute_digest()}' WHERE number = 3")
        self.assert_broken("Entry 4 does not follow from entry 3: one of them is not the original.")

    def test_a_cut_tail_is_found(self):
        self.tamper("DELETE FROM audit_entry WHERE number > 3")
        self.assert_broken("The log ends with entry 3, but 5 were written: its end is cut off.")

    def test_a_log_emptied_whole_is_found(self):
        self.tamper("DELETE FROM audit_entry")
        self.assert_broken("The log ends with entry 0, but 5 were written: its end is cut off.")

    def test_an_entry_inserted_at_the_end_is_found(self):
        last = Entry.objects.get(number=5)
        last.number, last.previous = 6, last.digest
        self.tamper(
            f"INSERT INTO audit_entry (number, {COLUMNS}) SELECT 6, at, by_id, action, item, origin, facts, digest, "
            f"'{last.compute_digest()}' FROM audit_entry WHERE number = 5"
        )
        self.assert_broken("The log goes on to entry 6, but only 5 were written.")

    def test_a_last_entry_exchanged_is_found(self):
        entry = Entry.objects.get(number=5)
        entry.item = 8
        self.tamper(f"UPDATE audit_entry SET item = 8, digest = '{entry.compute_digest()}' WHERE number = 5")
        self.assert_broken("Entry 5 is not the one that was written last.")

    def test_a_log_written_anew_is_found_by_a_digest_kept_elsewhere_and_only_so(self):
        kept = self.entries[3].digest
        self.assertIn("2 entries", run("--since", "4", "--digest", kept))
        self.forge(item=8)
        self.assertIn("5 entries", run())
        self.assert_broken("Entry 4 is not the one whose digest was kept.", "--since", "4", "--digest", kept)

    def test_a_tail_cut_off_together_with_the_head_is_found_by_a_digest_kept_elsewhere_and_only_so(self):
        self.tamper(
            "DELETE FROM audit_entry WHERE number > 3",
            f"UPDATE audit_head SET number = 3, digest = '{self.entries[2].digest}'",
        )
        self.assertIn("3 entries", run())
        self.assert_broken("Entry 5 is missing.", "--since", "5", "--digest", self.entries[4].digest)

    def test_a_number_without_a_digest_is_refused(self):
        self.assert_broken("--since and --digest belong together.", "--since", "3")
        self.assert_broken("The entries are numbered from 1.", "--since", "0", "--digest", "x")

    def test_what_is_written_during_the_walk_belongs_to_it(self):
        locked, written = Head.locked, []

        def write_first():
            if not written:
                written.append(True)
                audit.record(None, Action.SAVED)
            return locked()

        with mock.patch.object(Head, "locked", write_first):
            self.assertEqual(verification.verify().count, 6)
