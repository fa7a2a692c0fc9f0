"""Wrong passwords are counted, whatever process answers, and close the door for those alone who typed them."""

from datetime import timedelta
from threading import Barrier
from unittest import mock

from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client, RequestFactory, TestCase, TransactionTestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts import limits
from accounts.models import AttemptCount, AttemptCountQuerySet
from tests.factories import make_administrator, make_user
from tests.parallel import at_once

LOGIN = reverse("accounts:login")
PASSWORD = "a long password 9"
GUESSES = 20


def try_password(client, username="wang", password="wrong", address="192.0.2.7", **extra):
    return client.post(LOGIN, {"username": username, "password": password}, REMOTE_ADDR=address, **extra)


def let_pass(time):
    """Let ``time`` (timedelta) pass for all that was counted."""
    for row in AttemptCount.objects.all():
        row.begun_at, row.last_at = row.begun_at - time, row.last_at - time
        row.save()


class PauseTests(TestCase):
    def setUp(self):
        self.user = make_user(username="wang", password=PASSWORD)

    def guess(self, times=1, **options):
        for _ in range(times):
            response = try_password(self.client, **options)
        return response

    def assert_in(self, response):
        self.assertRedirects(response, "/me/", fetch_redirect_response=False)
        self.client.logout()

    def test_after_five_wrong_passwords_even_the_right_one_waits_a_minute(self):
        self.assertEqual(self.guess(5).status_code, 200)
        response = self.guess(password=PASSWORD)
        self.assertContains(response, "密码输错次数过多，请 1 分钟后再试。", status_code=429)
        self.assertEqual(response.headers["Retry-After"], "60")
        let_pass(timedelta(minutes=1))
        self.assert_in(self.guess(password=PASSWORD))

    def test_the_pauses_grow_to_a_quarter_of_an_hour_and_no_further(self):
        self.guess(5)
        for minutes in (1, 2, 4, 8, 15, 15):
            self.assertContains(self.guess(), f"请 {minutes} 分钟后再试", status_code=429)
            let_pass(timedelta(minutes=minutes))
            self.assertEqual(self.guess().status_code, 200)

    def test_whoever_asks_during_the_pause_does_not_make_it_longer(self):
        self.guess(5)
        self.guess(9)
        let_pass(timedelta(minutes=1))
        self.assert_in(self.guess(password=PASSWORD))

    def test_what_was_typed_stays_except_the_password(self):
        self.guess(5)
        response = self.guess(password="secret-of-mine")
        self.assertContains(response, 'value="wang"', status_code=429)
        self.assertNotContains(response, "secret-of-mine", status_code=429)

    def test_the_right_password_forgets_the_wrong_ones_before_it(self):
        for _ in range(3):
            self.guess(4)
            self.assert_in(self.guess(password=PASSWORD))

    def test_nobody_locks_the_owner_out_from_elsewhere(self):
        self.guess(30)
        self.assert_in(self.guess(password=PASSWORD, address="203.0.113.1"))

    def test_another_spelling_is_no_new_name(self):
        for typed in ("wang", "WANG", "ｗａｎｇ", " wang ", "w-ang"):
            self.guess(username=typed)
        self.assertEqual(self.guess().status_code, 429)

    def test_many_names_from_one_network_are_too_many_as_well(self):
        for number in range(50):
            self.assertEqual(self.guess(username=f"name{number}").status_code, 200)
        self.assertEqual(self.guess(password=PASSWORD).status_code, 429)
        self.assert_in(self.guess(password=PASSWORD, address="203.0.113.1"))

    def test_signing_in_oneself_gives_no_more_guesses_at_others(self):
        for number in range(50):
            self.guess(username=f"name{number}")
            if number % 10 == 0:
                self.assert_in(self.guess(password=PASSWORD))
        self.assertEqual(self.guess(username="another").status_code, 429)

    def test_many_people_who_sign_in_at_one_address_are_not_too_many(self):
        for _ in range(60):
            self.assert_in(self.guess(password=PASSWORD))

    def test_after_a_day_nothing_is_remembered_and_nothing_kept(self):
        self.guess(9)
        let_pass(timedelta(days=1, minutes=15))
        self.guess(username="another", address="203.0.113.1")
        self.assertEqual(AttemptCount.objects.count(), 2)
        self.guess(4)
        self.assert_in(self.guess(password=PASSWORD))

    def test_neither_name_nor_address_can_be_read_in_the_database(self):
        self.guess(username="password-in-the-wrong-field")
        for row in AttemptCount.objects.values_list():
            self.assertNotIn("password-in", str(row))
            self.assertNotIn("192.0.2.7", str(row))

    def test_a_forged_forwarded_address_does_not_help(self):
        for behind_proxy, forged in ((False, "198.51.100.{}"), (True, "198.51.100.{}, 203.0.113.1")):
            with self.subTest(behind_proxy=behind_proxy), override_settings(BEHIND_PROXY=behind_proxy):
                codes = [
                    self.guess(HTTP_X_FORWARDED_FOR=forged.format(number), address="127.0.0.1").status_code
                    for number in range(6)
                ]
                self.assertEqual(codes, [200] * 5 + [429])

    def test_a_customer_with_a_million_ipv6_addresses_is_one_network(self):
        for number in range(5):
            self.guess(address=f"2001:db8:0:1::{number}")
        self.assertEqual(self.guess(address="2001:db8:0:1:ffff::9").status_code, 429)
        self.assertEqual(self.guess(address="2001:db8:0:2::9").status_code, 200)

    def test_a_request_without_a_sound_address_is_counted_too(self):
        for _ in range(5):
            self.guess(address="unix:")
        self.assertEqual(self.guess(address="unix:").status_code, 429)

    def test_the_admin_has_no_other_door(self):
        make_administrator(username="staff", password=PASSWORD)
        admin = reverse("admin:login")
        for _ in range(6):
            response = self.client.post(admin, {"username": "staff", "password": PASSWORD}, follow=True)
            self.assertEqual(response.redirect_chain[-1][0], f"{LOGIN}?next={reverse('admin:index')}")
        self.assertFalse(response.wsgi_request.user.is_authenticated)


class SameAnswerTests(TestCase):
    def test_known_unknown_and_closed_accounts_get_one_answer_pauses_included(self):
        make_user(username="known", password=PASSWORD)
        make_user(username="closed", password=PASSWORD, is_active=False)

        def answers(name):
            for _ in range(6):
                response = try_password(Client(), name)
                page = response.content.decode().replace(name, "")
                yield response.status_code, page.replace(str(response.context["csrf_token"]), "")

        self.assertEqual(list(answers("known")), list(answers("unknown")))
        self.assertEqual(list(answers("known2")), list(answers("closed")))

    def test_one_password_is_hashed_whether_the_name_is_known_or_not_and_none_in_a_pause(self):
        make_user(username="known", password=PASSWORD)
        make_user(username="closed", password=PASSWORD, is_active=False)
        encode = MD5PasswordHasher.encode
        for name in ("known", "unknown", "closed"):
            with mock.patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=encode) as hashed:
                for _ in range(6):
                    try_password(self.client, name)
            self.assertEqual(hashed.call_count, 5, name)


class ParallelGuessTests(TransactionTestCase):
    def setUp(self):
        make_user(username="wang", password=PASSWORD)

    def count_at_once(self, free):
        """Let many count one attempt each at once; return how many were let through, and what was counted."""
        limit = limits.Limit("sample", free=free, memory=timedelta(hours=1))

        def attempt():
            limits.count([limits.Counter(limit, ("192.0.2.7",))])
            return "through"

        outcomes = at_once([attempt] * GUESSES)
        row = AttemptCount.objects.filter(digest=limits.Counter(limit, ("192.0.2.7",)).digest).first()
        return outcomes.count("through"), row.count

    def test_twenty_attempts_at_once_count_as_twenty(self):
        self.assertEqual(self.count_at_once(free=GUESSES + 1), (GUESSES, GUESSES))

    def test_of_twenty_wrong_passwords_at_once_five_are_looked_at(self):
        outcomes = at_once([lambda: try_password(Client()).status_code] * GUESSES)
        self.assertEqual((outcomes.count(200), outcomes.count(429)), (5, GUESSES - 5), outcomes)

    def test_without_the_lock_attempts_at_once_would_be_lost(self):
        now = timezone.now()
        limit = limits.Limit("sample", free=GUESSES + 1, memory=timedelta(hours=1))
        counter = limits.Counter(limit, ("192.0.2.7",))
        AttemptCount.objects.create(digest=counter.digest, begun_at=now, last_at=now)
        all_have_read = Barrier(GUESSES, timeout=60)

        class Unlocked(AttemptCountQuerySet):
            def get_or_create(self, **values):
                row = super().get_or_create(**values)
                all_have_read.wait()
                return row

        def attempt():
            connection.transaction_mode = None  # on SQLite the lock is taken at BEGIN
            limits.count([counter])

        with mock.patch.object(AttemptCountQuerySet, "locked", lambda self: Unlocked(self.model, using=self.db)):
            at_once([attempt] * GUESSES)
        self.assertLess(AttemptCount.objects.get().count, GUESSES)


class NetworkTests(TestCase):
    def test_both_spellings_of_an_ipv4_address_are_one_network(self):
        for address in ("192.0.2.7", "::ffff:192.0.2.7"):
            request = RequestFactory().get("/", REMOTE_ADDR=address)
            self.assertEqual(limits.network_of(request), "192.0.2.7")
