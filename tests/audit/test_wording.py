"""Facts in words: for people, in their language and in the time of Shanghai."""

from django.test import SimpleTestCase

from audit.wording import in_words


class WordingTests(SimpleTestCase):
    def test_facts_are_told_in_chinese_with_their_values(self):
        facts = {
            "model": "publishing.column",
            "key": "7",
            "fields": ["Name"],
            "at": "2026-11-24T08:30:00.000Z",
            "chosen": {"action": "passed"},
            "is_active": False,
            "until": None,
        }
        self.assertEqual(
            in_words(facts),
            "栏目 7 · 字段 名称 · 时间 2026-11-24 16:30 · 筛选条件 操作 通过 · is active 否 · 截止 –",
        )

    def test_what_nobody_knows_any_more_is_told_as_it_stands(self):
        facts = {
            "model": "gone.thing",
            "key": "7",
            "odd": ["2026-99-99T00:00:00Z", "Tomorrow", {"x": 1}],
            "action": "gone",
        }
        self.assertEqual(in_words(facts), "gone.thing 7 · odd 2026-99-99T00:00:00Z、Tomorrow、x 1 · 操作 gone")

    def test_steps_and_parts_of_a_text_go_by_their_names(self):
        facts = {"stage": "second", "to": "first", "changed": ["title", "body"]}
        self.assertEqual(in_words(facts), "环节 复审 · 退至环节 初审 · 改动 标题、正文")

    def test_no_facts_are_no_words(self):
        self.assertEqual(in_words({}), "")
