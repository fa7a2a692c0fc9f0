"""The editor's handbook in the admin, and the links that lead from forms and pages to its sections."""

import re
import tempfile
from datetime import date
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.contrib import admin
from django.test import TestCase
from django.urls import reverse

from publishing import handbook, roles, subjects
from publishing.admin.verbs import VERBS
from tests.factories import (
    make_activity,
    make_administrator,
    make_article,
    make_column,
    make_notice,
    make_page,
    make_staff,
    make_user,
)

TEXT = (settings.BASE_DIR / "docs" / "编辑手册.md").read_text("utf-8")
MAKERS = {"news": make_article, "notices": make_notice, "members": make_activity, "portal": make_page}
LINK = re.compile(r'href="/admin/handbook/#([^"]*)"')
# A list without a page, Django's own form of roles, and what is seen on the page of its item only.
NOT_FOR_EDITORS = {"auth.group", "publishing.dossier", "members.reply"}


class HandbookPageTests(TestCase):
    def setUp(self):
        self.client.force_login(make_staff(roles.AUTHOR))

    def page(self):
        return self.client.get(reverse("admin:handbook"))

    def test_an_author_reads_it(self):
        page = self.page()
        self.assertContains(page, '<h2 id="review">三审三校</h2>', html=True)
        self.assertContains(page, '<a href="#submit">提交审核</a>', html=True)

    def test_strangers_and_members_do_not(self):
        for user in (None, make_user()):
            with self.subTest(user):
                self.client.logout()
                if user:
                    self.client.force_login(user)
                for url in (reverse("admin:handbook"), reverse("admin:handbook_picture", args=["dashboard"])):
                    self.assertIn(self.client.get(url).status_code, (302, 403))

    def test_every_page_of_the_admin_leads_to_it(self):
        self.assertContains(self.client.get(reverse("admin:index")), f'href="{reverse("admin:handbook")}"')

    def test_every_heading_has_an_anchor_of_its_own_that_is_not_its_words(self):
        headings = re.findall(r"^##+ (.*)$", TEXT, re.MULTILINE)
        anchors = [handbook.ANCHOR.match(heading) for heading in headings]
        self.assertNotIn(None, anchors)
        names = [anchor[1] for anchor in anchors]
        self.assertEqual(len(names), len(set(names)))

    def test_references_within_it_lead_somewhere(self):
        anchors = set(re.findall(r' id="([^"]+)"', self.page().text))
        self.assertLessEqual(set(re.findall(r"\]\(#([^)]+)\)", TEXT)), anchors)

    def test_every_picture_is_there_for_staff_and_says_its_size_and_its_content(self):
        pictures = re.findall(r"<img ([^>]*)>", self.page().text.split('class="handbook-text"')[1])
        self.assertTrue(pictures)
        for picture in pictures:
            self.assertRegex(picture, r'alt="[^"]+"')
            self.assertRegex(picture, r'width="\d+" height="\d+"')
            source = re.search(r'src="([^"]+)"', picture)[1]
            answer = self.client.get(reverse("admin:handbook") + source)
            self.assertEqual(answer.headers["Content-Type"], "image/png")
            self.assertIn("private", answer.headers["Cache-Control"])
            self.assertGreater(len(b"".join(answer.streaming_content)), 1000)

    def test_a_picture_that_is_not_there_is_not_found(self):
        self.assertEqual(self.client.get("/admin/handbook/screenshots/nothing.png").status_code, 404)
        self.assertEqual(self.client.get("/admin/handbook/screenshots/..%2f..%2fseed.png").status_code, 404)

    def test_a_picture_that_was_not_taken_yet_takes_nothing_else_away(self):
        text = Path(self.enterContext(tempfile.TemporaryDirectory())) / "handbook.md"
        text.write_text('# 样例\n\n## <a id="start"></a>开始\n\n![样例](screenshots/nothing.png)\n', "utf-8")
        with mock.patch.object(handbook, "TEXT", text):
            self.assertContains(self.page(), '<h2 id="start">开始</h2>', html=True)

    def test_the_program_runs_where_the_documents_were_left_out(self):
        with mock.patch.object(handbook, "TEXT", settings.BASE_DIR / "docs" / "nothing.md"):
            self.assertEqual(self.page().status_code, 404)
            self.assertEqual(self.client.get(reverse("admin:news_article_add")).status_code, 200)


class LinkTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.administrator = make_administrator()

    def setUp(self):
        self.client.force_login(self.administrator)
        self.sections = set(handbook.read().titles)

    def assert_leads(self, url):
        """Assert that the page at ``url`` leads to the handbook, and nowhere in it that is not there."""
        page = self.client.get(url, follow=True)
        self.assertEqual(page.status_code, 200, url)
        found = set(LINK.findall(page.text))
        self.assertTrue(found, f"{url} does not lead to the handbook")
        self.assertLessEqual(found, self.sections, url)
        return found

    def test_lists_and_forms_of_everything_lead_to_sections_that_exist(self):
        for model, model_admin in admin.site._registry.items():
            if model._meta.label_lower in NOT_FOR_EDITORS:
                continue
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            with self.subTest(name):
                self.assert_leads(reverse(f"{name}_changelist"))
                request = self.client.get(reverse("admin:index")).wsgi_request
                if model_admin.has_add_permission(request):
                    self.assert_leads(reverse(f"{name}_add"))

    def test_forms_of_items_lead_to_the_sections_on_their_parts(self):
        parts = {"filing", "audience", "text", "pasting", "pictures", "attachments", "relations"}
        for subject, make in MAKERS.items():
            with self.subTest(subject):
                found = self.assert_leads(url_of(make()))
                self.assertLessEqual(parts, found)

    def test_links_open_beside_the_form_that_is_being_filled_in(self):
        links = re.findall(r"<a [^>]*/admin/handbook/#[^>]*>", self.client.get(url_of(make_article())).text)
        for link in links:
            self.assertIn('target="_blank"', link)

    def test_a_link_says_the_heading_of_its_section(self):
        page = self.client.get(url_of(make_article()))
        self.assertContains(page, ">标题与分类</a>")

    def test_pages_of_verbs_lead_to_their_sections(self):
        self.assertLessEqual({name for verb in VERBS.values() for name in verb.handbook.split()}, self.sections)
        self.assertIn("endings", self.assert_leads(url_of(make_article(), "verb", "withdraw")))
        self.assertIn("trash", self.assert_leads(url_of(make_article(), "verb", "trash")))

    def test_the_pages_of_a_review_lead_to_their_sections(self):
        article = make_article(published_at=None, column=make_column(review_steps=3))
        article.submit(article.dossier.newest_revision, by=make_staff(roles.AUTHOR))
        self.assertIn("reviewing", self.assert_leads(url_of(article, "review")))
        self.assertIn("review-sheets", self.assert_leads(url_of(article, "sheet")))
        month = date.today().strftime("%Y-%m")
        self.assert_leads(reverse("admin:publishing_review_sheets") + f"?month={month}")

    def test_history_comparison_and_bulk_pages_lead_to_their_sections(self):
        article = make_article()
        self.assertIn("history", self.assert_leads(url_of(article, "history")))
        self.assertIn("history", self.assert_leads(url_of(article, "compare") + "?old=1&new=1"))
        asked = self.client.post(
            reverse("admin:news_article_changelist"), {"action": "verb_withdraw", "_selected_action": article.pk}
        )
        self.assertLessEqual({"bulk", "endings"}, set(LINK.findall(asked.text)))

    def test_every_subject_is_walked(self):
        self.assertEqual(set(MAKERS), {model.subject() for model in subjects.models()})


def url_of(item, page="change", *args):
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_{page}", args=[item.pk, *args])
