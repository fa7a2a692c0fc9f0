"""Organisations and people from a table: checked row by row, imported as shown, and undone."""

import io
import zipfile
from datetime import date, datetime
from time import monotonic
from unittest import mock

from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from accounts.models import ReaderGroup, User
from audit.actions import Action
from audit.models import Entry
from members.importing import applying, inviting, reading
from members.importing.columns import COLUMNS
from members.models import Affiliation, ImportBatch, ImportRow, MembershipPeriod, Organisation
from publishing import content_version, roles
from tests.factories import (
    make_affiliation,
    make_council_seat,
    make_council_term,
    make_credit_code,
    make_member_group,
    make_organisation,
    make_staff,
    make_user,
)

UPLOAD = reverse("admin:members_importbatch_add")
HEADINGS = [column.heading for column in COLUMNS]
Kind = ImportRow.Kind


def csv_of(*rows, headings=("单位名称", "统一社会信用代码", "行业", "姓名", "手机", "角色"), encoding="utf-8-sig"):
    lines = [",".join(headings), *(",".join(row) for row in rows)]
    return SimpleUploadedFile("样例.csv", "\r\n".join(lines).encode(encoding))


def xlsx_of(*rows, headings=("单位名称", "行业"), change=None):
    book = Workbook()
    sheet = book.active
    for row in (headings, *rows):
        sheet.append(list(row))
    if change:
        change(sheet)
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile("样例.xlsx", file.getvalue())


def repacked(upload, replace):
    """Return the package ``upload`` with the parts of ``replace`` ({name: bytes}) instead of its own."""
    file = io.BytesIO()
    with zipfile.ZipFile(upload) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, replace.get(part.filename, old.read(part)))
    return SimpleUploadedFile("样例.xlsx", file.getvalue())


def sheet_with(rows, headings="<row r='1'><c t='inlineStr'><is><t>单位名称</t></is></c></row>"):
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = f"<?xml version='1.0' encoding='UTF-8'?><worksheet xmlns='{main}'><dimension ref='A1:A1048576'/><sheetData>{headings}{rows}</sheetData></worksheet>"
    return repacked(xlsx_of(), {"xl/worksheets/sheet1.xml": text.encode()})


class ImportTestCase(TestCase):
    def setUp(self):
        self.staff = make_staff(roles.ADMINISTRATOR)

    def check(self, upload):
        return applying.check(upload, self.staff)

    def row(self, batch, number=2):
        return batch.rows.get(number=number)

    def apply(self, upload):
        batch = self.check(upload)
        applying.apply(batch, self.staff)
        batch.refresh_from_db()
        return batch

    def assert_refused(self, row, key, sentence):
        self.assertEqual((row.kind, [fault[0] for fault in row.faults]), (Kind.REFUSED, [key]), row.faults)
        self.assertIn(sentence, row.faults[0][1])


class ReadingTests(ImportTestCase):
    def refusal(self, upload):
        before = Organisation.objects.count(), ImportBatch.objects.count()
        with self.assertRaises(reading.Unreadable) as caught:
            self.check(upload)
        self.assertEqual((Organisation.objects.count(), ImportBatch.objects.count()), before)
        return caught.exception.messages[0]

    def test_csv_in_each_code_is_read(self):
        for encoding in ("utf-8", "utf-8-sig", "gb18030"):
            [row] = self.check(csv_of(["样例钢厂", "", "冶金"], encoding=encoding)).rows.all()
            self.assertEqual(row.values, {"name": "样例钢厂", "industry": "冶金"})

    def test_dates_of_excel_and_dates_as_text_are_the_same(self):
        headings = ("单位名称", "会员期第一天")
        spellings = [
            datetime(2026, 1, 31),
            date(2026, 1, 31),
            "2026-01-31",
            "2026/1/31",
            "2026年1月31日",
            "2026.1.31",
            "20260131",
            20260131,
        ]
        batch = self.check(
            xlsx_of(*[[f"样例单位{number}", day] for number, day in enumerate(spellings)], headings=headings)
        )
        self.assertEqual({tuple(row.plan["period"]) for row in batch.rows.all()}, {("2026-01-31", None)})

    def test_a_telephone_that_excel_took_for_a_number_is_read_as_one(self):
        batch = self.check(xlsx_of(["样例厂", "样例人", 13800000000.0], headings=("单位名称", "姓名", "手机")))
        self.assertEqual(self.row(batch).plan["creates_person"]["phone"], "13800000000")

    def test_a_formula_is_refused_in_its_cell_and_never_computed(self):
        for upload in (xlsx_of(["样例厂", "=1+1"]), csv_of(["样例厂", "", "=1+1"])):
            self.assert_refused(self.row(self.check(upload)), "industry", "单元格是公式")

    def test_an_error_of_excel_is_refused_in_its_cell(self):
        self.assert_refused(self.row(self.check(xlsx_of(["样例厂", "#N/A"]))), "industry", "#N/A")

    def test_wrong_columns_are_named(self):
        self.assertIn("单位名称", self.refusal(xlsx_of(["x"], headings=("公司",))))
        self.assertIn("公司", self.refusal(xlsx_of(["x", "y"], headings=("单位名称", "公司"))))
        self.assertIn("行业", self.refusal(xlsx_of(["x", "y", "z"], headings=("单位名称", "行业", "行业"))))

    def test_what_stands_beside_the_table_is_refused(self):
        batch = self.check(xlsx_of(["样例厂", "化工", "多余"]))
        self.assert_refused(self.row(batch), "row", "多余")

    def test_merged_cells_are_refused(self):
        self.assertIn(
            "合并",
            self.refusal(xlsx_of(["样例厂", "化工"], ["", "化工"], change=lambda sheet: sheet.merge_cells("A2:A3"))),
        )

    def test_a_million_empty_rows_are_passed_over_quickly(self):
        rows = "<row r='2'><c t='inlineStr'><is><t>样例厂</t></is></c></row>" + "".join(
            f"<row r='{number}'/>" for number in range(3, 1_000_001)
        )
        upload = sheet_with(rows)
        begun = monotonic()
        batch = self.check(upload)
        self.assertLess(monotonic() - begun, 5)
        self.assertEqual(batch.rows.count(), 1)
        self.assertTrue(batch.is_cut)

    def test_a_row_that_says_it_is_the_billionth_costs_nothing(self):
        begun = monotonic()
        batch = self.check(
            sheet_with(
                "<row r='2'><c t='inlineStr'><is><t>样例厂</t></is></c></row><row r='999999999'><c><v>1</v></c></row>"
            )
        )
        self.assertLess(monotonic() - begun, 5)
        self.assertTrue(batch.is_cut)

    def test_more_rows_than_a_batch_takes_are_refused(self):
        with mock.patch.object(reading, "MOST_LINES", 2):
            self.assertIn("超过 2 行", self.refusal(xlsx_of(["甲"], ["乙"], ["丙"])))

    def test_broken_foreign_and_hostile_files_are_refused_in_words(self):
        good = xlsx_of(["样例厂", "化工"])
        whole = good.read()
        entities = b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>]><worksheet/>"
        bomb = repacked(good, {"xl/styles.xml": b" " * (reading.MOST_PART_BYTES + 1)})
        large_bomb = repacked(good, {"xl/worksheets/sheet1.xml": b" " * (reading.MOST_UNPACKED_BYTES + 1)})
        for content, sentence in (
            (b"", "空"),
            (whole[:500], "已损坏"),
            (b"PK\x03\x04" + b"x" * 500, "已损坏"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
            (b"%PDF-1.7 \0\0", "不是表格"),
            ("单位名称\r\n样例".encode("utf-16"), "UTF-16"),
            (b"\xff\xff\xff\x80", "编码"),
            ('单位名称\r\n"样例'.encode(), "引号"),
            ("单位名称".encode(), "没有内容"),
            (b"\r\n\r\n", "表头"),
            (b"x" * (reading.MOST_BYTES + 1), "5 MB"),
            (bomb.read(), "解压"),
            (large_bomb.read(), "解压"),
            (repacked(good, {"xl/worksheets/sheet1.xml": entities}).read(), "Excel 不会写入"),
            (repacked(good, {"xl/worksheets/sheet1.xml": b"<broken"}).read(), "已损坏"),
            (repacked(good, {"xl/workbook.xml": b"<x/>"}).read(), "已损坏"),
        ):  # fmt: skip
            with self.subTest(sentence=sentence, begin=content[:20]):
                self.assertIn(sentence, self.refusal(SimpleUploadedFile("x.xlsx", content)))

    def test_the_templates_are_read_and_their_sample_row_is_left_out(self):
        self.client.force_login(self.staff)
        for format in ("xlsx", "csv"):
            answer = self.client.get(reverse("admin:members_importbatch_template", args=[format]))
            batch = self.check(SimpleUploadedFile(f"t.{format}", answer.content))
            self.assert_refused(self.row(batch), "name", "示例行")
        sheet = load_workbook(io.BytesIO(self.client.get(UPLOAD.replace("add/", "template.xlsx")).content)).active
        self.assertEqual([cell.value for cell in sheet[1]], HEADINGS)


class PlanningTests(ImportTestCase):
    def test_checking_writes_nothing_but_the_check(self):
        version = content_version.current()
        self.check(csv_of(["样例厂", make_credit_code(), "化工", "样例人", "13800000000", "主要联系人"]))
        self.assertEqual((Organisation.objects.count(), User.objects.filter(phone="13800000000").count()), (0, 0))
        self.assertEqual(content_version.current(), version)

    def test_rows_are_new_changed_unchanged_or_refused(self):
        kept = make_organisation(name="样例不变厂", industry="化工")
        make_organisation(name="样例变化厂", industry="化工")
        batch = self.check(
            csv_of(["样例新厂"], [kept.name, "", "化工"], ["样例变化厂", "", "冶金"], ["样例错厂", "123"])
        )
        self.assertEqual([row.kind for row in batch.rows.all()], [Kind.NEW, Kind.UNCHANGED, Kind.CHANGED, Kind.REFUSED])

    def test_an_organisation_is_known_by_its_code_and_else_by_its_name(self):
        coded = make_organisation(name="样例旧名", credit_code=make_credit_code())
        named = make_organisation(name="样例无码厂")
        code = make_credit_code()
        batch = self.check(
            csv_of(["样例新名", coded.credit_code], [named.name, code], [coded.name, make_credit_code()])
        )
        rows = list(batch.rows.all())
        self.assertEqual(rows[0].plan["sets"], {"name": ["样例旧名", "样例新名"], "former_names": ["", "样例旧名"]})
        self.assertEqual(rows[1].plan["sets"], {"credit_code": ["", code]})
        self.assert_refused(rows[2], "credit_code", coded.credit_code)

    def test_a_name_that_differs_by_width_or_brackets_alone_is_refused(self):
        make_organisation(name="样例（上海）厂")
        self.assert_refused(self.row(self.check(csv_of(["样例(上海)厂"]))), "name", "样例（上海）厂")

    def test_bad_cells_are_told_by_their_column(self):
        headings = (
            "单位名称",
            "会员级别",
            "会员大组",
            "入会日期",
            "会员期第一天",
            "会员期最后一天",
            "网站",
            "单位邮箱",
        )
        for position, text, key in (
            (1, "金牌", "level"), (2, "没有的组", "member_group"), (3, "昨天", "joined_on"), (4, "2026-13-01", "first_on"),
            (5, "2026-01-01", "first_on"), (6, "不是网址 x", "website"), (7, "x", "email"),
        ):  # fmt: skip
            cells = ["样例厂", *[""] * 7]
            cells[position] = text
            row = self.row(self.check(csv_of(cells, headings=headings)))
            self.assertEqual([fault[0] for fault in row.faults], [key], text)

    def test_a_period_that_shares_days_is_refused_and_the_same_one_is_no_change(self):
        organisation = make_organisation(name="样例厂", period=(date(2026, 1, 1), date(2026, 12, 31)))
        headings = ("单位名称", "会员期第一天", "会员期最后一天")
        batch = self.check(
            csv_of(["样例厂", "2026-01-01", "2026-12-31"], ["样例厂", "2026-12-31", "2027-12-31"], ["样例厂", "2027-01-01", "2027-12-31"], headings=headings)
        )  # fmt: skip
        rows = list(batch.rows.all())
        self.assertEqual([row.kind for row in rows], [Kind.UNCHANGED, Kind.REFUSED, Kind.CHANGED])
        applying.apply(batch, self.staff)
        self.assertEqual(organisation.periods.count(), 2)

    def test_a_person_is_known_by_phone_or_mail_and_never_renamed(self):
        make_user(name="样例张三", phone="13800000001", email="zhang@example.org")
        headings = ("单位名称", "姓名", "手机", "个人邮箱")
        batch = self.check(
            csv_of(
                ["样例厂", "样例张三", "+86 138-0000-0001"],
                ["样例厂", "样例李四", "13800000001"],
                ["样例厂", "样例张三", "", "ZHANG@example.org"],
                ["样例厂", "样例张三", "13800000001", "other@example.org"],
                ["样例厂", "样例王五"],
                headings=headings,
            )
        )
        rows = list(batch.rows.all())
        self.assertEqual(
            [row.kind for row in rows], [Kind.NEW, Kind.REFUSED, Kind.UNCHANGED, Kind.REFUSED, Kind.REFUSED]
        )
        self.assertIn("样例张三", rows[1].faults[0][1])

    def test_an_organisation_has_one_main_contact(self):
        organisation = make_organisation(name="样例厂")
        make_affiliation(organisation, role="contact")
        row = self.row(self.check(csv_of(["样例厂", "", "", "样例人", "13800000000", "主要联系人"])))
        self.assert_refused(row, "role", "已有主要联系人")

    def test_further_rows_of_a_refused_organisation_are_refused(self):
        batch = self.check(csv_of(["样例厂", "123"], ["样例厂", "", "", "样例人", "13800000000"]))
        self.assert_refused(self.row(batch, 3), "name", "第 2 行")

    def test_more_rows_cost_a_constant_number_of_queries(self):
        with CaptureQueriesContext(connection) as for_one:
            self.check(csv_of(["样例厂", "", "", "样例人", "13800000000"]))
        many = [[f"样例厂{number}", "", "", f"样例人{number}", f"138000001{number:02d}"] for number in range(90)]
        with self.assertNumQueries(len(for_one)):
            self.check(csv_of(*many))


class ApplyingTests(ImportTestCase):
    def test_it_does_what_was_shown_and_readers_follow_and_nobody_is_mailed(self):
        group, code = make_member_group(name="样例大组"), make_credit_code()
        headings = (
            "单位名称",
            "统一社会信用代码",
            "会员级别",
            "会员大组",
            "会员期第一天",
            "网站",
            "姓名",
            "手机",
            "角色",
        )
        batch = self.apply(
            csv_of(
                [
                    "样例厂",
                    code,
                    "高级会员",
                    "样例大组",
                    "2026-01-01",
                    "example.org",
                    "样例甲",
                    "13800000001",
                    "主要联系人",
                ],
                ["样例厂", "", "", "", "", "", "样例乙", "13800000002", ""],
                headings=headings,
            )
        )
        organisation = Organisation.objects.get()
        self.assertEqual(
            (organisation.credit_code, organisation.level, organisation.member_group, organisation.website),
            (code, "senior", group, "https://example.org"),
        )
        self.assertTrue(organisation.member_number.startswith("2026"))
        roles_held = dict(Affiliation.objects.values_list("user__name", "role"))
        self.assertEqual(roles_held, {"样例甲": "contact", "样例乙": "other"})
        user = User.objects.get(phone="13800000001")
        self.assertFalse(user.has_usable_password())
        names = set(ReaderGroup.objects.for_reader(user, timezone.localdate()).values_list("name", flat=True))
        self.assertEqual(names, {"全体会员", "样例大组"})
        entry = Entry.objects.get(action=Action.IMPORTED)
        self.assertEqual((entry.by, entry.facts["batch"], entry.facts["rows"]), (self.staff, batch.pk, 2))
        self.assertEqual(mail.outbox, [])

    def test_a_row_whose_data_changed_meanwhile_is_refused_and_the_others_are_imported(self):
        make_organisation(name="样例甲厂", industry="化工")
        batch = self.check(csv_of(["样例甲厂", "", "冶金"], ["样例乙厂", "", "冶金"], ["样例丙厂", "", "冶金"]))
        Organisation.objects.filter(name="样例甲厂").update(industry="纺织")
        make_organisation(name="样例乙厂")
        self.assertEqual(applying.apply(batch, self.staff), (1, 2))
        self.assertEqual(dict(Organisation.objects.values_list("name", "industry")),
                         {"样例甲厂": "纺织", "样例乙厂": "", "样例丙厂": "冶金"})  # fmt: skip
        self.assertIn("数据已有变化", self.row(batch, 2).remark)

    def test_a_batch_is_imported_once(self):
        batch = self.apply(csv_of(["样例厂"]))
        with self.assertRaises(applying.NotPossible):
            applying.apply(batch, self.staff)

    def test_a_failure_in_the_middle_leaves_nothing(self):
        batch = self.check(csv_of(["样例甲厂"], ["样例乙厂"]))
        with (
            mock.patch("members.importing.applying.audit.record", side_effect=RuntimeError),
            self.assertRaises(RuntimeError),
        ):
            applying.apply(batch, self.staff)
        batch.refresh_from_db()
        self.assertEqual((Organisation.objects.count(), batch.state), (0, batch.State.CHECKED))

    def test_the_same_new_person_may_serve_two_organisations(self):
        self.apply(csv_of(["样例甲厂", "", "", "样例人", "13800000000"], ["样例乙厂", "", "", "样例人", "13800000000"]))
        self.assertEqual(User.objects.get(phone="13800000000").affiliations.count(), 2)


class UndoingTests(ImportTestCase):
    def undo(self, batch):
        return applying.undo(batch, self.staff)

    def test_everything_is_as_before(self):
        changed = make_organisation(name="样例老厂", industry="化工", joined_on=date(2012, 3, 1))
        colleague = make_user(name="样例同事", phone="13800000009")
        affiliation = make_affiliation(changed, colleague)
        before = (
            list(Organisation.objects.values()),
            list(MembershipPeriod.objects.values()),
            list(User.objects.values()),
        )
        batch = self.apply(
            csv_of(
                ["样例新厂", make_credit_code(), "冶金", "样例甲", "13800000001", "主要联系人"],
                ["样例老厂", make_credit_code(), "冶金", "样例同事", "13800000009", "主要联系人"],
                ["样例老厂", "", "", "样例乙", "13800000002", ""],
            )
        )
        self.assertEqual(self.undo(batch), (3, 0))
        after = (
            list(Organisation.objects.values()),
            list(MembershipPeriod.objects.values()),
            list(User.objects.values()),
        )
        self.assertEqual(after, before)
        affiliation.refresh_from_db()
        self.assertEqual((affiliation.role, Affiliation.objects.count()), ("other", 1))
        self.assertTrue(Entry.objects.filter(action=Action.IMPORT_UNDONE).exists())

    def test_who_was_imported_reads_no_longer(self):
        organisation = make_organisation(name="样例厂")
        user = make_user(name="样例人", phone="13800000000")
        batch = self.apply(csv_of(["样例厂", "", "", "样例人", "13800000000"]))
        self.assertTrue(ReaderGroup.objects.for_reader(user, timezone.localdate()).exists())
        self.undo(batch)
        self.assertFalse(ReaderGroup.objects.for_reader(user, timezone.localdate()).exists())
        self.assertTrue(Organisation.objects.filter(pk=organisation.pk).exists())

    def test_rows_that_were_changed_or_built_upon_since_are_left_whole(self):
        make_organisation(name="样例改厂", industry="化工")
        batch = self.apply(
            csv_of(
                ["样例改厂", "", "冶金", "样例甲", "13800000001"],
                ["样例席位厂", "", "冶金"],
                ["样例登录厂", "", "", "样例乙", "13800000002"],
                ["样例可撤厂", "", "冶金"],
            )
        )
        Organisation.objects.filter(name="样例改厂").update(industry="纺织")
        make_council_seat(Organisation.objects.get(name="样例席位厂"), make_council_term())
        User.objects.filter(phone="13800000002").update(last_login=timezone.now())
        self.assertEqual(self.undo(batch), (1, 3))
        self.assertEqual(
            set(Organisation.objects.values_list("name", flat=True)), {"样例改厂", "样例席位厂", "样例登录厂"}
        )
        self.assertEqual(Organisation.objects.get(name="样例改厂").affiliations.count(), 1)  # never half a row
        self.assertEqual(User.objects.filter(phone__in=["13800000001", "13800000002"]).count(), 2)
        self.assertTrue(all(row.remark for row in batch.rows.filter(undone_at__isnull=True)))

    def test_a_period_that_was_cut_short_is_left(self):
        headings = ("单位名称", "会员期第一天")
        make_organisation(name="样例厂", period=None)
        batch = self.apply(csv_of(["样例厂", "2026-01-01"], headings=headings))
        MembershipPeriod.objects.update(last_on=date(2026, 6, 30))
        self.assertEqual(self.undo(batch), (0, 1))

    def test_only_what_was_imported_is_undone_and_once(self):
        checked = self.check(csv_of(["样例厂"]))
        with self.assertRaises(applying.NotPossible):
            self.undo(checked)
        applying.apply(checked, self.staff)
        self.undo(checked)
        with self.assertRaises(applying.NotPossible):
            self.undo(checked)


class InvitingTests(ImportTestCase):
    def test_invitations_go_out_when_staff_say_so_to_those_who_can_get_them(self):
        headings = ("单位名称", "姓名", "手机", "个人邮箱")
        batch = self.apply(
            csv_of(["样例厂", "样例甲", "", "jia@example.org"], ["样例厂", "样例乙", "13800000002"], headings=headings)
        )
        self.assertEqual([len(people) for people in inviting.awaiting(batch)], [1, 1])
        with self.captureOnCommitCallbacks(execute=True):
            self.assertEqual(inviting.invite_all(batch, self.staff), 1)
        self.assertEqual(Entry.objects.get(action=Action.INVITED).facts["count"], 1)
        with self.assertRaises(applying.NotPossible):
            inviting.invite_all(self.check(csv_of(["样例二厂"])), self.staff)


class PageTests(ImportTestCase):
    def setUp(self):
        super().setUp()
        self.client.force_login(self.staff)

    def post(self, batch, verb):
        return self.client.post(reverse("admin:members_importbatch_verb", args=[batch.pk, verb]), follow=True)

    def test_a_table_goes_through_upload_check_import_and_undo(self):
        answer = self.client.post(UPLOAD, {"table": csv_of(["样例厂", "", "化工"], ["样例错厂", "123"])}, follow=True)
        self.assertContains(answer, "目前没有改动任何数据")
        self.assertContains(answer, "统一社会信用代码：")
        batch = ImportBatch.objects.get()
        asked = self.client.get(reverse("admin:members_importbatch_verb", args=[batch.pk, "import"]))
        self.assertContains(asked, "新增 1 行，修改 0 行，无变化 0 行，不能导入 1 行")
        self.assertEqual(Organisation.objects.count(), 0)
        self.assertContains(self.post(batch, "import"), "已导入 1 行。")
        self.assertEqual(Organisation.objects.get().name, "样例厂")
        self.assertContains(self.post(batch, "import"), "已经完成")
        self.assertContains(self.post(batch, "undo"), "已撤销 1 行。")
        self.assertEqual(Organisation.objects.count(), 0)

    def test_a_refused_file_is_told_beside_the_field(self):
        answer = self.client.post(UPLOAD, {"table": SimpleUploadedFile("x.xlsx", b"PK\x03\x04x")})
        self.assertContains(answer, "文件已损坏")
        self.assertContains(self.client.post(UPLOAD, {}), "必填")

    def test_the_rows_can_be_narrowed_and_odd_addresses_are_no_pages(self):
        batch = self.check(csv_of(["样例厂", "", "化工"], ["样例错厂", "123"]))
        page = reverse("admin:members_importbatch_change", args=[batch.pk])
        self.assertNotContains(self.client.get(page, {"kind": "refused"}), "样例厂</th>")
        self.assertEqual(self.client.get(page, {"page": "x"}).status_code, 200)
        for address in (f"{page}?kind=x", page.replace(str(batch.pk), "99999"), page.replace(str(batch.pk), "9" * 40),
                        reverse("admin:members_importbatch_verb", args=[batch.pk, "erase"]),
                        reverse("admin:members_importbatch_template", args=["exe"])):  # fmt: skip
            self.assertEqual(self.client.get(address).status_code, 404, address)

    def test_publishers_look_and_others_see_nothing(self):
        batch = self.check(csv_of(["样例厂"]))
        page = reverse("admin:members_importbatch_change", args=[batch.pk])
        for role, status in ((roles.PUBLISHER, 200), (roles.AUTHOR, 403)):
            self.client.force_login(make_staff(role))
            self.assertEqual(self.client.get(page).status_code, status)
            self.assertEqual(self.client.get(UPLOAD).status_code, 403)
            self.assertEqual(self.client.get(UPLOAD.replace("add/", "template.csv")).status_code, 403)
            self.assertEqual(self.post(batch, "import").status_code, 403)
        self.assertEqual(Organisation.objects.count(), 0)

    def test_what_was_imported_stays_on_record(self):
        batch = self.apply(csv_of(["样例厂"]))
        delete = reverse("admin:members_importbatch_delete", args=[batch.pk])
        self.assertEqual(self.client.post(delete, {"post": "yes"}).status_code, 403)
        open_batch = self.check(csv_of(["样例二厂"]))
        self.client.post(reverse("admin:members_importbatch_delete", args=[open_batch.pk]), {"post": "yes"})
        self.assertFalse(ImportBatch.objects.filter(pk=open_batch.pk).exists())
