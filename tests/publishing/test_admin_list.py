"""The lists of items in the admin: what they show, find and cost."""

from datetime import timedelta

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news.models import Article
from publishing import roles
from publishing.models import StaffNote
from tests.factories import (
    make_activity,
    make_administrator,
    make_article,
    make_column,
    make_label,
    make_notice,
    make_page,
    make_staff,
    make_user,
)

Status = Article.Status


def save_again(item, author=None, **changes):
    """Add a revision with ``changes`` of fields behind the newest and return it."""
    newest = item.dossier.newest_revision
    changed = {**newest.content, "fields": {**newest.content["fields"], **changes}}
    return item.record_revision(changed, author=author, base=newest)


def one_of_each_status():
    now = timezone.now()
    return {
        Status.DRAFT: make_article(published_at=None),
        Status.SCHEDULED: make_article(published_at=now + timedelta(days=1)),
        Status.PUBLISHED: make_article(),
        Status.EXPIRED: make_article(expires_at=now - timedelta(minutes=1)),
        Status.REPEALED: make_article(repealed_at=now, repeal_reason="样例原因"),
        Status.WITHDRAWN: make_article(withdrawn_at=now, withdrawal_reason="样例原因"),
        Status.TRASHED: make_article(trashed_at=now),
    }


class StatusTests(TestCase):
    def test_the_queryset_and_the_item_agree_on_every_status(self):
        items = one_of_each_status()
        for status, item in items.items():
            with self.subTest(status=status):
                self.assertEqual(item.status, status)
                self.assertEqual(list(Article.objects.in_status(status)), [item])

    def test_expired_and_repealed_is_repealed(self):
        now = timezone.now()
        item = make_article(expires_at=now - timedelta(minutes=1), repealed_at=now, repeal_reason="样例原因")
        self.assertEqual(item.status, Status.REPEALED)
        self.assertIn(item, Article.objects.in_status(Status.REPEALED))
        self.assertNotIn(item, Article.objects.in_status(Status.EXPIRED))


class ItemListTests(TestCase):
    url = "/admin/news/article/"

    def setUp(self):
        self.client.force_login(make_administrator())

    def shown(self, **query):
        return set(self.client.get(self.url, query).context["cl"].result_list)

    def test_each_status_is_a_filter(self):
        for status, item in one_of_each_status().items():
            with self.subTest(status=status):
                self.assertEqual(self.shown(status=status), {item})

    def test_a_row_tells_state_labels_and_who_saved_last(self):
        item = make_article(labels=[make_label("样例标签")])
        save_again(item, author=make_user(name="样例编辑"), title="样例新标题")
        page = self.client.get(self.url)
        self.assertContains(page, '<span class="badge green">已发布</span>')
        self.assertContains(page, '<span class="badge ochre">有修改待发布</span>')
        self.assertContains(page, "样例标签")
        self.assertContains(page, "样例编辑")

    def test_drafts_stand_before_what_is_published(self):
        published, draft = make_article(), make_article(published_at=None)
        self.assertEqual(list(self.client.get(self.url).context["cl"].result_list), [draft, published])

    def test_an_item_is_found_by_words_and_by_number(self):
        item, other = make_article(title="样例甲"), make_article(title="样例乙")
        self.assertEqual(self.shown(q="甲"), {item})
        self.assertEqual(self.shown(q=str(other.pk)), {other})
        self.assertEqual(self.shown(q="9" * 40), set())

    def test_a_column_brings_what_is_filed_below_it(self):
        column = make_column()
        below = make_column(parent=column)
        item = make_article(column=below)
        make_article(column=make_column())
        self.assertEqual(self.shown(column=column.pk), {item})

    def test_label_year_and_waiting_work_are_filters(self):
        label = make_label()
        labelled = make_article(labels=[label])
        old = make_article(published_at=timezone.now().replace(year=2019))
        changed, doubtful = make_article(), make_article()
        save_again(changed, title="样例新标题")
        StaffNote.objects.create(dossier=doubtful.dossier, code=StaffNote.Code.UNKNOWN_DATE)
        self.assertEqual(self.shown(label=label.pk), {labelled})
        self.assertEqual(self.shown(year=2019), {old})
        self.assertEqual(self.shown(to_do="publish"), {changed})
        self.assertEqual(self.shown(to_do="check"), {doubtful})

    def test_an_odd_filter_is_as_good_as_none(self):
        item = make_article()
        for query in ({"column": "x"}, {"label": "9999999999999"}, {"status": "x"}, {"to_do": "x"}, {"year": "²"}):
            with self.subTest(query=query):
                self.assertEqual(self.shown(**query), {item})

    def test_nothing_is_deleted_for_good(self):
        item = make_article()
        self.assertEqual(self.client.post(reverse("admin:news_article_delete", args=[item.pk])).status_code, 403)
        self.assertNotContains(self.client.get(self.url), "delete_selected")

    def test_every_role_sees_the_list(self):
        make_article(title="样例标题")
        for role in roles.ITEM_ACTIONS:
            with self.subTest(role=role):
                self.client.force_login(make_staff(role))
                self.assertContains(self.client.get(self.url), "样例标题")

    def test_staff_without_a_role_and_readers_do_not(self):
        self.client.force_login(make_user(is_staff=True))
        self.assertEqual(self.client.get(self.url).status_code, 403)
        self.client.force_login(make_user())
        self.assertEqual(self.client.get(self.url).status_code, 302)

    def test_a_longer_list_costs_no_more_queries(self):
        factories = {
            "news/article": make_article,
            "notices/notice": make_notice,
            "members/activity": make_activity,
            "portal/page": make_page,
        }
        author = make_user()

        def fill(path, make):
            item = make(labels=[make_label()], column=make_column(path.split("/")[0]))
            save_again(item, author=author, title="样例新标题")

        for path, make in factories.items():
            with self.subTest(path=path):
                fill(path, make)
                with CaptureQueriesContext(connection) as queries_for_one:
                    self.client.get(f"/admin/{path}/")
                for _ in range(9):
                    fill(path, make)
                with self.assertNumQueries(len(queries_for_one)):
                    self.client.get(f"/admin/{path}/")


class AutocompleteTests(TestCase):
    def setUp(self):
        self.client.force_login(make_staff(roles.AUTHOR))

    def results(self, model, field, term=""):
        app_label, model_name = model.split(".")
        query = {"app_label": app_label, "model_name": model_name, "field_name": field, "term": term}
        answer = self.client.get("/admin/autocomplete/", query)
        self.assertEqual(answer.status_code, 200)
        return [row["text"] for row in answer.json()["results"]]

    def test_an_item_is_offered_the_columns_of_its_subject(self):
        make_column("news", title="样例新闻栏目")
        make_column("notices", title="样例通知栏目")
        self.assertEqual(self.results("news.article", "column"), ["样例新闻栏目"])

    def test_items_of_all_subjects_are_found_by_words_and_number(self):
        article, notice = make_article(title="样例甲"), make_notice(title="样例乙")
        self.assertEqual(self.results("publishing.relation", "target", "乙"), [f"样例乙（通知公告 {notice.pk}）"])
        self.assertEqual(self.results("publishing.relation", "target", str(article.pk)), [str(article.dossier)])

    def test_labels_readers_and_files_can_be_looked_up(self):
        make_label("样例标签")
        self.assertEqual(self.results("publishing.dossier", "labels", "样例"), ["样例标签"])
        self.assertEqual(self.results("publishing.dossier", "readers"), [])
        self.assertEqual(self.results("publishing.attachment", "asset"), [])
        self.assertEqual(self.results("notices.notice", "issuing_body"), [])
        self.assertEqual(self.results("members.activity", "member_group"), [])
