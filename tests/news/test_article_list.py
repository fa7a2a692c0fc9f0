"""The list of news, and with it what the lists of all subjects have in common."""

from datetime import timedelta

from django.utils import timezone

from publishing import content_version
from publishing.models import Column
from tests.factories import make_article, make_column, make_label, make_notice, make_reader_group, make_user
from tests.files.samples import make_document, make_image
from tests.html import addresses, all_of, titles, words
from tests.lists import ListTestCase, clearing_links, hidden_fields, month_headings, on, result_line


class RowTests(ListTestCase):
    url = "/news/"

    def test_the_newest_stand_first_under_their_months(self):
        make_article(title="九月初", published_at=on(2025, 9, 1))
        make_article(title="九月末", published_at=on(2025, 9, 28))
        make_article(title="去年九月", published_at=on(2024, 9))
        page = self.get()
        self.assertEqual(titles(page), ["九月末", "九月初", "去年九月"])
        self.assertEqual(month_headings(page), ["9月 2025年", "9月 2024年"])
        self.assertEqual(
            [time.get("datetime") for time in page.iter("time")], ["2025-09-28", "2025-09-01", "2024-09-15"]
        )

    def test_midnight_in_shanghai_parts_the_months(self):
        make_article(published_at=on(2025, 10, 1).replace(hour=0, minute=5))
        self.assertEqual(month_headings(self.get()), ["10月 2025年"])

    def test_undated_items_keep_their_order_and_show_no_date(self):
        for number in (1, 2):
            make_article(title=f"不知日期{number}", published_at=on(2025, 9, 3 - number), is_dated=False)
        make_article(title="知道日期", published_at=on(2025, 9, 10))
        page = self.get()
        self.assertEqual(titles(page), ["知道日期", "不知日期1", "不知日期2"])
        self.assertEqual(month_headings(page), ["9月 2025年", "日期未载"])
        self.assertEqual(len(list(page.iter("time"))), 1)

    def test_dates_around_undated_items_leave_sound_markup(self):
        make_article(published_at=on(2025, 9, 1))
        make_article(published_at=on(2025, 9, 2), is_dated=False)
        make_article(published_at=on(2025, 9, 3))
        self.assertEqual(month_headings(self.get()), ["9月 2025年", "日期未载", "9月 2025年"])

    def test_labels_stand_before_the_title_and_the_summary_below(self):
        make_article(title="样例", summary="样例摘要。", labels=[make_label("上海")])
        row = all_of(self.get(), "ann")[0]
        self.assertEqual([words(tag) for tag in all_of(row, "tag")], ["上海"])
        self.assertEqual([words(line) for line in all_of(row, "sub")], ["样例摘要。"])

    def test_pinned_items_stand_above_the_first_page_only(self):
        for number in range(20):
            make_article(title=f"普通{number}", published_at=on(2025, 3))
        make_article(title="置顶的", published_at=on(2020, 1), pinned_until=timezone.now() + timedelta(days=1))
        first, second = self.get(), self.client.get(self.url, {"page": 2})
        self.assertEqual(titles(first)[0], "置顶的")
        self.assertEqual(titles(first).count("置顶的"), 1)
        self.assertEqual(month_headings(first)[0], "置顶")
        self.assertEqual(result_line(first), "共 21 条，第 1 页")
        self.assertEqual(second.status_code, 404)  # twenty others fill one page

    def test_a_pin_that_has_ended_leaves_the_item_in_its_place(self):
        make_article(published_at=on(2020, 1), pinned_until=timezone.now() - timedelta(seconds=1))
        self.assertEqual(month_headings(self.get()), ["1月 2020年"])


class ListStyleTests(ListTestCase):
    url = "/news/"

    def test_a_pictured_column_shows_a_picture_or_a_drawing_in_every_row(self):
        column = make_column(list_style=Column.ListStyle.PICTURED)
        picture = make_image()
        make_article(column=column, cover=picture, published_at=on(2025, 2))
        make_article(column=column, published_at=on(2025, 1))
        thumbnails = [image.get("src") for image in self.get(column=column.pk).find(".//main").iter("img")]
        self.assertTrue(thumbnails[0].startswith(f"/files/{picture.pk}/"), thumbnails)
        self.assertRegex(thumbnails[1], r"^/static/art/[a-z]+\.svg$")

    def test_a_dated_column_shows_no_picture(self):
        make_article(cover=make_image())
        self.assertEqual(list(self.get().find(".//main").iter("img")), [])

    def test_the_whole_subject_looks_like_its_first_column(self):
        make_column(list_style=Column.ListStyle.FILES, order=0)  # empty, so it does not count
        make_article(column=make_column(list_style=Column.ListStyle.PICTURED, order=1))
        make_article(column=make_column(list_style=Column.ListStyle.DATED, order=2))
        self.assertEqual(len(all_of(self.get(), "pic")), 2)

    def test_a_column_of_files_offers_them_in_its_rows(self):
        column = make_column(list_style=Column.ListStyle.FILES)
        document = make_document(title="申报表")
        make_article(column=column, attachments=[document])
        page = self.get(column=column.pk)
        self.assertIn(f"/files/{document.pk}/", addresses(page))
        self.assertIn("申报表", words(all_of(page, "files")[0]))


class FilterTests(ListTestCase):
    url = "/news/"

    def test_a_year_narrows_the_list_and_can_be_cleared(self):
        make_article(title="前年", published_at=on(2023, 12, 31))
        make_article(title="去年", published_at=on(2024, 1, 1))
        page = self.get(year=2024)
        self.assertEqual(titles(page), ["去年"])
        self.assertEqual(result_line(page), "2024年，共 1 条，第 1 页")
        self.assertEqual(clearing_links(page), {"清除“2024年”": "/news/"})
        self.assertEqual([option.get("value") for option in page.iter("option")], ["", "2024", "2023"])
        self.assertEqual(
            [option.get("value") for option in page.iter("option") if "selected" in option.attrib], ["2024"]
        )

    def test_an_undated_item_belongs_to_no_year(self):
        make_article(published_at=on(2024, 5), is_dated=False)
        self.assertEqual(titles(self.get(year=2024)), [])
        self.assertEqual(list(self.get().iter("option")), [])

    def test_there_is_no_form_while_there_is_one_year(self):
        make_article(published_at=on(2024, 5))
        self.assertEqual(list(self.get().iter("select")), [])

    def test_a_label_is_kept_by_the_pager_and_by_the_form(self):
        label = make_label("上海")
        for number in range(21):
            make_article(published_at=on(2023 + number % 2, 5), labels=[label])
        make_article(title="别处的", published_at=on(2025, 5), labels=[make_label("外地")])
        page = self.get(label=label.pk)
        self.assertNotIn("别处的", titles(page))
        self.assertIn(f"?label={label.pk}&page=2", addresses(page))
        self.assertEqual(hidden_fields(page), {"label": str(label.pk)})
        self.assertEqual(clearing_links(page), {"清除“上海”": "/news/"})

    def test_clearing_one_filter_keeps_the_others(self):
        label, column = make_label("上海"), make_column()
        make_article(column=column, labels=[label], published_at=on(2024, 5))
        page = self.get(label=label.pk, column=column.pk, year=2024, page=1)
        self.assertEqual(
            clearing_links(page),
            {
                "清除“上海”": f"/news/?column={column.pk}&year=2024",
                "清除“2024年”": f"/news/?column={column.pk}&label={label.pk}",
            },
        )

    def test_what_else_the_address_says_is_not_passed_on(self):
        for _number in range(21):
            make_article()
        self.assertIn("?page=2", addresses(self.get(utm_source="x", year="")))

    def test_odd_values_are_no_pages(self):
        make_article()
        notices = make_column("notices")
        for query in (
            {"year": "zwei"}, {"year": "٢٠٢٤"}, {"year": "0"}, {"year": "99999"}, {"year": "1" * 5000}, {"year": "-1"},
            {"label": "999999"}, {"label": "1 OR 1=1"}, {"label": "\x00"}, {"column": "999999"},
            {"column": notices.pk}, {"page": "0"}, {"page": "2"}, {"page": "-1"}, {"page": "x"}, {"page": "9" * 40},
        ):  # fmt: skip
            with self.subTest(**query):
                self.assert_missing(**query)

    def test_pages_follow_each_other(self):
        for number in range(41):
            make_article(title=f"第{number:02d}篇", published_at=on(2025, 1) + timedelta(days=number))
        seen = [title for page in (1, 2, 3) for title in titles(self.get(page=page))]
        self.assertEqual(seen, [f"第{number:02d}篇" for number in range(40, -1, -1)])


class ColumnTests(ListTestCase):
    url = "/news/"

    def test_a_column_has_its_title_its_description_and_its_way_home(self):
        parent = make_column(title="质量活动", description="一句话介绍。")
        child = make_column(title="质量月", parent=parent)
        make_article(column=child)
        page = self.get(column=child.pk)
        self.assertEqual(words(page.find(".//h1")), "质量月")
        steps = [words(step) for step in all_of(page, "crumb")[0].iter("li")]
        self.assertEqual(steps, ["首页", "新闻动态", "质量活动", "质量月"])
        self.assertIn("一句话介绍。", words(all_of(self.get(column=parent.pk), "page-h")[0]))

    def test_a_column_shows_what_is_filed_below_it(self):
        parent = make_column()
        make_article(column=make_column(parent=parent), title="下一级")
        make_article(column=make_column(), title="别的栏目")
        self.assertEqual(titles(self.get(column=parent.pk)), ["下一级"])

    def test_columns_with_content_are_tabs(self):
        first, second, empty = make_column(title="要闻"), make_column(title="动态"), make_column(title="空栏目")
        make_article(column=first)
        make_article(column=second)
        self.assertEqual([words(tab) for tab in all_of(self.get(), "tabs")[0].iter("li")], ["全部", "要闻", "动态"])
        tabs = all_of(self.get(column=second.pk), "tabs")[0]
        self.assertEqual([words(tab) for tab in tabs.iter("a") if tab.get("aria-current")], ["动态"])
        self.assertEqual(titles(self.get(column=empty.pk)), [])

    def test_one_column_needs_no_tabs(self):
        make_article()
        self.assertEqual(all_of(self.get(), "tabs"), [])


class EmptyListTests(ListTestCase):
    url = "/news/"

    def test_an_empty_list_says_so(self):
        self.assertEqual([words(text) for text in all_of(self.get(), "empty")], ["这里还没有内容。 返回首页"])

    def test_filters_without_a_result_show_the_way_back(self):
        make_article(published_at=on(2024, 5))
        [text] = all_of(self.get(year=2020), "empty")
        self.assertEqual(words(text), "没有符合条件的内容。 查看全部")
        self.assertEqual(addresses(text), ["/news/"])


class VisibilityTests(ListTestCase):
    url = "/news/"

    def test_what_is_not_listed_is_neither_shown_nor_counted(self):
        now = timezone.now()
        make_article(title="看得见")
        make_article(published_at=None)
        make_article(published_at=now + timedelta(hours=1))
        make_article(published_at=now - timedelta(days=2), expires_at=now - timedelta(days=1))
        make_article(repealed_at=now, repeal_reason="已由新文件代替")
        make_article(withdrawn_at=now, withdrawal_reason="内容有误")
        make_article(trashed_at=now)
        make_notice()
        page = self.get()
        self.assertEqual(titles(page), ["看得见"])
        self.assertEqual(result_line(page), "共 1 条，第 1 页")

    def test_members_see_and_count_what_is_for_them(self):
        member = make_user()
        make_article(title="仅会员可见", readers=[make_reader_group(member)])
        make_article(title="人人可见", published_at=on(2020, 1))
        self.assertEqual(titles(self.get()), ["人人可见"])
        self.client.force_login(member)
        page = self.get()
        self.assertEqual(titles(page), ["仅会员可见", "人人可见"])
        self.assertEqual(result_line(page), "共 2 条，第 1 页")

    def test_a_title_is_text_and_never_markup(self):
        make_article(title="<b>粗</b>体与<script>", summary="<i>", labels=[make_label("<u>")])
        self.assertEqual(titles(self.get()), ["<b>粗</b>体与<script>"])


class QueryTests(ListTestCase):
    url = "/news/"

    def test_ten_times_the_rows_cost_no_more_queries(self):
        label, dated = make_label(), make_column()
        pictured = make_column(list_style=Column.ListStyle.PICTURED)
        files = make_column(list_style=Column.ListStyle.FILES, parent=dated)
        picture, document = make_image(), make_document()

        def add_rows():
            make_article(column=pictured, cover=picture, labels=[label])
            make_article(column=files, attachments=[document], labels=[label])
            make_article(column=dated, pinned_until=timezone.now() + timedelta(days=1), labels=[label])

        year = timezone.localdate().year
        queries = [
            {},
            {"column": dated.pk, "label": label.pk},
            {"column": files.pk},
            {"column": pictured.pk, "year": year},
        ]
        self.assert_queries_do_not_grow(add_rows, queries)

    def test_a_column_more_costs_no_query(self):
        make_article()
        self.get()
        before = self.count_queries({})
        for _number in range(9):
            make_article(column=make_column())
        content_version.advance()
        self.get()
        self.assertEqual(self.count_queries({}), before)
