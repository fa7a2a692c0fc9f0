"""The trash: thirty days, then gone for good, whatever hung on it."""

import io
from datetime import timedelta

from django.core.management import call_command
from django.test import TestCase, override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from audit.models import Entry
from news.models import Article
from publishing import tasks
from publishing.models import Dossier, Relation, StaffNote
from tests.factories import make_article, make_review
from tests.files.samples import OwnMediaFolder, make_document


class PurgeTests(OwnMediaFolder, TestCase):
    def trashed(self, days, **values):
        return make_article(trashed_at=timezone.now() - timedelta(days=days), trash_reason="样例原因", **values)

    def test_the_command_deletes_what_lay_there_for_thirty_days(self):
        old, recent, live = self.trashed(31), self.trashed(29), make_article()
        out = io.StringIO()
        call_command("purge_trash", stdout=out)
        self.assertIn("1", out.getvalue())
        self.assertEqual(set(Article.objects.all()), {recent, live})
        self.assertFalse(Dossier.objects.filter(pk=old.pk).exists())

    def test_all_that_hung_on_it_goes_and_nothing_else(self):
        document, other = make_document(), make_article()
        item = self.trashed(31, attachments=[document], relations=[(other.dossier, "follows")])
        Relation.objects.create(source=other.dossier, target=item.dossier, kind="replaces")
        StaffNote.objects.create(dossier=item.dossier, code="unknown_date")
        item.purge(by=None)
        document.refresh_from_db()
        other.refresh_from_db()
        self.assertEqual(other.dossier.relations.count(), 0)
        self.assertEqual(self.client.get(item.get_absolute_url()).status_code, 404)

    def test_a_reviewed_text_is_deleted_with_its_reviews(self):
        review = make_review()
        item = review.dossier.item
        item.trash("样例原因", by=None)
        item.purge(by=None)
        self.assertFalse(Article.objects.filter(pk=item.pk).exists())

    def test_the_log_keeps_that_it_was_there(self):
        item = self.trashed(31, title="样例标题")
        item.purge(by=None)
        entry = Entry.objects.latest("number")
        self.assertEqual((entry.action, entry.item, entry.facts["title"]), ("purged", item.pk, "样例标题"))

    def test_the_job_leaves_alone_what_was_restored_or_is_not_due(self):
        recent, live = self.trashed(29), make_article()
        for item in (recent, live):
            tasks.purge.func("news", item.pk)
        self.assertEqual(Article.objects.count(), 2)

    def test_what_was_restored_a_moment_ago_is_not_deleted(self):
        item = self.trashed(31)
        Article.objects.get(pk=item.pk).restore(by=None)
        item.purge(by=None)  # read while it still lay in the trash
        self.assertTrue(Article.objects.filter(pk=item.pk).exists())
        self.assertFalse(Entry.objects.filter(item=item.pk, action="purged").exists())

    @override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}})
    def test_moving_to_the_trash_plans_the_job_for_thirty_days_later(self):
        item = make_article()
        with self.captureOnCommitCallbacks(execute=True):
            item.trash("样例原因", by=None)
        planned = DBTaskResult.objects.get(task_path="publishing.tasks.purge")
        self.assertGreater(planned.run_after, item.trashed_at + timedelta(days=30))

    def test_the_job_deletes_what_is_due(self):
        old = self.trashed(31)
        tasks.purge.func("news", old.pk)
        self.assertFalse(Article.objects.filter(pk=old.pk).exists())
