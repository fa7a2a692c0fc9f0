"""Lists for spreadsheets."""

import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

from django.test import SimpleTestCase
from openpyxl import load_workbook

from members import tables

FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "#N/A", '=HYPERLINK("https://evil.example")']


def sheet_of(content):
    return load_workbook(BytesIO(content)).active


def rows_of(content):
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


class TableTests(SimpleTestCase):
    def test_a_sheet_holds_columns_and_rows(self):
        sheet = sheet_of(tables.to_xlsx("回执", ["单位", "人数"], [["样例单位", 3], ["样例二", None]]))
        self.assertEqual(sheet.title, "回执")
        rows = [[cell.value for cell in row] for row in sheet.rows]
        self.assertEqual(rows, [["单位", "人数"], ["样例单位", 3], ["样例二", None]])

    def test_csv_begins_with_the_mark_that_excel_looks_for(self):
        content = tables.to_csv(["单位"], [["样例单位"]])
        self.assertTrue(content.startswith(b"\xef\xbb\xbf"))
        self.assertEqual(rows_of(content), [["单位"], ["样例单位"]])

    def test_no_cell_is_a_formula(self):
        sheet = sheet_of(tables.to_xlsx("x", ["=A1"], [[text] for text in FORMULAS]))
        for row in sheet.rows:
            self.assertEqual((row[0].data_type, row[0].quotePrefix), ("s", True), row[0].value)
        for [text] in rows_of(tables.to_csv(["=A1"], [[text] for text in FORMULAS])):
            self.assertTrue(text.startswith("'"), text)

    def test_phone_numbers_and_codes_stay_texts(self):
        numbers = ["13800138000", "02161234567", "91310000000000000000", "007"]
        sheet = sheet_of(tables.to_xlsx("x", ["电话"], [[number] for number in numbers]))
        self.assertEqual(
            [(row[0].value, row[0].data_type) for row in list(sheet.rows)[1:]], [(n, "s") for n in numbers]
        )
        rows = rows_of(tables.to_csv(["电话"], [[number] for number in numbers]))
        self.assertEqual(rows[1:], [[f"\t{number}"] for number in numbers])

    def test_numbers_that_are_short_stay_as_they_are(self):
        self.assertEqual(rows_of(tables.to_csv(["x"], [["12"], [0], ["0"]]))[1:], [["12"], ["0"], ["0"]])

    def test_moments_are_told_in_shanghai_time(self):
        row = [datetime(2026, 11, 24, 16, 30, tzinfo=UTC), date(2026, 11, 24), True, None]
        [moment, day, truth, nothing] = list(sheet_of(tables.to_xlsx("x", ["", "", "", ""], [row])).rows)[1]
        self.assertEqual(moment.value, datetime(2026, 11, 25, 0, 30))
        self.assertEqual((day.value.date(), nothing.value), (date(2026, 11, 24), None))
        self.assertEqual(truth.value, "是")
        self.assertEqual(
            rows_of(tables.to_csv(["", "", "", ""], [row]))[1], ["2026-11-25 00:30", "2026-11-24", "是", ""]
        )

    def test_characters_that_no_sheet_holds_are_left_out(self):
        text = "a\0b\x0bc"
        self.assertEqual(sheet_of(tables.to_xlsx("[x]/\0:*", ["x"], [[text]]))["A2"].value, "abc")
        self.assertNotIn(b"\0", tables.to_csv(["x"], [[text]]))

    def test_it_leaves_as_a_download_under_its_chinese_name(self):
        for format in tables.FORMATS:
            answer = tables.response("回执名单", format, ["单位"], [["样例单位"]])
            self.assertTrue(answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%9B%9E"))
            self.assertTrue(answer["Content-Disposition"].endswith(f".{format}"))
            self.assertEqual(answer["Cache-Control"], "private, no-store")

    def test_a_list_without_rows_has_its_head(self):
        self.assertEqual(sheet_of(tables.to_xlsx("x", ["单位"], []))["A1"].value, "单位")
