"""What was wrong is said in public, with its date, on the page and in the feed."""

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from publishing import roles
from tests.factories import make_article, make_column, make_notice, make_staff


class CorrectionTests(TestCase):
    def setUp(self):
        self.staff = make_staff(roles.PUBLISHER)

    def correct(self, item, note):
        self.client.force_login(self.staff)
        meta = item._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_verb", args=[item.pk, "correct"])
        answer = self.client.post(url, {"note": note})
        self.client.logout()
        return answer

    def test_the_page_and_the_feed_tell_it_with_its_date(self):
        for item in (make_article(), make_notice()):
            self.correct(item, "样例：第二段人数应为 60 人。")
            today = timezone.localdate()
            note = f"更正（{today.year}年{today.month}月{today.day}日）：样例：第二段人数应为 60 人。"
            self.assertContains(self.client.get(item.get_absolute_url()), note)
            feed = self.client.get(item.feed_url())
            self.assertEqual(feed["Content-Type"], "application/atom+xml; charset=utf-8")
            self.assertContains(feed, note)

    def test_it_moves_the_day_of_the_last_change(self):
        item = make_article()
        self.correct(item, "样例更正")
        item.refresh_from_db()
        self.assertIsNotNone(item.text_changed_at)

    def test_several_notes_stand_in_their_order(self):
        item = make_article()
        self.correct(item, "样例更正一")
        self.correct(item, "样例更正二")
        page = self.client.get(item.get_absolute_url()).content.decode()
        self.assertLess(page.index("样例更正一"), page.index("样例更正二"))

    def test_where_the_column_has_reviews_the_note_waits_for_them(self):
        item = make_article(column=make_column(review_steps=3))
        self.correct(item, "样例更正")
        self.assertNotContains(self.client.get(item.get_absolute_url()), "样例更正")
        review = item.open_review
        for person in (make_staff(roles.REVIEWER), make_staff(roles.REVIEWER), make_staff(roles.PUBLISHER)):
            review.pass_stage(person)
        self.assertContains(self.client.get(item.get_absolute_url()), "样例更正")

    def test_markup_in_a_note_is_text(self):
        item = make_article()
        self.correct(item, "<b>样例</b>")
        self.assertContains(self.client.get(item.get_absolute_url()), "&lt;b&gt;样例")

    def test_the_note_outlives_the_next_save(self):
        item = make_article()
        self.correct(item, "样例更正")
        item.refresh_from_db()
        newest = item.dossier.newest_revision
        fields = {**newest.content["fields"], "title": "样例新标题"}
        item.publish(item.record_revision({**newest.content, "fields": fields}, self.staff, newest), by=self.staff)
        self.assertContains(self.client.get(item.get_absolute_url()), "样例更正")


class FeedTests(TestCase):
    def test_a_feed_holds_what_everyone_may_see_and_nothing_else(self):
        make_article(title="样例公开")
        make_article(title="样例草稿", published_at=None)
        make_article(title="样例撤回", withdrawn_at=timezone.now(), withdrawal_reason="样例原因")
        feed = self.client.get("/news/feed/")
        self.assertContains(feed, "样例公开")
        self.assertNotContains(feed, "样例草稿")
        self.assertNotContains(feed, "样例撤回")

    def test_the_list_names_its_feed(self):
        self.assertContains(self.client.get("/news/"), 'type="application/atom+xml"')
