"""The log in the admin: who may look, how it is narrowed, and what leaves it as a file."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from unittest import mock

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

import audit
from audit import admin as audit_admin
from audit import models
from audit.actions import Action
from audit.models import Entry
from publishing import roles
from tests.factories import make_administrator, make_article, make_staff, make_user

LIST = "admin:audit_entry_changelist"
EXPORT = "admin:audit_entry_export"


def record_at(moment, *args, **kwargs):
    with mock.patch.object(models.timezone, "now", return_value=moment):
        return audit.record(*args, **kwargs)


class PermissionTests(TestCase):
    def test_administrators_may_look_and_nobody_else(self):
        entry = audit.record(None, Action.SAVED)
        staff = {role: make_staff(role) for role in roles.ITEM_ACTIONS}
        for role, user in staff.items():
            self.client.force_login(user)
            expected = 200 if role == roles.ADMINISTRATOR else 403
            with self.subTest(role):
                for url in (reverse(LIST), reverse("admin:audit_entry_change", args=[entry.pk])):
                    self.assertEqual(self.client.get(url).status_code, expected)
                self.assertEqual(self.client.post(reverse(EXPORT)).status_code, expected)

    def test_nobody_may_write(self):
        entry = audit.record(None, Action.SAVED)
        self.client.force_login(make_administrator())
        change = reverse("admin:audit_entry_change", args=[entry.pk])
        self.assertEqual(self.client.get(reverse("admin:audit_entry_add")).status_code, 403)
        self.assertEqual(self.client.post(change, {"item": 3}).status_code, 403)
        self.assertEqual(self.client.post(reverse("admin:audit_entry_delete", args=[entry.pk])).status_code, 403)


class ListTests(TestCase):
    def setUp(self):
        self.administrator = make_administrator()
        self.client.force_login(self.administrator)

    def listed(self, **choice):
        response = self.client.get(reverse(LIST), choice)
        self.assertEqual(response.status_code, 200)
        return list(response.context["cl"].result_list)

    def test_the_list_is_narrowed_by_action_person_item_and_days_in_shanghai(self):
        person = make_user()
        saved = record_at(datetime(2026, 3, 1, 15, 59, tzinfo=UTC), person, Action.SAVED, item=5)
        passed = record_at(datetime(2026, 3, 1, 16, 0, tzinfo=UTC), None, Action.PASSED, item=6)
        for choice, expected in [
            ({"action": "saved"}, [saved]),
            ({"by": person.pk}, [saved]),
            ({"item": 6}, [passed]),
            ({"first_on": "2026-03-01", "last_on": "2026-03-01"}, [saved]),
            ({"first_on": "2026-03-02", "last_on": "2026-03-02"}, [passed]),
            ({"last_on": "2026-03-02"}, [passed, saved]),
            ({"item": 5, "action": "passed"}, []),
        ]:
            with self.subTest(choice):
                self.assertEqual(self.listed(**choice), expected)

    def test_odd_choices_are_answered_with_a_sentence(self):
        for name, odd in {
            "action": "invented",
            "by": "0",
            "item": "9" * 30,
            "first_on": "0001-01-01",
            "last_on": "9999-12-31",
        }.items():
            with self.subTest(name):
                response = self.client.get(reverse(LIST), {name: odd})
                self.assertTrue(response.context["cl"].choice.errors[name])
                self.assertContains(response, "errorlist")
                exported = self.client.post(f"{reverse(EXPORT)}?{name}={odd}")
                self.assertRedirects(exported, f"{reverse(LIST)}?{name}={odd}")
        backwards = self.client.get(reverse(LIST), {"first_on": "2026-03-02", "last_on": "2026-03-01"})
        self.assertContains(backwards, "errorlist")

    def test_an_entry_leads_to_its_item_and_of_one_that_is_gone_the_admin_says_so(self):
        article = make_article()
        url = reverse("admin:publishing_dossier_change", args=[article.pk])
        self.assertContains(self.client.get(reverse(LIST), {"item": article.pk}), f'href="{url}"')
        self.assertRedirects(self.client.get(url), reverse("admin:news_article_change", args=[article.pk]))
        for number in (article.pk + 1000, 10**30):
            gone = self.client.get(reverse("admin:publishing_dossier_change", args=[number]))
            self.assertRedirects(gone, reverse("admin:index"))

    def test_a_longer_log_costs_no_more_queries(self):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                self.client.get(reverse(LIST))
            return len(captured)

        audit.record(make_user(), Action.SAVED, item=1)
        before = queries()
        for _ in range(10):
            audit.record(make_user(), Action.SAVED, item=1)
        self.assertEqual(queries(), before)

    def test_no_more_than_the_newest_are_counted(self):
        for _ in range(5):
            audit.record(None, Action.SAVED)
        with mock.patch.object(audit_admin, "MOST_LISTED", 3):
            response = self.client.get(reverse(LIST))
        self.assertEqual(response.context["cl"].result_count, 3)
        self.assertContains(response, "audit-cut")


class ExportTests(TestCase):
    def setUp(self):
        self.administrator = make_administrator()
        self.client.force_login(self.administrator)

    def rows(self, **choice):
        """Return the rows of the exported sheet, cells as openpyxl gives them."""
        response = self.client.post(reverse(EXPORT, query=choice) if choice else reverse(EXPORT))
        self.assertEqual(response.status_code, 200)
        self.assertIn(".xlsx", response["Content-Disposition"])
        return list(load_workbook(BytesIO(b"".join(response.streaming_content))).active.rows)

    def test_the_file_holds_ids_and_names_and_the_chain(self):
        person = make_user(name="样例张三")
        entry = audit.record(person, Action.SAVED, item=5, revision=2)
        heading, signed_in, row = ([cell.value for cell in row] for row in self.rows())
        self.assertEqual(len(heading), len(row))
        moment = timezone.localtime(entry.at).replace(tzinfo=None)
        self.assertLess(abs(row[1] - moment), timedelta(seconds=1))
        self.assertEqual([row[0], *row[2:5], row[6]], [entry.number, person.pk, "样例张三", "saved", 5])
        self.assertEqual(row[-3:], ['{"revision": 2}', signed_in[-1], entry.digest])

    def test_the_file_holds_what_was_chosen_and_the_export_is_told(self):
        audit.record(None, Action.SAVED, item=5)
        wanted = audit.record(None, Action.PASSED, item=5)
        rows = self.rows(action="passed", item=5)
        self.assertEqual([row[0].value for row in rows[1:]], [wanted.number])
        told = Entry.objects.get(action=Action.EXPORTED)
        self.assertEqual(told.by, self.administrator)
        self.assertEqual(told.facts, {"count": 1, "last": wanted.number, "chosen": {"action": "passed", "item": 5}})

    def test_no_text_becomes_a_formula(self):
        for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "#N/A"):
            make_user(name=text)
            audit.record(make_user(name=text), Action.SAVED)
        cells = [row[3] for row in self.rows(action="saved")[1:]]
        self.assertEqual({cell.data_type for cell in cells}, {"s"})
        self.assertTrue(all(cell.quotePrefix for cell in cells))

    def test_characters_that_a_sheet_cannot_hold_are_left_out(self):
        audit.record(None, Action.SAVED, reason="甲\x01乙" + "长" * 40_000)
        self.assertIn("甲乙", self.rows(action="saved")[1][8].value)

    def test_more_than_a_file_takes_is_refused_with_a_sentence(self):
        for _ in range(3):
            audit.record(None, Action.SAVED)
        with mock.patch.object(audit_admin, "MOST_EXPORTED", 2):
            response = self.client.post(f"{reverse(EXPORT)}?action=saved", follow=True)
        self.assertRedirects(response, f"{reverse(LIST)}?action=saved")
        self.assertContains(response, "messagelist")
        self.assertFalse(Entry.objects.filter(action=Action.EXPORTED).exists())

    def test_an_export_takes_a_post(self):
        self.assertEqual(self.client.get(reverse(EXPORT)).status_code, 405)
