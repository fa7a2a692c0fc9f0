"""The home page: blocks as staff ordered them, filled with what the reader may see."""

from datetime import timedelta

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.models import HomeBlock, ServiceLink
from publishing import content_version
from publishing.models import Column
from tests.factories import (
    make_activity,
    make_article,
    make_column,
    make_label,
    make_notice,
    make_reader_group,
    make_user,
)
from tests.files.samples import OwnMediaFolder, make_image
from tests.html import addresses, all_of, assert_valid_html, titles, words

MOST_QUERIES = 6


def days(number):
    return timezone.now() + timedelta(days=number)


class HomeTests(OwnMediaFolder, TestCase):
    def setUp(self):
        super().setUp()
        self.headlines = make_column(title="样例要闻")
        self.news = make_column(title="样例动态")
        self.notices = make_column("notices", title="样例通知")
        self.activities = make_column("members", title="样例活动")
        for region, column, count in [
            ("lead", self.headlines, 1),
            ("beside_lead", self.notices, 6),
            ("strip", self.activities, 4),
            ("main", self.news, 5),
            ("side", self.activities, 8),
        ]:
            HomeBlock.objects.create(region=region, column=column, count=count)
        content_version.advance()

    def get(self):
        return assert_valid_html(self.client.get("/"))

    def fill(self, times=1):
        """Publish ``times`` items for every block."""
        label = make_label()
        for _number in range(times):
            make_article(column=self.headlines, labels=[label])
            make_article(column=self.news, labels=[label])
            make_notice(column=self.notices, labels=[label])
            make_activity(column=self.activities, starts_at=days(5), seats=30, labels=[label])
            make_activity(column=self.activities, starts_at=days(-5))

    # -- What stands where ------------------------------------------------------------------------------------------

    def test_every_block_shows_its_column_under_its_title(self):
        self.fill()
        page = self.get()
        headings = [words(heading) for heading in page.iter("h2") if heading.get("id", "").startswith("block-")]
        self.assertEqual(headings, ["样例通知", "样例活动", "样例动态", "样例活动"])
        self.assertEqual(len(all_of(page, "lead")), 1)
        self.assertEqual(len(all_of(page, "card")), 1)
        self.assertIn(f"/notices/?column={self.notices.pk}", addresses(page))

    def test_a_block_shows_the_columns_below_its_own_and_no_more_than_it_counts(self):
        below = make_column(title="下级栏目", parent=self.news)
        for number in range(7):
            make_article(column=below, title=f"下级文章{number}", published_at=days(number - 10))
        shown = titles(self.get())
        self.assertEqual(shown, ["下级文章6", "下级文章5", "下级文章4", "下级文章3", "下级文章2"])

    def test_the_order_and_the_titles_are_those_of_the_staff(self):
        self.fill()
        other = make_column("notices", title="样例公示")
        make_notice(column=other)
        HomeBlock.objects.create(region="beside_lead", column=other, order=0, title="正在公示")
        HomeBlock.objects.filter(column=self.notices).update(order=1)
        content_version.advance()
        headings = [words(heading) for heading in self.get().iter("h2")]
        self.assertLess(headings.index("正在公示"), headings.index("样例通知"))

    def test_the_lead_shows_its_summary_and_breaks_its_title_between_phrases(self):
        make_article(column=self.headlines, title="走进标杆企业 共话质量提升", summary="样例摘要一句。")
        lead = all_of(self.get(), "lead")[0]
        self.assertEqual([words(part) for part in all_of(lead, "seg")], ["走进标杆企业", "共话质量提升"])
        self.assertEqual(words(all_of(lead, "dek")[0]), "样例摘要一句。")

    def test_an_undated_item_without_labels_shows_its_title_and_nothing_invented(self):
        make_article(column=self.headlines, is_dated=False)
        make_article(column=self.news, is_dated=False)
        make_notice(column=self.notices, is_dated=False)
        make_activity(column=self.activities, is_dated=False)
        page = self.get()
        self.assertEqual(list(page.find(".//main").iter("time")), [])
        self.assertEqual(all_of(page, "kicker"), [])

    def test_days_of_past_years_are_told_with_their_year(self):
        make_notice(column=self.notices, published_at=timezone.now())
        make_notice(column=self.notices, published_at=days(-800))
        shown = [words(time) for time in self.get().find(".//main").iter("time")]
        self.assertEqual(shown, [f"{timezone.localdate():%m-%d}", f"{timezone.localdate() - timedelta(days=800)}"])

    def test_what_is_pinned_stands_first_and_says_so(self):
        make_notice(column=self.notices, title="较早的通知", published_at=days(-9), pinned_until=days(1))
        make_notice(column=self.notices, title="较新的通知")
        page = self.get()
        self.assertEqual(titles(page), ["较早的通知", "较新的通知"])
        self.assertEqual([words(mark) for mark in all_of(page, "pin")], ["置顶"])

    # -- Activities -------------------------------------------------------------------------------------------------

    def test_the_strip_shows_what_is_coming_soonest_first(self):
        for day in (9, 3, 30, 6, 12, -2):
            make_activity(column=self.activities, title=f"第{day}天的活动", starts_at=days(day))
        strip = all_of(self.get(), "band")[0]
        self.assertEqual(titles(strip), ["第3天的活动", "第6天的活动", "第9天的活动", "第12天的活动"])

    def test_without_a_coming_activity_past_ones_take_the_place_of_the_strip(self):
        make_activity(column=self.activities, title="往期活动", starts_at=days(-2))
        page = self.get()
        self.assertEqual(all_of(page, "acts"), [])
        self.assertEqual(titles(all_of(page, "band")[0]), ["往期活动"])

    def test_more_past_activities_leads_to_the_past_ones(self):
        self.fill()
        url = f"/activities/?column={self.activities.pk}"
        self.assertEqual([link for link in addresses(self.get()) if link.startswith(url)], [url, f"{url}&phase=past"])

    def test_a_list_longer_than_the_lead_gets_the_cards_beside_it(self):
        self.fill(8)
        HomeBlock.objects.filter(region="beside_lead").update(count=10)
        content_version.advance()
        page = self.get()
        whole = all_of(page, "whole")[0]
        self.assertEqual(len(all_of(whole, "cards-region")), 1)
        self.assertEqual(len(all_of(page, "acts")), 1)

    # -- Blocks without items ---------------------------------------------------------------------------------------

    def test_a_block_without_items_leaves_no_trace(self):
        make_notice(column=self.notices)
        page = self.get()
        self.assertEqual(all_of(page, "lead") + all_of(page, "band") + all_of(page, "card"), [])
        self.assertEqual([words(heading) for heading in page.find(".//main").iter("h2")], ["样例通知"])

    def test_every_selection_of_blocks_is_sound(self):
        self.fill(2)
        for region in HomeBlock.Region.values:
            with self.subTest(without=region):
                HomeBlock.objects.exclude(region=region).update(count=3)
                HomeBlock.objects.filter(region=region).delete()
                content_version.advance()
                self.get()

    def test_a_portal_without_content_says_so(self):
        self.assertIn("这里还没有内容。", words(self.get().find(".//main")))

    def test_services_lead_where_something_is_to_be_seen(self):
        HomeBlock.objects.create(region="services", title="奖项与服务", count=8)
        ServiceLink.objects.create(mark="奖", title="质量技术奖", description="申报与公示", column=self.news)
        ServiceLink.objects.create(mark="匠", title="上海质量工匠", column=self.notices)
        make_article(column=self.news)
        services = all_of(self.get(), "glyphs")[0]
        self.assertEqual([words(entry) for entry in services.iter("li")], ["奖质量技术奖申报与公示"])

    # -- Pictures ---------------------------------------------------------------------------------------------------

    def test_a_missing_picture_is_a_drawing_that_stays_the_same(self):
        make_article(column=self.headlines)
        make_article(column=self.news)
        drawings = [picture.get("src") for picture in self.get().find(".//main").iter("img")]
        self.assertEqual(len(drawings), 2)
        for drawing in drawings:
            self.assertRegex(drawing, r"^/static/art/[a-z]+\.svg$")
        content_version.advance()
        self.assertEqual([picture.get("src") for picture in self.get().find(".//main").iter("img")], drawings)

    def test_a_picture_is_offered_in_several_widths_and_only_the_lead_does_not_wait(self):
        picture = make_image()
        make_article(column=self.headlines, cover=picture)
        make_article(column=self.news, cover=picture)
        lead, card = self.get().find(".//main").iter("img")
        for image in (lead, card):
            self.assertIn(f"/files/{picture.pk}/", image.get("srcset"))
        self.assertIsNone(lead.get("loading"))
        self.assertEqual(card.get("loading"), "lazy")

    # -- Who sees what ----------------------------------------------------------------------------------------------

    def test_what_is_not_listed_is_not_shown(self):
        make_article(column=self.news, published_at=None)
        make_article(column=self.news, published_at=days(1))
        make_article(column=self.news, published_at=days(-2), expires_at=days(-1))
        make_article(column=self.news, repealed_at=days(-1), repeal_reason="已由新文件代替")
        make_article(column=self.news, withdrawn_at=days(-1), withdrawal_reason="内容有误")
        make_article(column=self.news, trashed_at=days(-1))
        self.assertEqual(titles(self.get()), [])

    def test_members_see_what_is_for_them_and_visitors_after_them_do_not(self):
        member = make_user()
        make_notice(column=self.notices, title="仅会员可见", readers=[make_reader_group(member)])
        self.assertEqual(titles(self.get()), [])
        self.client.force_login(member)
        self.assertEqual(titles(self.get()), ["仅会员可见"])
        self.client.force_login(make_user())
        self.assertEqual(titles(self.get()), [])
        self.client.logout()
        self.assertEqual(titles(self.get()), [])

    def test_a_publication_is_on_the_next_page_that_is_asked_for(self):
        self.get()
        article = make_article(column=self.news, title="刚刚发布")
        self.assertEqual(titles(self.get()), ["刚刚发布"])
        article.withdraw("内容有误", by=None)
        self.assertEqual(titles(self.get()), [])

    def test_a_title_is_text_and_never_markup(self):
        make_article(column=self.headlines, title="<b>粗</b>体与<script>")
        make_article(column=self.news, title="<b>粗</b>体与<script>")
        self.assertEqual(titles(self.get()), ["<b>粗</b>体与<script>"] * 2)

    # -- Queries ----------------------------------------------------------------------------------------------------

    def count_queries(self):
        with CaptureQueriesContext(connection) as queries:
            self.client.get("/")
        return len(queries)

    def test_ten_times_the_rows_cost_no_more_queries(self):
        self.fill(1)
        cold_for_few, warm_for_few = self.count_queries(), self.count_queries()
        self.fill(9)
        cold_for_many, warm_for_many = self.count_queries(), self.count_queries()
        self.assertEqual(cold_for_many, cold_for_few)
        self.assertEqual(warm_for_many, warm_for_few)
        self.assertLessEqual(warm_for_many, MOST_QUERIES)

    def test_a_signed_in_reader_stays_in_the_budget(self):
        member = make_user()
        make_reader_group(member)
        self.fill()
        self.client.force_login(member)
        self.client.get("/")
        self.assertLessEqual(self.count_queries(), MOST_QUERIES)

    def test_a_block_more_costs_no_query_on_a_warm_request(self):
        self.fill()
        self.client.get("/")
        before = self.count_queries()
        for column in Column.objects.filter(subject="news"):
            HomeBlock.objects.create(region="main", column=column)
        content_version.advance()
        self.client.get("/")
        self.assertEqual(self.count_queries(), before)
