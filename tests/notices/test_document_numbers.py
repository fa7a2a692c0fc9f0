"""Document numbers in whatever way people type them."""

from django.db import IntegrityError, transaction
from django.test import SimpleTestCase, TestCase
from hypothesis import given
from hypothesis import strategies as st

from notices.document_numbers import DocumentNumber
from notices.models import IssuingBody, Notice
from tests.factories import make_notice

NUMBER = DocumentNumber("沪质协", 2025, 28)
BRACKETS = ("〔〕", "[]", "［］", "()", "（）", "【】")


class ParsingTests(SimpleTestCase):
    def test_brackets_widths_spaces_and_the_words_around_the_serial_do_not_matter(self):
        for left, right in BRACKETS:
            for serial in ("28号", "28", "第28号", "第 28 号", "２８号"):
                with self.subTest(left + right + serial):
                    self.assertEqual(DocumentNumber.parse(f" 沪质协 {left}2025{right}{serial}\n"), NUMBER)

    def test_leading_zeros_and_full_width_figures_are_no_other_number(self):
        for text in ("沪质协〔2025〕028号", "沪质协〔２０２５〕２８号"):
            self.assertEqual(DocumentNumber.parse(text), NUMBER)

    def test_it_is_written_in_six_cornered_brackets(self):
        self.assertEqual(str(NUMBER), "沪质协〔2025〕28号")

    def test_what_is_no_number_is_refused(self):
        for text in (
            "", "沪质协", "2025", "〔2025〕28号", "沪质协2025-28", "沪质协〔25〕28号", "沪质协〔2025〕号",
            "沪质协〔2025〕28号文", "沪质协〔2025〕123456号", "1〔2025〕28号", "<b>〔2025〕28号", "沪质协〔2025〕28号\x00",
            "第二十八号文件", "关于沪质协〔2025〕28号的说明",
        ):  # fmt: skip
            with self.subTest(text), self.assertRaises(ValueError):
                DocumentNumber.parse(text)

    @given(
        st.builds(
            DocumentNumber,
            st.text("沪质协秘办人评", min_size=1, max_size=20),
            st.integers(1900, 2999),
            st.integers(1, 99_999),
        )
    )
    def test_what_is_written_is_read_again(self, number):
        self.assertEqual(DocumentNumber.parse(str(number)), number)

    def test_numbers_go_by_year_and_serial_within_their_code(self):
        first, second, third = (DocumentNumber("甲", *rest) for rest in ((2025, 3), (2025, 12), (2026, 1)))
        self.assertEqual(sorted([third, first, second]), [first, second, third])


class KeptNumberTests(TestCase):
    def test_a_notice_takes_a_number_and_lays_it_down(self):
        notice = Notice()
        self.assertIsNone(notice.document_number)
        notice.document_number = NUMBER
        self.assertEqual((notice.number_code, notice.number_year, notice.number_serial), ("沪质协", 2025, 28))
        self.assertEqual(notice.document_number, NUMBER)
        notice.document_number = None
        self.assertEqual((notice.number_code, notice.number_year, notice.number_serial), ("", None, None))

    def test_a_number_is_borne_once(self):
        first, second = make_notice(), make_notice()
        for notice in (first, second):
            notice.document_number = NUMBER
        first.save()
        with self.assertRaises(IntegrityError), transaction.atomic():
            second.save()
        self.assertEqual(list(Notice.objects.with_number(NUMBER)), [first])

    def test_a_number_is_whole_or_absent(self):
        for part in ({"number_code": "沪质协"}, {"number_year": 2025}, {"number_serial": 28, "number_year": 2025}):
            with self.subTest(part), self.assertRaises(IntegrityError), transaction.atomic():
                Notice.objects.filter(pk=make_notice().pk).update(**part)

    def test_the_next_number_of_a_year_follows_the_highest_of_each_code(self):
        IssuingBody.objects.all().delete()
        for name, code in (("样例协会", "沪样协"), ("样例秘书处", "沪样秘"), ("样例委员会", "")):
            IssuingBody.objects.create(name=name, code=code)
        for year, serial in ((2025, 7), (2025, 3), (2024, 40)):
            make_notice(number_code="沪样协", number_year=year, number_serial=serial)
        self.assertCountEqual(map(str, Notice.objects.next_numbers(2025)), ["沪样协〔2025〕8号", "沪样秘〔2025〕1号"])
