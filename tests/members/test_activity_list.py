"""The list of activities: coming, running and past."""

from datetime import timedelta

from django.utils import timezone

from members.models import MemberGroup
from publishing.models import Column
from tests.factories import make_activity, make_administrator, make_column, make_label, make_reader_group
from tests.files.samples import make_document, make_image
from tests.html import addresses, all_of, titles, words
from tests.lists import ListTestCase, clearing_links, hidden_fields, month_headings, on, result_line, tabs


def hours(number):
    return timezone.now() + timedelta(hours=number)


class PhaseTests(ListTestCase):
    url = "/activities/"

    def test_coming_activities_are_shown_first_if_there_are_any(self):
        make_activity(title="往期", starts_at=on(2020, 1))
        self.assertEqual(tabs(self.get()), (["即将开始0", "进行中0", "往期1"], "往期1"))
        make_activity(title="正在", starts_at=hours(-1), ends_at=hours(1))
        self.assertEqual((titles(self.get()), tabs(self.get())[1]), (["正在"], "进行中1"))
        make_activity(title="将来", starts_at=hours(1))
        self.assertEqual((titles(self.get()), tabs(self.get())[1]), (["将来"], "即将开始1"))

    def test_an_activity_passes_through_the_phases_by_time_alone(self):
        make_activity(title="刚结束", starts_at=hours(-3), ends_at=hours(-1))
        make_activity(title="正在进行", starts_at=hours(-1), ends_at=hours(1))
        make_activity(title="就要开始", starts_at=hours(1), ends_at=hours(3))
        shown = {phase: titles(self.get(phase=phase)) for phase in ("upcoming", "running", "past")}
        self.assertEqual(shown, {"upcoming": ["就要开始"], "running": ["正在进行"], "past": ["刚结束"]})

    def test_without_an_end_an_activity_runs_until_midnight(self):
        start_of_day = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        make_activity(title="今天开始", starts_at=start_of_day)
        make_activity(title="昨天开始", starts_at=start_of_day - timedelta(minutes=1))
        self.assertEqual(titles(self.get(phase="running")), ["今天开始"])
        self.assertEqual(titles(self.get(phase="past")), ["昨天开始"])

    def test_every_phase_is_kept_by_paging(self):
        for number in range(21):
            make_activity(starts_at=on(2020, 1) + timedelta(days=number))
        self.assertIn("?phase=past&page=2", addresses(self.get(phase="past")))
        self.assertEqual(result_line(self.get(phase="past", page=2)), "共 21 条，第 2 页")

    def test_odd_values_are_no_pages(self):
        make_activity(starts_at=on(2020, 1))
        for query in ({"phase": "never"}, {"phase": "upcoming", "page": 2}, {"page": 2}, {"year": "x"}):
            with self.subTest(**query):
                self.assert_missing(**query)


class RowTests(ListTestCase):
    url = "/activities/"

    def test_coming_activities_stand_by_their_day_under_their_month_soonest_first(self):
        year = timezone.localdate().year + 1
        group = MemberGroup.objects.create(name="机械大组")
        make_activity(title="二月的", starts_at=on(year, 2, 3))
        make_activity(title="一月的", starts_at=on(year, 1, 15), place="样例会场", member_group=group, seats=60)
        page = self.get()
        self.assertEqual(titles(page), ["一月的", "二月的"])
        self.assertEqual(month_headings(page), [f"1月 {year}年", f"2月 {year}年"])
        first = all_of(page, "dated")[0]
        weekday = "一二三四五六日"[on(year, 1, 15).weekday()]
        self.assertEqual(words(all_of(first, "day")[0]), f"15 周{weekday}")
        self.assertEqual(words(all_of(first, "sub")[0]), "09:30 · 样例会场 · 机械大组")
        self.assertEqual(words(all_of(first, "places")[0]), "即将开始 名额 60 席")

    def test_past_activities_are_plain_rows_latest_first_and_undated_ones_last(self):
        make_activity(title="不知何时", published_at=hours(-1), is_dated=False)
        make_activity(title="三月的", starts_at=on(2024, 3, 8))
        make_activity(title="五月的", starts_at=on(2024, 5, 8), published_at=on(2024, 1))
        page = self.get()
        self.assertEqual(titles(page), ["五月的", "三月的", "不知何时"])
        self.assertEqual(month_headings(page), ["5月 2024年", "3月 2024年", "日期未载"])
        days = [time.get("datetime") for time in page.find(".//main").iter("time")]
        self.assertEqual(days, ["2024-05-08", "2024-03-08"])
        self.assertEqual(all_of(page, "badge"), [])

    def test_imported_reports_keep_their_order(self):
        for number in range(3):
            make_activity(title=f"报道{number}", published_at=on(2025, 5, 20 - number), is_dated=False)
        self.assertEqual(titles(self.get()), ["报道0", "报道1", "报道2"])

    def test_list_styles_hold_for_past_activities(self):
        pictured = make_column("members", list_style=Column.ListStyle.PICTURED)
        files = make_column("members", list_style=Column.ListStyle.FILES)
        picture, document = make_image(), make_document(title="活动资料")
        make_activity(column=pictured, cover=picture, starts_at=on(2024, 3))
        make_activity(column=files, attachments=[document], starts_at=on(2024, 3))
        [image] = self.get(column=pictured.pk).find(".//main").iter("img")
        self.assertTrue(image.get("src").startswith(f"/files/{picture.pk}/"))
        self.assertIn(document.get_absolute_url(), addresses(self.get(column=files.pk)))


class FilterTests(ListTestCase):
    url = "/activities/"

    def test_the_years_of_past_activities_are_those_in_which_they_took_place(self):
        make_activity(title="前年办", starts_at=on(2023, 12, 31), published_at=on(2022, 1))
        make_activity(title="去年办", starts_at=on(2024, 1, 1), published_at=on(2022, 1))
        make_activity(title="不知何时", published_at=on(2024, 1))
        page = self.get(phase="past", year=2024)
        self.assertEqual(titles(page), ["去年办"])
        self.assertEqual([option.get("value") for option in page.iter("option")], ["", "2024", "2023"])
        self.assertEqual(hidden_fields(page), {"phase": "past"})
        self.assertEqual(clearing_links(page), {"清除“2024年”": "/activities/?phase=past"})

    def test_tabs_keep_the_label_and_count_under_it(self):
        label = make_label()
        make_activity(starts_at=on(2024, 1), labels=[label])
        make_activity(starts_at=hours(1))
        page = self.get(label=label.pk)
        self.assertEqual(tabs(page)[0], ["即将开始0", "进行中0", "往期1"])
        self.assertIn(f"/activities/?label={label.pk}&phase=upcoming", addresses(page))

    def test_no_coming_activity_leads_to_the_past_ones(self):
        make_activity(starts_at=on(2024, 1))
        [text] = all_of(self.get(phase="upcoming"), "empty")
        self.assertEqual(words(text), "目前没有即将开始的活动。 查看往期活动")
        self.assertEqual(addresses(text), ["/activities/?phase=past"])

    def test_no_activity_at_all_leads_home(self):
        [text] = all_of(self.get(), "empty")
        self.assertEqual(addresses(text), ["/"])


class MonthTests(ListTestCase):
    url = "/activities/"

    def neighbours(self, **query):
        """Return {what the link says: where it leads} of the months before and after."""
        [nav] = all_of(self.get(**query), "months")
        return {words(link): link.get("href") for link in nav.iter("a")}

    def test_a_month_holds_all_its_activities_from_its_first_day_whatever_their_phase(self):
        make_activity(title="月底", starts_at=on(2026, 11, 30, 23))
        make_activity(title="月初", starts_at=on(2026, 11, 1, 0) - timedelta(minutes=30))
        make_activity(title="下个月", starts_at=on(2026, 12, 1, 0))
        off = make_activity(title="取消的", starts_at=on(2026, 11, 20))
        off.call_off("样例原因", by=make_administrator())
        page = self.get(month="2026-11")
        self.assertEqual(titles(page), ["月初", "取消的", "月底"])
        self.assertEqual((month_headings(page), result_line(page)), (["11月 2026年"], "共 3 条，第 1 页"))

    def test_the_neighbours_are_the_nearest_months_that_have_activities(self):
        for year, month in ((2026, 1), (2026, 3), (2026, 4), (2027, 1)):
            make_activity(starts_at=on(year, month))
        expected = {"更早 2026年1月": "/activities/?month=2026-01", "下个月 2026年4月": "/activities/?month=2026-04"}
        self.assertEqual(self.neighbours(month="2026-03"), expected)
        self.assertEqual(list(self.neighbours(month="2026-12")), ["更早 2026年4月", "下个月 2027年1月"])
        self.assertEqual(list(self.neighbours(month="2026-01")), ["更晚 2026年3月"])

    def test_a_month_without_activities_says_so(self):
        make_activity(starts_at=on(2024, 1))
        [text] = all_of(self.get(month="2026-12"), "empty")
        self.assertTrue(words(text).startswith("这个月没有活动。"))

    def test_no_month_counts_what_the_reader_may_not_see(self):
        make_activity(starts_at=on(2026, 11), readers=[make_reader_group()])
        self.assertEqual(self.neighbours(month="2026-12"), {})

    def test_months_keep_the_label_and_the_page_and_leave_phase_and_year_aside(self):
        label = make_label()
        for _number in range(21):
            make_activity(starts_at=on(2026, 11), labels=[label])
        make_activity(starts_at=on(2026, 10))
        page = self.get(month="2026-11", label=label.pk, phase="past", year=2024)
        self.assertIn(f"?label={label.pk}&month=2026-11&page=2", addresses(page))
        self.assertEqual(self.neighbours(month="2026-11", label=label.pk), {})
        self.assertIn(f"/activities/?label={label.pk}&phase=past", addresses(page))

    def test_lists_lead_to_the_month_of_today_and_to_the_calendar(self):
        make_activity(starts_at=on(2024, 1))
        links = addresses(self.get(phase="past", year=2024))
        self.assertIn(f"/activities/?month={timezone.localdate():%Y-%m}", links)
        self.assertIn("/activities/calendar.ics", links)

    def test_odd_months_are_no_pages(self):
        for month in ("x", "2026-13", "2026-00", "2026-1", "0000-01", "9999-12", "２０２６-01", "2026-01-01", "\0"):
            self.assert_missing(month=month)


class QueryTests(ListTestCase):
    url = "/activities/"

    def test_ten_times_the_rows_cost_no_more_queries(self):
        label, group = make_label(), MemberGroup.objects.create(name="机械大组")
        pictured = make_column("members", list_style=Column.ListStyle.PICTURED)
        picture = make_image()

        def add_rows():
            for starts_at in (hours(9), hours(-1), on(2024, 1), on(2023, 1), None):
                make_activity(
                    column=pictured, starts_at=starts_at, member_group=group, labels=[label], seats=9, cover=picture
                )

        queries = [{}, {"phase": "running"}, {"phase": "past"}, {"phase": "past", "year": 2024, "label": label.pk}]
        queries.append({"month": "2024-01"})
        self.assert_queries_do_not_grow(add_rows, queries)
