"""What an entry holds, and that nobody changes it afterwards."""

from datetime import UTC, datetime

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import RequestFactory, TestCase, TransactionTestCase
from django.utils.translation import gettext_lazy

import audit
from audit.actions import Action
from audit.middleware import OriginMiddleware
from audit.models import AppendOnly, Entry, Head
from tests.factories import make_user


class EntryTests(TestCase):
    def test_entries_are_numbered_from_one_and_chained(self):
        first = audit.record(None, Action.CREATED, item=7)
        second = audit.record(make_user(), Action.SAVED, item=7, revision=2)
        self.assertEqual([first.number, second.number], [1, 2])
        self.assertEqual([first.previous, second.previous], ["", first.digest])
        head = Head.objects.get()
        self.assertEqual((head.number, head.digest), (2, second.digest))

    def test_the_chain_has_one_head(self):
        audit.record(None, Action.CREATED)
        with self.assertRaisesMessage(IntegrityError, "audit_there_is_one_head"), transaction.atomic():
            Head.objects.create(pk=2)

    def test_the_digest_can_be_computed_again_from_what_the_database_gives_back(self):
        facts = {
            "zeta": "é 例 𬭎 \U0001f600",
            "alpha": {"b": [1, None, True, 12345678901234567890], "a": ""},
            "when": datetime(2026, 11, 24, 8, 30, 0, 123456, tzinfo=UTC),
            "day": datetime(2026, 11, 24, tzinfo=UTC).date(),
            "lazy": gettext_lazy("Saved"),
            7: 'quote " and \\ backslash',
        }
        written = audit.record(make_user(), Action.SAVED, item=2**40, **{"all": facts})
        read = Entry.objects.get()
        self.assertEqual(read.compute_digest(), written.digest)
        self.assertEqual(read.facts, written.facts)

    def test_the_digest_covers_every_field(self):
        audit.record(make_user(), Action.SAVED, item=1, revision=1)
        entry = Entry.objects.get()
        other = {
            "number": 2,
            "at": datetime(2026, 1, 1, tzinfo=UTC),
            "by_id": 0,
            "action": "x",
            "item": 2,
            "origin": "::1",
            "facts": {},
            "previous": "x",
        }
        covered = {field.attname for field in Entry._meta.fields} - {"digest"}
        self.assertEqual(covered, other.keys())
        for name, value in other.items():
            with self.subTest(name):
                changed = Entry.objects.get()
                setattr(changed, name, value)
                self.assertNotEqual(changed.compute_digest(), entry.digest)

    def test_an_unknown_action_is_refused(self):
        with self.assertRaises(ValueError):
            audit.record(None, "invented")

    def test_a_float_is_refused_since_databases_spell_it_differently(self):
        for number in (1.5, float("nan")):
            with self.subTest(number), self.assertRaises(TypeError):
                audit.record(None, Action.SAVED, share=number)
        self.assertFalse(Entry.objects.exists())


class OutsideOfATransactionTests(TransactionTestCase):
    def test_an_entry_takes_a_transaction(self):
        with self.assertRaises(transaction.TransactionManagementError):
            audit.record(None, Action.SAVED)

    def test_an_entry_falls_with_what_it_tells_of_and_leaves_no_gap(self):
        class Fault(Exception):
            pass

        with self.assertRaises(Fault), transaction.atomic():
            audit.record(None, Action.SAVED)
            raise Fault
        self.assertFalse(Entry.objects.exists())
        with transaction.atomic():
            self.assertEqual(audit.record(None, Action.SAVED).number, 1)


class AppendOnlyTests(TestCase):
    def setUp(self):
        for item in (1, 2):
            audit.record(None, Action.SAVED, item=item)
        self.entry = Entry.objects.get(number=1)

    def test_the_models_refuse_to_change_or_delete(self):
        attempts = {
            "save": lambda: self.entry.save(),
            "delete": lambda: self.entry.delete(),
            "update": lambda: Entry.objects.update(item=3),
            "update some": lambda: Entry.objects.filter(number=1).update(item=3),
            "delete all": lambda: Entry.objects.all().delete(),
            "bulk_update": lambda: Entry.objects.bulk_update([self.entry], ["item"]),
            "bulk_create": lambda: Entry.objects.bulk_create([Entry(number=3)]),
        }
        for name, attempt in attempts.items():
            with self.subTest(name), self.assertRaises(AppendOnly):
                attempt()

    def test_a_new_entry_made_through_the_model_is_sealed_like_any_other(self):
        entry = Entry.objects.create(number=99, action=Action.SAVED, digest="invented")
        self.assertEqual((entry.number, entry.digest), (3, entry.compute_digest()))

    def test_the_database_refuses_raw_sql(self):
        copy = "SELECT {}, at, by_id, action, item, origin, facts, previous, digest FROM audit_entry WHERE number = 1"
        columns = "(number, at, by_id, action, item, origin, facts, previous, digest)"
        attempts = [
            "UPDATE audit_entry SET item = 3 WHERE number = 1",
            "DELETE FROM audit_entry",
            "DELETE FROM audit_entry WHERE number = 2",
            f"INSERT INTO audit_entry {columns} {copy.format(7)}",
            f"INSERT INTO audit_entry {columns} {copy.format(0)}",
            "UPDATE audit_head SET number = 1",
            "UPDATE audit_head SET number = 9",
            "UPDATE audit_head SET digest = 'invented'",
            "DELETE FROM audit_head",
        ]
        if connection.vendor == "sqlite":
            attempts += [
                f"INSERT OR REPLACE INTO audit_entry {columns} {copy.format(1)}",
                "INSERT OR REPLACE INTO audit_head (id, number, digest) VALUES (1, 0, '')",
            ]
        else:
            attempts += [
                f"INSERT INTO audit_entry {columns} {copy.format(1)} ON CONFLICT (number) DO UPDATE SET item = 3",
                "TRUNCATE audit_entry",
                "TRUNCATE audit_head",
            ]
        before = list(Entry.objects.values()), list(Head.objects.values())
        for statement in attempts:
            with self.subTest(statement), self.assertRaises(DatabaseError), transaction.atomic():
                connection.cursor().execute(statement)
        self.assertEqual((list(Entry.objects.values()), list(Head.objects.values())), before)

    def test_there_is_one_head(self):
        with self.assertRaises(DatabaseError), transaction.atomic():
            Head.objects.create(pk=2)


class OriginTests(TestCase):
    def record_behind(self, **meta):
        """Return the origin of an entry that a request with ``meta`` writes."""
        view = OriginMiddleware(lambda request: audit.record(None, Action.SAVED))
        return view(RequestFactory().get("/", **meta)).origin

    def test_an_entry_tells_the_address_of_its_request(self):
        for address, told in {
            "192.0.2.7": "192.0.2.7",
            "2001:DB8::0:1": "2001:db8::1",
            "::ffff:192.0.2.7": "192.0.2.7",
            "fe80::1%eth0": "fe80::1",
            "": "",
            "unix:": "",
        }.items():
            with self.subTest(address):
                self.assertEqual(self.record_behind(REMOTE_ADDR=address), told)

    def test_an_entry_written_after_the_request_tells_none(self):
        self.record_behind(REMOTE_ADDR="192.0.2.7")
        self.assertEqual(audit.record(None, Action.SAVED).origin, "")

    def test_without_a_proxy_a_forwarded_address_is_not_believed(self):
        self.assertEqual(self.record_behind(REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="203.0.113.1"), "192.0.2.7")
