"""The page of an activity: when and where, and after it what happened."""

from datetime import datetime, timedelta

from django.test import TestCase
from django.utils import timezone

from members.models import MemberGroup
from tests.factories import make_activity, make_article, make_reader_group
from tests.html import all_of, assert_valid_html, titles, words


def from_now(**period):
    return timezone.now() + timedelta(**period)


def shanghai(*parts):
    return timezone.make_aware(datetime(*parts))


class ActivityPageTests(TestCase):
    def page(self, **facts):
        return assert_valid_html(self.client.get(make_activity(**facts).get_absolute_url()))

    def facts(self, **facts):
        """Return {term: value} of the facts below the picture."""
        page = self.page(**facts)
        return {words(row.find("dt")): words(row.find("dd")) for box in all_of(page, "facts") for row in box}

    def chapters(self, **facts):
        return [words(block.find("h2")) for block in all_of(self.page(**facts), "block")]

    def test_the_facts_are_told_in_full(self):
        facts = self.facts(
            starts_at=shanghai(2025, 10, 23, 13, 30), ends_at=shanghai(2025, 10, 23, 16, 30), place="样例会议室",
            address="样例路 000 号", organiser="样例部门", member_group=MemberGroup.objects.create(name="样例大组"),
            participants="质量负责人", fee="免费", contact="样例人员", kind="visit",
        )  # fmt: skip
        self.assertEqual(
            facts,
            {
                "时间": "2025年10月23日（周四） 13:30–16:30", "地点": "样例会议室（样例路 000 号）", "主办": "样例部门",
                "会员大组": "样例大组", "对象": "质量负责人", "费用": "免费", "联系": "样例人员", "类型": "参观交流",
            },
        )  # fmt: skip

    def test_the_box_says_when_sign_up_opens_and_closes(self):
        page = self.page(
            starts_at=from_now(days=9),
            sign_up_opens_at=shanghai(2025, 10, 9, 9, 0),
            sign_up_closes_at=shanghai(2025, 10, 20, 17, 0),
        )
        [box] = all_of(page, "fine")
        self.assertIn("报名开始 10月9日（周四）09:00。", words(box))
        self.assertIn("报名截止 10月20日（周一）17:00。", words(box))

    def test_an_activity_and_its_report_lead_to_each_other(self):
        for starts_at in (from_now(days=-3), None):
            activity = make_activity(starts_at=starts_at)
            report = make_article(relations=[(activity.dossier, "report_of")])
            for item, other in ((activity, report), (report, activity)):
                page = assert_valid_html(self.client.get(item.get_absolute_url()))
                related = page.find(".//section[@aria-labelledby='related']")
                self.assertEqual(titles(related), [other.title])

    def test_an_end_on_another_day_is_written_out(self):
        facts = self.facts(starts_at=shanghai(2025, 10, 23, 9, 0), ends_at=shanghai(2025, 10, 24, 17, 0))
        self.assertEqual(facts["时间"], "2025年10月23日（周四） 09:00 – 2025年10月24日 17:00")

    def test_a_coming_activity_shows_its_day_its_places_and_until_when_to_sign_up(self):
        starts_at = from_now(days=9)
        [box] = all_of(
            self.page(
                starts_at=starts_at,
                seats=60,
                seats_per_organisation=2,
                sign_up_closes_at=shanghai(2026, 10, 20, 17, 0),
            ),
            "signup",
        )
        day = timezone.localtime(starts_at)
        parts = (
            f"{day:%d}",
            f"{day.year}年{day.month}月",
            "名额 60 席",
            "报名截止 10月20日（周二）17:00。",
            "每家会员单位限报 2 人。",
        )
        for part in parts:
            self.assertIn(part, words(box))

    def test_its_phase_is_said_once_by_time_alone(self):
        cases = (
            (from_now(days=1), None, "即将开始"),
            (from_now(hours=-1), from_now(hours=1), "进行中"),
            (from_now(days=-2), None, "往期"),
        )
        for starts_at, ends_at, phase in cases:
            with self.subTest(phase):
                page = self.page(starts_at=starts_at, ends_at=ends_at)
                badges = [words(badge) for badge in all_of(page.find(".//main"), "badge")]
                self.assertEqual(badges, [phase])

    def test_an_agenda_stands_with_times_and_remarks(self):
        [agenda] = all_of(self.page(agenda="13:30–14:00 签到\n  凭证件\n14:00 参观"), "agenda")
        self.assertEqual([words(row) for row in agenda], ["13:30–14:00签到凭证件", "14:00参观"])

    def test_without_a_start_there_is_neither_day_nor_phase_and_the_lists_stand_beside(self):
        page = self.page(starts_at=None)
        self.assertEqual(all_of(page, "cal") + all_of(page, "badge"), [])
        self.assertEqual(len(all_of(page, "aside")), 1)

    def test_what_is_not_known_has_no_line(self):
        self.assertEqual(self.facts(starts_at=None), {})

    def test_chapters_stand_only_where_there_is_something_to_read(self):
        self.assertEqual(self.chapters(), ["活动内容"])
        self.assertEqual(self.chapters(body="", report="<p>报道。</p>"), ["活动报道"])
        self.assertEqual(
            self.chapters(report="<p>报道。</p>", agenda="14:00 参观", sign_up_notes="<p>须知。</p>"),
            ["活动报道", "活动内容", "活动安排", "报名须知"],
        )

    def test_the_next_activities_for_everyone_stand_below_without_this_one(self):
        here = make_activity(starts_at=from_now(days=2))
        later = [make_activity(starts_at=from_now(days=days)) for days in (9, 3, 4, 5, 6)]
        make_activity(starts_at=from_now(days=1), readers=[make_reader_group()])
        make_activity(starts_at=from_now(days=-1))
        [band] = all_of(assert_valid_html(self.client.get(here.get_absolute_url())), "band")
        self.assertEqual(titles(band), [activity.title for activity in later[1:5]])
