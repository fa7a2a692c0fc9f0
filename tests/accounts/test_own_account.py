"""What people do about their own account: a lost password, another one, their name and addresses."""

import re
from datetime import timedelta
from unittest import mock

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.test import TestCase
from django.urls import reverse

from accounts.models import User
from tests.factories import make_administrator, make_user
from tests.html import addresses, all_of, assert_valid_html

LOST, MAILED, LOGIN, PROFILE, CHANGE = (
    reverse(f"accounts:{name}") for name in ("lost_password", "link_mailed", "login", "profile", "change_password")
)
PASSWORD = "a long password 9"
NEW = "quite another one 7"


class LostPasswordTests(TestCase):
    def setUp(self):
        self.user = make_user(username="wang", name="样例人员", email="wang@example.org", password=PASSWORD)

    def ask(self, email="wang@example.org", **extra):
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(LOST, {"email": email}, **extra)

    def link(self):
        """Return the path of the link in the newest mail, which leads to the portal and not to a forged host."""
        [address] = re.findall(r"\S+://\S+", mail.outbox[-1].body)
        self.assertTrue(address.startswith("http://portal.example/"), address)
        return address.removeprefix("http://portal.example")

    def set_password(self, link, password=NEW):
        """Follow ``link`` and choose ``password``; return the answer."""
        page = self.client.get(link, follow=True)
        assert_valid_html(page)
        return self.client.post(
            page.request["PATH_INFO"], {"new_password1": password, "new_password2": password}, follow=True
        )

    def test_the_page_to_sign_in_leads_there(self):
        self.assertIn(LOST, addresses(assert_valid_html(self.client.get(LOGIN))))

    def test_the_link_in_the_mail_sets_a_new_password(self):
        self.assertRedirects(self.ask("WANG@example.org", HTTP_HOST="localhost"), MAILED)
        self.assertEqual(mail.outbox[0].to, ["wang@example.org"])
        self.assertIn("样例人员，您好：", mail.outbox[0].body)
        response = self.set_password(self.link())
        self.assertContains(response, "新密码已设置")
        self.assertFalse(self.client.login(username="wang", password=PASSWORD))
        self.assertTrue(self.client.login(username="wang", password=NEW))

    def test_an_address_of_nobody_gets_the_same_answer_and_no_mail(self):
        make_user(email="closed@example.org", password=PASSWORD, is_active=False)
        make_user(email="without-password@example.org")
        pages = set()
        for email in ("wang@example.org", "nobody@example.org", "closed@example.org", "without-password@example.org"):
            response = self.ask(email)
            self.assertRedirects(response, MAILED, fetch_redirect_response=False)
            pages.add(self.client.get(MAILED).content)
        self.assertEqual(len(pages), 1)
        self.assertEqual([message.to for message in mail.outbox], [["wang@example.org"]])

    def test_a_link_is_good_once_and_for_an_hour(self):
        self.ask()
        link = self.link()
        self.set_password(link)
        self.assertContains(self.client.get(link, follow=True), "链接已失效")
        self.ask()
        link, now = self.link(), PasswordResetTokenGenerator()._now()
        for minutes, words in ((59, "设置新密码"), (61, "链接已失效")):
            later = now + timedelta(minutes=minutes)
            with mock.patch.object(PasswordResetTokenGenerator, "_now", return_value=later):
                self.assertContains(self.client_class().get(link, follow=True), words)

    def test_a_forged_link_says_that_it_does_not_work(self):
        for link in (
            "/accounts/password/MQ/a-b/",
            "/accounts/password/----/a-b/",
            "/accounts/password/MQ/set-password/",
        ):
            response = self.client.get(link)
            self.assertContains(response, "链接已失效")
            assert_valid_html(response)

    def test_a_weak_password_is_refused_with_a_reason_and_the_link_still_works(self):
        self.ask()
        link = self.link()
        self.assertContains(self.set_password(link, "q7-short"), "密码太短，至少要有 10 个字符。")
        self.assertContains(self.set_password(link), "新密码已设置")

    def test_only_three_mails_to_one_address_go_at_once_whoever_it_belongs_to(self):
        for email in ("wang@example.org", "nobody@example.org"):
            for _ in range(3):
                self.assertEqual(self.ask(email).status_code, 302)
            response = self.ask(email)
            self.assertContains(response, "请求次数过多，请 1 分钟后再试。", status_code=429)
            assert_valid_html(response)
            self.assertEqual(self.ask(email, REMOTE_ADDR="203.0.113.1").status_code, 302)
        self.assertEqual(len(mail.outbox), 4)

    def test_what_is_no_address_is_said_at_the_field(self):
        page = assert_valid_html(self.ask("nonsense"))
        self.assertEqual(len(all_of(page, "bad")), 1)


class OwnAccountTests(TestCase):
    def setUp(self):
        self.user = make_user(
            username="wang", name="样例人员", email="wang@example.org", phone="13800000001", password=PASSWORD
        )
        self.client.login(username="wang", password=PASSWORD)

    def save(self, **data):
        form = {"name": "样例人员", "email": "wang@example.org", "phone": "13800000001", "current_password": PASSWORD}
        return self.client.post(PROFILE, {**form, **data}, follow=True)

    def change(self, old=PASSWORD, new=NEW):
        return self.client.post(CHANGE, {"old_password": old, "new_password1": new, "new_password2": new}, follow=True)

    def test_the_pages_are_sound_private_and_lead_to_each_other(self):
        for address in (PROFILE, CHANGE):
            response = self.client.get(address)
            self.assertIn("no-store", response.headers["Cache-Control"])
            self.assertLessEqual({PROFILE, CHANGE}, set(addresses(assert_valid_html(response))))

    def test_visitors_are_asked_to_sign_in_first(self):
        self.client.logout()
        for address in (PROFILE, CHANGE):
            self.assertRedirects(self.client.get(address), f"{LOGIN}?next={address}")

    def test_name_mail_and_phone_are_saved_and_it_is_said(self):
        response = self.save(name="样例新名", email="new@example.org", phone="+86 139 0000 0002")
        self.assertContains(response, "资料已保存。")
        self.user.refresh_from_db()
        self.assertEqual(
            (self.user.name, self.user.email, self.user.phone), ("样例新名", "new@example.org", "13900000002")
        )
        self.assertTrue(self.client_class().login(username="new@example.org", password=PASSWORD))

    def test_what_others_have_is_refused_at_its_field_and_nothing_typed_is_lost(self):
        make_user(email="li@example.org", phone="13800000009")
        response = self.save(name="样例新名", email="LI@example.org", phone="138 0000 0009")
        errors = response.context["form"].errors
        self.assertEqual(errors["email"], ["已有账号使用这个电子邮箱。"])
        self.assertEqual(list(errors), ["email", "phone"])
        assert_valid_html(response)
        self.assertContains(response, 'value="样例新名"')
        self.user.refresh_from_db()
        self.assertEqual(self.user.name, "样例人员")

    def test_nothing_is_saved_without_the_password(self):
        for password in ("", "wrong"):
            response = self.save(email="thief@example.org", current_password=password)
            self.assertIn("current_password", response.context["form"].errors)
        self.user.refresh_from_db()
        self.assertEqual(self.user.email, "wang@example.org")

    def test_no_right_can_be_taken_by_the_form(self):
        self.save(password="x", is_staff="on", is_superuser="on", username="admin")
        self.user.refresh_from_db()
        self.assertEqual((self.user.is_staff, self.user.is_superuser, self.user.username), (False, False, "wang"))
        self.assertTrue(self.user.check_password(PASSWORD))

    def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(self):
        other = self.client_class()
        other.login(username="wang", password=PASSWORD)
        self.assertContains(self.change(), "密码已修改")
        self.assertEqual(self.client.get(PROFILE).status_code, 200)
        self.assertEqual(other.get(PROFILE).status_code, 302)
        self.assertTrue(other.login(username="wang", password=NEW))

    def test_a_wrong_old_password_or_a_weak_new_one_changes_nothing(self):
        for attempt in ({"old": "wrong"}, {"new": "12345678"}):
            response = self.change(**attempt)
            self.assertTrue(response.context["form"].errors)
            assert_valid_html(response)
        self.user.refresh_from_db()
        self.assertTrue(self.user.check_password(PASSWORD))

    def test_whoever_found_an_open_session_cannot_guess_the_password_there(self):
        for number in range(5):
            self.change(old="wrong") if number % 2 else self.save(current_password="wrong")
        for response in (self.change(), self.save()):
            self.assertContains(response, "密码输错次数过多，请 1 分钟后再试。", status_code=429)
        self.user.refresh_from_db()
        self.assertTrue(self.user.check_password(PASSWORD))

    def test_the_admin_leads_to_the_same_form(self):
        self.client.force_login(make_administrator())
        self.assertRedirects(self.client.get(reverse("admin:password_change")), CHANGE)

    def test_nobody_sees_or_changes_anothers_account(self):
        make_user(name="样例另一人", password=PASSWORD)
        self.assertContains(self.client.get(PROFILE), "样例人员")
        self.assertNotContains(self.client.get(PROFILE), "样例另一人")
        self.assertEqual(User.objects.filter(name="样例另一人").count(), 1)
