"""Static pages: found by their name, with their contents before their text."""

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_page
from tests.files.samples import OwnMediaFolder, make_document
from tests.html import addresses, all_of, assert_valid_html, words

CHAPTERS = "<h2>一、总则</h2><p>文</p><h2>二、附则</h2><p>文</p>"


class PageTests(OwnMediaFolder, TestCase):
    def page(self, **fields):
        return assert_valid_html(self.client.get(make_page(**fields).get_absolute_url()))

    def test_it_is_found_by_its_name(self):
        page = make_page(slug="sample-page")
        self.assertEqual(page.get_absolute_url(), "/pages/sample-page/")
        self.assertContains(self.client.get("/pages/sample-page/"), page.title)
        self.assertEqual(self.client.get(reverse("portal:page_detail", args=["no-such-page"])).status_code, 404)

    def test_its_contents_lead_to_its_chapters_and_stand_before_them(self):
        page = self.page(body=CHAPTERS)
        [contents] = all_of(page, "toc")
        self.assertEqual(addresses(contents), ["#chapter-1", "#chapter-2"])
        headings = [element.get("id") for element in page.iter("h2") if element.get("id")]
        self.assertEqual(headings[:2], ["chapter-1", "chapter-2"])
        article = list(page.find(".//article"))
        [text] = all_of(page, "prose")
        self.assertLess(article.index(contents), article.index(text))

    def test_a_text_without_chapters_has_no_contents(self):
        self.assertEqual(all_of(self.page(body="<p>文</p>"), "toc"), [])

    def test_a_starter_page_says_that_it_is_a_draft_and_a_finished_one_does_not(self):
        self.assertIn("本页为草稿", words(self.page(is_to_be_completed=True)))
        self.assertNotIn("本页为草稿", words(self.page()))

    def test_it_says_when_it_was_last_changed(self):
        page = make_page()
        [day] = all_of(assert_valid_html(self.client.get(page.get_absolute_url())), "credit")[0].iter("time")
        self.assertEqual(day.get("datetime"), timezone.localdate(page.published_at).isoformat())

    def test_an_undated_page_shows_no_day(self):
        self.assertEqual(list(self.page(is_dated=False).find(".//main").iter("time")), [])

    def test_its_files_are_offered(self):
        document = make_document(title="章程")
        [files] = all_of(self.page(attachments=[document]), "files")
        self.assertEqual(addresses(files), [document.get_absolute_url()])

    def test_it_has_no_neighbours_for_pages_are_no_list(self):
        for _ in range(2):
            make_page()
        self.assertEqual(all_of(self.page(), "sib"), [])
