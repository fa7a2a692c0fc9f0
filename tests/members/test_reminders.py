"""Reminders by rule: at their moment, once, to whom they are meant for, and not for what is over."""

from datetime import datetime, timedelta
from unittest import mock

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import TestCase, TransactionTestCase
from django.urls import reverse
from django.utils import timezone

from members import signing_up
from members.models import ReminderRule
from members.reminders import send_due
from outbox.models import Message, MessageTemplate
from portal import starter
from publishing import roles
from tests.factories import make_open_activity, make_sign_up, make_staff, make_user
from tests.html import assert_valid_html, words
from tests.parallel import at_once

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORKERS = 4


def make_rule(**overrides):
    return ReminderRule.objects.create(**overrides)


class ReminderTestCase(TestCase):
    """The activity begins in seven days; people signed up just now."""

    def setUp(self):
        self.activity = make_open_activity(title="样例培训", place="样例厅", address="样例路 1 号")
        self.starts_at = self.activity.starts_at
        self.sign_up = make_sign_up(self.activity)
        self.day_before = self.starts_at - DAY

    def reminded(self, at, key="reminder:"):
        """Send what is due at ``at``; return whom it was sent to."""
        Message.objects.filter(key__startswith=key).delete()
        send_due(at)
        return {message.to for message in Message.objects.filter(key__startswith=key)}

    def change(self, **values):
        for name, value in values.items():
            setattr(self.activity, name, value)
        type(self.activity).objects.filter(pk=self.activity.pk).update(**values)


class MomentTests(ReminderTestCase):
    def assert_moment(self, moment):
        self.assertEqual(self.reminded(moment - timedelta(seconds=1)), set())
        self.assertEqual(self.reminded(moment), {self.sign_up.person})

    def test_days_before_the_beginning(self):
        make_rule(amount=2)
        self.assert_moment(self.starts_at - 2 * DAY)

    def test_hours_before_the_beginning(self):
        make_rule(amount=3, unit="hours")
        self.assert_moment(self.starts_at - 3 * HOUR)

    def test_after_the_end(self):
        self.change(ends_at=self.starts_at + 5 * HOUR)
        make_rule(amount=2, unit="hours", anchor="after_end")
        self.assert_moment(self.starts_at + 7 * HOUR)

    def test_after_the_first_day_where_the_end_is_unknown(self):
        shanghai = timezone.get_default_timezone()
        day = timezone.localdate(self.starts_at)
        self.change(starts_at=datetime(day.year, day.month, day.day, 9, tzinfo=shanghai))
        make_rule(amount=1, unit="days", anchor="after_end")
        self.assert_moment(datetime(day.year, day.month, day.day, tzinfo=shanghai) + 2 * DAY)

    def test_before_sign_up_closes(self):
        self.change(sign_up_closes_at=self.starts_at - 2 * DAY)
        make_rule(amount=1, anchor="before_closing")
        self.assert_moment(self.starts_at - 3 * DAY)

    def test_before_the_beginning_where_sign_up_closes_with_it(self):
        make_rule(amount=1, anchor="before_closing")
        self.assert_moment(self.day_before)

    def test_a_moved_activity_moves_its_reminder(self):
        make_rule()
        self.change(starts_at=self.starts_at + 3 * DAY)
        self.assertEqual(self.reminded(self.day_before), set())
        self.assertEqual(self.reminded(self.day_before + 3 * DAY), {self.sign_up.person})

    def test_what_could_not_be_sent_for_a_day_is_not_sent_any_more(self):
        make_rule(amount=5)
        moment = self.starts_at - 5 * DAY
        self.assertEqual(self.reminded(moment + 23 * HOUR), {self.sign_up.person})
        self.assertEqual(self.reminded(moment + 24 * HOUR), set())

    def test_nobody_is_told_of_a_beginning_that_is_past(self):
        make_rule(amount=2, unit="hours")
        self.assertEqual(self.reminded(self.starts_at), set())

    def test_who_signs_up_after_the_moment_knows_already(self):
        make_rule()
        late = make_sign_up(self.activity, signed_up_at=self.day_before + HOUR, accepted_at=self.day_before + HOUR)
        self.assertEqual(self.reminded(self.day_before + 2 * HOUR), {self.sign_up.person})
        self.assertTrue(late.is_live)

    def test_who_gets_the_place_after_the_moment_knows_already(self):
        make_rule()
        make_sign_up(self.activity, accepted_at=self.day_before + HOUR)
        self.assertEqual(self.reminded(self.day_before + 2 * HOUR), {self.sign_up.person})


class AudienceTests(ReminderTestCase):
    def setUp(self):
        super().setUp()
        now = timezone.now()
        self.confirmed = self.sign_up.person
        self.offered = make_sign_up(self.activity, accepted_at=None, accept_by=self.starts_at).person
        self.lapsed = make_sign_up(self.activity, accepted_at=None, accept_by=now + HOUR).person
        self.pending = make_sign_up(self.activity, seat=None, accepted_at=None, approved_at=None).person
        self.cancelled = make_sign_up(self.activity, ended_at=now, ending="cancelled").person
        # Last: whoever signs up after him would let him move up.
        self.waiting = make_sign_up(self.activity, seat=None, accepted_at=None).person

    def test_each_rule_reaches_those_it_is_meant_for(self):
        for audience, people in (
            ("confirmed", {self.confirmed}),
            ("waiting", {self.waiting, self.offered}),
            ("pending", {self.pending}),
        ):
            with self.subTest(audience=audience):
                ReminderRule.objects.all().delete()
                make_rule(audience=audience)
                self.assertEqual(self.reminded(self.day_before), people)


class WhichActivitiesTests(ReminderTestCase):
    def test_a_rule_of_one_activity_is_for_it_alone(self):
        other = make_open_activity(starts_at=self.starts_at)
        make_sign_up(other)
        make_rule(activity=self.activity)
        self.assertEqual(self.reminded(self.day_before), {self.sign_up.person})

    def test_a_rule_out_of_use_reminds_nobody(self):
        make_rule(is_active=False)
        self.assertEqual(self.reminded(self.day_before), set())

    def test_what_does_not_take_place_or_is_not_public_reminds_nobody(self):
        make_rule()
        now = timezone.now()
        for values in (
            {"called_off_at": now, "call_off_reason": "样例"},
            {"withdrawn_at": now, "withdrawal_reason": "样例"},
            {"trashed_at": now},
            {"takes_sign_ups": False},
        ):
            with self.subTest(values=values):
                before = {name: getattr(self.activity, name) for name in values}
                self.change(**values)
                self.assertEqual(self.reminded(self.day_before), set())
                self.change(**before)
        self.assertEqual(self.reminded(self.day_before), {self.sign_up.person})

    def test_who_cancels_is_reminded_no_more(self):
        make_rule()
        signing_up.cancel(self.sign_up, self.sign_up.person)
        self.assertEqual(self.reminded(self.day_before), set())


class OnceTests(ReminderTestCase):
    def count(self):
        return Message.objects.filter(key__startswith="reminder:").count()

    def test_each_person_is_reminded_once_by_each_rule(self):
        make_rule()
        make_rule(amount=1, unit="hours")
        self.assertEqual([send_due(self.day_before + step * HOUR) for step in (0, 1, 2)], [1, 0, 0])
        self.assertEqual(send_due(self.starts_at - HOUR), 1)
        self.assertEqual(self.count(), 2)

    def test_who_comes_back_after_cancelling_is_reminded_of_the_new_sign_up(self):
        make_rule()
        signing_up.cancel(self.sign_up, self.sign_up.person)
        make_sign_up(self.activity, self.sign_up.person)
        self.assertEqual(send_due(self.day_before), 1)

    def test_without_anything_due_nothing_is_locked(self):
        make_rule()
        send_due(self.day_before)
        with mock.patch("members.reminders.remind", side_effect=AssertionError):
            send_due(self.day_before + HOUR)


class TextTests(ReminderTestCase):
    def message(self):
        send_due(self.day_before)
        return Message.objects.get(key__startswith="reminder:")

    def test_the_template_says_when_and_where(self):
        make_rule()
        message = self.message()
        self.assertEqual(message.subject, "活动提醒：样例培训")
        for fact in (str(self.sign_up.person), "样例厅", "样例路 1 号"):
            self.assertIn(fact, message.body)
        self.assertEqual(message.url, self.activity.get_absolute_url())

    def test_what_staff_made_of_the_template_is_sent(self):
        make_rule()
        MessageTemplate.objects.create(
            kind="members.reminder_before_start", subject="明天见：{activity}", body="{place}"
        )
        self.assertEqual(self.message().subject, "明天见：样例培训")

    def test_a_rule_may_have_a_text_of_its_own(self):
        make_rule(subject="请带电脑：{activity}")
        message = self.message()
        self.assertEqual(message.subject, "请带电脑：样例培训")
        self.assertIn("样例厅", message.body)


class RuleTests(TestCase):
    def test_a_rule_says_when_in_words(self):
        for values, wanted in (
            ({}, "活动开始前 1 天"),
            ({"amount": 3, "unit": "hours", "anchor": "after_end"}, "活动结束后 3 小时"),
            ({"amount": 2, "anchor": "before_closing"}, "报名截止前 2 天"),
        ):
            self.assertEqual(ReminderRule(**values).in_words, wanted)

    def test_the_database_keeps_rules_within_reason(self):
        for values in ({"amount": 0}, {"amount": 61}, {"amount": 1441, "unit": "hours"}, {"unit": "weeks"}):
            with self.subTest(values=values), self.assertRaises(IntegrityError), transaction.atomic():
                make_rule(**values)

    def test_an_unknown_placeholder_is_refused_at_its_field(self):
        with self.assertRaises(ValidationError) as raised:
            ReminderRule(subject="{天气}", body="{活动名称").full_clean()
        self.assertEqual(set(raised.exception.message_dict), {"subject", "body"})

    def test_a_fresh_portal_reminds_a_day_before(self):
        starter.set_up()
        rule = ReminderRule.objects.get()
        self.assertEqual((rule.in_words, rule.audience, rule.activity), ("活动开始前 1 天", "confirmed", None))


class ReminderAdminTests(TestCase):
    LIST = reverse("admin:members_reminderrule_changelist")
    ADD = reverse("admin:members_reminderrule_add")
    FORM = {"activity": "", "amount": "2", "unit": "days", "anchor": "before_start", "audience": "confirmed"}

    def setUp(self):
        self.client.force_login(make_staff(roles.ADMINISTRATOR))
        self.activity = make_open_activity(title="样例培训")

    def test_staff_add_a_rule_with_placeholders_by_their_labels(self):
        data = {**self.FORM, "is_active": "on", "subject": "请带电脑：{活动名称}", "body": ""}
        self.assertRedirects(self.client.post(self.ADD, data), self.LIST)
        rule = ReminderRule.objects.get()
        self.assertEqual(rule.subject, "请带电脑：{activity}")
        change = reverse("admin:members_reminderrule_change", args=[rule.pk])
        self.assertContains(self.client.get(change), "请带电脑：{活动名称}")
        self.assertContains(self.client.get(self.LIST), "活动开始前 2 天")

    def test_a_wrong_text_is_refused_and_stays_in_the_form(self):
        response = self.client.post(self.ADD, {**self.FORM, "subject": "{天气}", "body": ""})
        self.assertContains(response, "没有占位符{天气}")
        self.assertContains(response, 'value="{天气}"')
        self.assertFalse(ReminderRule.objects.exists())

    def test_odd_numbers_are_refused(self):
        for amount in ("0", "61", "-1", "9" * 30, "x"):
            with self.subTest(amount=amount):
                response = self.client.post(self.ADD, {**self.FORM, "amount": amount, "subject": "", "body": ""})
                self.assertEqual(response.status_code, 200)
                self.assertFalse(ReminderRule.objects.exists())

    def test_the_page_of_an_activity_leads_to_its_rules_and_those_for_all(self):
        other = make_open_activity(title="别的样例")
        make_rule(activity=self.activity, amount=3)
        make_rule(activity=other, amount=4)
        make_rule(amount=5)
        address = f"{self.LIST}?activity={self.activity.pk}"
        page = self.client.get(reverse("admin:members_activity_change", args=[self.activity.pk]))
        self.assertContains(page, address)
        table = words(assert_valid_html(self.client.get(address)).find(".//{*}table[@id='result_list']"))
        for number, is_there in ((3, True), (4, False), (5, True)):
            self.assertEqual(f"活动开始前 {number} 天" in table, is_there)
        add = self.client.get(self.ADD, {"_changelist_filters": f"activity={self.activity.pk}"})
        self.assertContains(add, f'<option value="{self.activity.pk}" selected>样例培训</option>', html=True)

    def test_odd_activities_in_the_address_do_no_harm(self):
        for text in ("0", "x", "9" * 40, "²"):
            self.assertIn(self.client.get(f"{self.LIST}?activity={text}").status_code, (200, 302))
            self.assertEqual(self.client.get(f"{self.ADD}?_changelist_filters=activity%3D{text}").status_code, 200)

    def test_others_change_no_rules(self):
        for role in (roles.AUTHOR, roles.PUBLISHER):
            self.client.force_login(make_staff(role))
            self.assertEqual(self.client.post(self.ADD, {**self.FORM, "subject": "", "body": ""}).status_code, 403)
        self.assertFalse(ReminderRule.objects.exists())


class ParallelTests(TransactionTestCase):
    def test_of_workers_side_by_side_each_person_is_reminded_once(self):
        activity = make_open_activity()
        people = [make_sign_up(activity, make_user()).person for _number in range(3)]
        make_rule()
        outcomes = at_once([lambda: send_due(activity.starts_at - DAY)] * WORKERS)
        self.assertEqual(sum(outcomes), len(people))
        for person in people:
            self.assertEqual(person.messages.filter(key__startswith="reminder:").count(), 1)
