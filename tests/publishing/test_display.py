"""The template filters that show titles, days and missing pictures."""

from datetime import datetime
from types import SimpleNamespace

from django.test import SimpleTestCase
from django.utils import timezone

from news.models import Article
from publishing.templatetags.publishing import brief_day, by_month, cover, month_day, phrases, weekday


def shanghai(*parts):
    return timezone.make_aware(datetime(*parts))


class PhrasesTests(SimpleTestCase):
    def test_a_space_parts_segments_and_words_may_part_within_them(self):
        self.assertEqual(
            phrases("走进标杆企业 共话质量"),
            '<span class="seg">走进<wbr>标杆<wbr>企业</span> <span class="seg">共话<wbr>质量</span>',
        )

    def test_what_is_typed_is_escaped(self):
        html = phrases("<script>alert('质量')</script> & “质量”")
        self.assertNotIn("<script", html)
        self.assertIn("&amp;", html)

    def test_a_middle_dot_never_begins_a_line(self):
        self.assertIn("\u2060·", phrases("工业博览会·质量论坛"))

    def test_nothing_gives_nothing(self):
        self.assertEqual(phrases(""), "")


class DayTests(SimpleTestCase):
    def test_days_are_those_of_shanghai(self):
        late_in_utc = datetime(2025, 9, 30, 20, 0, tzinfo=timezone.get_fixed_timezone(0))
        self.assertEqual(month_day(late_in_utc), "10月1日")
        self.assertEqual(weekday(late_in_utc), "周三")
        self.assertEqual(brief_day(late_in_utc), "2025-10-01")

    def test_this_year_goes_without_saying(self):
        moment = timezone.localtime().replace(month=3, day=5)
        self.assertEqual(brief_day(moment), "03-05")


class ByMonthTests(SimpleTestCase):
    def item(self, moment, is_dated=True):
        return SimpleNamespace(published_at=moment, is_dated=is_dated)

    def test_the_order_is_kept_and_undated_items_have_no_month(self):
        items = [
            self.item(shanghai(2025, 9, 30)),
            self.item(shanghai(2025, 9, 1)),
            self.item(shanghai(2025, 8, 31), is_dated=False),
            self.item(shanghai(2024, 8, 31)),
        ]
        groups = by_month(items)
        self.assertEqual([moment and f"{moment:%Y-%m}" for moment, _rows in groups], ["2025-09", None, "2024-08"])
        self.assertEqual([item for _moment, rows in groups for item in rows], items)

    def test_another_moment_may_be_unknown_too(self):
        items = [SimpleNamespace(starts_at=None, is_dated=True)]
        self.assertEqual(by_month(items, "starts_at"), [(None, items)])


class CoverTests(SimpleTestCase):
    def test_an_item_keeps_its_drawing_and_its_neighbour_has_another(self):
        self.assertEqual(cover(Article(pk=7)), cover(Article(pk=7)))
        self.assertNotEqual(cover(Article(pk=7)), cover(Article(pk=8)))
