"""What Django tells of reaches the log: signing in and out, and every change in the admin."""

import json
from unittest import mock

from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.db import DatabaseError, connection
from django.test import Client, TestCase, TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ReaderGroup
from audit import receivers
from audit.actions import Action
from audit.models import Entry
from audit.verification import verify
from publishing import content_version
from publishing.models import Label
from tests.factories import make_administrator, make_label, make_reader_group, make_user

PASSWORD = "样例口令不告诉人"


class SigningInTests(TestCase):
    def setUp(self):
        self.user = make_user(password=PASSWORD)

    def sign_in(self, name, password):
        return self.client.post(
            reverse("accounts:login"), {"username": name, "password": password}, REMOTE_ADDR="192.0.2.7"
        )

    def test_signing_in_and_out_is_told_with_the_person_and_the_address(self):
        self.sign_in(self.user.username, PASSWORD)
        self.client.post(reverse("accounts:logout"), REMOTE_ADDR="192.0.2.8")
        told = Entry.objects.order_by("number").values_list("action", "by", "origin", "facts")
        self.assertEqual(
            list(told),
            [
                (Action.SIGNED_IN, self.user.pk, "192.0.2.7", {}),
                (Action.SIGNED_OUT, self.user.pk, "192.0.2.8", {}),
            ],
        )

    def test_a_wrong_password_is_told_with_the_account_and_proves_nobody(self):
        self.sign_in(self.user.username, "错误口令")
        entry = Entry.objects.get()
        self.assertEqual(
            (entry.action, entry.by, entry.facts), (Action.SIGN_IN_FAILED, None, {"account": self.user.pk})
        )

    def test_what_was_typed_for_a_name_is_not_told(self):
        self.sign_in("password-in-the-wrong-field", PASSWORD)
        entry = Entry.objects.get()
        self.assertEqual((entry.action, entry.facts), (Action.SIGN_IN_FAILED, {}))

    def test_signing_out_twice_is_told_once(self):
        self.sign_in(self.user.username, PASSWORD)
        for _again in range(2):
            self.client.post(reverse("accounts:logout"))
        self.assertEqual(Entry.objects.filter(action=Action.SIGNED_OUT).count(), 1)

    def test_a_broken_log_keeps_nobody_out(self):
        with mock.patch.object(receivers, "record", side_effect=DatabaseError), self.assertLogs("audit", "ERROR"):
            response = self.sign_in(self.user.username, PASSWORD)
        self.assertRedirects(response, reverse("mine:home"), fetch_redirect_response=False)


class AdminLogTests(TestCase):
    def setUp(self):
        self.administrator = make_administrator()
        self.client.force_login(self.administrator)

    def told(self):
        """Return (action, facts) of what the administrator did after signing in, oldest first."""
        entries = Entry.objects.exclude(action=Action.SIGNED_IN).order_by("number")
        self.assertTrue(all(entry.by == self.administrator for entry in entries))
        return [(entry.action, entry.facts) for entry in entries]

    def test_adding_changing_and_deleting_a_row_is_told(self):
        data = {"axis": Label.Axis.REGION, "name": "样例标签", "order": 0}
        self.client.post(reverse("admin:publishing_label_add"), data)
        label = Label.objects.get(name="样例标签")
        self.client.post(reverse("admin:publishing_label_change", args=[label.pk]), {**data, "name": "另一个标签"})
        self.client.post(reverse("admin:publishing_label_delete", args=[label.pk]), {"post": "yes"})
        row = {"model": "publishing.label", "key": str(label.pk)}
        self.assertEqual(
            self.told(),
            [
                (Action.ADMIN_ADDED, row),
                (Action.ADMIN_CHANGED, {**row, "fields": ["Name"]}),
                (Action.ADMIN_DELETED, row),
            ],
        )

    def test_deleting_several_rows_at_once_is_told_of_each(self):
        labels = [make_label(), make_label(), make_label()]
        data = {"action": "delete_selected", "_selected_action": [label.pk for label in labels], "post": "yes"}
        self.client.post(reverse("admin:publishing_label_changelist"), data)
        self.assertFalse(Label.objects.exists())
        self.assertEqual(
            sorted(facts["key"] for action, facts in self.told() if action == Action.ADMIN_DELETED),
            sorted(str(label.pk) for label in labels),
        )

    def test_a_person_is_told_of_by_number_and_a_change_by_the_names_of_its_fields(self):
        person = make_user(name="样例张三")
        group = make_reader_group()
        url = reverse("admin:accounts_user_change", args=[person.pk])
        rows = self.client.get(url).context["inline_admin_formsets"][0].formset.prefix
        data = {
            "username": person.username,
            "name": "样例李四",
            "is_active": "on",
            f"{rows}-TOTAL_FORMS": 1,
            f"{rows}-INITIAL_FORMS": 0,
            f"{rows}-0-group": group.pk,
            f"{rows}-0-first_on": "2026-01-01",
        }
        self.client.post(url, data)
        [(action, facts)] = self.told()
        self.assertEqual(
            (action, facts["model"], facts["key"]), (Action.ADMIN_CHANGED, "accounts.user", str(person.pk))
        )
        self.assertEqual(facts["fields"], ["Full name"])
        self.assertEqual([row["verb"] for row in facts["rows"]], ["added"])
        self.assertNotIn("样例", json.dumps(facts, ensure_ascii=False))

    def test_a_new_password_and_a_closed_account_are_told(self):
        person = make_user(password=PASSWORD)
        self.client.post(
            reverse("admin:auth_user_password_change", args=[person.pk]),
            {"password1": PASSWORD * 2, "password2": PASSWORD * 2, "usable_password": "true"},
        )
        self.client.post(
            reverse("admin:accounts_user_changelist"), {"action": "deactivate", "_selected_action": [person.pk]}
        )
        self.assertEqual([facts["fields"] for _action, facts in self.told()], [["password"], ["active"]])

    def test_free_words_in_the_log_of_the_admin_stay_there(self):
        for message in ("样例张三", '"样例张三"', "{"):
            with self.subTest(message):
                LogEntry.objects.log_actions(self.administrator.pk, [self.administrator], CHANGE, message)
                self.assertNotIn("样例", str(self.told()[-1]))

    def test_a_row_that_shows_at_once_locks_the_log_before_the_content_version(self):
        # The verbs do so too; in two orders, two people who save would wait for each other for ever.
        before = content_version.current()
        data = {
            "text": "样例横幅",
            "url": "https://example.org/",
            "starts_at_0": "2026-01-01",
            "starts_at_1": "00:00",
            "ends_at_0": "2026-02-01",
            "ends_at_1": "00:00",
            "order": "0",
        }
        with CaptureQueriesContext(connection) as captured:
            self.client.post(reverse("admin:portal_banner_add"), data)
        self.assertEqual((content_version.current(), len(self.told())), (before + 1, 1))
        writes = [query["sql"] for query in captured if query["sql"].startswith(("UPDATE", "INSERT"))]
        [log] = [place for place, sql in enumerate(writes) if sql.startswith('UPDATE "audit_head"')]
        versions = [place for place, sql in enumerate(writes) if "publishing_contentversion" in sql]
        self.assertLess(log, min(versions))


class OutsideOfATransactionTests(TransactionTestCase):
    def test_rows_that_the_admin_logs_outside_of_a_transaction_are_told_in_one(self):
        administrator = make_administrator()
        groups = [make_reader_group(), make_reader_group()]
        LogEntry.objects.log_actions(administrator.pk, groups[:1], DELETION)
        LogEntry.objects.log_actions(administrator.pk, groups, DELETION)
        self.assertEqual(verify().count, 3)

    def test_a_deletion_that_fails_is_not_told(self):
        administrator = make_administrator()
        client = Client(raise_request_exception=False)
        client.force_login(administrator)
        groups = [make_reader_group(), make_reader_group()]
        data = {"action": "delete_selected", "_selected_action": [group.pk for group in groups], "post": "yes"}
        with (
            mock.patch("django.contrib.admin.options.ModelAdmin.delete_queryset", side_effect=DatabaseError),
            self.assertLogs("django.request", "ERROR"),
        ):
            client.post(reverse("admin:accounts_readergroup_changelist"), data)
        self.assertEqual(ReaderGroup.objects.count(), 2)
        self.assertEqual(list(Entry.objects.values_list("action", flat=True)), [Action.SIGNED_IN])
        self.assertFalse(LogEntry.objects.exists())
