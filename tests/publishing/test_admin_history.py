from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Entry
from news.models import Article
from publishing import roles
from tests.factories import make_article, make_label, make_staff


def edited(revision, **changes):
    """Return the content of ``revision`` with other labels and fields."""
    labels = changes.pop("labels", revision.content["labels"])
    return {**revision.content, "labels": labels, "fields": {**revision.content["fields"], **changes}}


class HistoryTests(TestCase):
    def setUp(self):
        self.author = make_staff(roles.AUTHOR)
        self.client.force_login(self.author)
        self.label = make_label("质量月活动")
        self.item = make_article(
            title="定于十月举办", body="<p>第一段。</p><p>请于10月17日前提交。</p>", labels=[self.label]
        )
        self.first = self.item.live_revision
        self.second = self.item.record_revision(
            edited(self.first, title="定于九月举办", body="<p>第一段。</p><p>请于10月23日前提交。</p>", labels=[]),
            self.author,
            base=self.first,
        )

    def url(self, page, *args):
        return reverse(f"admin:news_article_{page}", args=[self.item.pk, *args])

    def compare(self, old, new):
        return self.client.get(self.url("compare"), {"old": old, "new": new})

    def test_the_history_leads_to_the_review_sheet(self):
        self.assertContains(self.client.get(self.url("history")), f'href="{self.url("sheet")}"')

    def test_the_history_offers_all_revisions_for_comparison(self):
        response = self.client.get(self.url("history"))
        self.assertContains(response, 'name="old" value="1"')
        self.assertContains(response, 'name="new" value="2"')

    def test_a_comparison_marks_the_characters_that_differ_and_says_so_in_words(self):
        response = self.compare(1, 2)
        self.assertContains(response, '<del><span class="visually-hidden">删去： </span>17')
        self.assertContains(response, '<ins><span class="visually-hidden">增加： </span>23')

    def test_labels_and_facts_are_compared_too(self):
        titles = [str(part.title) for part in self.compare(1, 2).context["parts"]]
        self.assertEqual(titles, ["标题", "标签", "正文"])

    def test_the_older_revision_stands_at_the_left_whatever_was_asked(self):
        response = self.compare(2, 1)
        self.assertEqual((response.context["old"], response.context["new"]), (self.first, self.second))

    def test_odd_numbers_are_not_found(self):
        for old, new in (("", "1"), ("x", "1"), ("1", "99"), ("1" * 30, "1")):
            self.assertEqual(self.compare(old, new).status_code, 404)

    def test_restoring_makes_a_new_revision_and_leaves_the_live_text_alone(self):
        self.item.publish(self.second, by=None)
        response = self.client.post(self.url("restore", 1))
        self.assertRedirects(response, self.url("change"))
        newest = self.item.dossier.newest_revision
        self.assertEqual((newest.number, newest.base, newest.author), (3, self.second, self.author))
        self.assertEqual(newest.content["fields"]["title"], "定于十月举办")
        self.assertEqual(Article.objects.get(pk=self.item.pk).title, "定于九月举办")

    def test_restoring_twice_restores_once(self):
        self.client.post(self.url("restore", 1))
        answer = self.client.post(self.url("restore", 1), follow=True)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.item.dossier.revisions.count(), 3)
        self.assertEqual(Entry.objects.filter(action="restored_revision").count(), 1)

    def test_restoring_says_what_is_no_longer_there(self):
        name, number = self.label._meta.verbose_name, self.label.pk
        self.label.delete()
        response = self.client.post(self.url("restore", 1), follow=True)
        self.assertContains(response, f"已不存在、未能恢复：{name} {number}")
        self.assertEqual(self.item.dossier.newest_revision.content["labels"], [])

    def test_an_old_text_is_sanitised_again_when_it_is_restored(self):
        content = edited(self.second, body="<p>文<script>alert(1)</script></p>")
        unsafe = self.item.dossier.revisions.create(number=3, base=self.second, content=content)
        self.item.record_revision(self.second.content, self.author, base=unsafe)
        self.client.post(self.url("restore", 3))
        self.assertEqual(self.item.dossier.newest_revision.content["fields"]["body"], "<p>文</p>")

    def test_a_get_restores_nothing(self):
        self.assertEqual(self.client.get(self.url("restore", 1)).status_code, 405)

    def test_who_may_only_look_may_compare_and_not_restore(self):
        reader = make_staff(roles.REVIEWER)
        reader.groups.clear()
        self.client.force_login(reader)
        self.assertEqual(self.compare(1, 2).status_code, 403)
        self.assertEqual(self.client.post(self.url("restore", 1)).status_code, 403)
        self.assertEqual(self.item.dossier.revisions.count(), 2)

    def test_a_longer_history_costs_no_more_queries(self):
        self.client.get(self.url("history"))  # content types are looked up once per process
        with CaptureQueriesContext(connection) as queries_for_two:
            self.client.get(self.url("history"))
        base = self.second
        for _ in range(9):
            base = self.item.record_revision(base.content, self.author, base=base)
        with self.assertNumQueries(len(queries_for_two)):
            self.client.get(self.url("history"))
