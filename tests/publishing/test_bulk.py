"""Many items at once: every row tells what was done or why not."""

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import TestCase
from django.urls import reverse

from audit.models import Entry
from news.models import Article
from publishing import roles
from publishing.admin import bulk
from tests.factories import make_article, make_column, make_staff

LIST = "/admin/news/article/"


class BulkTests(TestCase):
    def setUp(self):
        self.staff = make_staff(roles.PUBLISHER)
        self.client.force_login(self.staff)

    def ask(self, verb, items, **answers):
        return self.client.post(
            LIST, {ACTION_CHECKBOX_NAME: [item.pk for item in items], "action": f"verb_{verb}", **answers}
        )

    def do(self, verb, items, **answers):
        return self.ask(verb, items, _do="1", **answers)

    def status(self, item):
        return Article.objects.get(pk=item.pk).status

    def test_it_first_asks_and_says_for_which_rows_it_can_be_done(self):
        live, draft = make_article(title="样例甲"), make_article(title="样例乙", published_at=None)
        answer = self.ask("withdraw", [live, draft])
        self.assertContains(answer, "已选 2 篇，其中 1 篇可以进行。")
        self.assertContains(answer, "稿件目前的状态不能进行此操作。")
        self.assertEqual(self.status(live), Article.Status.PUBLISHED)

    def test_each_row_is_done_or_refused_by_itself(self):
        live, draft = make_article(title="样例甲"), make_article(title="样例乙", published_at=None)
        answer = self.do("withdraw", [draft, live], reason="样例原因")
        self.assertContains(answer, "共 2 篇，已完成 1 篇。")
        self.assertEqual((self.status(live), self.status(draft)), (Article.Status.WITHDRAWN, Article.Status.DRAFT))
        self.assertEqual(Entry.objects.filter(action="withdrawn").count(), 1)

    def test_a_missing_answer_is_asked_for_and_nothing_is_done(self):
        live = make_article()
        answer = self.do("withdraw", [live], reason="")
        self.assertContains(answer, "这个字段是必填项")
        self.assertEqual(self.status(live), Article.Status.PUBLISHED)

    def test_a_text_that_needs_its_review_is_refused_among_others_that_do_not(self):
        free, reviewed = (make_article(published_at=None, column=make_column(review_steps=n)) for n in (0, 3))
        answer = self.do("publish", [free, reviewed], at_0="2026-01-01", at_1="09:00")
        self.assertContains(answer, "共 2 篇，已完成 1 篇。")
        self.assertEqual((self.status(free), self.status(reviewed)), (Article.Status.PUBLISHED, Article.Status.DRAFT))

    def test_too_many_at_once_are_refused_with_a_sentence(self):
        first, *_others = items = [make_article() for _ in range(3)]
        bulk.MOST_ITEMS, most = 2, bulk.MOST_ITEMS
        self.addCleanup(setattr, bulk, "MOST_ITEMS", most)
        answer = self.client.post(
            LIST, {ACTION_CHECKBOX_NAME: [item.pk for item in items], "action": "verb_trash", "_do": "1", "reason": "样例"},
            follow=True,
        )  # fmt: skip
        self.assertContains(answer, "所选超过 2 篇，请分批办理。")
        self.assertEqual(self.status(first), Article.Status.PUBLISHED)

    def test_the_result_leads_to_each_item(self):
        live = make_article(title="样例甲")
        answer = self.do("trash", [live], reason="样例原因")
        self.assertContains(answer, reverse("admin:news_article_change", args=[live.pk]))
