import re
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from hanzi.phrases import phrases


def marked(title):
    """Return ``title`` as its phrases, with | between words and ‖ between segments."""
    return "‖".join("|".join(words) for words in phrases(title))


class PhrasesTests(TestCase):
    def test_a_space_between_phrases_parts_segments(self):
        self.assertEqual(
            marked("第25届中国国际工业博览会·质量创新论坛 数字化质量技术研讨会成功举行"),
            "第25届|中国|国际|工业|博览会·|质量|创新|论坛‖数字化|质量|技术|研讨会|成功|举行",
        )

    def test_a_space_beside_latin_parts_nothing(self):
        self.assertEqual(marked("ISO 9001质量管理"), "ISO |9001|质量|管理")

    def test_numbers_keep_their_measure(self):
        self.assertEqual(marked("2025年上海市质量月"), "2025年|上海市|质量月")
        self.assertEqual(marked("8月29日上午10:30开幕"), "8月29日|上午|10:30|开幕")
        self.assertEqual(marked("1,000人参加"), "1,000人|参加")

    def test_marks_stay_with_their_word(self):
        self.assertEqual(
            marked("关于举办第三届（2025年度）“上海质量工匠”发布会的通知"),
            "关于|举办|第三届|（2025年度）|“上海|质量|工匠”|发布会的|通知",
        )
        self.assertEqual(
            marked("上海市质协举办“质量月”活动——“志愿者进园区”质量惠民服务活动"),
            "上海市|质协|举办|“质量月”|活动——|“志愿者|进园区”|质量|惠民|服务|活动",
        )

    def test_particles_lean_on_a_neighbour(self):
        self.assertEqual(marked("城市运行背后的“质量密码”"), "城市|运行|背后的|“质量|密码”")
        self.assertEqual(marked("准则解读与案例解析"), "准则|解读|与案例|解析")

    def test_nothing_gives_no_segment(self):
        self.assertEqual(phrases(""), [])
        self.assertEqual(phrases("  "), [])

    @settings(max_examples=150, deadline=None)
    @given(st.text(alphabet=list("上海市质量协会的了在与2025年第 “”（）《》【】，：——·ISO\u3000"), max_size=25))
    def test_the_words_together_are_the_title(self, title):
        segments = phrases(title)
        for words in segments:
            self.assertTrue(words and all(words))
        self.assertEqual(
            re.sub(r"\s", "", "".join("".join(words) for words in segments)),
            re.sub(r"\s", "", title),
        )

    @settings(max_examples=150, deadline=None)
    @given(st.text(alphabet=list("上海市质量协会的了在与2025年“”（）《》，"), min_size=1, max_size=25))
    def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(self, title):
        for words in phrases(title):
            for word in words[1:]:
                self.assertNotIn(word[0], "”）》，")
            for word in words[:-1]:
                self.assertNotIn(word[-1], "“（《")
