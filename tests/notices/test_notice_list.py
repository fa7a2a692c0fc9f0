"""The list of notices: kinds, open terms, document numbers."""

from datetime import timedelta
from urllib.parse import parse_qsl

from django.utils import timezone

from notices.models import Notice
from publishing.models import Column
from tests.factories import make_column, make_label, make_notice, make_reader_group, make_user
from tests.files.samples import make_document
from tests.html import addresses, all_of, titles, words
from tests.lists import ListTestCase, clearing_links, hidden_fields, month_headings, on, result_line, tabs

Kind = Notice.Kind


def hours(number):
    return timezone.now() + timedelta(hours=number)


def today(plus_days=0):
    return timezone.localdate() + timedelta(days=plus_days)


class RowTests(ListTestCase):
    url = "/notices/"

    def badge(self, **overrides):
        """Return the (words, tone) of the badge in the row of such a notice, None without one."""
        Notice.objects.all().delete()
        make_notice(**overrides)
        badges = all_of(self.get(), "badge")
        return (words(badges[0]), badges[0].get("class").split()[1]) if badges else None

    def test_a_row_tells_kind_labels_title_and_day(self):
        make_notice(
            title="样例名单公示", kind=Kind.PUBLIC_REVIEW, published_at=on(2025, 8, 29), labels=[make_label("上海")]
        )
        page = self.get()
        [row] = all_of(page, "ann")
        self.assertEqual(words(row), "公示 上海 样例名单公示 2025-08-29")
        self.assertEqual(month_headings(page), ["8月 2025年"])

    def test_kinds_are_told_apart_by_words_and_by_colour(self):
        for number, kind in enumerate(Kind):
            make_notice(kind=kind, published_at=on(2025, 5, 20 - number))
        kinds = [(words(kind), kind.get("class")) for kind in all_of(self.get(), "kind")]
        self.assertEqual(kinds, [("通知", "kind"), ("公告", "kind"), ("公示", "kind ochre"), ("决定", "kind red")])

    def test_the_term_is_told_with_its_urgency(self):
        far, soon = hours(24 * 20), hours(24 * 2)
        due = "申报截止 {0.month}月{0.day}日".format
        self.assertIsNone(self.badge())
        self.assertEqual(self.badge(deadline_at=far, deadline_purpose="申报"), (due(timezone.localtime(far)), "green"))
        self.assertEqual(
            self.badge(deadline_at=soon, deadline_purpose="申报"), (due(timezone.localtime(soon)), "ochre")
        )
        self.assertEqual(self.badge(deadline_at=hours(-1), deadline_purpose="申报"), ("申报已截止", "mute"))
        first, last = today(-2), today(5)
        text = f"公示期 {first.month}月{first.day}日至{last.month}月{last.day}日"
        self.assertEqual(self.badge(objections_from=first, objections_until=last), (text, "ochre"))
        last = today(-1)
        text = f"公示期 {first.month}月{first.day}日至{last.month}月{last.day}日，已结束"
        self.assertEqual(self.badge(objections_from=first, objections_until=last), (text, "mute"))

    def test_undated_notices_stand_under_words_instead_of_a_month(self):
        for number in range(3):
            make_notice(title=f"导入{number}", published_at=on(2025, 5, 20 - number), is_dated=False)
        page = self.get()
        self.assertEqual(titles(page), ["导入0", "导入1", "导入2"])
        self.assertEqual(month_headings(page), ["日期未载"])
        self.assertEqual(list(page.find(".//main").iter("time")), [])

    def test_pinned_notices_stand_above_by_rank_and_are_counted_once(self):
        for number in range(11):
            make_notice(published_at=on(2025, 5, 1 + number))
        make_notice(title="第二", pinned_until=hours(1), pin_rank=1)
        make_notice(title="第一", pinned_until=hours(1), pin_rank=2, published_at=on(2020, 1))
        first, second = self.get(), self.get(page=2)
        self.assertEqual(titles(first)[:2], ["第一", "第二"])
        self.assertEqual(len(titles(first)), 12)
        self.assertEqual(month_headings(first), ["置顶", "5月 2025年"])
        self.assertEqual(result_line(first), "共 13 条，第 1 页")
        self.assertEqual((len(titles(second)), result_line(second)), (1, "共 13 条，第 2 页"))

    def test_a_list_of_pinned_notices_alone_is_a_list(self):
        make_notice(title="只有一条", pinned_until=hours(1))
        self.assertEqual(titles(self.get()), ["只有一条"])

    def test_expired_and_repealed_notices_leave_the_list(self):
        make_notice(expires_at=hours(0), published_at=hours(-2))
        make_notice(repealed_at=hours(-1), repeal_reason="由新办法代替")
        self.assertEqual(titles(self.get()), [])

    def test_a_column_of_files_offers_the_forms_to_fill_in(self):
        column, document = make_column("notices", list_style=Column.ListStyle.FILES), make_document(title="申报表")
        make_notice(column=column, attachments=[document])
        self.assertIn(document.get_absolute_url(), addresses(self.get(column=column.pk)))


class FilterTests(ListTestCase):
    url = "/notices/"

    def test_tabs_count_what_each_kind_shows_under_the_other_filters(self):
        for kind, year in [(Kind.NOTIFICATION, 2024), (Kind.NOTIFICATION, 2025), (Kind.DECISION, 2025)]:
            make_notice(kind=kind, published_at=on(year, 5))
        member_only = make_reader_group(make_user())
        make_notice(kind=Kind.DECISION, published_at=on(2025, 6), readers=[member_only])
        self.assertEqual(tabs(self.get()), (["全部3", "通知2", "公告0", "公示0", "决定1"], "全部3"))
        self.assertEqual(tabs(self.get(year=2025)), (["全部2", "通知1", "公告0", "公示0", "决定1"], "全部2"))

    def test_a_kind_narrows_the_list_and_its_count(self):
        make_notice(title="甲", kind=Kind.DECISION)
        make_notice(title="乙", kind=Kind.DECISION, pinned_until=hours(1))
        make_notice(title="丙")
        page = self.get(kind="decision")
        self.assertEqual(titles(page), ["乙", "甲"])
        self.assertEqual(result_line(page), "共 2 条，第 1 页")
        self.assertEqual(tabs(page)[1], "决定2")
        self.assertEqual(clearing_links(page), {})

    def test_open_are_the_notices_that_can_still_be_acted_on(self):
        make_notice(title="申报中", deadline_at=hours(1))
        make_notice(title="已截止", deadline_at=hours(-1))
        make_notice(title="公示中", objections_from=today(-1), objections_until=today())
        make_notice(title="公示结束", objections_from=today(-9), objections_until=today(-1))
        make_notice(title="没有期限")
        self.assertEqual(set(titles(self.get(term="open"))), {"申报中", "公示中"})
        self.assertEqual(set(titles(self.get(term="closed"))), {"已截止", "公示结束"})
        self.assertEqual(clearing_links(self.get(term="open")), {"清除“办理中”": "/notices/"})

    def test_words_are_looked_for_in_titles_as_they_stand(self):
        make_notice(title="质量技术奖100%名单_公示")
        make_notice(title="质量管理小组活动")
        for asked in ("技术奖", " 技术奖 ", "100%", "名单_"):
            with self.subTest(asked):
                self.assertEqual(titles(self.get(words=asked)), ["质量技术奖100%名单_公示"])
        for asked in ("%", "小组%活动", "小组_动", "'; DROP TABLE", "\x00奖励", "\\"):
            with self.subTest(asked):
                self.assertNotIn("质量管理小组活动", titles(self.get(words=asked)))

    def test_a_document_number_is_found_in_whatever_brackets(self):
        make_notice(title="有文号", number_code="沪质协", number_year=2025, number_serial=28)
        make_notice(title="别的文号", number_code="沪质协", number_year=2025, number_serial=2)
        for asked in ("沪质协〔2025〕28号", "沪质协[2025]28", "沪质协（２０２５）第28号"):
            with self.subTest(asked):
                self.assertEqual(titles(self.get(words=asked)), ["有文号"])

    def test_the_form_shows_what_was_asked_and_carries_the_rest(self):
        label, column = make_label(), make_column("notices")
        for year in (2024, 2025):
            make_notice(title="质量奖", kind=Kind.DECISION, column=column, labels=[label], published_at=on(year, 5))
        asked = {"kind": "decision", "column": str(column.pk), "label": str(label.pk)}
        page = self.get(**asked, year=2025, words="质量", page=1)
        self.assertEqual(hidden_fields(page), asked)
        self.assertEqual(page.find(".//input[@name='words']").get("value"), "质量")
        self.assertEqual(
            [option.get("value") for option in page.iter("option") if "selected" in option.attrib], ["2025"]
        )
        self.assertEqual(set(clearing_links(page)), {f"清除“{label.name}”", "清除“2025年”", "清除“质量”"})

    def test_paging_keeps_every_filter(self):
        label = make_label()
        for _number in range(11):
            make_notice(
                title="质量奖", kind=Kind.DECISION, labels=[label], deadline_at=hours(1), published_at=on(2025, 5)
            )
        query = {"label": label.pk, "year": 2025, "kind": "decision", "term": "open", "words": "质量"}
        page = self.get(**query)
        second = next(link for link in addresses(page) if "page=2" in link)
        response = self.client.get(f"/notices/{second}")
        self.assertEqual([words(row) for row in all_of(page, "pager")[0].iter("p")], ["每页 10 条，共 2 页"])
        self.assertContains(response, "共 11 条，第 2 页")
        asked = {name: str(value) for name, value in query.items()} | {"page": "2"}
        self.assertEqual(dict(parse_qsl(second.removeprefix("?"))), asked)

    def test_odd_values_are_no_pages(self):
        make_notice()
        for query in (
            {"kind": "letter"},
            {"term": "maybe"},
            {"term": "\x00"},
            {"page": 2},
            {"kind": "decision", "page": 2},
        ):
            with self.subTest(**query):
                self.assert_missing(**query)

    def test_what_was_asked_is_text_and_never_markup(self):
        make_notice()
        page = self.get(words='"><script>alert(1)</script>')
        self.assertEqual(page.find(".//input[@name='words']").get("value"), '"><script>alert(1)</script>')
        self.assertEqual(words(all_of(page, "empty")[0]), "没有符合条件的内容。 查看全部")


class QueryTests(ListTestCase):
    url = "/notices/"

    def test_ten_times_the_rows_cost_no_more_queries(self):
        label, column = make_label(), make_column("notices", list_style=Column.ListStyle.FILES, order=9)
        document, usual = make_document(), make_column("notices")

        def add_rows():
            make_notice(column=usual, labels=[label], deadline_at=hours(9), pinned_until=hours(1))
            make_notice(column=usual, labels=[label], deadline_at=hours(9), kind=Kind.DECISION)
            make_notice(column=column, attachments=[document])

        queries = [
            {},
            {"kind": "decision", "term": "open", "label": label.pk},
            {"words": "样例"},
            {"column": column.pk},
        ]
        self.assert_queries_do_not_grow(add_rows, queries)
