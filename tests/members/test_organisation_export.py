"""The list of organisations as a file, with the columns that staff choose."""

import csv
import io
from datetime import date

from django.test import TestCase
from django.urls import reverse
from openpyxl import load_workbook

from audit.actions import Action
from audit.models import Entry
from publishing import roles
from tests.factories import make_affiliation, make_member_group, make_organisation, make_staff, make_user

EXPORT = reverse("admin:members_organisation_export")


class ExportTests(TestCase):
    def setUp(self):
        self.staff = make_staff(roles.ADMINISTRATOR)
        self.client.force_login(self.staff)
        self.group = make_member_group(name="样例大组")
        self.organisation = make_organisation(
            name="=样例厂", member_group=self.group, district="黄浦区", period=(date(2026, 1, 1), date(2100, 12, 31))
        )
        contact = make_user(name="样例人", phone="13800000000", email="person@example.org")
        make_affiliation(self.organisation, contact, role="contact")
        make_organisation(name="样例他厂", district="静安区")

    def rows(self, *columns, format="csv", query=""):
        answer = self.client.post(f"{EXPORT}{query}", {"columns": columns, "format": format})
        self.assertEqual(answer.status_code, 200)
        if format == "csv":
            return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(answer.content)).active]

    def test_it_holds_what_the_list_shows_with_the_chosen_columns_and_no_formula(self):
        rows = self.rows("name", "member_group", "standing", "contact_phone", query="?district=黄浦区")
        self.assertEqual(
            rows, [["单位名称", "会员大组", "会员状态", "手机"], ["'=样例厂", "样例大组", "会员期内", "\t13800000000"]]
        )

    def test_xlsx_has_days_as_days(self):
        [_headings, row] = self.rows("name", "period_last_on", format="xlsx", query="?q=样例厂")
        self.assertEqual((row[0], row[1].date()), ("=样例厂", date(2100, 12, 31)))

    def test_who_took_what_is_written_down(self):
        self.rows("name", "contact_phone", query="?district=黄浦区")
        entry = Entry.objects.get(action=Action.ORGANISATIONS_EXPORTED)
        self.assertEqual(entry.by, self.staff)
        self.assertEqual(
            entry.facts, {"count": 1, "fields": ["name", "contact_phone"], "chosen": {"district": "黄浦区"}}
        )

    def test_looking_at_the_page_and_odd_answers_export_nothing(self):
        self.assertContains(self.client.get(f"{EXPORT}?district=黄浦区"), "1 个单位")
        for data in ({}, {"columns": "password", "format": "csv"}, {"columns": "name", "format": "exe"}):
            self.assertContains(self.client.post(EXPORT, data), 'class="errorlist"')
        self.assertEqual(self.client.get(f"{EXPORT}?nonsense=1").status_code, 302)
        self.assertFalse(Entry.objects.filter(action=Action.ORGANISATIONS_EXPORTED).exists())

    def test_authors_export_nothing(self):
        self.client.force_login(make_staff(roles.AUTHOR))
        self.assertEqual(self.client.get(EXPORT).status_code, 403)
        self.assertEqual(self.client.post(EXPORT, {"columns": "name", "format": "csv"}).status_code, 403)
