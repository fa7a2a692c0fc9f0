from datetime import timedelta

from django.db import IntegrityError, transaction
from django.test import TestCase
from django.utils import timezone

from news.models import Article
from publishing import content
from publishing.models import Revision
from tests.factories import has_pending_changes, make_article, make_label, make_notice, make_user


def edited(revision, **fields):
    """Return the content of ``revision`` with other values of some fields."""
    return {**revision.content, "fields": {**revision.content["fields"], **fields}}


class SavingTests(TestCase):
    def test_a_draft_follows_its_newest_revision(self):
        draft = make_article(published_at=None, title="旧标题")
        first = draft.dossier.newest_revision
        draft.record_revision(edited(first, title="新标题"), author=make_user(), base=first)
        self.assertEqual(Article.objects.get(pk=draft.pk).title, "新标题")

    def test_a_live_text_stays_while_its_successor_is_written(self):
        live = make_article(title="旧标题")
        first = live.dossier.newest_revision
        live.record_revision(edited(first, title="新标题"), author=make_user(), base=first)
        self.assertEqual(Article.objects.get(pk=live.pk).title, "旧标题")
        self.assertTrue(has_pending_changes(Article.objects.get(pk=live.pk)))

    def test_a_scheduled_text_stays_while_its_successor_is_written(self):
        scheduled = make_article(title="旧标题", published_at=timezone.now() + timedelta(days=1))
        first = scheduled.dossier.newest_revision
        scheduled.record_revision(edited(first, title="新标题"), author=make_user(), base=first)
        self.assertEqual(Article.objects.get(pk=scheduled.pk).title, "旧标题")

    def test_a_save_on_an_old_base_is_refused_and_changes_nothing(self):
        draft = make_article(published_at=None, title="原稿")
        first = draft.dossier.newest_revision
        second = draft.record_revision(edited(first, title="甲的修改"), author=make_user(), base=first)
        with self.assertRaises(content.StaleBase) as refusal:
            draft.record_revision(edited(first, title="乙的修改"), author=make_user(), base=first)
        self.assertEqual(refusal.exception.newest, second)
        self.assertEqual(draft.dossier.revisions.count(), 2)
        self.assertEqual(Article.objects.get(pk=draft.pk).title, "甲的修改")

    def test_a_save_of_the_text_takes_back_nothing_that_somebody_else_did_meanwhile(self):
        item = make_article(published_at=None)
        Article.objects.get(pk=item.pk).trash("重复", by=None)
        item.record_revision(content.of_row(item), None, item.dossier.newest_revision)
        self.assertEqual(Article.objects.get(pk=item.pk).trash_reason, "重复")

    def test_a_revision_is_never_changed(self):
        revision = make_article().live_revision
        revision.content = {**revision.content, "labels": [1]}
        with self.assertRaises(TypeError):
            revision.save()

    def test_rich_text_is_sanitised_before_it_becomes_a_revision(self):
        draft = make_article(published_at=None, body="<p onclick='x()'>文<script>alert(1)</script></p>")
        self.assertEqual(draft.dossier.newest_revision.content["fields"]["body"], "<p>文</p>")

    def test_dates_and_numbers_survive_the_way_through_a_revision(self):
        today, soon = timezone.localdate(), timezone.now() + timedelta(days=3)
        notice = make_notice(made_on=today, deadline_at=soon, number_code="沪质协", number_year=2025, number_serial=28)
        notice.refresh_from_db()
        self.assertEqual((notice.made_on, notice.deadline_at, notice.number_serial), (today, soon, 28))


class PublishingTests(TestCase):
    def test_publishing_replaces_the_text_at_once_and_keeps_the_date(self):
        first_published = timezone.now() - timedelta(days=30)
        live = make_article(title="旧标题", published_at=first_published)
        successor = live.record_revision(edited(live.live_revision, title="新标题"), None, live.live_revision)
        live.publish(successor, at=timezone.now(), by=None)
        live.refresh_from_db()
        self.assertEqual((live.title, live.published_at), ("新标题", first_published))
        self.assertIsNotNone(live.text_changed_at)

    def test_a_change_of_labels_alone_is_no_change_of_the_text(self):
        live, label = make_article(), make_label()
        successor = live.record_revision({**live.live_revision.content, "labels": [label.pk]}, None, live.live_revision)
        live.publish(successor, by=None)
        self.assertEqual(list(live.dossier.labels.all()), [label])
        self.assertIsNone(live.text_changed_at)

    def test_labels_of_a_successor_wait_for_its_publication(self):
        live, label = make_article(), make_label()
        live.record_revision({**live.live_revision.content, "labels": [label.pk]}, None, live.live_revision)
        self.assertEqual(list(live.dossier.labels.all()), [])

    def test_what_was_deleted_since_is_left_out_when_an_old_revision_is_published(self):
        label = make_label()
        live = make_article(labels=[label])
        label.delete()
        live.publish(live.live_revision, by=None)
        self.assertEqual(list(live.dossier.labels.all()), [])

    def test_a_field_that_is_gone_from_the_model_does_no_harm(self):
        draft = make_article(published_at=None)
        newest = draft.dossier.newest_revision
        successor = draft.record_revision(edited(newest, dropped_field="x"), None, newest)
        draft.publish(successor, by=None)
        self.assertEqual(draft.status, Article.Status.PUBLISHED)


class ConstraintTests(TestCase):
    """Each promise of the database, broken once."""

    def assert_refused(self, name, change):
        with self.assertRaisesRegex(IntegrityError, name), transaction.atomic():
            change()

    def test_an_item_cannot_expire_before_it_is_published(self):
        item = make_article()
        self.assert_refused(
            "expires_after_publication", lambda: item.expire(item.published_at - timedelta(minutes=1), by=None)
        )

    def test_an_item_cannot_be_published_without_a_revision(self):
        draft = make_article(published_at=None)
        self.assert_refused(
            "published_text_is_a_revision",
            lambda: Article.objects.filter(pk=draft.pk).update(published_at=timezone.now()),
        )

    def test_a_withdrawal_needs_a_reason(self):
        item = make_article()
        self.assert_refused("withdrawal_has_a_reason", lambda: item.withdraw("", by=None))

    def test_a_repeal_needs_a_reason(self):
        item = make_article()
        self.assert_refused("repeal_has_a_reason", lambda: item.repeal("", by=None))

    def test_two_revisions_cannot_share_a_number(self):
        first = make_article().live_revision
        self.assert_refused(
            "revision_number_is_unique|UNIQUE constraint failed",
            lambda: Revision.objects.create(dossier=first.dossier, number=1, content={}),
        )

    def test_a_later_revision_needs_a_base(self):
        first = make_article().live_revision
        self.assert_refused(
            "revision_has_a_base",
            lambda: Revision.objects.create(dossier=first.dossier, number=2, content={}),
        )

    def test_two_notices_cannot_share_a_document_number(self):
        number = {"number_code": "沪质协", "number_year": 2025, "number_serial": 28}
        make_notice(**number)
        self.assert_refused("document_number_is_unique|UNIQUE constraint failed", lambda: make_notice(**number))

    def test_a_document_number_is_whole_or_absent(self):
        self.assert_refused("document_number_is_whole", lambda: make_notice(number_code="沪质协", number_year=2025))

    def test_a_public_review_cannot_end_before_it_starts(self):
        today = timezone.localdate()
        self.assert_refused(
            "public_review_ends_after_its_start",
            lambda: make_notice(objections_from=today, objections_until=today - timedelta(days=1)),
        )
