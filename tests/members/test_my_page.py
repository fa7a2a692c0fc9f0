"""A member's own page."""

from datetime import date, timedelta

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import outbox
from members import reader_rows
from members.models import Activity
from tests.factories import (
    make_administrator,
    make_affiliation,
    make_article,
    make_notice,
    make_open_activity,
    make_organisation,
    make_period,
    make_reader_group,
    make_sign_up,
    make_user,
)
from tests.html import addresses, all_of, assert_valid_html, titles, words


def from_now(**period):
    return timezone.now() + timedelta(**period)


class OwnPageTestCase(TestCase):
    url = reverse("mine:home")

    def setUp(self):
        self.person = make_user(name="样例本人")
        self.client.force_login(self.person)

    def get(self):
        response = self.client.get(self.url)
        self.assertIn("no-store", response.headers["Cache-Control"])
        return assert_valid_html(response)


class MyPageTests(OwnPageTestCase):
    def groups(self):
        """Return {heading: [words of a row]} of the activities."""
        main = self.get().find(".//main")
        found = {}
        for section in main.iter("section"):
            rows = [words(row) for row in all_of(section, "own-row")]
            if rows:
                found[words(section.find(".//h2"))] = rows
        return found

    def test_strangers_are_sent_to_sign_in(self):
        self.client.logout()
        self.assertRedirects(self.client.get(self.url), f"{reverse('accounts:login')}?next={self.url}")

    def test_sign_ups_stand_in_three_groups_by_time_and_state(self):
        coming = make_open_activity(title="样例将来")
        make_sign_up(coming, self.person)
        full = make_open_activity(title="样例已满", seats=1)
        make_sign_up(full)
        make_sign_up(full, self.person)
        past = make_open_activity(title="样例往期")
        make_sign_up(past, self.person, checked_in_at=timezone.now())
        Activity.objects.filter(pk=past.pk).update(starts_at=from_now(days=-3))
        groups = self.groups()
        self.assertEqual(list(groups), ["待参加", "候补", "已参加"])
        self.assertIn("样例将来", groups["待参加"][0])
        self.assertIn("前面还有 0 人。", groups["候补"][0])
        self.assertIn("已参加", groups["已参加"][0])

    def test_what_was_cancelled_is_folded_away(self):
        activity = make_open_activity(title="样例取消")
        make_sign_up(activity, self.person)
        activity.call_off("样例原因", by=make_administrator())
        [folded] = all_of(self.get(), "folded")
        self.assertIn("样例取消", words(folded))
        self.assertEqual(self.groups(), {})

    def test_a_row_leads_to_the_ticket_and_to_cancelling(self):
        activity = make_open_activity()
        sign_up = make_sign_up(activity, self.person)
        [row] = all_of(self.get(), "own-row")
        links = addresses(row)
        self.assertIn(reverse("members:sign_up", args=[activity.pk]), links)
        self.assertIn(reverse("members:cancel_sign_up", args=[sign_up.pk]), links)

    def test_an_activity_that_one_may_no_longer_read_is_no_link_and_can_be_cancelled(self):
        activity = make_open_activity(readers=[make_reader_group()])
        sign_up = make_sign_up(activity, self.person)
        [row] = all_of(self.get(), "own-row")
        self.assertEqual(addresses(row), [reverse("members:cancel_sign_up", args=[sign_up.pk])])

    def test_others_sign_ups_and_messages_are_not_there(self):
        other = make_user()
        make_sign_up(make_open_activity(title="他人的样例"), other)
        self.assertNotIn("他人的样例", words(self.get()))

    def test_unread_messages_are_there(self):
        outbox.send(self.person, "sample:1", "样例消息", "样例正文。")
        self.assertIn("样例消息", titles(self.get()))
        self.person.messages.mark_read()
        self.assertNotIn("样例消息", titles(self.get()))


class StandingTests(OwnPageTestCase):
    def setUp(self):
        super().setUp()
        self.today = timezone.localdate()
        self.organisation = make_organisation(period=None)

    def standing(self, first_on=None, last_on=None):
        """Return what the page says of the organisation with one period, or none."""
        if first_on:
            make_period(self.organisation, first_on, last_on)
        make_affiliation(self.organisation, self.person)
        [said] = all_of(self.get(), "own-org")
        return words(said)

    def test_an_expired_member_reads_why_he_no_longer_sees_what_is_for_members(self):
        said = self.standing(date(2020, 1, 1), date(2020, 12, 31))
        self.assertIn("会籍已于2020年12月31日到期，因此会员专享内容不再显示。", said)

    def test_in_the_days_of_grace_it_says_until_when(self):
        said = self.standing(date(2020, 1, 1), self.today - timedelta(days=1))
        self.assertIn("宽限期至", said)

    def test_a_member_reads_until_when(self):
        said = self.standing(self.today, self.today + timedelta(days=30))
        self.assertIn("会籍有效期至", said)

    def test_without_any_period_it_says_so(self):
        self.assertIn("尚未登记会籍", self.standing())


class ForMembersTests(OwnPageTestCase):
    def test_what_is_for_members_is_listed_for_them_and_for_nobody_else(self):
        group = reader_rows.readers_of()
        notice = make_notice(title="样例会员通知", readers=[group])
        make_article(title="样例会员新闻", readers=[group])
        make_article(title="样例公开新闻")
        make_article(title="样例他组新闻", readers=[make_reader_group()])
        organisation = make_organisation(people=[self.person])
        shown = titles(self.get())
        self.assertIn(notice.title, shown)
        self.assertIn("样例会员新闻", shown)
        self.assertNotIn("样例公开新闻", shown)
        self.assertNotIn("样例他组新闻", shown)
        organisation.periods.update(last_on=date(2020, 12, 31))
        reader_rows.bring_up([self.person.pk])
        self.assertNotIn(notice.title, titles(self.get()))

    def test_more_of_everything_costs_no_more_queries(self):
        def add():
            make_sign_up(make_open_activity(), self.person)
            make_organisation(people=[self.person])
            outbox.send(self.person, f"sample:{timezone.now()}", "样例", "样例")

        add()
        self.get()
        with CaptureQueriesContext(connection) as captured:
            self.get()
        for_one = len(captured)  # now: the next request begins a new list
        for _number in range(4):
            add()
        self.get()
        with self.assertNumQueries(for_one):
            self.get()
