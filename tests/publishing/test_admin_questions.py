"""The page on which staff say what an item asks of people."""

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from publishing import content_version, roles
from publishing.models import ColumnRole, Question
from tests.factories import (
    make_activity,
    make_administrator,
    make_article,
    make_column,
    make_notice,
    make_question,
    make_staff,
    make_user,
)
from tests.html import assert_valid_html, words

Kind = Question.Kind


def url(item, page="questions", *args):
    opts = item._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=[item.pk, *args])


def typed(**overrides):
    return {"text": "几位参加", "kind": "text", "choices": "", "hint": "", "is_required": "on", **overrides}


class QuestionPageTests(TestCase):
    def setUp(self):
        self.item = make_notice()
        self.by = make_staff(roles.PUBLISHER)
        self.client.force_login(self.by)

    def add(self, item=None, **overrides):
        return self.client.post(url(item or self.item, "question_add"), typed(**overrides))

    def texts(self):
        return [question.text for question in self.item.dossier.questions.all()]

    def test_the_forms_of_notices_and_activities_lead_to_it(self):
        for item, name in ((self.item, "回执问题"), (make_activity(), "报名问题")):
            page = self.client.get(url(item, "change")).content.decode()
            self.assertIn(f'<a class="button" href="{url(item)}">{name}</a>', page)
            self.assertEqual(self.client.get(url(item)).status_code, 200)

    def test_articles_ask_nothing(self):
        article = make_article()
        self.assertNotIn("/questions/", self.client.get(url(article, "change")).content.decode())
        self.assertEqual(self.client.get(url(article)).status_code, 404)
        self.assertEqual(self.add(article).status_code, 404)

    def test_a_question_is_added_and_readers_may_see_it_at_once(self):
        before = content_version.current()
        self.add(kind="choice", choices="甲\r\n\r\n 乙 ", hint="只选一项")
        question = Question.objects.get()
        self.assertEqual((question.text, question.choice_lines, question.order), ("几位参加", ["甲", "乙"], 0))
        self.assertGreater(content_version.current(), before)
        entry = Entry.objects.first()
        self.assertEqual((entry.action, entry.item, entry.by), ("question_added", self.item.pk, self.by))
        self.assertEqual(entry.facts, {"question": "几位参加"})

    def test_the_pages_are_sound_and_say_what_is_asked(self):
        question = make_question(self.item, "<b>几位</b>", kind=Kind.CHOICES, choices="甲\n乙", hint="样例说明")
        make_question(self.item)
        told = words(assert_valid_html(self.client.get(url(self.item))))
        for text in ("<b>几位</b>", "多项选择：甲 / 乙 · 必答", "样例说明"):
            self.assertIn(text, told)
        for page, args in (("question_add", []), ("question", [question.pk]), ("question_delete", [question.pk])):
            assert_valid_html(self.client.get(url(self.item, page, *args)))

    def test_what_is_wrong_is_told_and_nothing_is_lost(self):
        make_question(self.item, "问过的")
        for wrong, message in (
            ({"text": "问过的"}, "这个问题已经有了"),
            ({"text": ""}, "这个字段是必填项"),
            ({"kind": "choice"}, "请填写选项，每行一项"),
            ({"kind": "choice", "choices": "甲"}, "选项应为 2 至 50 项"),
            ({"choices": "甲\n乙"}, "只有选择题才有选项"),
            ({"kind": "odd"}, "odd"),
            ({"text": "a\0b"}, "不允许是用空字符"),
            ({"text": "长" * 121}, "120"),
        ):
            with self.subTest(wrong):
                response = self.add(hint="留着的说明", **wrong)
                self.assertContains(response, message)
                self.assertContains(response, "留着的说明")
        self.assertEqual(self.texts(), ["问过的"])

    def test_a_question_is_changed_and_the_log_tells_what(self):
        question = make_question(self.item, "几位参加")
        self.client.post(url(self.item, "question", question.pk), typed(text="多少人参加"))
        self.assertEqual(self.texts(), ["多少人参加"])
        entry = Entry.objects.first()
        self.assertEqual(
            (entry.action, entry.facts), ("question_changed", {"question": "几位参加", "fields": ["text"]})
        )

    def test_a_question_is_deleted_after_it_was_asked_whether(self):
        question = make_question(self.item, "几位参加")
        address = url(self.item, "question_delete", question.pk)
        self.assertContains(self.client.get(address), "几位参加")
        self.assertEqual(self.texts(), ["几位参加"])
        self.client.post(address)
        self.assertEqual(self.texts(), [])
        self.assertEqual(Entry.objects.first().action, "question_deleted")

    def test_questions_move_up_and_down(self):
        first, second, third = (make_question(self.item, text) for text in "甲乙丙")
        for question, move, order in (
            (third, "up", "甲丙乙"),
            (first, "down", "丙甲乙"),
            (third, "up", "丙甲乙"),
            (second, "down", "丙甲乙"),
            (first, "odd", "丙甲乙"),
        ):
            self.client.post(url(self.item), {"question": question.pk, "move": move})
            self.assertEqual("".join(self.texts()), order)
        foreign = make_question(make_notice())
        for odd in (foreign.pk, "x", "", "\0", "9" * 5000):
            self.assertEqual(self.client.post(url(self.item), {"question": odd, "move": "up"}).status_code, 302)

    def test_a_question_of_another_item_is_not_found(self):
        foreign = make_question(make_notice())
        for page in ("question", "question_delete"):
            self.assertEqual(self.client.post(url(self.item, page, foreign.pk), typed()).status_code, 404)
        self.assertEqual(Question.objects.get().text, foreign.text)

    def test_an_answered_question_keeps_what_it_asks(self):
        question = make_question(self.item, "几位参加")
        Question.objects.update(used_at=timezone.now())
        page = self.client.get(url(self.item, "question", question.pk))
        self.assertContains(page, "已有人作答")
        self.client.post(url(self.item, "question", question.pk), typed(text="别的", kind="file", hint="含本人"))
        question.refresh_from_db()
        self.assertEqual((question.text, question.kind, question.hint), ("几位参加", "text", "含本人"))
        response = self.client.post(url(self.item, "question_delete", question.pk), follow=True)
        self.assertContains(response, "已有人作答")
        self.assertEqual(self.texts(), ["几位参加"])
        self.assertNotContains(self.client.get(url(self.item)), url(self.item, "question_delete", question.pk))


class QuestionPermissionTests(TestCase):
    def status(self, user, item, page="question_add", *args):
        self.client.force_login(user)
        return self.client.post(url(item, page, *args), typed(text=f"样例{Question.objects.count()}")).status_code

    def test_an_author_asks_while_the_item_is_a_draft(self):
        author = make_staff(roles.AUTHOR)
        draft = make_notice(published_at=None)
        self.assertEqual(self.status(author, draft), 302)
        self.assertEqual(self.status(author, make_notice()), 403)

    def test_a_publisher_of_the_column_asks_at_any_time(self):
        column, other = make_column("notices"), make_column("notices")
        publisher = make_user(is_staff=True)
        role = make_staff(roles.PUBLISHER).groups.get()
        ColumnRole.objects.create(user=publisher, role=role, column=column)
        self.assertEqual(self.status(publisher, make_notice(column=column)), 302)
        self.assertEqual(self.status(publisher, make_notice(column=other)), 403)

    def test_a_reviewer_looks_and_changes_nothing(self):
        reviewer, item = make_staff(roles.REVIEWER), make_notice()
        question = make_question(item)
        for page, args in (("question_add", []), ("question", [question.pk]), ("question_delete", [question.pk])):
            self.assertEqual(self.status(reviewer, item, page, *args), 403)
            self.assertEqual(self.client.get(url(item, page, *args)).status_code, 403)
        self.assertEqual(self.client.post(url(item), {"question": question.pk, "move": "up"}).status_code, 403)
        self.assertNotContains(self.client.get(url(item)), url(item, "question_add"))

    def test_members_and_visitors_are_sent_to_sign_in(self):
        item = make_notice()
        self.assertEqual(self.client.get(url(item)).status_code, 302)
        self.assertEqual(self.status(make_user(), item), 302)
        self.assertFalse(Question.objects.exists())

    def test_nothing_is_asked_for_an_item_in_the_trash(self):
        item = make_notice()
        item.trash(by=None, reason="样例")
        self.assertEqual(self.status(make_administrator(), item), 403)
