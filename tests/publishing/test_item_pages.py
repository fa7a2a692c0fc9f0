"""The page of an item: which door opens to whom, what stands on it and what it costs."""

from datetime import timedelta

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from publishing import roles
from tests.factories import (
    make_activity,
    make_article,
    make_label,
    make_notice,
    make_page,
    make_reader_group,
    make_staff,
    make_user,
)
from tests.files.samples import OwnMediaFolder, make_document
from tests.html import addresses, all_of, assert_valid_html, words

MAKERS = (make_article, make_notice, make_activity, make_page)
NOW = timezone.now()
YESTERDAY, TOMORROW = NOW - timedelta(days=1), NOW + timedelta(days=1)


class DoorTests(TestCase):
    """Every kind of item, tried by a visitor, a member and an editor."""

    def assert_status(self, item, visitor, member=None, editor=None):
        expected = {None: visitor, "member": member or visitor, "editor": editor or visitor}
        for who, status in expected.items():
            self.client.logout()
            if who == "member":
                self.client.force_login(self.member)
            if who == "editor":
                self.client.force_login(self.editor)
            with self.subTest(who=who or "visitor", kind=type(item).__name__):
                response = self.client.get(item.get_absolute_url())
                self.assertEqual(response.status_code, status)
                if status in (200, 410):
                    assert_valid_html(response)

    def setUp(self):
        self.member = make_user()
        self.group = make_reader_group(self.member)
        self.editor = make_staff(roles.ADMINISTRATOR)

    def test_a_published_item_is_open_to_all(self):
        for make in MAKERS:
            self.assert_status(make(), 200)

    def test_a_draft_is_open_to_nobody(self):
        for make in MAKERS:
            self.assert_status(make(published_at=None), 404)

    def test_a_scheduled_item_is_open_to_nobody_yet(self):
        for make in MAKERS:
            self.assert_status(make(published_at=TOMORROW), 404)

    def test_an_item_for_members_is_open_to_them_alone(self):
        for make in MAKERS:
            self.assert_status(make(readers=[self.group]), 404, member=200, editor=404)

    def test_an_expired_and_a_repealed_item_keep_their_page(self):
        for make in MAKERS:
            self.assert_status(make(published_at=YESTERDAY, expires_at=NOW), 200)
            self.assert_status(make(published_at=YESTERDAY, repealed_at=NOW, repeal_reason="由新办法代替"), 200)

    def test_a_withdrawn_and_a_trashed_item_are_gone(self):
        for make in MAKERS:
            self.assert_status(make(withdrawn_at=NOW, withdrawal_reason="内容有误"), 410)
            self.assert_status(make(trashed_at=NOW), 410)

    def test_outsiders_do_not_learn_that_an_item_for_members_was_withdrawn(self):
        for make in MAKERS:
            item = make(readers=[self.group], withdrawn_at=NOW, withdrawal_reason="内容有误")
            self.assert_status(item, 404, member=410, editor=404)


class EndingTests(TestCase):
    def page(self, item, status=200):
        response = self.client.get(item.get_absolute_url())
        self.assertEqual(response.status_code, status)
        return assert_valid_html(response)

    def test_the_page_of_a_repealed_notice_says_why_and_what_stands_in_its_place(self):
        old = make_notice(published_at=YESTERDAY, repealed_at=NOW, repeal_reason="办法已经修订")
        new = make_notice(relations=[(old.dossier, "replaces")])
        page = self.page(old)
        [ribbon] = all_of(page, "ribbon")
        self.assertIn("办法已经修订", words(ribbon))
        self.assertEqual(addresses(ribbon), [new.get_absolute_url()])

    def test_the_page_of_an_expired_item_has_a_ribbon(self):
        [ribbon] = all_of(self.page(make_article(published_at=YESTERDAY, expires_at=NOW)), "ribbon")
        self.assertIn("失效", words(ribbon))

    def test_a_tombstone_has_title_and_reason_and_no_text(self):
        item = make_article(body="<p>被撤回的正文</p>", withdrawn_at=NOW, withdrawal_reason="数据有误")
        text = words(self.page(item, 410))
        self.assertIn(item.title, text)
        self.assertIn("数据有误", text)
        self.assertNotIn("被撤回的正文", text)

    def test_the_tombstone_of_a_trashed_item_keeps_the_reason_among_staff(self):
        item = make_article(trashed_at=NOW, trash_reason="与某人有纠纷")
        self.assertNotContains(self.client.get(item.get_absolute_url()), "与某人有纠纷", status_code=410)

    def test_a_replacement_that_the_reader_may_not_see_is_not_named(self):
        old = make_notice(published_at=YESTERDAY, repealed_at=NOW, repeal_reason="办法已经修订")
        hidden = make_notice(relations=[(old.dossier, "replaces")], readers=[make_reader_group()])
        self.assertNotIn(hidden.title, words(self.page(old)))


class ContentTests(OwnMediaFolder, TestCase):
    def page(self, item):
        return assert_valid_html(self.client.get(item.get_absolute_url()))

    def test_an_undated_item_shows_no_date_at_all(self):
        item = make_article(is_dated=False)
        self.assertEqual(list(self.page(item).find(".//main").iter("time")), [])

    def test_a_missing_text_is_said_to_be_missing(self):
        for make in MAKERS:
            self.assertIn("正文尚未录入", words(self.page(make(body=""))))

    def test_titles_and_facts_are_escaped(self):
        hostile = "<script>alert(1)</script>&amp;"
        item = make_article(title=hostile, summary=hostile, source=hostile, editor_name=hostile)
        self.assertIn(hostile, words(self.page(item).find(".//h1")))

    def test_updated_is_said_only_when_the_text_has_changed(self):
        item = make_article()
        self.assertNotIn("更新：", words(self.page(item)))
        content = {
            **item.live_revision.content,
            "fields": {**item.live_revision.content["fields"], "body": "<p>改</p>"},
        }
        item.publish(item.record_revision(content, None, item.live_revision), by=None)
        self.assertIn("更新：", words(self.page(item)))

    def test_attachments_are_named_with_kind_and_size(self):
        item = make_article(attachments=[make_document(title="回执")])
        [files] = all_of(self.page(item), "files")
        self.assertRegex(words(files), r"PDF\s*回执\s*\d+")

    def test_labels_lead_to_the_list_that_they_filter(self):
        label = make_label("上海")
        item = make_article(labels=[label])
        self.assertIn(f"{reverse('news:article_list')}?label={label.pk}", addresses(self.page(item)))


class NeighbourTests(TestCase):
    def neighbours(self, item, user=None):
        if user:
            self.client.force_login(user)
        page = assert_valid_html(self.client.get(item.get_absolute_url()))
        return {link.get("rel"): link.get("href") for nav in all_of(page, "sib") for link in nav.iter("a")}

    def test_previous_is_above_and_next_below_in_the_list(self):
        oldest, middle, newest = (make_article(published_at=NOW - timedelta(days=days)) for days in (3, 2, 1))
        self.assertEqual(
            self.neighbours(middle), {"prev": newest.get_absolute_url(), "next": oldest.get_absolute_url()}
        )
        self.assertEqual(self.neighbours(newest), {"next": middle.get_absolute_url()})

    def test_items_of_one_moment_are_told_apart_by_their_number(self):
        first, second = make_article(published_at=YESTERDAY), make_article(published_at=YESTERDAY)
        self.assertEqual(self.neighbours(first), {"prev": second.get_absolute_url()})
        self.assertEqual(self.neighbours(second), {"next": first.get_absolute_url()})

    def test_neither_drafts_nor_items_for_others_stand_beside(self):
        item = make_article(published_at=YESTERDAY)
        member = make_user()
        reserved = make_article(published_at=NOW - timedelta(hours=2), readers=[make_reader_group(member)])
        make_article(published_at=None)
        self.assertEqual(self.neighbours(item), {})
        self.assertEqual(self.neighbours(item, member), {"prev": reserved.get_absolute_url()})


class CostTests(OwnMediaFolder, TestCase):
    MOST_QUERIES = 6

    def cost(self, item):
        url = item.get_absolute_url()
        self.client.get(url)
        with CaptureQueriesContext(connection) as queries:
            self.client.get(url)
        return len(queries)

    def test_ten_times_the_rows_labels_files_and_ties_cost_no_more_queries(self):
        for make in MAKERS:
            with self.subTest(make.__name__):
                other = make_article()
                item = make(
                    labels=[make_label()], attachments=[make_document()], relations=[(other.dossier, "follows")]
                )
                one = self.cost(item)
                self.assertLessEqual(one, self.MOST_QUERIES)
                for _ in range(9):
                    make()
                others = [make_article() for _ in range(10)]
                item = make(
                    labels=[make_label() for _ in range(10)],
                    attachments=[make_document(title=f"附件{number}") for number in range(10)],
                    relations=[(other.dossier, "follows") for other in others],
                )
                self.assertEqual(self.cost(item), one)


class HeaderTests(TestCase):
    def test_public_pages_carry_the_strict_policy_and_nothing_personal(self):
        make_page(slug="about2")
        urls = ["/", "/news/", "/notices/", "/activities/", "/pages/about2/", make_article().get_absolute_url()]
        for url in [*urls, "/nowhere/"]:
            with self.subTest(url):
                response = self.client.get(url)
                policy = response.headers["Content-Security-Policy"]
                self.assertIn("default-src 'none'", policy)
                self.assertNotIn("unsafe", policy)
                self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(response.cookies, {})
                self.assertNotRegex(response.content.decode(), r"csrfmiddlewaretoken[^>]*value")
