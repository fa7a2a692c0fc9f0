from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from publishing.comparing import compare, compare_paragraph, paragraphs


def text_of(pieces):
    return "".join(piece.text for piece in pieces)


def changed(pieces):
    return [piece.text for piece in pieces if piece.is_changed]


class ParagraphTests(SimpleTestCase):
    def test_only_the_characters_that_differ_are_marked(self):
        old, new = compare_paragraph("定于10月17日举办发布会。", "定于10月23日举办发布会。")
        self.assertEqual((changed(old), changed(new)), (["17"], ["23"]))

    def test_a_character_alone_between_two_changes_is_part_of_them(self):
        old, new = compare_paragraph("请于甲的乙前提交", "请于丙的丁前提交")
        self.assertEqual((changed(old), changed(new)), (["甲的乙"], ["丙的丁"]))

    def test_equal_paragraphs_have_no_mark(self):
        old, new = compare_paragraph("质量月活动", "质量月活动")
        self.assertEqual((changed(old), changed(new)), ([], []))

    def test_a_very_long_paragraph_is_compared_by_sentences(self):
        text = "这是一个相当长的、用来试验比较的句子，逐字比较会太慢。" * 200
        old, new = compare_paragraph(text, text + "新的一句。")
        self.assertEqual((changed(old), changed(new)), ([], ["新的一句。"]))

    @settings(max_examples=60, deadline=None)
    @given(st.text(alphabet="质量月的。，\n", max_size=60), st.text(alphabet="质量月的。，\n", max_size=60))
    def test_nothing_is_lost_on_either_side(self, old, new):
        left, right = compare_paragraph(old, new)
        self.assertEqual((text_of(left), text_of(right)), (old, new))


class TextTests(SimpleTestCase):
    def test_an_added_paragraph_does_not_shift_the_others(self):
        rows = compare(["第一段。", "第二段。"], ["第一段。", "插入的一段文字。", "第二段。"])
        self.assertEqual([row.is_changed for row in rows], [False, True, False])
        self.assertEqual((rows[1].old, text_of(rows[1].new)), ((), "插入的一段文字。"))

    def test_a_changed_paragraph_stands_beside_what_it_was(self):
        rows = compare(["各单位请于十月前提交申报材料。"], ["各单位请于九月前提交申报材料。"])
        self.assertEqual(
            [(text_of(row.old), text_of(row.new)) for row in rows],
            [("各单位请于十月前提交申报材料。", "各单位请于九月前提交申报材料。")],
        )

    def test_a_removed_and_an_unlike_new_paragraph_are_two_rows(self):
        rows = compare(["旧的内容甲乙丙"], ["截然不同之事物"])
        self.assertEqual(len(rows), 2)

    @settings(max_examples=60, deadline=None)
    @given(*[st.lists(st.sampled_from(["甲。", "乙。", "质量月活动开始。", "质量月活动结束。"]), max_size=6)] * 2)
    def test_every_paragraph_of_both_texts_stands_once_in_order(self, old, new):
        rows = compare(old, new)
        self.assertEqual([text_of(row.old) for row in rows if row.old], old)
        self.assertEqual([text_of(row.new) for row in rows if row.new], new)


class RichTextTests(SimpleTestCase):
    def test_structure_pictures_and_links_become_words(self):
        html = (
            '<h2>一、时间</h2><p>见<a href="https://example.org/">此页</a></p><ul><li>甲</li></ul>'
            '<table><tr><td>单位</td><td>名额</td></tr></table><p><img src="/files/3/960.jpg" alt="合影"></p>'
        )
        self.assertEqual(
            paragraphs(html),
            ["# 一、时间", "见此页 <https://example.org/>", "• 甲", "单位 | 名额", "[合影 /files/3/960.jpg]"],
        )

    def test_markup_never_comes_back_as_markup(self):
        self.assertEqual(paragraphs("<p>1 &lt; 2</p>"), ["1 < 2"])
