"""What the clipboard brings becomes the house's markup."""

import re
from pathlib import Path

import pytest
from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from publishing import pasting
from publishing.pasting import Dropped
from publishing.richtext import sanitise
from tests.publishing.test_richtext import ATTACKS, problems

CLIPBOARD = Path(__file__).parent / "clipboard"
FIXTURES = sorted(path.stem for path in CLIPBOARD.glob("*.html") if not path.stem.endswith(".expected"))
OFFICE = "<meta name=Generator content='Microsoft Word 15'>"


def fixture(name):
    return (CLIPBOARD / f"{name}.html").read_text()


def by_lines(html):
    """Return ``html`` with one block to a line."""
    return re.sub(
        r"(</(?:p|h\d|li|tr|table|ol|ul|blockquote|figure)>|<hr>|<(?:ol|ul|table|thead|tbody)\b[^>]*>)", r"\1\n", html
    )


def clean(html):
    return pasting.clean(html).html


def word_item(marker, text, level=1):
    return (
        f"<p class=MsoListParagraph style='mso-list:l0 level{level} lfo1'><![if !supportLists]>"
        f"<span style='mso-list:Ignore'>{marker}<span>&nbsp;&nbsp;</span></span><![endif]>{text}</p>"
    )


@pytest.mark.parametrize("name", FIXTURES)
def test_the_clipboard_becomes_what_is_expected(name):
    assert by_lines(clean(fixture(name))) == (CLIPBOARD / f"{name}.expected.html").read_text()


@pytest.mark.parametrize("name", FIXTURES)
def test_nothing_changes_when_it_is_cleaned_or_sanitised_again(name):
    cleaned = clean(fixture(name))
    assert clean(cleaned) == cleaned
    assert sanitise(cleaned) == cleaned
    assert problems(cleaned) == []


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(ATTACKS),
            st.sampled_from(
                [f"<{tag}>" for tag in sorted(pasting.markup.TAGS)]
                + [f"</{tag}>" for tag in sorted(pasting.markup.TAGS)]
            ),
            st.sampled_from(
                [
                    OFFICE,
                    word_item("1.", "项"),
                    word_item("·", "项", 2),
                    "<p style='text-indent:2em'>段</p>",
                    "<p align=center>题</p>",
                    "<td align=right>格",
                    "<h1>题</h1>",
                    "<h5>题</h5>",
                    "<b style='font-weight:400'>",
                    "<u>&nbsp;</u>",
                    "<img src='/files/1/480.webp'>",
                    "<a href='/news/1/'>",
                    "<br><br>",
                    "&nbsp;&nbsp;&nbsp;",
                ]
            ),
            st.text("<>\"'=/ &;质量月　\n!-[]\u200b\u200d👍", max_size=8),
        ),
        max_size=10,
    ).map("".join)
)
def test_whatever_is_pasted_is_safe_and_settled_at_once(html):
    cleaned = clean(html)
    assert problems(cleaned) == []
    assert sanitise(cleaned) == cleaned
    assert clean(cleaned) == cleaned


class ParagraphTests(SimpleTestCase):
    def test_an_indent_is_the_house_paragraph_however_it_is_made(self):
        for html in (
            "<p style='text-indent:2em'>词</p>",
            "<p style='text-indent:24.0pt'>词</p>",
            "<p style='mso-char-indent-count:2.0'>词</p>",
            "<p>　　词</p>",
            "<p>&nbsp;&nbsp;&nbsp;&nbsp;词</p>",
            "<div style='text-indent:2em'><p>词</p></div>",
        ):
            with self.subTest(html=html):
                self.assertEqual(clean(html), "<p>词</p>")
                self.assertEqual(clean(f"<p>称呼：</p>{html}"), '<p class="unindented">称呼：</p><p>词</p>')

    def test_a_text_without_indents_is_left_to_the_page(self):
        self.assertEqual(clean("<p>词一</p><div>词二</div>"), "<p>词一</p><p>词二</p>")

    def test_one_indent_among_many_does_not_unindent_the_rest(self):
        self.assertNotIn("unindented", clean("<p>　　词</p>" + "<p>词</p>" * 9))

    def test_alignment_becomes_a_class(self):
        self.assertEqual(clean("<p style='text-align:center'>词</p>"), '<p class="centred">词</p>')
        self.assertEqual(clean("<p align=right>词</p>"), '<p class="right">词</p>')
        self.assertEqual(clean("<center>词</center>"), '<p class="centred">词</p>')
        self.assertEqual(clean("<div align=center><p align=left>词</p></div>"), "<p>词</p>")

    def test_a_signature_that_blanks_push_to_the_right_stands_there(self):
        self.assertEqual(clean(f"<p>{'　' * 16}样例协会</p>"), '<p class="right">样例协会</p>')

    def test_empty_lines_and_lines_with_an_indent_part_paragraphs(self):
        self.assertEqual(clean("一<br><br>二<br>　　三<br>四"), "<p>一</p><p>二</p><p>三<br>四</p>")

    def test_empty_paragraphs_and_spans_go(self):
        self.assertEqual(clean("<p>&nbsp;</p><p><span> </span><b></b></p><p>词<o:p></o:p></p><div></div>"), "<p>词</p>")


class WordsTests(SimpleTestCase):
    def assert_becomes(self, html, words):
        self.assertEqual(clean(f"<p>{html}</p>"), f"<p>{words}</p>")

    def test_looks_become_elements(self):
        for html, words in {
            "<b>词</b>": "<strong>词</strong>",
            "<span style='font-weight:600'>词</span>": "<strong>词</strong>",
            "<span style='font-weight:500'>词</span>": "词",
            "<b style='font-weight:normal'>词</b>": "词",
            "<b style='mso-bidi-font-weight:normal'>词</b>": "<strong>词</strong>",
            "<span style='font-style:italic'>词</span>": "<em>词</em>",
            "<span style='text-decoration:underline'>词</span>": "<u>词</u>",
            "<strike>词</strike>": "<s>词</s>",
            "m<span style='vertical-align:super'>2</span>": "m<sup>2</sup>",
            "H<sub>2</sub>O": "H<sub>2</sub>O",
            "<b>甲</b><b>乙</b>": "<strong>甲乙</strong>",
            "<b>a</b> <b>b</b>": "<strong>a b</strong>",
        }.items():
            with self.subTest(html=html):
                self.assert_becomes(html, words)

    def test_rare_characters_and_emoji_survive(self):
        for words in ("𬭎𰻝", "👍🏽👨‍👩‍👧🇨🇳", "姓　名", "〔2026〕28号"):
            with self.subTest(words=words):
                self.assert_becomes(words, words)

    def test_marks_that_nobody_sees_go(self):
        self.assert_becomes("质\u200b量\ufeff月\u202e\u00ad", "质量月")

    def test_a_line_of_source_that_was_wrapped_is_no_blank_between_han(self):
        self.assert_becomes("质量\n  月，\n活动 in\nShanghai", "质量月，活动 in Shanghai")

    def test_a_reading_follows_its_character(self):
        self.assert_becomes("<ruby>质<rp>(</rp><rt>zhì</rt><rp>)</rp></ruby>量", "质（zhì）量")

    def test_a_line_to_write_on_stays(self):
        self.assert_becomes("姓名：<u>&nbsp;&nbsp;&nbsp;</u>", "姓名：<u>&nbsp;&nbsp;&nbsp;</u>")

    def test_boxes_of_symbol_fonts_become_characters(self):
        self.assert_becomes("<span style='font-family:\"Wingdings 2\"'>£</span>是", "□是")

    def test_links_stay_and_bookmarks_go(self):
        self.assertEqual(
            clean("<a name=x></a><a href='#x'>上文</a><a href='https://example.org/'><u>链接</u></a>"),
            '<p>上文<a href="https://example.org/" rel="noopener">链接</a></p>',
        )
        cleaned = pasting.clean("<a href='file:///C:/a.docx'>附件</a>")
        self.assertEqual((cleaned.html, cleaned.dropped), ("<p>附件</p>", {Dropped.LOCAL_LINK: 1}))

    def test_a_link_to_our_own_site_is_short(self):
        cleaned = pasting.clean("<a href='https://own.example/news/1/'>链接</a>", "https://own.example/")
        self.assertIn('href="/news/1/"', cleaned.html)

    def test_colours_of_a_document_are_told(self):
        red = "<p><span style='color:red'>词</span></p>"
        self.assertEqual(pasting.clean(OFFICE + red).dropped, {Dropped.COLOUR: 1})
        self.assertEqual(pasting.clean(red).dropped, {})
        for colour in ("black", "windowtext", "#333333", "rgb(51, 51, 51)"):
            self.assertEqual(pasting.clean(OFFICE + red.replace("red", colour)).dropped, {})


class HeadingTests(SimpleTestCase):
    def test_the_highest_heading_is_below_the_title_of_the_page(self):
        self.assertEqual(clean("<h1>甲</h1><h2>乙</h2><h5>丙</h5>"), "<h2>甲</h2><h3>乙</h3><h4>丙</h4>")
        self.assertEqual(clean("<h2>甲</h2>"), "<h2>甲</h2>")
        self.assertEqual(clean("<h3>甲</h3>"), "<h3>甲</h3>")

    def test_styles_and_outline_levels_of_word_are_headings(self):
        self.assertEqual(
            clean(f"{OFFICE}<p class=MsoTitle>甲</p><p style='mso-outline-level:2'>乙</p>"), "<h2>甲</h2><h3>乙</h3>"
        )
        self.assertEqual(clean(f"{OFFICE}<p style='mso-outline-level:body-text'>乙</p>"), "<p>乙</p>")

    def test_a_short_bold_paragraph_is_none(self):
        self.assertEqual(clean("<p><b>一、内容</b></p>"), "<p><strong>一、内容</strong></p>")

    def test_in_a_cell_it_is_a_bold_line(self):
        self.assertEqual(
            clean("<table><tr><td><h3>甲</h3><td>乙</table>"),
            "<table><tbody><tr><td><strong>甲</strong></td><td>乙</td></tr></tbody></table>",
        )


class ListTests(SimpleTestCase):
    def test_paragraphs_of_word_become_nested_lists(self):
        html = word_item("1.", "甲") + word_item("·", "乙", 2) + word_item("o", "丙", 3) + word_item("2.", "丁")
        self.assertEqual(clean(html), "<ol><li>甲<ul><li>乙<ul><li>丙</li></ul></li></ul></li><li>丁</li></ol>")

    def test_numbers_go_on_after_a_paragraph_and_begin_again_with_one(self):
        html = word_item("1、", "甲") + "<p>中间</p>" + word_item("2、", "乙") + word_item("1、", "丙")
        self.assertEqual(
            clean(html), '<ol><li>甲</li></ol><p>中间</p><ol start="2"><li>乙</li></ol><ol><li>丙</li></ol>'
        )

    def test_numbers_that_our_lists_cannot_show_stay_words(self):
        for marker in ("一、", "（一）", "（1）", "第一条", "①", "1.1"):
            with self.subTest(marker=marker):
                cleaned = clean(word_item(marker, "甲"))
                self.assertRegex(cleaned, rf"^<p>{re.escape(marker)} ?甲</p>$")

    def test_a_number_of_a_heading_stays(self):
        html = word_item("1.", "概述").replace("<p class=MsoListParagraph", "<h1").replace("</p>", "</h1>")
        self.assertEqual(clean(html), "<h2>1. 概述</h2>")

    def test_real_lists_stay_and_what_lies_between_items_joins_them(self):
        self.assertEqual(
            clean("<ol start=3><li><p>甲</p></li><ul><li>乙</li></ul><li>丙<p>丁</p></li><li></li></ol>"),
            '<ol start="3"><li>甲<ul><li>乙</li></ul></li><li>丙<p>丁</p></li></ol>',
        )


class TableTests(SimpleTestCase):
    def test_spans_heads_and_alignment_stay(self):
        self.assertEqual(
            clean(
                "<table width=500><caption>表一</caption><thead><tr><td colspan=2 bgcolor=red><b>甲</b></td></tr></thead>"
                "<tr><td rowspan=2 colspan=1>乙</td><td align=right>1</td></tr><tr><td><p align=center>2</p></td></tr></table>"
            ),
            '<table><caption>表一</caption><thead><tr><th colspan="2">甲</th></tr></thead><tbody><tr><td rowspan="2">乙</td>'
            '<td class="right">1</td></tr><tr><td class="centred">2</td></tr></tbody></table>',
        )

    def test_a_table_for_the_layout_of_a_page_is_taken_apart(self):
        inner = "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"
        self.assertEqual(
            clean(f"<table><tr><td>导航</td><td><h1>题</h1>{inner}</td></tr></table>"), clean(f"导航<h1>题</h1>{inner}")
        )
        self.assertIn("<table>", clean(inner))

    def test_a_table_without_words_goes(self):
        self.assertEqual(clean("<table><tr><td></td><td>&nbsp;</td></tr></table>"), "")


class DocumentTests(SimpleTestCase):
    def assert_left_out(self, html, words, **dropped):
        cleaned = pasting.clean(html)
        self.assertEqual(cleaned.html, words)
        self.assertEqual(cleaned.dropped, {Dropped[name]: count for name, count in dropped.items()})

    def test_tracked_changes_become_the_final_text(self):
        self.assert_left_out(f"{OFFICE}<p><del>旧</del><ins>新</ins></p>", "<p>新</p>", DELETED_TEXT=1)

    def test_text_that_a_web_page_strikes_out_stays(self):
        self.assert_left_out("<p><del>旧</del></p>", "<p><s>旧</s></p>")

    def test_comments_and_hidden_text_go(self):
        self.assert_left_out(
            "<p>词<span class=MsoCommentReference>[A1]</span><span style='mso-hide:all'>隐</span>"
            "<span style='display:none'>隐</span></p><div style='mso-element:comment-list'>批注</div>",
            "<p>词</p>",
            COMMENT=2,
        )

    def test_a_table_of_contents_goes(self):
        self.assert_left_out(
            f"{OFFICE}<p class=MsoToc1><a href='#_Toc1'>一、内容 3</a></p><p>词</p>", "<p>词</p>", CONTENTS=1
        )

    def test_footnotes_stay_as_words(self):
        self.assert_left_out("<p>词<a href='#_ftn1'><sup>[1]</sup></a></p>", "<p>词<sup>[1]</sup></p>")


class PictureTests(SimpleTestCase):
    def test_pictures_of_elsewhere_are_dropped_and_counted(self):
        cleaned = pasting.clean(
            "<p>词<img src='https://a.example/1.jpg'><img data-src='https://a.example/2.jpg' src='data:image/svg+xml,x'>"
            "<img src='file:///C:/3.png'><img src='https://a.example/pixel.gif' width=1 height=1></p>"
        )
        self.assertEqual(cleaned.html, "<p>词</p>")
        self.assertEqual(cleaned.dropped, {Dropped.REMOTE_PICTURE: 2, Dropped.MISSING_PICTURE: 1})

    def test_our_own_stay_with_a_description_that_is_one(self):
        for alt, kept in {"升旗仪式现场": "升旗仪式现场", "IMG_1234.jpg": "", "旗 描述已自动生成": ""}.items():
            html = clean(f"<p><img src='/files/1/480.webp' alt='{alt}' width=60 style='width:9cm'></p>")
            self.assertEqual(html, f'<p><img src="/files/1/480.webp" alt="{kept}" width="60"></p>')
        own = pasting.clean("<img src='https://own.example/files/1/480.webp'>", "https://own.example/")
        self.assertIn('src="/files/1/480.webp"', own.html)

    def test_a_figure_keeps_its_caption(self):
        html = '<figure class="captioned"><img src="/files/1/480.webp" alt="旗"><figcaption>图一</figcaption></figure>'
        self.assertEqual(clean(html), html)
        self.assertEqual(
            clean("<figure><img src='https://a.example/'><figcaption>图一</figcaption></figure>"), "<p>图一</p>"
        )

    def test_videos_and_cards_are_dropped_and_counted(self):
        cleaned = pasting.clean(
            "<p>词</p><iframe src=x></iframe><mp-common-profile></mp-common-profile><video></video>"
        )
        self.assertEqual((cleaned.html, cleaned.dropped), ("<p>词</p>", {Dropped.MEDIA: 3}))


class SizeTests(SimpleTestCase):
    def test_any_depth_is_read(self):
        for tag in ("div", "b", "blockquote", "ul><li", "table><tr><td", "span style='font-weight:700'"):
            with self.subTest(tag=tag):
                self.assertIn("词", clean("词" + f"<{tag}>" * 10_000 + "词"))

    def test_a_result_that_no_text_can_hold_is_an_error(self):
        with self.assertRaises(ValueError):
            clean("词" * (1024 * 1024 + 1))


class SentenceTests(SimpleTestCase):
    def test_everything_that_is_dropped_has_a_sentence(self):
        sentences = pasting.sentences(dict.fromkeys(Dropped, 2))
        self.assertEqual(len(set(sentences)), len(Dropped))
        self.assertFalse([sentence for sentence in sentences if "%" in sentence])
