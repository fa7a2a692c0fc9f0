"""A link by mail, on which people who were made an account set their first password."""

import re
from datetime import timedelta
from unittest import mock

from django.core import mail
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from accounts import invitations
from tests.factories import make_administrator, make_user
from tests.html import assert_valid_html

PASSWORD = "a long password 9"


class InvitationTests(TestCase):
    def setUp(self):
        self.user = make_user(name="样例人员", email="wang@example.org")
        self.by = make_administrator(name="样例管理员")

    def invite(self):
        """Invite the person and return the path in the mail."""
        with self.captureOnCommitCallbacks(execute=True):
            invitations.invite(self.user, self.by)
        [address] = re.findall(r"\S+://\S+", mail.outbox[-1].body)
        self.assertTrue(address.startswith("http://portal.example/"), address)
        return address.removeprefix("http://portal.example")

    def choose(self, link, password=PASSWORD):
        return self.client.post(link, {"new_password1": password, "new_password2": password})

    def test_the_mail_says_who_invites(self):
        self.invite()
        self.assertEqual(mail.outbox[0].to, ["wang@example.org"])
        self.assertIn("样例管理员", mail.outbox[0].body)

    def test_who_chooses_a_password_is_signed_in_and_signs_in_with_it(self):
        link = self.invite()
        assert_valid_html(self.client.get(link))
        self.assertEqual(self.choose(link).status_code, 302)
        self.assertEqual(self.client.get(reverse("accounts:profile")).status_code, 200)
        self.client.logout()
        self.assertTrue(self.client.login(username="wang@example.org", password=PASSWORD))

    def test_an_administrator_sends_it_from_the_page_of_the_person(self):
        self.client.force_login(self.by)
        address = reverse("admin:accounts_user_verb", args=[self.user.pk, "invite"])
        self.assertContains(self.client.get(reverse("admin:accounts_user_change", args=[self.user.pk])), address)
        with self.captureOnCommitCallbacks(execute=True):
            self.assertEqual(self.client.get(address).status_code, 200)
            self.assertEqual(mail.outbox, [])
            self.client.post(address)
        self.assertEqual([message.to for message in mail.outbox], [["wang@example.org"]])

    def test_it_is_not_offered_for_whom_it_is_no_use(self):
        self.client.force_login(self.by)
        for user in (make_user(email="a@example.org", password=PASSWORD), make_user()):
            address = reverse("admin:accounts_user_verb", args=[user.pk, "invite"])
            page = self.client.get(reverse("admin:accounts_user_change", args=[user.pk]))
            self.assertNotContains(page, address)
            self.assertEqual(self.client.post(address).status_code, 302)
        self.assertEqual(mail.outbox, [])

    def test_a_weak_password_is_refused_and_the_link_stays_good(self):
        link = self.invite()
        self.assertContains(self.choose(link, "12345"), 'class="errors"')
        self.assertEqual(self.choose(link).status_code, 302)

    def test_the_link_is_good_once(self):
        link = self.invite()
        self.choose(link)
        self.client.logout()
        self.assertContains(self.client.get(link), "链接已失效", status_code=404)
        self.assertEqual(self.choose(link, "another long one 7").status_code, 404)
        self.assertTrue(self.client.login(username="wang@example.org", password=PASSWORD))

    def test_the_link_ends_after_a_fortnight(self):
        link = self.invite()
        with mock.patch.object(invitations, "GOOD_FOR", timedelta(seconds=-1)):
            self.assertEqual(self.client.get(link).status_code, 404)

    def test_the_link_ends_when_the_address_changes(self):
        link = self.invite()
        self.user.email = "li@example.org"
        self.user.save()
        self.assertEqual(self.client.get(link).status_code, 404)

    def test_a_forged_link_opens_nothing(self):
        link = self.invite()
        for forged in (link[:-3] + "x/", link.replace("invitation/", "invitation/x"), "/accounts/invitation/:::/"):
            self.assertEqual(self.client.get(forged).status_code, 404)

    def test_who_has_a_password_no_address_or_no_account_any_more_is_not_invited(self):
        for user in (
            make_user(email="a@example.org", password=PASSWORD),
            make_user(),
            make_user(email="b@example.org", is_active=False),
        ):
            with self.assertRaises(ValidationError):
                invitations.invite(user, self.by)
        self.assertEqual(mail.outbox, [])
