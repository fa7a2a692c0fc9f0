"""Where a person is signed in: told on a page, and ended there or by staff."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Session
from accounts.sessions import SessionStore
from audit.models import Entry
from tests.factories import make_administrator, make_user
from tests.html import assert_valid_html

LIST, END, LOGIN = (reverse(f"accounts:{name}") for name in ("session_list", "end_session", "login"))
PASSWORD = "a long password 9"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.50"


class SessionTests(TestCase):
    def setUp(self):
        self.user = make_user(username="wang", password=PASSWORD)
        self.here = self.sign_in(HTTP_USER_AGENT=WINDOWS)
        self.there = self.sign_in(HTTP_USER_AGENT=IPHONE, REMOTE_ADDR="203.0.113.9")

    def sign_in(self, username="wang", **extra):
        client = self.client_class(**extra)
        self.assertEqual(client.post(LOGIN, {"username": username, "password": PASSWORD}).status_code, 302)
        return client

    def rows(self, client=None):
        return (client or self.here).get(LIST).context["sessions"]

    def is_in(self, client):
        return client.get(LIST).status_code == 200

    def test_the_page_tells_device_and_address_and_marks_this_one(self):
        response = self.here.get(LIST)
        assert_valid_html(response)
        self.assertIn("no-store", response.headers["Cache-Control"])
        rows = [(row["is_here"], row["device"], row["address"]) for row in response.context["sessions"]]
        self.assertEqual(rows, [(True, "Windows 上的 Chrome", "127.0.0.1"), (False, "iPhone 上的 微信", "203.0.113.9")])

    def test_no_key_of_a_session_stands_on_the_page(self):
        text = self.here.get(LIST).content.decode()
        for key in Session.objects.values_list("session_key", flat=True):
            self.assertNotIn(key, text)

    def test_one_device_is_signed_out(self):
        response = self.here.post(END, {"number": self.rows()[1]["number"]}, follow=True)
        self.assertContains(response, "1 台设备已退出登录")
        self.assertEqual((self.is_in(self.here), self.is_in(self.there)), (True, False))

    def test_all_but_this_one_are_signed_out(self):
        third = self.sign_in()
        self.assertContains(self.here.post(END, follow=True), "2 台设备已退出登录")
        self.assertEqual([self.is_in(client) for client in (self.here, self.there, third)], [True, False, False])

    def test_nobody_ends_anothers_session(self):
        make_user(username="li", password=PASSWORD)
        other = self.sign_in("li")
        for number in (self.rows()[0]["number"], "", "\0", "x" * 10_000, "不"):
            self.assertEqual(other.post(END, {"number": number}).status_code, 302)
        other.post(END)
        self.assertTrue(self.is_in(self.here) and self.is_in(self.there))

    def test_visitors_are_asked_to_sign_in_and_a_link_ends_nothing(self):
        self.assertRedirects(self.client.get(LIST), f"{LOGIN}?next={LIST}")
        self.assertEqual(self.client.post(END).status_code, 302)
        self.assertEqual(self.here.get(END).status_code, 405)

    def test_reading_pages_writes_nothing_until_some_minutes_have_passed(self):
        self.here.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            self.here.get(LIST)
        self.assertFalse([query["sql"] for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))])
        Session.objects.update(last_used_at=timezone.now() - timedelta(minutes=6))
        self.here.get(LIST, REMOTE_ADDR="198.51.100.4")
        row = self.rows()[0]
        self.assertEqual(row["address"], "198.51.100.4")
        self.assertLess(timezone.now() - row["last_used_at"], timedelta(minutes=1))

    def test_what_a_session_holds_and_where_it_is_used_do_not_overwrite_each_other(self):
        Session.objects.update(address="198.51.100.4")
        session = SessionStore(self.here.cookies["sessionid"].value)
        session["sample"] = 1
        session.save()
        self.assertEqual(Session.objects.get(session_key=session.session_key).address, "198.51.100.4")

    def test_a_password_set_by_mail_or_in_the_admin_leaves_no_device_on_the_page(self):
        self.user.set_password("quite another one 7")
        self.user.save()
        client = self.client_class()
        client.login(username="wang", password="quite another one 7")
        self.assertEqual(len(self.rows(client)), 1)

    def test_a_hostile_browser_name_is_kept_short_and_harmless(self):
        client = self.sign_in(HTTP_USER_AGENT="<script>\0" + "x" * 10_000)
        self.assertNotContains(client.get(LIST), "<script>x")
        self.assertEqual(self.rows(client)[0]["device"], "未知设备")

    def test_an_administrator_ends_all_and_it_is_logged(self):
        client = self.client_class()
        client.force_login(make_administrator())
        address = reverse("admin:accounts_user_verb", args=[self.user.pk, "end-sessions"])
        self.assertContains(client.get(reverse("admin:accounts_user_change", args=[self.user.pk])), address)
        self.assertContains(client.get(address), "退出全部设备")
        self.assertTrue(self.is_in(self.here))
        client.post(address)
        self.assertFalse(self.is_in(self.here) or self.is_in(self.there))
        self.assertEqual(LogEntry.objects.get().object_id, str(self.user.pk))

    def test_what_one_changes_about_the_own_account_stands_in_the_audit_log(self):
        self.here.post(END)
        profile = {"name": "样例新名", "email": "new@example.org", "phone": "", "current_password": PASSWORD}
        self.here.post(reverse("accounts:profile"), profile)
        new = {"new_password1": "quite another one 7", "new_password2": "quite another one 7"}
        self.here.post(reverse("accounts:change_password"), {"old_password": PASSWORD, **new})
        entries = Entry.objects.filter(action="admin_changed").order_by("pk")
        self.assertEqual({entry.by_id for entry in entries}, {self.user.pk})
        self.assertEqual(
            [entry.facts["fields"] for entry in entries], [["sessions"], ["full name", "e-mail"], ["password"]]
        )
        self.assertNotIn("another one", str([entry.facts for entry in entries]))
