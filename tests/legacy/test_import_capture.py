import json
import tempfile
from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command
from django.test import TestCase

from legacy.models import Capture, CapturedItem, Repair
from members.models import Activity
from news.models import Article
from notices.models import Notice
from publishing.models import Dossier, StaffNote

SEED = Path(__file__).resolve().parents[2] / "seeds" / "portal-page.txt"

NOTICES = [
    ("decision", "关于发布2025年上海市质量协会质量技术奖获奖名单的决定"),
    ("announcement", "2025年上海市质量品牌故事大赛获奖名单公告"),
    ("notification", "关于举办第三届（2025年度）“上海质量工匠”发布会的通知"),
    ("public_review", "2025年上海市质量协会质量技术奖拟授奖名单公示"),
    ("notification", "关于开展2025年上海市质量管理小组活动的通知"),
    ("notification", "2025年上海市产业质量攻关成果推荐工作启动"),
    ("notification", "关于命名第三届（2025年度）“上海质量工匠”的通知"),
    ("notification", "关于开展2025年上海市“质量信得过班组”活动的通知"),
    ("public_review", "关于第三届（2025年度）“上海质量工匠”候选人的公示"),
    ("notification", "关于2025年上海市质量协会质量技术奖（个人）提名工作的通知"),
]
ACTIVITIES = [
    "上海市质量协会机械大组赴江南造船开展“赞民族工业 品工匠之心”参观交流活动",
    "市质协组织专家赴理事单位沃尔沃建筑设备调研交流",
    "市质协召开会员大组活动策划交流会",
    "企业管理现代化创新成果申报辅导会成功举办",
    "上海市质协成功举办“质量信得过班组建设准则解读与案例解析”在线直播培训",
    "“中国企业品牌创新成果发布活动”上海地区经验分享与推进工作会在线举行",
    "2022年上海市群众性质量活动提升活动推进工作集团型会员企业在线研讨会成功举办",
    "上海市质协举办2021年上海市“质量月”活动——“志愿者进园区”质量惠民服务活动",
]
NEWS = [
    "第25届中国国际工业博览会·质量创新论坛 数字化质量技术研讨会成功举行",
    "“市民看质量”走进民生工程一线 共探城市运行背后的“质量密码”",
    "上海市质量协会召开第八届会长班子第三次会议",
    "2025年智能制造生产现场管理实施指南团体标准实施评价结果审定会顺利召开",
    "上海市质量协会团体标准《生物医药智能制造生产现场管理实施指南》审查会顺利召开",
    "上海市质协召开新单位会员沟通交流会",
]


def run(*arguments):
    output = StringIO()
    call_command("import_capture", *map(str, arguments), stdout=output)
    return output.getvalue()


class SeedTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        run(SEED)

    def titles(self, queryset):
        return list(queryset.values_list("title", flat=True))

    def test_the_notices_stand_in_the_order_of_the_page_with_their_kinds(self):
        self.assertEqual(list(Notice.objects.listed(None).values_list("kind", "title")), NOTICES)

    def test_a_notice_whose_title_tells_no_kind_is_marked_doubtful(self):
        doubtful = StaffNote.objects.filter(code=StaffNote.Code.DOUBTFUL_KIND)
        self.assertEqual([note.dossier.item.title for note in doubtful], ["2025年上海市产业质量攻关成果推荐工作启动"])

    def test_the_activities_stand_in_order_without_their_ordinals(self):
        self.assertEqual(self.titles(Activity.objects.listed(None)), ACTIVITIES)

    def test_an_activity_without_a_known_start_is_a_report_of_the_past(self):
        self.assertEqual({activity.phase for activity in Activity.objects.all()}, {Activity.Phase.PAST})

    def test_the_news_stand_in_the_order_of_the_page(self):
        self.assertEqual(self.titles(Article.objects.listed(None).filter(column__title="最新动态")), NEWS)

    def test_labels_become_data_on_two_axes(self):
        notice = Notice.objects.get(title=NOTICES[0][1])
        self.assertEqual([(label.axis, label.name) for label in notice.dossier.labels.all()], [("region", "上海")])
        activity = Activity.objects.get(title=ACTIVITIES[0])
        self.assertEqual(
            [(label.axis, label.name) for label in activity.dossier.labels.all()], [("topic", "会员大组活动")]
        )

    def test_no_item_claims_a_date_or_has_an_invented_text(self):
        for model in (Article, Notice, Activity):
            self.assertFalse(model.objects.filter(is_dated=True).exists())
        self.assertFalse(Notice.objects.exclude(body="").exists())

    def test_the_lead_article_reads_as_simplified_chinese(self):
        lead = Article.objects.get(column__title="要闻")
        self.assertIn("由上海市质协和市质监局自贸区分局共同组织的质量月升旗仪式", lead.body)
        self.assertIn("代表们庄严宣誓“要为实现‘三个转变’，实施质量强国战略，做出新的、更大的贡献”", lead.body)
        self.assertIn("弘扬一种正能量，弘扬“质量第一”的理念", lead.body)
        self.assertEqual(lead.body.count("<p>"), 6)

    def test_its_headline_is_made_of_words_of_its_first_sentence_and_marked_as_proposed(self):
        lead = Article.objects.get(column__title="要闻")
        self.assertLessEqual(len(lead.title), 40)
        self.assertIn("升旗仪式", lead.title)
        self.assertTrue(lead.dossier.staff_notes.filter(code=StaffNote.Code.PROPOSED_TITLE).exists())

    def test_every_repair_is_logged_with_its_place_and_confidence(self):
        glosses = sum(repair.before.count("(") for repair in Repair.objects.filter(rule="pinyin"))
        self.assertEqual(glosses, 262 - 1)  # one of them stands in the heading 最新動態(tài)
        for repair in Repair.objects.select_related("item"):
            raw = repair.item.raw_text
            self.assertEqual(raw[repair.start : repair.start + len(repair.before)], repair.before)

    def test_the_raw_text_is_kept(self):
        self.assertEqual(Capture.objects.get().raw_text, SEED.read_text("utf-8"))

    def test_a_second_run_changes_nothing(self):
        before = (Dossier.objects.count(), CapturedItem.objects.count(), Repair.objects.count())
        self.assertIn("未作改动", run(SEED))
        self.assertEqual(before, (Dossier.objects.count(), CapturedItem.objects.count(), Repair.objects.count()))

    def test_another_capture_of_the_same_lists_makes_no_second_items(self):
        dossiers = Dossier.objects.count()
        with tempfile.TemporaryDirectory() as folder:
            other = Path(folder) / "other.txt"
            other.write_text(SEED.read_text("utf-8") + "\n\n", "utf-8")
            run(other)
        self.assertEqual((Dossier.objects.count(), Capture.objects.count()), (dossiers, 2))


class ReportTests(TestCase):
    def test_a_dry_run_keeps_nothing_and_reports_the_same(self):
        dry = run(SEED, "--dry-run")
        self.assertEqual(Dossier.objects.count(), 0)
        self.assertEqual(dry.splitlines()[:-1], run(SEED).splitlines())

    def test_the_report_is_written_as_json(self):
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            run(SEED, "--report", report)
            [outcome] = json.loads(report.read_text("utf-8"))
        self.assertEqual(outcome["created"], {"要闻": 1, "通知公告": 10, "会员活动": 8, "最新动态": 6})
        self.assertEqual(outcome["skipped_headings"], [])


class WrongInputTests(TestCase):
    """A clear sentence, and nothing changed."""

    def assert_refused(self, words, data=None, path=None):
        with tempfile.TemporaryDirectory() as folder:
            path = path or Path(folder) / "page.txt"
            if data is not None:
                path.write_bytes(data)
            with self.assertRaisesRegex(CommandError, words):
                run(path)
        self.assertEqual((Capture.objects.count(), Dossier.objects.count()), (0, 0))

    def test_a_file_that_is_no_capture(self):
        self.assert_refused("不是", "你好，世界。\n".encode())

    def test_a_directory(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assert_refused("文件夹", path=Path(folder))

    def test_a_file_that_is_not_there(self):
        self.assert_refused("无法读取", path=Path("/nowhere/page.txt"))

    def test_an_empty_file(self):
        self.assert_refused("空", b"")

    def test_a_file_in_gbk(self):
        self.assert_refused("UTF-8", SEED.read_text("utf-8").encode("gb18030"))

    def test_a_file_of_50_megabytes(self):
        self.assert_refused("MB", b"x" * 50 * 1024 * 1024)

    def test_a_file_cut_within_a_character(self):
        self.assert_refused("截断|不完整", SEED.read_bytes()[:-2])

    def test_a_file_cut_after_a_heading(self):
        text = SEED.read_text("utf-8")
        self.assert_refused("截断|不完整", text[: text.rindex("更多") + 2].encode())

    def test_a_picture(self):
        self.assert_refused("不是|文本", b"\x89PNG\r\n\x1a\n" + bytes(200))

    def test_one_bad_file_among_good_ones_stops_all(self):
        with tempfile.TemporaryDirectory() as folder:
            bad = Path(folder) / "bad.txt"
            bad.write_bytes(b"")
            with self.assertRaises(CommandError):
                run(SEED, bad)
        self.assertEqual(Capture.objects.count(), 0)
