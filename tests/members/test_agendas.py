"""The agenda of an activity, as people type it."""

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from members.agendas import AgendaItem, read_agenda


class AgendaTests(SimpleTestCase):
    def test_an_item_to_a_line_with_its_remarks_indented_below(self):
        self.assertEqual(
            read_agenda("13:30–14:00 签到\n  凭身份证件入厂\n\t请提前十分钟\n14:00 参观"),
            [
                AgendaItem("13:30–14:00", "签到", ["凭身份证件入厂", "请提前十分钟"]),
                AgendaItem("14:00", "参观"),
            ],
        )

    def test_dashes_and_colons_of_every_kind_are_read_alike(self):
        for between in "-–—~～至":
            for colon in ":：":
                for space in ("", " "):
                    line = f"9{colon}30{space}{between}{space}10{colon}00 开幕"
                    with self.subTest(line):
                        self.assertEqual(read_agenda(line), [AgendaItem("9:30–10:00", "开幕")])

    def test_empty_lines_and_line_ends_of_windows_make_no_difference(self):
        self.assertEqual(read_agenda("\n\n13:30 签到\r\n\r\n  备注\r\n \n"), [AgendaItem("13:30", "签到", ["备注"])])
        self.assertEqual(read_agenda(""), [])
        self.assertEqual(read_agenda(" \n\r\n"), [])

    def test_a_full_width_space_indents_as_well(self):
        [item] = read_agenda("13:30 签到\n\u3000\u3000凭证件入场")
        self.assertEqual(item.remarks, ["凭证件入场"])

    def test_a_remark_may_speak_of_a_time(self):
        [item] = read_agenda("13:30 签到\n  14:00 后不再入场")
        self.assertEqual(item.remarks, ["14:00 后不再入场"])

    def test_an_indented_first_line_is_an_item_for_there_is_nothing_to_remark_on(self):
        self.assertEqual(read_agenda("  13:30 签到"), [AgendaItem("13:30", "签到")])

    def test_the_first_line_that_is_neither_item_nor_remark_is_named(self):
        for text, number in (
            ("13:30 签到\n\n开幕\n参观", 3),
            ("  凭证件入场\n13:30 签到", 1),
            ("\n\n13点半 签到", 3),
            ("13:30", 1),
            ("13:30 \n", 1),
            ("13:30签到", 1),
        ):
            self.assert_refused(text, number)

    def test_no_day_has_such_an_hour(self):
        for text in ("25:30 签到", "13:70 签到", "13:30–31:00 签到"):
            self.assert_refused(text, 1)
        self.assertEqual(read_agenda("22:00–24:00 值守")[0].when, "22:00–24:00")

    def assert_refused(self, text, number):
        with self.subTest(text), self.assertRaises(ValueError) as caught:
            read_agenda(text)
        self.assertEqual(caught.exception.args, (number,))

    @given(st.text(max_size=200))
    def test_any_text_is_read_or_refused_with_a_line_that_exists(self, text):
        try:
            read_agenda(text)
        except ValueError as error:
            [number] = error.args
            self.assertTrue(1 <= number <= len(text.splitlines()))
