"""The public directory, the council and the member groups: who stands there, what is told of them, and to whom."""

from datetime import date, timedelta

from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members import reader_rows
from members.models import MembershipPeriod, Organisation
from publishing import content_version
from tests.factories import (
    make_activity,
    make_affiliation,
    make_council_seat,
    make_council_term,
    make_label,
    make_member_group,
    make_notice,
    make_organisation,
    make_user,
)
from tests.html import all_of, assert_valid_html, titles, words
from tests.lists import clearing_links, result_line, tabs

DIRECTORY = reverse("organisations:organisation_list")
DAY = timedelta(days=1)


class PageTestCase(TestCase):
    def get(self, address, **query):
        response = self.client.get(address, query)
        self.assertEqual(response.status_code, 200, address)
        return assert_valid_html(response)

    def names(self, **query):
        return titles(self.get(DIRECTORY, **query))

    def assert_missing(self, address, **query):
        self.assertEqual(self.client.get(address, query).status_code, 404, (address, query))


@override_settings(MEMBERSHIP_GRACE_DAYS=30)
class WhoStandsThereTests(PageTestCase):
    def test_members_stand_there_until_the_last_day_of_grace(self):
        today = timezone.localdate()
        for days, is_there in ((0, True), (30, True), (31, False)):
            organisation = make_organisation(period=(date(2020, 1, 1), today - days * DAY))
            content_version.advance()
            with self.subTest(days):
                self.assertEqual(organisation.name in self.names(), is_there)
                answer = self.client.get(organisation.get_absolute_url())
                self.assertEqual(answer.status_code, 200 if is_there else 404)

    def test_who_does_not_want_to_is_not_told_of(self):
        hidden = make_organisation(is_in_directory=False)
        self.assertEqual(self.names(), [])
        self.assertContains(self.client.get(DIRECTORY), "目前名录中还没有会员单位。")
        self.assert_missing(hidden.get_absolute_url())

    def test_the_council_of_the_running_term_comes_first(self):
        last, first, none = (make_organisation(name=f"样例{letter}厂") for letter in "乙丙甲")
        running, former = (
            make_council_term(first_on=date(2024, 1, 1)),
            make_council_term(first_on=date(2019, 1, 1), last_on=date(2023, 12, 31)),
        )
        make_council_seat(first, running, role="president")
        make_council_seat(last, running, role="director")
        make_council_seat(none, former, role="president")
        self.assertEqual(self.names(), [first.name, last.name, none.name])
        page = self.get(DIRECTORY)
        self.assertEqual([words(tag) for tag in all_of(page, "tag")], ["会长", "理事"])


class FilterTests(PageTestCase):
    def setUp(self):
        self.group = make_member_group()
        self.wanted = make_organisation(
            name="样例精密仪器厂", member_group=self.group, district="黄浦区", industry="装备制造", level="senior"
        )
        make_organisation(name="样例食品厂", district="静安区")
        content_version.advance()

    def test_each_filter_narrows_and_can_be_cleared(self):
        for query, word in (
            ({"group": self.group.pk}, self.group.name),
            ({"district": "黄浦区"}, "黄浦区"),
            ({"industry": "装备制造"}, "装备制造"),
            ({"words": "仪器"}, "仪器"),
        ):
            with self.subTest(query):
                page = self.get(DIRECTORY, **query)
                self.assertEqual(titles(page), [self.wanted.name])
                self.assertEqual(clearing_links(page), {f"清除“{word}”": DIRECTORY})
        self.assertEqual(self.names(level="senior"), [self.wanted.name])

    def test_the_tabs_count_the_levels_under_the_other_filters(self):
        page = self.get(DIRECTORY, words="厂", level="senior")
        self.assertEqual(tabs(page), (["全部2", "普通会员1", "高级会员1", "荣誉会员0"], "高级会员1"))
        self.assertIn("共 1 条", result_line(page))

    def test_the_form_offers_what_members_have(self):
        make_organisation(district="宝山区", is_in_directory=False)
        content_version.advance()
        page = self.get(DIRECTORY)
        offered = [words(option) for option in page.find(".//select[@id='district']").iter("option")]
        self.assertEqual(offered, ["全部", "静安区", "黄浦区"])

    def test_a_district_that_nobody_has_any_more_finds_nothing_and_says_so(self):
        answer = self.client.get(DIRECTORY, {"district": "样例区"})
        self.assertContains(answer, "没有符合条件的内容")
        self.assertContains(answer, '<option selected="">样例区</option>', html=True)

    def test_an_odd_level_group_or_page_is_no_page(self):
        for query in ({"level": "gold"}, {"group": "x"}, {"group": "999999"}, {"page": "9"}, {"page": "x"}):
            self.assert_missing(DIRECTORY, **query)

    def test_a_page_takes_twenty_and_the_pager_keeps_the_filters(self):
        for _number in range(20):
            make_organisation(member_group=self.group)
        self.assertEqual(len(self.names(group=self.group.pk)), 20)
        answer = self.client.get(DIRECTORY, {"group": self.group.pk, "page": "2"})
        self.assertEqual(len(titles(assert_valid_html(answer))), 1)
        self.assertContains(answer, f"?group={self.group.pk}&amp;page=1")

    def test_a_longer_list_costs_no_more_queries(self):
        self.get(DIRECTORY)
        with CaptureQueriesContext(connection) as for_two:
            self.get(DIRECTORY)
        for _number in range(15):
            make_organisation(member_group=make_member_group())
        with self.assertNumQueries(len(for_two)):
            self.get(DIRECTORY)


class WhatIsToldTests(PageTestCase):
    def setUp(self):
        self.organisation = make_organisation(
            introduction="样例简介第一段。\n\n<b>第二段</b>",
            website="https://example.org/",
            address="样例路 1 号",
            telephone="021-00000000",
            email="office@example.org",
            member_group=make_member_group(),
            joined_on=date(2012, 3, 1),
        )
        make_affiliation(self.organisation, make_user(name="样例联系人", phone="13800000000"), role="contact")

    def page(self, *public_fields):
        Organisation.objects.filter(pk=self.organisation.pk).update(public_fields=list(public_fields))
        return words(self.get(self.organisation.get_absolute_url()).find(".//main"))

    def test_a_field_is_told_if_the_member_chose_it_and_not_otherwise(self):
        told = {
            "website": "https://example.org/",
            "address": "样例路 1 号",
            "telephone": "021-00000000",
            "email": "office@example.org",
            "contact": "样例联系人",
        }
        for name in told:
            page = self.page(name)
            for other, text in told.items():
                self.assertEqual(text in page, other == name, (name, other))

    def test_the_mobile_phone_of_the_contact_is_never_told(self):
        self.assertNotIn("13800000000", self.page(*Organisation.PublicField.values))

    def test_the_list_tells_no_telephone_and_no_address_to_write_to(self):
        self.page(*Organisation.PublicField.values)
        answer = self.client.get(DIRECTORY)
        for text in ("021-00000000", "office@example.org", "样例联系人"):
            self.assertNotContains(answer, text)

    def test_the_introduction_is_plain_text(self):
        self.assertIn("<b>第二段</b>", self.page())

    def test_member_since_is_the_day_of_joining_or_of_the_first_period(self):
        self.assertIn("2012年3月1日", self.page())
        Organisation.objects.update(joined_on=None)
        MembershipPeriod.objects.update(first_on=date(2021, 5, 6))
        self.assertIn("2021年5月6日", self.page())


class CouncilTests(PageTestCase):
    def setUp(self):
        self.listed, self.hidden = make_organisation(), make_organisation(is_in_directory=False)
        self.running = make_council_term(12, first_on=date(2024, 5, 1))
        self.former = make_council_term(11, first_on=date(2019, 5, 1), last_on=date(2024, 4, 30))

    def test_the_running_term_is_told_by_rank_and_links_to_whom_the_directory_has(self):
        make_council_seat(self.listed, self.running, role="director")
        make_council_seat(self.hidden, self.running, role="president")
        page = self.get(reverse("organisations:council"))
        self.assertEqual([words(row) for row in page.iterfind(".//main//*[@class='seats']/li")],
                         [self.hidden.name, self.listed.name])  # fmt: skip
        self.assertIn(self.listed.name, titles(page))
        self.assertNotIn(self.hidden.name, titles(page))

    def test_former_terms_have_pages_and_coming_ones_have_none(self):
        make_council_seat(self.listed, self.former)
        coming = make_council_term(13, first_on=timezone.localdate() + DAY)
        page = self.get(reverse("organisations:council"))
        self.assertIn("第 11 届", titles(page))
        self.assertNotIn("第 13 届", titles(page))
        self.assertIn(self.listed.name, words(self.get(self.former.get_absolute_url())))
        self.assert_missing(coming.get_absolute_url())
        self.assert_missing(reverse("organisations:council_term", args=[99]))

    def test_between_two_terms_the_page_says_so(self):
        self.running.delete()
        self.assertContains(self.client.get(reverse("organisations:council")), "目前没有在任的理事会。")


class GroupTests(PageTestCase):
    def setUp(self):
        self.group = make_member_group(introduction="样例简介", contact="样例联系人")
        self.member = make_user()
        self.organisation = make_organisation([self.member], member_group=self.group)
        make_organisation(member_group=self.group, is_in_directory=False)

    def test_a_group_shows_its_words_its_contact_and_its_organisations(self):
        page = words(self.get(self.group.get_absolute_url()).find(".//main"))
        for text in ("样例简介", "样例联系人", self.organisation.name):
            self.assertIn(text, page)
        self.assertIn(self.group.name, titles(self.get(reverse("organisations:group_list"))))
        self.assert_missing(reverse("organisations:group_detail", args=[999]))

    def test_its_activities_and_notices_are_those_that_the_reader_may_see(self):
        readers = reader_rows.readers_of(self.group)
        soon = timezone.now() + DAY
        make_activity(title="样例公开活动", member_group=self.group, starts_at=soon)
        make_activity(title="样例内部活动", member_group=self.group, starts_at=soon, readers=[readers])
        make_activity(title="样例他组活动", member_group=make_member_group(), starts_at=soon)
        make_notice(title="样例内部通知", readers=[readers])
        make_notice(title="样例公开通知", labels=[make_label(self.group.name)])
        make_notice(title="样例无关通知")
        open_to_all = {"样例公开活动", "样例公开通知", self.organisation.name}
        self.assertEqual(set(titles(self.get(self.group.get_absolute_url()))), open_to_all)
        self.client.force_login(self.member)
        seen = set(titles(self.get(self.group.get_absolute_url())))
        self.assertEqual(seen, open_to_all | {"样例内部活动", "样例内部通知"})

    def test_a_group_without_anything_says_so(self):
        empty = make_member_group()
        answer = self.client.get(empty.get_absolute_url())
        self.assertContains(answer, "本大组目前没有即将开始的活动。")
        self.assertContains(answer, "目前名录中还没有本大组的单位。")
