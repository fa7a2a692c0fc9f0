"""The page of an article: where it comes from, its picture, and what stands beside it."""

from django.test import TestCase

from tests.factories import make_activity, make_article, make_label, make_notice, make_reader_group
from tests.files.samples import OwnMediaFolder, make_image
from tests.html import addresses, all_of, assert_valid_html, titles, words


class ArticlePageTests(OwnMediaFolder, TestCase):
    def page(self, **facts):
        return assert_valid_html(self.client.get(make_article(**facts).get_absolute_url()))

    def test_the_facts_of_its_origin_stand_on_it(self):
        page = self.page(
            source="样例来源", author_name="样例作者", publisher_name="样例发布", editor_name="样例编辑",
            original_url="https://example.org/a",
        )  # fmt: skip
        [byline], [credit] = all_of(page, "byline"), all_of(page, "credit")
        for fact in ("来源：样例来源", "作者：样例作者", "发布者：样例发布"):
            self.assertIn(fact, words(byline).replace("： ", "："))
        self.assertIn("责任编辑：样例编辑", words(credit))
        [original] = [link for link in credit.iter("a") if link.get("href") == "https://example.org/a"]
        self.assertEqual((words(original), original.get("rel")), ("查看原文", "noopener"))

    def test_what_is_not_known_is_not_named(self):
        text = words(self.page().find(".//main"))
        for name in ("来源", "作者", "发布者", "责任编辑", "查看原文", "更新"):
            self.assertNotIn(name, text)

    def test_a_cover_is_shown_with_its_description_and_in_the_widths_that_exist(self):
        cover = make_image(title="合影", alt_text="代表合影")
        [figure] = all_of(self.page(cover=cover), "hero")
        [picture] = figure.iter("img")
        self.assertEqual(picture.get("alt"), "代表合影")
        self.assertIn(f"/files/{cover.pk}/", picture.get("src"))

    def test_without_a_cover_a_drawing_stands_in_that_says_nothing(self):
        [figure] = all_of(self.page(), "drawn")
        [picture] = figure.iter("img")
        self.assertEqual(picture.get("alt"), "")
        self.assertRegex(picture.get("src"), r"/art/\w+\.svg$")

    def test_the_first_label_stands_above_the_title_and_otherwise_the_column(self):
        article = make_article(labels=[make_label("上海")])
        heads = [
            all_of(assert_valid_html(self.client.get(item.get_absolute_url())), "kind")[0]
            for item in (article, make_article())
        ]
        self.assertEqual([words(head) for head in heads], ["上海", article.column.title])

    def test_the_newest_of_every_subject_stand_beside_it_for_everyone_alike(self):
        notice, activity = make_notice(), make_activity()
        reserved = make_notice(readers=[make_reader_group()])
        [aside] = all_of(self.page(), "aside")
        self.assertIn(notice.title, titles(aside))
        self.assertIn(activity.title, titles(aside))
        self.assertNotIn(reserved.title, titles(aside))

    def test_what_it_reports_on_is_named_on_both_pages(self):
        activity = make_activity(starts_at=None)
        report = make_article(relations=[(activity.dossier, "report_of")])
        for here, there in ((report, activity), (activity, report)):
            page = assert_valid_html(self.client.get(here.get_absolute_url()))
            [related] = [section for section in page.iter("section") if section.get("aria-labelledby") == "related"]
            self.assertEqual(addresses(related), [there.get_absolute_url()])
