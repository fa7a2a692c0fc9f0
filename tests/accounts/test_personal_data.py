"""What the portal keeps about a person: told, and forgotten."""

import json
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts import personal_data
from accounts.models import User
from audit.models import Entry
from members import signing_up
from members.models import Affiliation, SignUp
from outbox.models import Message
from tests.factories import (
    make_administrator,
    make_affiliation,
    make_open_activity,
    make_organisation,
    make_sign_up,
    make_staff,
    make_user,
)
from tests.html import addresses, assert_valid_html

PAGE, EXPORT, ERASE = (reverse(f"accounts:{name}") for name in ("personal_data", "export_personal_data", "erase"))
PASSWORD = "a long password 9"


class PersonalDataTests(TestCase):
    def setUp(self):
        self.user = make_user(username="wang", name="样例王", email="wang@example.org", password=PASSWORD)
        self.organisation = make_organisation(people=[self.user])
        self.activity = make_open_activity(title="样例活动", seats=1)
        self.sign_up = make_sign_up(self.activity, self.user, self.organisation)
        self.client.force_login(self.user)

    def erase(self, **data):
        form = {"is_understood": "on", "current_password": PASSWORD}
        return self.client.post(ERASE, form | data)

    def test_the_page_leads_to_the_file_and_to_the_end(self):
        page = self.client.get(PAGE)
        self.assertLessEqual({EXPORT, ERASE}, set(addresses(assert_valid_html(page))))
        self.assertIn("no-store", page.headers["Cache-Control"])

    def test_visitors_are_asked_to_sign_in_first(self):
        self.client.logout()
        for url in (PAGE, EXPORT, ERASE):
            self.assertEqual(self.client.get(url).status_code, 302)

    def test_the_file_tells_account_organisation_activities_and_messages(self):
        response = self.client.get(EXPORT)
        kept = json.loads(response.content)
        text = response.content.decode()
        for word in ("wang@example.org", self.organisation.name, "样例活动", "已报名"):
            self.assertIn(word, text)
        self.assertEqual(len(kept["消息"]), 1)

    def test_the_file_tells_nothing_of_others(self):
        other = make_user(name="样例李")
        make_sign_up(self.activity, other)
        self.assertNotIn("样例李", self.client.get(EXPORT).content.decode())

    def test_erasing_leaves_no_name_address_or_message(self):
        self.assertContains(self.erase(), "账号已注销")
        self.user.refresh_from_db()
        self.assertEqual((self.user.email, self.user.is_active), ("", False))
        self.assertNotIn("wang", self.user.username)
        self.assertFalse(Message.objects.filter(to=self.user).exists())
        self.assertFalse(Affiliation.objects.current().filter(user=self.user).exists())

    def test_erasing_keeps_the_number_of_past_sign_ups(self):
        self.erase()
        rows = SignUp.objects.filter(activity=self.activity)
        self.assertEqual([(row.person, row.organisation) for row in rows], [(None, self.organisation)])

    def test_erasing_gives_the_seat_to_the_next_in_line(self):
        waiting = make_sign_up(self.activity)
        self.erase()
        waiting.refresh_from_db()
        self.assertEqual(waiting.state, SignUp.State.CONFIRMED)

    def test_erasing_keeps_the_log(self):
        before = Entry.objects.filter(by=self.user).count()
        self.erase()
        self.assertGreater(Entry.objects.filter(by=self.user).count(), before)

    def test_erasing_signs_out_and_nobody_signs_in_again(self):
        self.erase()
        self.assertEqual(self.client.get(PAGE).status_code, 302)
        self.assertFalse(self.client.login(username="wang", password=PASSWORD))

    def test_seats_go_on_to_colleagues_whom_the_erased_person_had_signed_up(self):
        make_affiliation(self.organisation, self.user, role="contact")
        colleague = make_affiliation(self.organisation).user
        activity = make_open_activity(seats=1, accept_within_hours=24)
        first = make_sign_up(activity)
        [row] = signing_up.sign_up(activity, [colleague], self.user, self.organisation)
        self.erase()
        signing_up.cancel(first, first.person)
        row.refresh_from_db()
        self.assertEqual(row.state, SignUp.State.OFFERED)

    def test_an_activity_that_runs_still_tells_the_others_of_a_change(self):
        other = make_sign_up(make_open_activity(ends_at=timezone.now() + timedelta(days=9)))
        activity = other.activity
        make_sign_up(activity, self.user, self.organisation)
        activity.starts_at = timezone.now() - timedelta(hours=1)
        activity.save()
        self.erase()
        activity.place = "样例新地点"
        activity.change_at_once(["place"], by=make_administrator())
        activity.call_off("样例原因", by=make_administrator())
        self.assertEqual(other.person.messages.filter(body__contains="样例新地点").count(), 1)

    def test_nothing_is_erased_without_the_password_and_the_tick(self):
        for data in ({"current_password": "wrong"}, {"is_understood": ""}):
            self.assertContains(self.erase(**data), 'class="errors"')
        self.user.refresh_from_db()
        self.assertEqual(self.user.email, "wang@example.org")

    def test_staff_are_told_why_their_account_stays(self):
        User.objects.filter(pk=self.user.pk).update(is_staff=True)
        self.assertContains(self.erase(), "管理员")
        self.user.refresh_from_db()
        self.assertTrue(self.user.is_active)

    def test_what_staff_wrote_is_not_erased_by_the_function_either(self):
        staff = make_staff("作者")
        with self.assertRaises(ValidationError):
            personal_data.erase(staff, by=make_administrator())

    def test_the_contact_of_an_organisation_that_goes_makes_room_for_another(self):
        Affiliation.objects.update(role="contact")
        self.erase()
        make_affiliation(self.organisation, role="contact", first_on=timezone.localdate())
        self.assertEqual(Affiliation.objects.contacts().current().count(), 1)
