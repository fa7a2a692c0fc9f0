from collections import Counter
from pathlib import Path
from time import process_time
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from hanzi import pinyin, script
from hanzi.repair import repair

SEED = (Path(__file__).parents[2] / "seeds" / "portal-page.txt").read_text(encoding="utf-8")

COMMON = "".join(
    character for character in map(chr, range(0x4E00, 0xA000)) if pinyin.main_reading(character)
).translate(dict.fromkeys(map(ord, script.traditional_only())))
LEGAL = "".join(script.LEGAL_IN_BOTH) + "著瞭藉后里面于云甪龢"

chinese = st.text(alphabet=st.sampled_from(COMMON + LEGAL * 20), min_size=1, max_size=8)
latin = st.sampled_from(
    ["ISO 9001", "CEO", "10:30", "1,000", "3.5%", "https://www.example.org/a?b=1,2;c", "info@example.org", "A/B", "Q&A"]
)
quoted = st.builds("{0[0]}{1}{0[1]}".format, st.sampled_from(["“”", "‘’", "《》", "（）", "【】", "〔〕"]), chinese)
real_brackets = st.builds("{}({})".format, chinese, st.sampled_from(["CEO", "ISO", "GB/T 19001", "kg", "1", "2025"]))
two_phrases = st.builds("{} {}".format, chinese, chinese)
places = st.builds("{}—{}".format, chinese, chinese)
dashed = st.builds("{}——{}".format, chinese, chinese)
clause = st.lists(st.one_of(chinese, chinese, latin, quoted, real_brackets, two_phrases, places, dashed), min_size=1)
sentence = st.builds(
    lambda clauses, end: "，".join(map("".join, clauses)) + end,
    st.lists(clause, min_size=1, max_size=3),
    st.sampled_from(["。", "！", "？", "；", "：", "……", ""]),
)
clean_text = st.lists(sentence, max_size=4).map("\n".join)

GARBLE = list("質協協质量著乾於甪men中文国，,,:;；：？??！!()()（）   \t\u3000\n——-—-“”‘’、。《》【】a1B%'\"·…<&") + [
    "(zhì)",
    "(zhi)",
    "(zhi)(zhi)",
    "(men)",
    "(a)",
    "http://a.b/c",
    "a@b.cn",
    "&nbsp;",
    "--",
    " —",
    "10:30",
    "1,000",
]
garbled_text = st.lists(st.sampled_from(GARBLE), max_size=14).map("".join)

modest = settings(max_examples=150, deadline=None)


def replay(raw, changes):
    """Return ``raw`` with ``changes`` made in it; fail where a change does not describe it."""
    pieces, position = [], 0
    for change in changes:
        assert change.start >= position
        assert raw.startswith(change.before, change.start)
        assert 0 < change.confidence <= 1
        pieces += raw[position : change.start], change.after
        position = change.start + len(change.before)
    return "".join([*pieces, raw[position:]])


class RepairTests(TestCase):
    def assert_repaired(self, raw, expected, **options):
        self.assertEqual(repair(raw, **options).text, expected)

    def assert_untouched(self, *texts):
        for text in texts:
            with self.subTest(text):
                self.assertEqual(repair(text).changes, ())
                self.assertEqual(repair(text).text, text)

    def confidence(self, raw, rule):
        return min(change.confidence for change in repair(raw).changes if change.rule == rule)

    @modest
    @given(clean_text)
    def test_clean_text_passes_through_unchanged(self, text):
        self.assertEqual(repair(text).text, text)
        self.assertEqual(repair(text).changes, ())

    @modest
    @given(st.one_of(garbled_text, st.text(max_size=30)))
    def test_a_repaired_text_is_not_changed_again(self, text):
        repaired = repair(text).text
        self.assertEqual(repair(repaired).text, repaired)
        self.assertEqual(repair(repaired).changes, ())

    @modest
    @given(garbled_text)
    def test_the_changes_replayed_on_the_raw_text_give_the_repaired_one(self, text):
        repaired = repair(text)
        self.assertEqual(replay(text, repaired.changes), repaired.text)

    def test_glosses_with_tones_go(self):
        self.assert_repaired("質(zhì)協(xié)領(lǐng)導(dǎo)", "质协领导")
        self.assert_repaired("战(zhàn)略", "战略")
        self.assert_repaired("綠(lǜ)色生產(cha\u030cn)强(qiáng)", "绿色生产强")

    def test_glosses_without_tones_go_if_they_are_the_reading(self):
        self.assert_repaired("辦(ban)法", "办法")
        self.assert_repaired("证(zheng)(zheng)书", "证书")

    def test_a_gloss_without_tone_is_less_sure_than_one_with_tone(self):
        self.assertLess(self.confidence("辦(ban)法", "pinyin"), self.confidence("辦(bàn)法", "pinyin"))

    def test_another_reading_without_tone_goes_as_a_guess_where_there_are_many(self):
        raw = "機(ji)構(gou)增長(zhang)辦(ban)法"
        self.assert_repaired(raw, "机构增长办法")
        self.assertLessEqual(self.confidence(raw, "pinyin"), 0.5)
        self.assert_repaired("增長(zhang)", "增长(zhang)")

    def test_real_brackets_are_no_glosses(self):
        self.assert_untouched(
            "首席执行官(CEO)", "标准化组织(ISO)", "重量(kg)", "咖啡(café)", "方案(a)", "人员(men)", "型号(xyz)"
        )
        self.assert_repaired("第三屆(2025年度)", "第三届（2025年度）")
        self.assert_repaired("技術獎(個人)", "技术奖（个人）")

    def test_an_author_may_say_how_a_rare_character_is_read(self):
        self.assert_untouched("甪(lù)直古镇")
        self.assert_repaired("甪(lù)直古鎮(zhèn)歡迎領導", "甪直古镇欢迎领导")

    def test_traditional_text_becomes_simplified_by_phrase(self):
        self.assert_repaired("關於質量的決定，皇后與後來，乾燥與乾隆", "关于质量的决定，皇后与后来，干燥与乾隆")

    def test_simplified_text_keeps_characters_that_are_legal_in_both(self):
        self.assert_untouched("乾隆", "著名学者登高瞭望", "慰藉", "毕昇", "樊於期", "台湾和里面的皇后")

    def test_a_name_in_old_characters_stays_in_a_simplified_text(self):
        self.assert_untouched("华为公司发布了以華為两字为标志的质量报告")

    def test_exceptions_keep_their_characters(self):
        self.assert_repaired("錢鍾書談質量", "錢鍾書谈质量", exceptions=["錢鍾書"])
        self.assertEqual(repair("錢鍾書谈质量", exceptions=["錢鍾書"]).changes, ())

    def test_the_particle_zhe_comes_back_as_a_doubtful_change(self):
        self.assert_repaired("伴隨著國旗升起，著名專家執著追求", "伴随着国旗升起，著名专家执着追求")
        self.assertLessEqual(self.confidence("伴隨著國旗升起", "traditional"), 0.7)

    def test_a_conversion_on_little_evidence_is_less_sure(self):
        self.assertLess(self.confidence("質量", "traditional"), self.confidence("質量協會領導", "traditional"))

    def test_ascii_marks_between_chinese_become_full_width(self):
        self.assert_repaired("会议时间:10:30,地点:上海;欢迎!好吗?", "会议时间：10:30，地点：上海；欢迎！好吗？")
        self.assert_repaired("“质量第一”,“安全第一”!", "“质量第一”，“安全第一”！")
        self.assert_repaired(
            "通过ISO 9001,增长50%,创新(个人),发布(ISO),试点", "通过ISO 9001，增长50%，创新（个人），发布(ISO)，试点"
        )

    def test_marks_of_numbers_latin_and_addresses_stay(self):
        self.assert_untouched(
            "共1,000人，10:30开始",
            "使用Python, Django等",
            "雅虎Yahoo!公司",
            "“Yes, we can!”他说",
            "网站http://www.example.org/?a=1,2;b质量",
            "邮箱a.b@example.org",
            "The word 质量, meaning quality",
            "见&nbsp;质量",
        )
        self.assert_untouched("We visited Shanghai (上海), Beijing (北京) and others.")

    def test_lost_bytes_are_not_taken_for_questions(self):
        self.assert_untouched("会议??疾旖M")
        self.assertLessEqual(self.confidence("上海?质量", "punctuation"), 0.5)

    def test_nested_brackets_are_made_full_width_together(self):
        self.assert_repaired("名单(第一批(个人))公布", "名单（第一批（个人））公布")

    def test_doubled_commas_become_one(self):
        self.assert_repaired("正能量,,弘扬", "正能量，弘扬")
        self.assert_repaired("正能量，, ，弘扬", "正能量，弘扬")
        self.assert_untouched("a,,b")

    def test_a_broken_dash_is_whole_again(self):
        self.assert_repaired("活动 —“志愿者进园区”", "活动——“志愿者进园区”")
        self.assert_repaired("质量月--志愿者", "质量月——志愿者")
        self.assert_untouched("上海—北京", "2020—2025年", "活动——“志愿者”")

    def test_stray_spaces_at_marks_go(self):
        self.assert_repaired("质量 ，安全， 效益（ 个人 ）", "质量，安全，效益（个人）")

    def test_a_space_between_phrases_stays(self):
        self.assert_untouched("“赞民族工业 品工匠之心”参观", "质量创新论坛 数字化质量技术研讨会", "一线 “质量密码”")

    def test_a_repaired_text_can_be_empty(self):
        self.assert_untouched("", "\n", " ")


class SeedTests(TestCase):
    def setUp(self):
        self.repaired = repair(SEED)

    def test_all_glosses_are_removed(self):
        removed = [change for change in self.repaired.changes if change.rule == "pinyin"]
        self.assertEqual(len(removed), 262)
        self.assertEqual({change.after for change in removed}, {""})

    def test_the_two_kinds_of_real_brackets_remain(self):
        brackets = Counter(part.split("）")[0] for part in self.repaired.text.split("（")[1:])
        self.assertEqual(brackets, {"2025年度": 3, "个人": 1})
        self.assertNotIn("(", self.repaired.text)

    def test_no_traditional_character_is_left(self):
        self.assertEqual(set(self.repaired.text) & script.traditional_only(), set())
        self.assertEqual(script.to_simplified().convert(self.repaired.text), self.repaired.text)

    def test_the_lead_reads_as_sound_chinese(self):
        self.assertTrue(
            self.repaired.text.strip().startswith(
                "8月29日上午，由上海市质协和市质监局自贸区分局共同组织的质量月升旗仪式在中国上海自由贸易试验区举行。"
            )
        )
        self.assertIn("弘扬一种正能量，弘扬“质量第一”的理念。", self.repaired.text)
        self.assertIn("“质量月”活动——“志愿者进园区”", self.repaired.text)
        self.assertIn("“赞民族工业 品工匠之心”", self.repaired.text)
        self.assertNotRegex(self.repaired.text, r"[,;:?!]")

    def test_the_changes_are_exact_and_none_is_a_guess(self):
        self.assertEqual(replay(SEED, self.repaired.changes), self.repaired.text)
        self.assertGreaterEqual(min(change.confidence for change in self.repaired.changes), 0.8)

    def test_its_repair_is_clean(self):
        self.assertEqual(repair(self.repaired.text).changes, ())

    def test_each_line_repairs_as_it_does_in_the_whole(self):
        self.assertEqual("\n".join(repair(line).text for line in SEED.split("\n")), self.repaired.text)

    def test_a_megabyte_takes_less_than_two_seconds(self):
        text = SEED * (1_000_000 // len(SEED.encode()) + 1)
        started = process_time()
        repair(text)
        self.assertLess(process_time() - started, 2)

    def test_hostile_text_takes_no_quadratic_time(self):
        for piece in ("(", "(中", "中)", ",", " ", "“ ", "質(zhì)", "(zhi)", "http://", "a.", "&a", "--", "?"):
            started = process_time()
            repair("中" + piece * (200_000 // len(piece)) + "中")
            self.assertLess(process_time() - started, 3, piece)


class PinyinTests(TestCase):
    def test_syllables_start_in_the_order_of_the_table(self):
        self.assertEqual(pinyin._codes, sorted(pinyin._codes))

    def test_common_characters_have_the_reading_they_are_sorted_under(self):
        for character, reading in {"质": "zhi", "协": "xie", "啊": "a", "座": "zuo", "绿": "lü", "女": "nü"}.items():
            self.assertEqual(pinyin.main_reading(character), reading)
        self.assertIsNone(pinyin.main_reading("甪"))
        self.assertIsNone(pinyin.main_reading("質"))
        self.assertIsNone(pinyin.main_reading("a"))
