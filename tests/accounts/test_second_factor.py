"""The second factor: setting it up, signing in with it, and what staff cannot do without it."""

import re
from datetime import timedelta
from unittest import mock

from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.shortcuts import resolve_url
from django.test import TestCase, TransactionTestCase, override_settings
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts import second_factor, totp
from accounts.models import RecoveryCode, SecondFactor
from audit.models import Entry
from publishing import roles
from tests.factories import make_administrator, make_article, make_staff, make_user
from tests.html import assert_valid_html
from tests.parallel import at_once

LOGIN, CODE, FACTOR, RENEW, REMOVE, ADMIN = (
    reverse(name)
    for name in (
        "accounts:login",
        "accounts:code",
        "accounts:second_factor",
        "accounts:renew_codes",
        "accounts:remove_second_factor",
        "admin:index",
    )
)
PASSWORD = "a long password 9"
required = override_settings(SECOND_FACTOR_REQUIRED_FOR_STAFF=True)


def code_now(seed, steps=0):
    """Return the code that the app shows, ``steps`` later."""
    return totp.code_of(second_factor.secret_of(seed), totp.step_at(timezone.now()) + steps)


def give_factor(user):
    """Give ``user`` a factor; return it and its recovery codes. The code of the step before this one is spent."""
    seed = second_factor.new_seed()
    return second_factor.set_up(user, seed, code_now(seed, -1))


class SetUpTests(TestCase):
    def setUp(self):
        self.user = make_user(username="wang", password=PASSWORD, email="wang@example.org")
        self.client.login(username="wang", password=PASSWORD)

    def set_up(self, client=None, password=PASSWORD, code=None, **data):
        client = client or self.client
        client.get(FACTOR)
        seed = client.session[second_factor.SEED]
        return client.post(FACTOR, {"code": code or code_now(seed), "current_password": password, **data})

    def test_the_page_is_sound_private_and_shows_the_key_in_two_ways(self):
        response = self.client.get(FACTOR)
        assert_valid_html(response)
        self.assertIn("no-store", response.headers["Cache-Control"])
        secret = second_factor.secret_of(self.client.session[second_factor.SEED])
        self.assertEqual(response.context["letters"].replace(" ", ""), totp.in_letters(secret))
        self.assertContains(response, "<svg")

    def test_a_code_of_the_app_switches_it_on_and_ten_codes_are_shown_this_once(self):
        response = self.set_up()
        assert_valid_html(response)
        self.assertIn("no-store", response.headers["Cache-Control"])
        codes = re.findall(r"<li>(\d{5} \d{5})</li>", response.content.decode())
        self.assertEqual(len(set(codes)), 10)
        again = self.client.get(FACTOR)
        self.assertContains(again, "已启用")
        assert_valid_html(again)
        self.assertNotContains(again, codes[0])

    def test_a_wrong_code_or_password_changes_nothing_and_keeps_the_key(self):
        self.client.get(FACTOR)
        seed = self.client.session[second_factor.SEED]
        for data in ({"code": "000000"}, {"code": "不"}, {"password": "wrong"}):
            response = self.set_up(**data)
            self.assertTrue(response.context["form"].errors)
            assert_valid_html(response)
        self.assertEqual(self.client.session[second_factor.SEED], seed)
        self.assertFalse(SecondFactor.objects.exists())

    def test_devices_that_knew_the_password_alone_are_signed_out(self):
        other = self.client_class()
        other.login(username="wang", password=PASSWORD)
        self.set_up()
        self.assertEqual(other.get(FACTOR).status_code, 302)
        self.assertEqual(self.client.get(FACTOR).status_code, 200)

    def test_sending_the_form_twice_sets_up_once(self):
        self.set_up()
        self.assertRedirects(self.client.post(FACTOR, {"code": "1", "current_password": PASSWORD}), FACTOR)
        self.assertEqual(SecondFactor.objects.count(), 1)

    def test_neither_secret_nor_recovery_code_can_be_read_in_the_database_or_the_log(self):
        self.client.get(FACTOR)
        letters = totp.in_letters(second_factor.secret_of(self.client.session[second_factor.SEED]))
        [code, *_others] = re.findall(r"<li>(\d{5} \d{5})</li>", self.set_up().content.decode())
        kept = str([*SecondFactor.objects.values(), *RecoveryCode.objects.values(), *Entry.objects.values()])
        for secret in (letters, code, code.replace(" ", "")):
            self.assertNotIn(secret, kept)

    def test_new_codes_replace_the_old_ones_after_the_password(self):
        factor, [old, *_others] = give_factor(self.user)
        self.client.login(username="wang", password=PASSWORD)
        session = self.client.session
        session[second_factor.PASSED] = factor.pk
        session.save()
        self.assertTrue(self.client.post(RENEW, {"current_password": "wrong"}).context["form"].errors)
        response = self.client.post(RENEW, {"current_password": PASSWORD})
        [new, *_others] = re.findall(r"<li>(\d{5} \d{5})</li>", response.content.decode())
        with self.assertRaises(second_factor.WrongCode):
            second_factor.use(self.user, old)
        second_factor.use(self.user, new)

    def test_a_member_switches_it_off_with_the_password_and_is_told_by_mail(self):
        self.set_up()
        assert_valid_html(self.client.get(REMOVE))
        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(REMOVE, {"current_password": "wrong"})
            self.assertTrue(SecondFactor.objects.exists())
            self.client.post(REMOVE, {"current_password": PASSWORD})
        self.assertFalse(SecondFactor.objects.exists())
        self.assertEqual([message.to for message in mail.outbox], [["wang@example.org"]])
        fields = [entry.facts.get("fields") for entry in Entry.objects.filter(action="admin_changed").order_by("pk")]
        self.assertEqual(fields, [["two-step verification"]] * 2)

    def test_visitors_are_asked_to_sign_in_first(self):
        for address in (FACTOR, RENEW, REMOVE):
            self.assertRedirects(self.client_class().get(address), f"{LOGIN}?next={address}")

    def test_it_leads_to_this_site_only(self):
        for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
            SecondFactor.objects.all().delete()
            self.assertNotContains(self.set_up(next=target), "evil.example")


class SignInTests(TestCase):
    def setUp(self):
        self.user = make_user(username="wang", password=PASSWORD)
        self.factor, self.codes = give_factor(self.user)

    def begin(self, client=None, target="/news/"):
        client = client or self.client
        return client.post(LOGIN, {"username": "wang", "password": PASSWORD, "next": target})

    def give(self, code, client=None, **data):
        return (client or self.client).post(CODE, {"code": code, "next": "/news/", **data})

    def is_in(self, client=None):
        return (client or self.client).get(reverse("accounts:profile")).status_code == 200

    def test_the_password_alone_signs_nobody_in(self):
        self.assertRedirects(self.begin(), f"{CODE}?next=%2Fnews%2F")
        self.assertFalse(self.is_in())
        assert_valid_html(self.client.get(CODE))

    def test_a_code_of_the_app_signs_in_and_leads_on(self):
        self.begin()
        self.assertRedirects(self.give(code_now(self.factor.seed)), "/news/")
        self.assertTrue(self.is_in())
        self.assertEqual(self.client.get(FACTOR).status_code, 200)

    def test_spaces_and_wide_digits_make_no_difference(self):
        self.begin()
        code = code_now(self.factor.seed)
        self.give(f" {code[:3]} {code[3:]}".translate({ord(str(n)): 0xFF10 + n for n in range(10)}))
        self.assertTrue(self.is_in())

    def test_a_code_is_good_once(self):
        code = code_now(self.factor.seed)
        self.begin()
        self.give(code)
        self.client.logout()
        self.begin()
        self.assertContains(self.give(code), "验证码有误或已用过")
        self.assertFalse(self.is_in())

    def test_a_clock_that_is_a_step_ahead_works_and_two_do_not(self):
        self.begin()
        self.assertEqual(self.give(code_now(self.factor.seed, 2)).status_code, 200)
        self.assertEqual(self.give(code_now(self.factor.seed, 1)).status_code, 302)

    def test_a_recovery_code_is_good_once(self):
        for is_good in (True, False):
            client = self.client_class()
            self.begin(client)
            self.give(self.codes[0].replace(" ", "-"), client)
            self.assertEqual(self.is_in(client), is_good)
        self.assertEqual(RecoveryCode.objects.count(), 9)

    def test_without_the_password_no_code_opens_anything(self):
        self.assertRedirects(self.give(code_now(self.factor.seed)), f"{LOGIN}?next=%2Fnews%2F")
        self.assertFalse(self.is_in())

    def test_a_changed_password_and_a_quarter_of_an_hour_end_what_was_begun(self):
        self.begin()
        with mock.patch.object(second_factor, "BEGUN_HOLDS", timedelta(minutes=-1)):
            other = self.client_class()
            self.begin(other)
        self.assertEqual(self.give(self.codes[0], other).headers["Location"].partition("?")[0], LOGIN)
        self.user.set_password("quite another one 7")
        self.user.save()
        self.assertEqual(self.give(self.codes[0]).headers["Location"].partition("?")[0], LOGIN)

    def test_after_five_wrong_codes_even_the_right_one_waits_whatever_the_address(self):
        self.begin()
        for _ in range(5):
            self.assertEqual(self.give("000000").status_code, 200)
        other = self.client_class(REMOTE_ADDR="203.0.113.1")
        self.begin(other)
        response = self.give(code_now(self.factor.seed), other)
        self.assertContains(response, "验证码输错次数过多，请 1 分钟后再试。", status_code=429)
        self.assertEqual(response.headers["Retry-After"], "60")

    def test_wrong_codes_stand_in_the_audit_log(self):
        self.begin()
        self.give("000000")
        self.assertEqual(Entry.objects.filter(action="sign_in_failed").get().facts, {"account": self.user.pk})

    def test_hostile_codes_are_wrong_codes(self):
        self.begin()
        with mock.patch.object(second_factor.limits, "count"):
            for code in ("\0", "²²²²²²", "1" * 5000, "<script>", "", "'\";--"):
                self.assertEqual(self.give(code).status_code, 200)

    def test_it_leads_to_this_site_only(self):
        self.begin(target="https://evil.example/")
        self.assertRedirects(self.give(self.codes[0], next="//evil.example"), resolve_url(settings.LOGIN_REDIRECT_URL))

    def test_codes_hold_while_the_settings_accept_an_older_key(self):
        code = code_now(self.factor.seed)
        with self.settings(SECRET_KEY="another-key-" * 5):
            for fallbacks, is_good in (([], False), (["for-tests-only-" * 4], True)):
                with self.settings(SECRET_KEY_FALLBACKS=fallbacks):
                    try:
                        second_factor.use(self.user, code)
                        second_factor.use(self.user, self.codes[0])
                    except second_factor.WrongCode:
                        self.assertFalse(is_good)
                    else:
                        self.assertTrue(is_good)


class ParallelTests(TransactionTestCase):
    def test_of_ten_who_use_one_code_at_once_one_is_let_in(self):
        user = make_user()
        factor, codes = give_factor(user)
        for code in (code_now(factor.seed), codes[0]):
            outcomes = at_once([lambda code=code: second_factor.use(user, code)] * 10)
            self.assertEqual(outcomes.count(factor), 1, outcomes)
            refused = [outcome for outcome in outcomes if outcome != factor]
            self.assertEqual({type(outcome) for outcome in refused}, {second_factor.WrongCode})


@required
class StaffTests(TestCase):
    def setUp(self):
        self.staff = make_administrator(username="staff", password=PASSWORD, email="staff@example.org")

    def sign_in(self, **data):
        return self.client.post(LOGIN, {"username": "staff", "password": PASSWORD, **data})

    def set_up(self, **data):
        self.client.get(FACTOR)
        code = code_now(self.client.session[second_factor.SEED])
        return self.client.post(FACTOR, {"code": code, "current_password": PASSWORD, **data})

    def test_whoever_has_none_is_led_to_set_it_up_and_then_to_the_admin(self):
        led_to = f"{FACTOR}?next=%2Fadmin%2F"
        self.assertRedirects(self.sign_in(next=ADMIN), led_to)
        answer = self.client.get(ADMIN, follow=True)
        self.assertEqual(answer.redirect_chain[-1][0], f"{FACTOR}?next=/admin/")
        self.assertContains(answer, "须启用两步验证")
        self.assertContains(self.set_up(next=ADMIN), f'href="{ADMIN}"')
        self.assertEqual(self.client.get(ADMIN).status_code, 200)

    def test_no_page_of_the_admin_opens_with_a_password_alone(self):
        self.sign_in()
        self.assertIn("news_article_changelist", ADMIN_PAGES)
        for name in ADMIN_PAGES:
            address = reverse(f"admin:{name}")
            for answer in (self.client.get(address), self.client.post(address)):
                self.assertRedirects(answer, f"/admin/login/?next={address}", fetch_redirect_response=False)

    def test_no_permission_holds_with_a_password_alone_outside_the_admin_either(self):
        self.sign_in()
        user = self.client.get("/accounts/me/profile/").wsgi_request.user
        article = make_article()
        self.assertFalse(user.has_perm("news.change_article") or user.has_perm("news.change_article", article))
        self.assertFalse(user.has_module_perms("news"))

    def test_roles_in_columns_hold_no_more_than_others(self):
        self.client.force_login(make_staff(roles.AUTHOR))
        user = self.client.get("/accounts/me/profile/").wsgi_request.user
        self.assertFalse(user.has_perm("news.view_article"))

    def test_members_are_not_asked(self):
        make_user(username="wang", password=PASSWORD)
        self.assertRedirects(self.sign_in(username="wang"), resolve_url(settings.LOGIN_REDIRECT_URL))

    def test_a_factor_of_somebody_else_opens_nothing(self):
        factor, _codes = give_factor(make_user())
        self.client.force_login(self.staff)
        session = self.client.session
        session[second_factor.PASSED] = factor.pk
        session.save()
        self.assertEqual(self.client.get(ADMIN).status_code, 302)

    def test_a_session_without_a_code_is_asked_for_one(self):
        _factor, codes = give_factor(self.staff)
        self.client.force_login(self.staff)
        answer = self.client.get(ADMIN, follow=True)
        self.assertEqual(answer.redirect_chain[-1][0], f"{CODE}?next=%2Fadmin%2F")
        self.assertRedirects(self.client.post(CODE, {"code": codes[0], "next": ADMIN}), ADMIN)

    def test_staff_cannot_switch_it_off(self):
        self.sign_in()
        self.set_up()
        self.assertEqual(self.client.post(REMOVE, {"current_password": PASSWORD}).status_code, 403)
        self.assertTrue(SecondFactor.objects.exists())

    def reset(self, person):
        return self.client.post(reverse("admin:accounts_user_verb", args=[person.pk, "reset-second-factor"]))

    def test_an_administrator_resets_anothers_which_is_logged_and_told_him(self):
        person = make_staff(roles.AUTHOR, username="author", password=PASSWORD, email="author@example.org")
        give_factor(person)
        self.sign_in()
        self.set_up()
        page = self.client.get(reverse("admin:accounts_user_change", args=[person.pk]))
        self.assertContains(page, "重置两步验证")
        with self.captureOnCommitCallbacks(execute=True):
            self.reset(person)
        self.assertIsNone(second_factor.of(person))
        self.assertEqual([message.to for message in mail.outbox], [["author@example.org"]])
        entry = Entry.objects.latest("pk")
        self.assertEqual((entry.by_id, entry.facts["key"]), (self.staff.pk, str(person.pk)))
        self.assertEqual(entry.facts["fields"], ["two-step verification"])

    def test_nobody_resets_his_own_or_a_superusers_above_him(self):
        self.sign_in()
        self.set_up()
        self.reset(self.staff)
        self.assertTrue(second_factor.of(self.staff))
        make_staff(roles.ADMINISTRATOR, username="manager", password=PASSWORD)
        self.client.logout()
        self.sign_in(username="manager")
        self.set_up()
        self.assertEqual(self.reset(self.staff).status_code, 403)

    def test_the_command_line_helps_the_last_administrator(self):
        give_factor(self.staff)
        call_command("reset_second_factor", "staff", stdout=mock.Mock())
        self.assertIsNone(second_factor.of(self.staff))
        for name in ("staff", "nobody"):
            with self.assertRaises(CommandError):
                call_command("reset_second_factor", name)


def plain_names(patterns):
    """Return the names of all addresses of the admin that take no argument."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from plain_names(pattern.url_patterns) if not pattern.pattern.regex.groups else ()
        elif pattern.name and not pattern.pattern.regex.groups:
            yield pattern.name


[_admin] = [part for part in get_resolver().url_patterns if getattr(part, "namespace", None) == "admin"]
ADMIN_PAGES = sorted(set(plain_names(_admin.url_patterns)) - {"login", "logout"})
