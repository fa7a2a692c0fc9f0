"""Certificates of attendance: for those who came, and a page on which everybody checks them."""

from datetime import timedelta
from decimal import Decimal

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from members import certificates, personal_data
from members.models import Activity, SignUp
from tests.factories import make_open_activity, make_organisation, make_sign_up, make_user
from tests.html import assert_valid_html, words


class AttendanceTests(TestCase):
    def setUp(self):
        self.person = make_user(name="样例学员")
        self.organisation = make_organisation(name="样例机械厂", people=[self.person])
        self.activity = make_open_activity(title="样例培训", credit_hours=Decimal("6.5"))
        self.sign_up = make_sign_up(
            self.activity, self.person, self.organisation, checked_in_at=timezone.now(), checked_in_by=make_user()
        )
        self.url = reverse("mine:attendance", args=[self.sign_up.pk])
        self.check = reverse("organisations:check_attendance", args=[certificates.attendance_code_of(self.sign_up)])
        self.client.force_login(self.person)

    def test_it_names_the_person_the_activity_the_hours_and_where_it_is_checked(self):
        page = self.client.get(self.url)
        text = words(assert_valid_html(page).find(".//main"))
        for part in ("样例学员", "样例机械厂", "样例培训", "6.5", f"http://testserver{self.check}"):
            self.assertIn(part, text)
        self.assertIn("no-store", page.headers["Cache-Control"])

    def test_ones_own_page_leads_there(self):
        Activity.objects.update(starts_at=timezone.now() - timedelta(days=1))
        self.assertContains(self.client.get(reverse("mine:home")), self.url)

    def test_it_is_nobody_elses(self):
        self.client.force_login(make_user())
        self.assertEqual(self.client.get(self.url).status_code, 404)
        self.client.logout()
        self.assertEqual(self.client.get(self.url).status_code, 302)

    def test_who_did_not_come_has_none(self):
        SignUp.objects.update(checked_in_at=None)
        for url in (self.url, self.check):
            self.assertEqual(self.client.get(url).status_code, 404)

    def test_where_no_hours_are_given_there_is_none(self):
        Activity.objects.update(credit_hours=None)
        self.assertEqual(self.client.get(self.url).status_code, 404)

    def test_everybody_checks_it_by_its_code(self):
        self.client.logout()
        text = words(assert_valid_html(self.client.get(self.check)).find(".//main"))
        for part in ("样例学员", "样例培训", "6.5", "出席记录属实"):
            self.assertIn(part, text)

    def test_a_forged_code_is_nobodys(self):
        for code in (f"{self.sign_up.pk}:x", "x", certificates.code_of(self.organisation)):
            page = self.client.get(reverse("organisations:check_attendance", args=[code]))
            self.assertContains(page, "没有查到这张出席证明", status_code=404)

    def test_after_the_personal_data_went_the_code_tells_nothing(self):
        personal_data.anonymise(SignUp.objects.all(), timezone.now())
        page = self.client.get(self.check)
        self.assertEqual(page.status_code, 404)
        self.assertNotContains(page, "样例学员", status_code=404)
