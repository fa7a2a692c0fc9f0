"""Items for reader groups of which others may know title and summary."""

from datetime import timedelta

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import ReaderGroupMembership
from news.models import Article
from tests.factories import make_administrator, make_article, make_column, make_reader_group, make_user
from tests.files.samples import make_document


class TeaserTests(TestCase):
    def setUp(self):
        self.member = make_user()
        group = make_reader_group(self.member)
        self.column = make_column()
        self.document = make_document()
        self.item = make_article(
            title="样例会员稿件",
            summary="样例摘要。",
            body="<p>只给会员看的正文。</p>",
            readers=[group],
            column=self.column,
            attachments=[self.document],
        )
        Article.objects.update(audience=Article.Audience.TEASED)
        self.url = self.item.get_absolute_url()

    def test_a_visitor_finds_title_summary_and_the_way_to_log_in(self):
        page = self.client.get(self.url)
        self.assertContains(page, "样例会员稿件")
        self.assertContains(page, "样例摘要。")
        self.assertContains(page, f"{reverse('accounts:login')}?next={self.url}")

    def test_the_text_and_the_files_stay_with_members(self):
        self.assertNotContains(self.client.get(self.url), "只给会员看的正文")
        self.assertEqual(self.client.get(self.document.get_absolute_url()).status_code, 404)

    def test_a_member_reads_the_whole(self):
        self.client.force_login(self.member)
        self.assertContains(self.client.get(self.url), "只给会员看的正文")

    def test_a_member_whose_days_are_over_is_told_that_the_text_is_for_members(self):
        yesterday = timezone.localdate() - timedelta(days=1)
        ReaderGroupMembership.objects.update(first_on=yesterday, last_on=yesterday)
        self.client.force_login(self.member)
        page = self.client.get(self.url)
        self.assertContains(page, "不再属于")
        self.assertNotContains(page, "只给会员看的正文")

    def test_no_list_feed_count_or_neighbour_tells_visitors_of_it(self):
        make_article(column=self.column, published_at=timezone.now() - timedelta(days=1))
        for url in (reverse("home"), Article.list_url(), Article.feed_url(), self.column.get_absolute_url()):
            self.assertNotContains(self.client.get(url), "样例会员稿件")
        other = Article.objects.exclude(pk=self.item.pk).get()
        self.assertNotContains(self.client.get(other.get_absolute_url()), "样例会员稿件")

    def test_what_was_withdrawn_shows_no_teaser(self):
        self.item.withdraw("内容有误", by=make_administrator())
        self.assertEqual(self.client.get(self.url).status_code, 404)

    def test_without_the_editors_leave_a_visitor_finds_nothing(self):
        Article.objects.update(audience=Article.Audience.GROUPS)
        self.assertEqual(self.client.get(self.url).status_code, 404)

    def test_the_preview_as_a_visitor_shows_the_teaser(self):
        self.client.force_login(make_administrator())
        revision = self.item.record_revision(
            {
                **self.item.live_revision.content,
                "fields": {**self.item.live_revision.content["fields"], "audience": "teased"},
            },
            author=None,
            base=self.item.live_revision,
        )
        url = reverse("admin:news_article_preview", args=[self.item.pk, revision.number])
        page = self.client.get(f"{url}?as=visitor")
        self.assertContains(page, "样例摘要。")
        self.assertNotContains(page, "只给会员看的正文")
