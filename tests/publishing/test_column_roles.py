"""Roles that hold in one column and below it, and nowhere else."""

from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from publishing import roles
from publishing.models import ColumnRole
from tests.factories import make_administrator, make_article, make_column, make_notice, make_user


class ColumnRoleTests(TestCase):
    def setUp(self):
        self.mine = make_column(title="样例我的栏目")
        self.below = make_column(title="样例下级栏目", parent=self.mine)
        self.other = make_column(title="样例别的栏目")
        self.user = make_user(is_staff=True)
        self.give(roles.AUTHOR, self.mine)
        self.client.force_login(self.user)

    def give(self, role, column):
        return ColumnRole.objects.create(user=self.user, role=Group.objects.get(name=role), column=column)

    def save(self, item, **typed):
        form = {
            "title": item.title, "body": item.body, "summary": "", "column": item.column_id, "audience": "everyone",
            "base": item.dossier.newest_revision.number, "attachments-TOTAL_FORMS": 0, "attachments-INITIAL_FORMS": 0,
            "relations-TOTAL_FORMS": 0, "relations-INITIAL_FORMS": 0,
        }  # fmt: skip
        return self.client.post(reverse("admin:news_article_change", args=[item.pk]), {**form, **typed})

    def test_the_list_shows_only_what_one_may_act_on(self):
        make_article(title="样例甲", column=self.mine)
        make_article(title="样例乙", column=self.below)
        make_article(title="样例丙", column=self.other)
        answer = self.client.get("/admin/news/article/")
        self.assertContains(answer, "样例甲")
        self.assertContains(answer, "样例乙")
        self.assertNotContains(answer, "样例丙")

    def test_other_subjects_are_closed(self):
        notice = make_notice()
        self.assertEqual(self.client.get("/admin/notices/notice/").status_code, 403)
        self.assertEqual(self.client.get(reverse("admin:notices_notice_change", args=[notice.pk])).status_code, 403)

    def test_a_text_of_another_column_is_not_opened_or_saved(self):
        item = make_article(title="样例丙", column=self.other)
        for page in ("change", "history", "preview", "compare", "sheet"):
            with self.subTest(page=page):
                url = reverse(f"admin:news_article_{page}", args=[item.pk])
                self.assertEqual(self.client.get(url, {"old": 1, "new": 1}).status_code, 403)
        self.assertEqual(self.save(item, title="样例新标题").status_code, 403)
        self.assertEqual(item.dossier.revisions.count(), 1)

    def test_a_text_is_written_and_moved_within_ones_columns_only(self):
        item = make_article(title="样例甲", column=self.mine, published_at=None)
        self.assertContains(self.save(item, column=self.other.pk), "您的角色不能在这个栏目写稿")
        self.assertEqual(item.dossier.revisions.count(), 1)
        self.assertEqual(self.save(item, column=self.below.pk).status_code, 302)
        self.assertEqual(item.dossier.newest_revision.content["fields"]["column"], self.below.pk)

    def test_the_form_offers_ones_columns_only(self):
        asked = {"app_label": "news", "model_name": "article", "field_name": "column", "term": "样例"}
        offered = self.client.get("/admin/autocomplete/", asked).json()["results"]
        self.assertEqual({row["text"] for row in offered}, {"样例我的栏目", "样例下级栏目"})

    def test_titles_of_other_columns_stay_unknown_until_they_are_published(self):
        make_article(title="样例秘密", column=self.other, published_at=None)
        make_article(title="样例公开", column=self.other)
        make_article(title="样例我的", column=self.mine, published_at=None)
        asked = {"app_label": "publishing", "model_name": "relation", "field_name": "target", "term": "样例"}
        offered = self.client.get("/admin/autocomplete/", asked).json()["results"]
        self.assertEqual({row["text"].split("（")[0] for row in offered}, {"样例公开", "样例我的"})

    def test_publishing_out_of_ones_column_into_another_is_refused(self):
        self.give(roles.PUBLISHER, self.mine)
        item = make_article(title="样例甲", column=self.mine)
        self.assertEqual(self.save(item, title="样例新标题", _publish="1").status_code, 302)
        item.refresh_from_db()
        self.assertEqual(item.title, "样例新标题")
        answer = self.save(item, column=self.other.pk, _publish="1")
        self.assertContains(answer, "您的角色不能在这个栏目")
        item.refresh_from_db()
        self.assertEqual(item.column, self.mine)

    def test_no_number_typed_by_hand_shows_a_title_of_another_column(self):
        secret = make_article(title="样例秘密", column=self.other, published_at=None)
        item = make_article(title="样例甲", column=self.mine)
        rows = {"relations-TOTAL_FORMS": 1, "relations-0-kind": "follows", "relations-0-target": secret.pk}
        answer = self.save(item, **rows)
        self.assertEqual(answer.status_code, 200)
        self.assertNotContains(answer, "样例秘密")
        self.assertEqual(item.dossier.revisions.count(), 1)

    def test_a_tie_that_a_colleague_made_is_kept(self):
        secret = make_article(title="样例秘密", column=self.other, published_at=None)
        item = make_article(title="样例甲", column=self.mine, relations=[(secret.dossier, "follows")])
        rows = {"relations-TOTAL_FORMS": 1, "relations-INITIAL_FORMS": 1}
        rows |= {"relations-0-kind": "follows", "relations-0-target": secret.pk}
        self.assertEqual(self.save(item, title="样例新标题", **rows).status_code, 302)
        self.assertEqual(item.dossier.newest_revision.content["relations"][0]["target"], secret.pk)

    def test_a_repeal_changes_no_item_of_another_column(self):
        self.give(roles.PUBLISHER, self.mine)
        old, foreign = make_article(column=self.mine), make_article(column=self.other)
        draft = make_article(column=self.other, published_at=None, title="样例秘密")
        for successor in (foreign, draft):
            with self.subTest(successor=successor.status):
                url = reverse("admin:news_article_verb", args=[old.pk, "repeal"])
                answer = self.client.post(url, {"reason": "样例原因", "successor": successor.pk})
                self.assertEqual(answer.status_code, 200)
                self.assertNotContains(answer, "样例秘密")
                old.refresh_from_db()
                self.assertIsNone(old.repealed_at)
                self.assertEqual(successor.dossier.revisions.count(), 1)

    def test_an_old_revision_is_not_restored_into_another_column(self):
        item = make_article(column=self.other, published_at=None)
        first = item.dossier.newest_revision
        fields = {**first.content["fields"], "column": self.mine.pk}
        item.record_revision({**first.content, "fields": fields}, None, base=first)
        answer = self.client.post(reverse("admin:news_article_restore", args=[item.pk, 1]), follow=True)
        self.assertContains(answer, "您的角色不能在这个栏目写稿")
        item.refresh_from_db()
        self.assertEqual((item.column, item.dossier.revisions.count()), (self.mine, 2))

    def test_whoever_administers_one_column_administers_no_people(self):
        self.give(roles.ADMINISTRATOR, self.mine)
        pages = ("accounts/user", "accounts/readergroupmembership", "audit/entry", "outbox/message", "portal/homeblock")
        for page in (*pages, "publishing/columnrole", "publishing/standin"):
            with self.subTest(page=page):
                self.assertEqual(self.client.get(f"/admin/{page}/").status_code, 403)
                self.assertEqual(self.client.get(f"/admin/{page}/add/").status_code, 403)
        for page in ("publishing/column", "publishing/label", "publishing/proofcheck"):
            with self.subTest(page=page):
                self.assertEqual(self.client.get(f"/admin/{page}/add/").status_code, 403)
        self.assertEqual(self.client.get("/admin/files/asset/add/").status_code, 200)
        self.assertEqual(self.client.get("/admin/publishing/label/").status_code, 200)
        item = make_article(column=self.mine)
        self.assertEqual(self.save(item, title="样例新标题", _publish="1").status_code, 302)

    def test_it_ends_when_it_is_taken_away(self):
        item = make_article(column=self.mine)
        url = reverse("admin:news_article_change", args=[item.pk])
        self.assertEqual(self.client.get(url).status_code, 200)
        ColumnRole.objects.all().delete()
        self.assertEqual(self.client.get(url).status_code, 403)

    def test_only_administrators_give_roles(self):
        form = {"user": self.user.pk, "role": Group.objects.get(name=roles.PUBLISHER).pk, "column": self.mine.pk}
        self.assertEqual(self.client.post("/admin/publishing/columnrole/add/", form).status_code, 403)
        self.client.force_login(make_administrator())
        self.assertEqual(self.client.post("/admin/publishing/columnrole/add/", form).status_code, 302)

    def test_a_role_is_held_once_in_a_column(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            self.give(roles.AUTHOR, self.mine)

    def test_a_long_list_costs_no_more_queries(self):
        make_article(column=self.mine)
        with CaptureQueriesContext(connection) as queries_for_one:
            self.client.get("/admin/news/article/")
        for _ in range(9):
            make_article(column=self.below)
        with self.assertNumQueries(len(queries_for_one)):
            self.client.get("/admin/news/article/")
