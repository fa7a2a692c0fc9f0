"""People sign in by user name, e-mail address or mobile phone, however they spell it."""

from importlib import import_module

from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from accounts.models import User
from audit.actions import Action
from audit.models import Entry
from tests.factories import make_user

LOGIN = reverse("accounts:login")
PASSWORD = "a long password 9"


class NameTests(TestCase):
    def setUp(self):
        self.user = make_user(username="wang", email="Wang@example.org", phone="13800000001", password=PASSWORD)

    def signs_in(self, name, password=PASSWORD):
        """Return who is signed in by ``name``, or None."""
        response = self.client.post(LOGIN, {"username": name, "password": password})
        user = User.objects.filter(pk=self.client.session.get("_auth_user_id")).first()
        if user is None:
            self.assertContains(response, "用户名或密码有误")
        self.client.logout()
        return user

    def test_every_spelling_of_name_mail_and_phone_leads_in(self):
        for name in (
            "wang", "ｗａｎｇ", "Wang@example.org", "wang@EXAMPLE.org", "ｗａｎｇ＠example.org", " wang@example.org ",
            "13800000001", "138 0000 0001", "138-0000-0001", "１３８００００００01", "+86 138 0000 0001", "008613800000001",
        ):  # fmt: skip
            with self.subTest(name):
                self.assertEqual(self.signs_in(name), self.user)

    def test_what_is_nobodys_leads_nowhere(self):
        make_user(username="without-mail-and-phone", password=PASSWORD)
        for name in ("wan", "wang@example.com", "1380000000", "@", "-", "+86", "%", "wang@example.org%"):
            with self.subTest(name):
                self.assertIsNone(self.signs_in(name))

    def test_an_address_of_two_accounts_is_refused_as_a_wrong_one(self):
        User.objects.filter(pk=make_user(password=PASSWORD).pk).update(email="wang@example.org")
        self.assertIsNone(self.signs_in("wang@example.org"))
        self.assertEqual(self.signs_in("wang"), self.user)

    def test_nobody_takes_anothers_user_name_by_an_address_or_phone(self):
        thief = make_user(password="another password 1")
        User.objects.filter(pk=thief.pk).update(phone="wang")
        self.assertEqual(self.signs_in("wang"), self.user)
        self.assertIsNone(self.signs_in("wang", "another password 1"))

    def test_all_names_of_one_account_spelled_differently_take_one_query(self):
        for name in ("wang", "wang@example.org", "13800000001"):
            with self.assertNumQueries(1):
                self.assertEqual(User.objects.get_by_natural_key(name), self.user)
        with self.assertNumQueries(1), self.assertRaises(User.DoesNotExist):
            User.objects.get_by_natural_key("nobody")

    def test_the_log_tells_whose_account_was_tried_by_its_mail_address(self):
        self.signs_in("WANG@example.org", "wrong")
        entry = Entry.objects.get(action=Action.SIGN_IN_FAILED)
        self.assertEqual(entry.facts, {"account": self.user.pk})

    def test_a_phone_is_kept_as_it_is_looked_up(self):
        other = make_user()
        other.phone = "+86 139-0000-0002"
        other.clean()
        self.assertEqual(other.phone, "13900000002")

    def test_what_another_account_signs_in_with_is_refused_at_its_field(self):
        make_user(username="13800000009")
        make_user(username="li@example.org")
        for field, value in (
            ("email", "wang@example.org"),
            ("email", "LI@example.org"),
            ("phone", "138 0000 0001"),
            ("phone", "13800000009"),
            ("phone", "none"),
        ):
            other = make_user()
            setattr(other, field, value)
            with self.subTest(value), self.assertRaises(ValidationError) as raised:
                other.full_clean()
            self.assertEqual(list(raised.exception.message_dict), [field])

    def test_phones_that_were_typed_freely_are_folded_once_and_none_twice(self):
        fold = import_module("accounts.migrations.0004_fold_phones").fold
        free = make_user(phone="+86 139-0000-0002")
        doubled = make_user(phone="138 0000 0001")
        fold(apps, None)
        free.refresh_from_db()
        doubled.refresh_from_db()
        self.assertEqual((free.phone, doubled.phone), ("13900000002", "138 0000 0001"))
