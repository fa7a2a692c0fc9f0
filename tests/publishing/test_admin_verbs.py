"""The verbs on an item in the admin: who may do what and when, and what is written down about it."""

from datetime import timedelta

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from publishing import content_version, roles
from publishing.admin.verbs import VERBS
from publishing.models import Publishable
from tests.factories import has_pending_changes, make_article, make_notice, make_review, make_staff, make_user

Status = Publishable.Status


def verb_url(item, name):
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_verb", args=[item.pk, name])


def typed(name, moment):
    """Return ``moment`` (aware datetime) as the two inputs of the field ``name`` hold it."""
    local = timezone.localtime(moment)
    return {f"{name}_0": local.strftime("%Y-%m-%d"), f"{name}_1": local.strftime("%H:%M:%S")}


class VerbTestCase(TestCase):
    def setUp(self):
        self.staff = make_staff(roles.PUBLISHER)
        self.client.force_login(self.staff)

    def do(self, item, name, **answers):
        answer = self.client.post(verb_url(item, name), answers)
        item.refresh_from_db()
        return answer


class VerbTests(VerbTestCase):
    def test_a_draft_is_scheduled(self):
        draft, moment = make_article(published_at=None), timezone.now() + timedelta(days=1)
        self.do(draft, "publish", **typed("at", moment))
        self.assertEqual(draft.status, Status.SCHEDULED)
        self.assertEqual(draft.published_at, moment.replace(microsecond=0))

    def test_the_time_is_that_of_shanghai(self):
        draft = make_article(published_at=None)
        self.assertContains(self.client.get(verb_url(draft, "publish")), "上海时间")
        self.do(draft, "publish", at_0="2026-01-02", at_1="08:00")
        self.assertEqual(draft.published_at.isoformat(), "2026-01-02T00:00:00+00:00")

    def test_a_text_with_a_fault_is_not_scheduled(self):
        draft = make_notice(published_at=None, kind="public_review")
        answer = self.do(draft, "publish", **typed("at", timezone.now()))
        self.assertContains(answer, "请说明异议反映方式。")
        self.assertEqual(draft.status, Status.DRAFT)

    def test_an_undated_item_gets_its_date(self):
        item = make_article(is_dated=False)
        self.do(item, "date", at_0="2014-09-01", at_1="00:00")
        self.assertTrue(item.is_dated)
        self.assertEqual(timezone.localtime(item.published_at).year, 2014)

    def test_an_item_is_pinned_and_unpinned(self):
        item = make_article()
        self.do(item, "pin", rank=3, **typed("until", timezone.now() + timedelta(days=1)))
        self.assertTrue(item.is_pinned)
        self.assertEqual(item.pin_rank, 3)
        self.do(item, "unpin")
        self.assertFalse(item.is_pinned)

    def test_a_pin_ends_in_the_future(self):
        item = make_article()
        self.assertContains(self.do(item, "pin", rank=0, **typed("until", timezone.now())), "请选择将来的时间。")

    def test_an_end_is_set_and_taken_away(self):
        item = make_article()
        self.do(item, "expire", **typed("at", timezone.now()))
        self.assertEqual(item.status, Status.EXPIRED)
        self.do(item, "expire", at_0="", at_1="")
        self.assertEqual(item.status, Status.PUBLISHED)

    def test_an_end_before_the_publication_is_refused_in_words(self):
        item = make_article()
        answer = self.do(item, "expire", **typed("at", item.published_at - timedelta(days=1)))
        self.assertContains(answer, "失效时间应晚于发布时间。")
        self.assertIsNone(item.expires_at)
        self.do(item, "expire", **typed("at", item.published_at + timedelta(days=1)))
        answer = self.do(item, "date", **typed("at", item.published_at + timedelta(days=2)))
        self.assertContains(answer, "失效时间应晚于发布时间。")

    def test_an_end_in_the_past_takes_effect_at_once_and_says_so(self):
        item = make_article(published_at=timezone.now() - timedelta(days=9))
        day = timezone.localtime() - timedelta(days=1)
        answer = self.client.post(verb_url(item, "expire"), {"at_0": f"{day:%Y-%m-%d}", "at_1": "09:00"}, follow=True)
        self.assertContains(answer, "所设的失效时间已过，稿件已移出列表。")
        item.refresh_from_db()
        self.assertEqual(item.status, Status.EXPIRED)

    def test_a_withdrawal_tells_its_reason_and_is_undone(self):
        item = make_article()
        self.assertEqual(self.do(item, "withdraw").status_code, 200)
        self.do(item, "withdraw", reason="样例原因")
        self.assertEqual((item.status, item.withdrawal_reason), (Status.WITHDRAWN, "样例原因"))
        self.do(item, "reinstate")
        self.assertEqual(item.status, Status.PUBLISHED)

    def test_a_withdrawn_document_that_was_repealed_stays_repealed(self):
        item = make_notice()
        item.repeal("样例废止原因", by=None)
        item.withdraw("样例撤回原因", by=None)
        self.do(item, "reinstate")
        self.assertEqual((item.status, item.repeal_reason), (Status.REPEALED, "样例废止原因"))
        self.do(item, "reinstate")
        self.assertEqual(item.status, Status.PUBLISHED)

    def test_a_date_that_no_calendar_of_ours_knows_is_refused(self):
        item = make_article()
        before = item.published_at
        for day in ("0001-01-01", "9999-12-31", "1899-12-31"):
            answer = self.do(item, "date", at_0=day, at_1="00:00")
            self.assertEqual(answer.status_code, 200)
            self.assertEqual(item.published_at, before)

    def test_a_repeal_names_what_takes_the_place(self):
        old, new = make_notice(), make_notice()
        self.do(old, "repeal", reason="样例原因", successor=new.pk)
        self.assertEqual(old.status, Status.REPEALED)
        new.refresh_from_db()
        self.assertEqual(new.dossier.relations.get().target, old.dossier)
        self.assertFalse(has_pending_changes(new))
        self.assertEqual(new.live_revision.author, self.staff)

    def test_the_tie_of_a_repeal_outlives_changes_that_waited_behind_it(self):
        old, new = make_notice(), make_notice(title="样例标题")
        newest = new.dossier.newest_revision
        fields = {**newest.content["fields"], "title": "样例新标题"}
        new.record_revision({**newest.content, "fields": fields}, author=None, base=newest)
        self.do(old, "repeal", reason="样例原因", successor=new.pk)
        new.refresh_from_db()
        self.assertEqual(new.title, "样例标题")
        self.assertEqual(new.dossier.relations.count(), 1)
        new.publish(new.dossier.newest_revision, by=None)
        self.assertEqual(new.title, "样例新标题")
        self.assertEqual(new.dossier.relations.count(), 1)

    def test_a_repeal_ends_no_review_of_its_successor(self):
        review, old = make_review(), make_article()
        answer = self.do(old, "repeal", reason="样例原因", successor=review.dossier_id)
        self.assertContains(answer, "正在审核")
        review.refresh_from_db()
        self.assertTrue(review.is_open)
        self.assertIsNone(old.repealed_at)

    def test_a_repeal_takes_no_successor_of_another_kind(self):
        notice = make_notice()
        for wrong in (make_article(), notice):
            answer = self.do(notice, "repeal", reason="样例原因", successor=wrong.pk)
            self.assertContains(answer, "请选择同类的另一篇稿件。")

    def test_the_trash_can_be_undone(self):
        item = make_article()
        self.do(item, "trash", reason="样例原因")
        self.assertEqual(item.status, Status.TRASHED)
        self.do(item, "restore")
        self.assertEqual(item.status, Status.PUBLISHED)

    def test_what_was_done_is_in_the_history_and_shows_at_once(self):
        item, version = make_article(), content_version.current()
        self.do(item, "withdraw", reason="样例原因")
        entry = Entry.objects.latest("number")
        self.assertEqual((entry.by, entry.action, entry.item), (self.staff, "withdrawn", item.pk))
        self.assertEqual(entry.facts, {"reason": "样例原因"})
        history = self.client.get(reverse("admin:news_article_history", args=[item.pk]))
        self.assertContains(history, "样例原因")
        self.assertGreater(content_version.current(), version)


class WhenAndByWhomTests(VerbTestCase):
    def offered(self, item):
        page = self.client.get(reverse("admin:news_article_change", args=[item.pk]))
        return {verb.name for verb, _url in page.context["verbs"]}

    def test_each_state_offers_its_verbs(self):
        now = timezone.now()
        expected = {
            make_article(published_at=None): {"publish", "trash"},
            make_article(published_at=now + timedelta(days=1)): {"date", "pin", "expire", "withdraw", "trash"},
            make_article(): {"date", "pin", "expire", "correct", "repeal", "withdraw", "trash"},
            make_article(pinned_until=now + timedelta(days=1)): {
                *("date", "pin", "unpin", "expire", "correct", "repeal", "withdraw", "trash")
            },
            make_article(repealed_at=now, repeal_reason="样例原因"): {
                "date",
                "correct",
                "reinstate",
                "withdraw",
                "trash",
            },
            make_article(withdrawn_at=now, withdrawal_reason="样例原因"): {"date", "reinstate", "trash"},
            make_article(trashed_at=now): {"restore"},
        }
        for item, verbs in expected.items():
            with self.subTest(status=item.status):
                self.assertEqual(self.offered(item), verbs)
                for name in VERBS.keys() - verbs:
                    self.assertRedirects(
                        self.client.post(verb_url(item, name), {"reason": "样例原因"}),
                        reverse("admin:news_article_change", args=[item.pk]),
                        fetch_redirect_response=False,
                    )
                status = item.status
                item.refresh_from_db()
                self.assertEqual(item.status, status)

    def test_authors_and_reviewers_touch_nothing_that_readers_see(self):
        for role in (roles.AUTHOR, roles.REVIEWER):
            self.client.force_login(make_staff(role))
            item = make_article()
            self.assertEqual(self.offered(item), set())
            for name in VERBS.keys() - {"submit", "recall"}:  # theirs, where the column has reviews
                with self.subTest(role=role, verb=name):
                    self.assertEqual(self.client.get(verb_url(item, name)).status_code, 403)
                    self.assertEqual(self.do(item, name, reason="样例原因").status_code, 403)
            self.assertEqual(item.status, Status.PUBLISHED)
            self.assertFalse(Entry.objects.filter(item=item.pk, by__isnull=False).exists())

    def test_an_author_throws_a_draft_away_and_takes_it_back(self):
        self.client.force_login(make_staff(roles.AUTHOR))
        draft = make_article(published_at=None)
        self.assertEqual(self.offered(draft), {"trash"})
        self.do(draft, "trash", reason="样例原因")
        self.assertEqual(draft.status, Status.TRASHED)
        self.do(draft, "restore")
        self.assertEqual(draft.status, Status.DRAFT)

    def test_an_author_schedules_no_draft(self):
        self.client.force_login(make_staff(roles.AUTHOR))
        draft = make_article(published_at=None)
        self.assertEqual(self.do(draft, "publish", **typed("at", timezone.now())).status_code, 403)
        self.assertEqual(draft.status, Status.DRAFT)

    def test_publishers_and_administrators_do_all(self):
        for role in (roles.PUBLISHER, roles.ADMINISTRATOR):
            with self.subTest(role=role):
                self.client.force_login(make_staff(role))
                item = make_article()
                self.do(item, "withdraw", reason="样例原因")
                self.assertEqual(item.status, Status.WITHDRAWN)

    def test_asking_does_nothing(self):
        item = make_article()
        for name in ("withdraw", "trash", "repeal"):
            self.assertContains(self.client.get(verb_url(item, name)), item.title)
        item.refresh_from_db()
        self.assertEqual(item.status, Status.PUBLISHED)

    def test_strangers_are_sent_to_sign_in(self):
        item = make_article()
        self.client.force_login(make_user())
        self.assertEqual(self.do(item, "withdraw", reason="样例原因").status_code, 302)
        self.assertEqual(item.status, Status.PUBLISHED)

    def test_unknown_verbs_and_items_are_not_found(self):
        item = make_article()
        for url in (
            verb_url(item, "explode"),
            verb_url(make_notice(), "withdraw").replace("notices/notice", "news/article"),
        ):
            self.assertEqual(self.client.post(url).status_code, 404)
