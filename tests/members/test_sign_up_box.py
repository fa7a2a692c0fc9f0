"""What everybody is told of signing up: the box on the page of an activity, rows of lists, strips."""

from datetime import timedelta

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members.models import ReservedSeats
from portal.models import HomeBlock
from publishing import content_version
from tests.factories import (
    make_activity,
    make_administrator,
    make_affiliation,
    make_article,
    make_column,
    make_member_group,
    make_open_activity,
    make_organisation,
    make_sign_up,
    make_user,
)
from tests.html import addresses, all_of, assert_valid_html, words
from tests.lists import ListTestCase


def from_now(**period):
    return timezone.now() + timedelta(**period)


def fill(activity, number):
    for _person in range(number):
        make_sign_up(activity)
    return activity


class BoxTests(TestCase):
    def page(self, activity):
        return assert_valid_html(self.client.get(activity.get_absolute_url()))

    def box(self, activity):
        [box] = all_of(self.page(activity), "signup")
        return box

    def assert_says(self, activity, *parts):
        said = words(self.box(activity))
        for part in parts:
            self.assertIn(part, said)

    def button(self, activity):
        """Return (what the button says, where it leads or None)."""
        [button] = all_of(self.box(activity), "btn")
        return words(button), button.get("href")

    def test_while_there_are_places_it_tells_how_many_and_leads_to_the_form(self):
        activity = fill(make_open_activity(seats=40), 2)
        self.assert_says(activity, "剩余38席", "共 40 席")
        self.assertEqual(self.button(activity), ("我要报名", reverse("members:sign_up", args=[activity.pk])))
        [gauge] = self.box(activity).iter("meter")
        self.assertEqual((gauge.get("value"), gauge.get("max")), ("2", "40"))
        self.assertEqual(gauge.get("aria-label"), "已报 2 席，共 40 席")

    def test_the_state_is_said_in_a_word_above_the_heading(self):
        cases = [
            (make_open_activity(seats=40), "报名中"),
            (make_open_activity(seats=None), "报名中"),
            (fill(make_open_activity(seats=4), 1), "名额紧张"),
            (fill(make_open_activity(seats=1), 1), "已满，可候补"),
            (make_open_activity(sign_up_opens_at=from_now(days=1)), "报名未开始"),
            (make_open_activity(sign_up_closes_at=from_now(days=-1)), "报名已截止"),
        ]
        for activity, word in cases:
            with self.subTest(word):
                [badge] = all_of(self.page(activity).find(".//main"), "badge")
                self.assertEqual(words(badge), word)

    def test_without_a_limit_it_says_so_and_has_no_gauge(self):
        activity = make_open_activity(seats=None)
        self.assert_says(activity, "名额不限")
        self.assertEqual(list(self.box(activity).iter("meter")), [])

    def test_when_all_places_are_taken_it_offers_the_waiting_list_and_tells_its_length(self):
        activity = fill(make_open_activity(seats=1), 4)
        self.assert_says(activity, "名额已满")
        self.assertEqual(self.button(activity)[0], "登记候补（前面 3 人）")

    def test_before_it_opens_the_button_tells_when_and_leads_nowhere(self):
        opens = timezone.localtime(from_now(days=2)).replace(hour=9, minute=0)
        text, url = self.button(make_open_activity(sign_up_opens_at=opens))
        self.assertEqual((text, url), (f"{opens.month}月{opens.day}日 09:00 开始报名", None))

    def test_after_it_closed_the_button_leads_nowhere(self):
        self.assertEqual(self.button(make_open_activity(sign_up_closes_at=from_now(hours=-1))), ("报名已截止", None))

    def test_once_it_has_begun_nobody_is_asked_to_sign_up(self):
        box = self.box(make_open_activity(starts_at=from_now(hours=-1), ends_at=from_now(hours=1)))
        self.assertIn("进行中", words(box))
        self.assertEqual(all_of(box, "btn"), [])

    def test_what_is_over_leads_to_its_report(self):
        past = {"starts_at": from_now(days=-3)}
        with_text = make_open_activity(report="<p>样例报道。</p>", **past)
        self.assertEqual(self.button(with_text), ("查看活动报道", f"{with_text.get_absolute_url()}#report"))
        with_article = make_open_activity(**past)
        article = make_article(relations=[(with_article.dossier, "report_of")])
        self.assertEqual(self.button(with_article), ("查看活动报道", article.get_absolute_url()))

    def test_what_is_called_off_says_why_on_the_page_and_in_the_box(self):
        activity = make_open_activity()
        activity.call_off("样例原因：天气", by=make_administrator())
        page = self.page(activity)
        for css_class in ("ribbon", "signup"):
            [part] = all_of(page, css_class)
            self.assertIn("样例原因：天气", words(part))
        self.assertEqual(all_of(page, "btn"), [])

    def test_where_nobody_signs_up_on_line_there_is_no_button(self):
        box = self.box(make_activity(starts_at=from_now(days=9), seats=60))
        self.assertEqual((all_of(box, "btn"), list(box.iter("meter"))), ([], []))

    def test_reserved_places_are_said_and_not_offered_to_all(self):
        activity = make_open_activity(seats=10)
        group = make_member_group(name="样例机械大组")
        ReservedSeats.objects.create(activity=activity, member_group=group, seats=4, until=from_now(days=1))
        self.assert_says(activity, "剩余6席", "其中 4 席为样例机械大组保留至")

    def test_a_limit_that_was_lowered_below_what_is_taken_leaves_the_gauge_full(self):
        activity = fill(make_open_activity(seats=3), 3)
        activity.seats = 2
        activity.change_at_once(["seats"], by=make_administrator())
        [gauge] = self.box(activity).iter("meter")
        self.assertEqual((gauge.get("value"), gauge.get("max")), ("2", "2"))

    def test_a_change_of_place_and_time_shows_the_old_beside_the_new(self):
        activity = make_open_activity(place="样例旧址")
        activity.place = "样例新址"
        activity.change_at_once(["place"], by=make_administrator())
        page = self.page(activity)
        [ribbon] = all_of(page, "ribbon")
        self.assertEqual((words(ribbon.find(".//del")), words(ribbon.find(".//ins"))), ("样例旧址", "样例新址"))
        [box] = all_of(page, "signup")
        self.assertIn("时间或地点有变更", words(box))

    def test_speakers_stand_with_their_posts(self):
        page = self.page(make_open_activity(speakers="样例甲 样例研究院 研究员\n\n样例乙"))
        [speakers] = all_of(page, "speakers")
        self.assertEqual([words(row) for row in speakers], ["样例甲样例研究院 研究员", "样例乙"])

    def test_the_link_to_take_part_on_line_is_not_on_the_page(self):
        person = make_user()
        activity = make_open_activity(online_link="https://example.org/secret-room")
        make_sign_up(activity, person)
        self.client.force_login(person)
        self.assertNotContains(self.client.get(activity.get_absolute_url()), "secret-room")

    def test_the_page_is_the_same_for_who_is_signed_up(self):
        activity, person = fill(make_open_activity(seats=9), 3), make_user()
        make_sign_up(activity, person)
        visitor = self.client.get(activity.get_absolute_url()).content
        self.client.force_login(person)
        self.assertEqual(self.client.get(activity.get_absolute_url()).content, visitor)


class OwnBoxTests(TestCase):
    """The piece that a script puts into the box for who is signed in."""

    def setUp(self):
        self.person = make_user()
        self.client.force_login(self.person)

    def own(self, activity):
        return self.client.get(reverse("members:own_sign_up", args=[activity.pk]))

    def assert_says(self, activity, *parts):
        response = self.own(activity)
        self.assertIn("no-store", response.headers["Cache-Control"])
        for part in parts:
            self.assertContains(response, part)

    def test_it_says_where_one_stands(self):
        full = fill(make_open_activity(seats=1), 4)
        offered = make_open_activity(seats=1)
        for activity, overrides, parts in (
            (make_open_activity(), {}, ["已报名", "取消报名"]),
            (make_open_activity(approval="staff"), {}, ["待确认", "取消报名"]),
            (full, {}, ["候补中", "前面还有 3 人。", "取消报名"]),
            (offered, {"accepted_at": None, "accept_by": from_now(hours=3)}, ["待您确认", "确认参加"]),
        ):
            with self.subTest(parts[0]):
                make_sign_up(activity, self.person, **overrides)
                self.assert_says(activity, *parts)

    def test_who_was_refused_reads_the_reason(self):
        activity = make_open_activity(approval="staff")
        make_sign_up(
            activity, self.person, ended_at=timezone.now(), ending="refused", reason="样例原因：本期仅限基础班学员"
        )
        self.assert_says(activity, "样例原因：本期仅限基础班学员", "我要报名")

    def test_a_contact_sees_that_colleagues_are_signed_up(self):
        colleague = make_user()
        organisation = make_organisation(people=[colleague])
        make_affiliation(organisation, self.person, role="contact")
        activity = make_open_activity()
        make_sign_up(activity, colleague, organisation)
        self.assert_says(activity, "已为 1 位同事报名", "我要报名")

    def test_there_is_nothing_to_add_for_others(self):
        activity = fill(make_open_activity(), 1)
        self.assertEqual(self.own(activity).status_code, 204)
        self.client.logout()
        self.assertEqual(self.own(activity).status_code, 204)

    def test_it_is_missing_where_the_page_is(self):
        self.assertEqual(self.own(make_open_activity(published_at=None)).status_code, 404)


class RowTests(ListTestCase):
    url = "/activities/"

    def test_a_row_tells_what_is_left(self):
        cases = [
            (fill(make_open_activity(seats=40), 2), "报名中 剩余 38 席"),
            (fill(make_open_activity(seats=3), 1), "名额紧张 剩余 2 席"),
            (fill(make_open_activity(seats=1), 3), "已满，可候补 候补 2 人"),
            (make_open_activity(seats=None), "报名中 名额不限"),
        ]
        places = {addresses(row)[0]: words(all_of(row, "places")[0]) for row in all_of(self.get(), "dated")}
        self.assertEqual(places, {activity.get_absolute_url(): text for activity, text in cases})

    def test_counting_places_costs_the_same_for_many_activities(self):
        group = make_member_group()

        def add_row():
            activity = fill(make_open_activity(seats=9), 2)
            ReservedSeats.objects.create(activity=activity, member_group=group, seats=1, until=from_now(days=1))

        add_row()
        self.get()
        for_one = self.count_queries({})
        for _number in range(5):
            add_row()
        self.get()
        self.assertEqual(self.count_queries({}), for_one)


class StripTests(TestCase):
    def setUp(self):
        column = make_column("members")
        HomeBlock.objects.create(region="strip", column=column, count=4)
        self.activities = [make_open_activity(seats=9, column=column) for _number in range(3)]
        content_version.advance()

    def places(self, url):
        [band] = all_of(assert_valid_html(self.client.get(url)), "band")
        return [words(row) for row in all_of(band, "places")]

    def test_a_sign_up_is_seen_at_once_on_the_home_page_and_below_other_activities(self):
        other = make_activity(starts_at=from_now(days=30))
        for url in ("/", other.get_absolute_url()):
            before = self.places(url)
            make_sign_up(self.activities[0])
            after = self.places(url)
            self.assertNotEqual(before[0], after[0])
            self.assertEqual(before[1:], after[1:])

    def test_on_a_warm_home_page_counting_costs_two_queries_and_three_with_reserved_places(self):
        def queries():
            self.client.get("/")
            with CaptureQueriesContext(connection) as captured:
                self.client.get("/")
            return len([query for query in captured if "members_" in query["sql"]])

        self.assertEqual(queries(), 2)
        group = make_member_group()
        for activity in self.activities:
            ReservedSeats.objects.create(activity=activity, member_group=group, seats=1, until=from_now(days=1))
        self.assertEqual(queries(), 3)
