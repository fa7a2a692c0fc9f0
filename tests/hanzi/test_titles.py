from pathlib import Path
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from hanzi.repair import repair
from hanzi.titles import first_sentence, split_label

SEED = (Path(__file__).parents[2] / "seeds" / "portal-page.txt").read_text(encoding="utf-8")


class SplitLabelTests(TestCase):
    def test_labels_are_taken_off_the_front(self):
        self.assertEqual(split_label("【上海】关于评选的通知"), (["上海"], "关于评选的通知"))
        self.assertEqual(split_label("【上海】【 通知 】 关于评选"), (["上海", "通知"], "关于评选"))

    def test_brackets_inside_a_title_stay(self):
        self.assertEqual(split_label("关于【上海】的通知"), ([], "关于【上海】的通知"))

    def test_a_title_of_labels_alone_stays_whole(self):
        self.assertEqual(split_label("【上海】"), ([], "【上海】"))

    def test_a_glued_ordinal_goes_at_its_position(self):
        self.assertEqual(split_label("01【会员大组活动】参观", 1), (["会员大组活动"], "参观"))
        self.assertEqual(split_label("02市质协组织专家", 2), ([], "市质协组织专家"))
        self.assertEqual(split_label("072022年上海市活动", 7), ([], "2022年上海市活动"))
        self.assertEqual(split_label("12【会员活动】参观", 12), (["会员活动"], "参观"))
        self.assertEqual(split_label("1212月质量月", 12), ([], "12月质量月"))
        self.assertEqual(split_label("202025年活动", 20), ([], "2025年活动"))

    def test_a_number_of_the_title_stays(self):
        self.assertEqual(split_label("2022年上海市活动", 7), ([], "2022年上海市活动"))
        self.assertEqual(split_label("2025年活动", 20), ([], "2025年活动"))
        self.assertEqual(split_label("12月质量月", 12), ([], "12月质量月"))
        self.assertEqual(split_label("12家企业参加", 12), ([], "12家企业参加"))
        self.assertEqual(split_label("02市质协组织专家"), ([], "02市质协组织专家"))
        self.assertEqual(split_label("03", 3), ([], "03"))


class FirstSentenceTests(TestCase):
    def test_the_lead_of_the_seed_gives_a_headline(self):
        headline = first_sentence(repair(SEED).text)
        self.assertEqual(headline.text, "质量月升旗仪式在中国上海自由贸易试验区举行")
        self.assertEqual(headline.dropped, ("8月29日上午，", "由上海市质协和市质监局自贸区分局共同组织的"))

    def test_a_short_sentence_is_its_own_headline(self):
        self.assertEqual(first_sentence("市质协召开交流会。会后参观。"), ("市质协召开交流会", ()))

    def test_a_leading_date_is_left_out(self):
        for date in ("8月29日", "近日，", "2025年9月3日至5日，", "9月1日（周一）下午，", "9月上旬，"):
            self.assertEqual(first_sentence(f"{date}市质协召开交流会。"), ("市质协召开交流会", (date,)))

    def test_a_year_that_belongs_to_a_name_stays(self):
        self.assertEqual(first_sentence("2025年质量创新论坛举行。").text, "2025年质量创新论坛举行")

    def test_an_agent_stays_if_little_else_is_left(self):
        self.assertEqual(first_sentence("由市质协组织的会议召开。").text, "由市质协组织的会议召开")

    def test_purpose_and_occasion_go_when_the_sentence_is_too_long(self):
        headline = first_sentence(
            "为进一步提升制造业企业的质量管理水平，推动产业链供应链质量联动提升，9月3日，市质协召开会员大组活动交流会，"
            "来自机械、电子等大组的代表参加了会议。"
        )
        self.assertEqual(headline.text, "市质协召开会员大组活动交流会，来自机械、电子等大组的代表参加了会议")

    def test_last_clauses_go_when_the_sentence_is_too_long(self):
        headline = first_sentence("市质协召开会员大组活动策划交流会，来自机械、电子等大组的代表参加了会议。", limit=20)
        self.assertEqual(headline, ("市质协召开会员大组活动策划交流会", ("来自机械、电子等大组的代表参加了会议",)))

    def test_a_clause_that_is_too_long_is_cut_between_words_and_marked(self):
        headline = first_sentence("上海市质量协会团体标准《生产现场管理实施指南》审查会在会议中心顺利召开", limit=30)
        self.assertEqual(headline.text, "上海市质量协会团体标准《生产现场管理实施指南》审查会在会议…")

    def test_stops_and_commas_in_a_quotation_end_nothing(self):
        self.assertEqual(
            first_sentence("他说：“质量，是生命。我们努力。”会议开始。").text,
            "他说：“质量，是生命。我们努力。”会议开始",
        )

    def test_nothing_gives_nothing(self):
        self.assertEqual(first_sentence(" \n"), ("", ()))

    @settings(max_examples=150, deadline=None)
    @given(
        st.lists(
            st.sampled_from("8月29日， 由 市质协 组织的 为 提升质量 会议召开 ， ； 。 “ ” （ ） …".split()),
            max_size=20,
        ).map("".join),
        st.integers(min_value=8, max_value=40),
    )
    def test_a_headline_fits_and_adds_no_word(self, text, limit):
        headline = first_sentence(text, limit)
        self.assertLessEqual(len(headline.text), limit)
        self.assertIn(headline.text.removesuffix("…"), text)
        for part in headline.dropped:
            self.assertIn(part, text)
