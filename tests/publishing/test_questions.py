"""What people are asked, and what is kept of their answers."""

from datetime import timedelta
from unittest import mock

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import QueryDict
from django.test import TestCase, TransactionTestCase
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from files import enclosures
from files.models import Enclosure
from publishing.models import AnswerFile, Fixed, Question
from publishing.questions import AnswersForm, Changed, enclosure_of, forget, in_words
from tests.factories import answers_to, make_notice, make_question, make_user
from tests.files import samples
from tests.files.samples import OwnMediaFolder, upload
from tests.parallel import at_once

Kind = Question.Kind


def posted(data):
    """Return ``data`` (dict) as a browser sends it."""
    sent = QueryDict(mutable=True)
    for name, value in data.items():
        sent.setlist(name, value if isinstance(value, list) else [value])
    return sent


def ask(item, answers=None, files=None, **options):
    """Return the bound form with ``answers`` and ``files`` ({Question: value})."""
    sent = MultiValueDict({f"answers-q{question.pk}": [file] for question, file in (files or {}).items()})
    return AnswersForm(item.dossier.questions.all(), posted(answers_to(item, answers)), sent, **options)


class AnsweringTests(TestCase):
    def setUp(self):
        self.item = make_notice()

    def test_each_kind_is_kept_as_json_can_say_it_and_told_in_words(self):
        text = make_question(self.item, kind=Kind.TEXT)
        long_text = make_question(self.item, kind=Kind.LONG_TEXT)
        choice = make_question(self.item, kind=Kind.CHOICE, choices="甲\n乙")
        several = make_question(self.item, kind=Kind.CHOICES, choices="午餐\n晚餐\n住宿")
        yes_no = make_question(self.item, kind=Kind.YES_NO)
        form = ask(
            self.item, {text: "样例", long_text: "一\n二", choice: "乙", several: ["午餐", "住宿"], yes_no: "False"}
        )
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(
            form.answers,
            {
                str(text.pk): "样例",
                str(long_text.pk): "一\n二",
                str(choice.pk): "乙",
                str(several.pk): ["午餐", "住宿"],
                str(yes_no.pk): False,
            },
        )
        told = [words for _question, words in in_words(form.questions, form.answers)]
        self.assertEqual(told, ["样例", "一\n二", "乙", "午餐、住宿", "否"])

    def test_without_questions_there_is_nothing_to_fill_in(self):
        form = AnswersForm([], posted({}))
        self.assertTrue(form.is_valid())
        self.assertEqual((form.answers, list(form.fields)), ({}, []))
        form.keep()

    def test_what_was_not_answered_is_left_out(self):
        for kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.YES_NO, Kind.FILE):
            make_question(self.item, kind=kind, is_required=False)
        make_question(self.item, kind=Kind.CHOICE, choices="甲\n乙", is_required=False)
        make_question(self.item, kind=Kind.CHOICES, choices="甲\n乙", is_required=False)
        form = ask(self.item)
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.answers, {})
        self.assertEqual({words for _question, words in in_words(form.questions, {})}, {""})

    def test_what_is_required_must_be_answered(self):
        questions = [make_question(self.item, kind=kind) for kind in (Kind.TEXT, Kind.YES_NO, Kind.FILE)]
        questions.append(make_question(self.item, kind=Kind.CHOICES, choices="甲\n乙"))
        self.assertEqual(set(ask(self.item).errors), {f"q{question.pk}" for question in questions})

    def test_forged_answers_are_refused(self):
        text = make_question(self.item, kind=Kind.TEXT)
        long_text = make_question(self.item, kind=Kind.LONG_TEXT)
        choice = make_question(self.item, kind=Kind.CHOICE, choices="甲\n乙")
        several = make_question(self.item, kind=Kind.CHOICES, choices="甲\n乙")
        yes_no = make_question(self.item, kind=Kind.YES_NO)
        sound = {text: "样例", long_text: "样例", choice: "甲", several: ["乙"], yes_no: "True"}
        self.assertTrue(ask(self.item, sound).is_valid())
        for question, value in (
            (text, "长" * 201),
            (text, "a\0b"),
            (text, " "),
            (long_text, "长" * 2001),
            (long_text, "\0"),
            (choice, "丙"),
            (choice, "甲\n乙"),
            (choice, "\0"),
            (several, ["甲", "丙"]),
            (several, ["\0"]),
            (yes_no, "maybe"),
            (yes_no, "1"),
        ):
            with self.subTest(kind=question.kind, value=str(value)[:5]):
                self.assertEqual(set(ask(self.item, {**sound, question: value}).errors), {f"q{question.pk}"})

    def test_a_question_of_another_item_is_not_answered_here(self):
        mine, foreign = make_question(self.item), make_question(make_notice())
        form = ask(self.item, {mine: "样例", foreign: "样例"})
        self.assertTrue(form.is_valid())
        self.assertEqual(form.answers, {str(mine.pk): "样例"})

    def test_answers_given_before_stand_in_the_form(self):
        text = make_question(self.item)
        form = AnswersForm([text], initial={str(text.pk): "从前的回答"})
        self.assertIn("从前的回答", str(form))

    def test_questions_that_changed_since_the_page_was_opened_are_asked_again(self):
        text = make_question(self.item, "您吃素吗")
        data = answers_to(self.item, {text: "是"})
        text.text = "您自驾吗"
        text.save()
        form = AnswersForm([text], posted(data))
        self.assertTrue(form.has_error("__all__", "changed"))
        self.assertIn("是", str(form))
        again = {name: form.data[name] for name in form.data}
        self.assertTrue(AnswersForm([text], posted(again)).is_valid())


class FileTests(OwnMediaFolder, TestCase):
    def setUp(self):
        super().setUp()
        self.item, self.person = make_notice(), make_user()
        self.question = make_question(self.item, kind=Kind.FILE)

    def form(self, file=None, token=None, by=None, more=None, initial=None):
        data = answers_to(self.item, more)
        if token is not None:
            data[f"answers-q{self.question.pk}-kept"] = token
        files = MultiValueDict({f"answers-q{self.question.pk}": [file]} if file else {})
        questions = self.item.dossier.questions.all()
        return AnswersForm(questions, posted(data), files, by=by or self.person, initial=initial)

    def kept(self, form):
        """Return what the refused ``form`` keeps of the file: (Enclosure, its signed number)."""
        form.is_valid()
        widget = form.fields[f"q{self.question.pk}"].widget
        return widget.kept, widget.token

    def test_it_is_kept_as_an_enclosure_of_the_person(self):
        form = self.form(upload("回执.pdf", samples.PDF))
        self.assertTrue(form.is_valid(), form.errors)
        enclosure = Enclosure.objects.get()
        self.assertEqual(form.answers, {str(self.question.pk): enclosure.pk})
        self.assertEqual(enclosure.uploaded_by, self.person)
        self.assertEqual(in_words([self.question], form.answers), [(self.question, "回执.pdf")])
        self.assertEqual(enclosure_of(self.question, form.answers), enclosure)

    def test_nobody_uploads_twice_because_something_else_was_wrong(self):
        make_question(self.item)
        enclosure, token = self.kept(self.form(upload("回执.pdf", samples.PDF)))
        text = self.item.dossier.questions.last()
        again = self.form(token=token, more={text: "样例"})
        self.assertTrue(again.is_valid(), again.errors)
        self.assertEqual(again.answers[str(self.question.pk)], enclosure.pk)

    def test_a_refused_file_leaves_the_one_that_was_kept(self):
        enclosure, token = self.kept(self.form(upload("回执.pdf", samples.PDF)))
        form = self.form(upload("a.pdf", b"MZ" + bytes(80)), token=token)
        self.assertFalse(form.is_valid())
        self.assertEqual(self.kept(form)[0], enclosure)

    def test_forged_and_foreign_tokens_are_no_files(self):
        enclosure, token = self.kept(self.form(upload("回执.pdf", samples.PDF)))
        self.assertTrue(self.form(token=token).is_valid())
        self.assertFalse(self.form(token=token, by=make_user()).is_valid())
        for forged in (str(enclosure.pk), f"{enclosure.pk}:", token[:-1], "\0", "9" * 5000, token.replace(":", "\0")):
            self.assertFalse(self.form(token=forged).is_valid(), forged[:20])
        other = make_question(self.item, kind=Kind.FILE, is_required=False)
        form = AnswersForm(
            [other], posted(answers_to(self.item) | {f"answers-q{other.pk}-kept": token}), {}, by=self.person
        )
        form.is_valid()
        self.assertIsNone(form.cleaned_data[f"q{other.pk}"])

    def test_a_token_is_of_no_use_when_the_file_may_be_tidied(self):
        _enclosure, token = self.kept(self.form(upload("回执.pdf", samples.PDF)))
        with mock.patch("django.core.signing.time.time", return_value=timezone.now().timestamp() + 24 * 3600):
            self.assertFalse(self.form(token=token).is_valid())

    def test_a_kept_answer_protects_its_file_until_it_is_forgotten(self):
        form = self.form(upload("回执.pdf", samples.PDF))
        form.is_valid()
        with transaction.atomic():
            form.keep()
        enclosure = Enclosure.objects.get()
        self.assertEqual(enclosures.tidy(timezone.now() + timedelta(days=2)), 0)
        with self.assertRaises(ProtectedError):
            enclosure.delete()
        with self.captureOnCommitCallbacks(execute=True):
            forget([self.question], form.answers)
        self.assertFalse(Enclosure.objects.exists())
        self.assertEqual(self.stored_names(), set())

    def test_a_replaced_file_goes_and_one_that_stays_is_kept_once(self):
        first = self.form(upload("一.pdf", samples.PDF))
        first.is_valid()
        first.keep()
        same = self.form(initial=first.answers)
        self.assertTrue(same.is_valid(), same.errors)
        self.assertEqual(same.answers, first.answers)
        same.keep()
        self.assertEqual(AnswerFile.objects.count(), 1)
        other = self.form(upload("二.pdf", samples.PDF), initial=first.answers)
        self.assertTrue(other.is_valid())
        other.keep()
        self.assertEqual([row.enclosure.original_name for row in AnswerFile.objects.all()], ["二.pdf"])
        self.assertEqual(Enclosure.objects.count(), 1)

    def test_a_file_that_need_not_be_there_can_be_removed(self):
        Question.objects.update(is_required=False)
        first = self.form(upload("一.pdf", samples.PDF))
        first.is_valid()
        first.keep()
        data = posted(answers_to(self.item) | {f"answers-q{self.question.pk}-remove": "on"})
        form = AnswersForm(self.item.dossier.questions.all(), data, {}, initial=first.answers, by=self.person)
        self.assertTrue(form.is_valid())
        form.keep()
        self.assertEqual((form.answers, Enclosure.objects.count()), ({}, 0))

    def test_the_same_file_in_two_answers_stays_for_the_other(self):
        _enclosure, token = self.kept(self.form(upload("一.pdf", samples.PDF)))
        forms = [self.form(token=token) for _answer in range(2)]
        for form in forms:
            form.is_valid()
            form.keep()
        forget([self.question], forms[0].answers)
        self.assertEqual(Enclosure.objects.count(), 1)
        forget([self.question], forms[1].answers)
        self.assertEqual(Enclosure.objects.count(), 0)

    def test_files_of_a_purged_item_are_tidied(self):
        form = self.form(upload("一.pdf", samples.PDF))
        form.is_valid()
        form.keep()
        self.item.trash(by=None, reason="样例")
        self.item.purge(by=None)
        self.assertEqual(enclosures.tidy(timezone.now() + timedelta(days=2)), 1)


class FixedTests(TestCase):
    def setUp(self):
        self.item = make_notice()
        self.question = make_question(self.item, "几位参加")
        self.other = make_question(self.item, is_required=False)

    def answer(self):
        form = ask(self.item, {self.question: "两位"})
        self.assertTrue(form.is_valid())
        with transaction.atomic():
            form.keep()
        return form

    def test_the_first_answer_fixes_every_question_of_the_item(self):
        stale = [Question.objects.get(pk=pk) for pk in (self.question.pk, self.other.pk)]
        self.answer()
        for question in (*stale, *Question.objects.all()):
            for name, value in (("text", "别的"), ("kind", Kind.LONG_TEXT), ("kind", Kind.YES_NO)):
                changed = Question.objects.get(pk=question.pk)
                changed.used_at = question.used_at
                setattr(changed, name, value)
                with self.subTest(name), self.assertRaises(Fixed):
                    changed.save()
            with self.assertRaises(Fixed):
                question.delete()
        self.assertEqual(Question.objects.count(), 2)

    def test_hint_order_and_need_can_still_change(self):
        self.answer()
        self.question.hint, self.question.order, self.question.is_required = "含本人", 7, False
        self.question.save()
        self.question.refresh_from_db()
        self.assertEqual((self.question.hint, self.question.order), ("含本人", 7))
        self.assertIsNotNone(self.question.used_at)

    def test_questions_of_other_items_stay_free(self):
        other = make_question(make_notice())
        self.answer()
        other.text = "别的"
        other.save()

    def test_answers_to_reworded_or_deleted_questions_are_not_kept(self):
        for change in (
            lambda: Question.objects.filter(pk=self.question.pk).update(text="别的"),
            lambda: Question.objects.filter(pk=self.other.pk).delete(),
            lambda: make_question(self.item),
        ):
            form = ask(self.item, {self.question: "两位"})
            self.assertTrue(form.is_valid(), form.errors)
            with self.assertRaises(Changed), transaction.atomic():
                change()
                form.keep()
        self.assertFalse(Question.objects.filter(used_at__isnull=False).exists())


class RulesTests(TestCase):
    def setUp(self):
        self.item = make_notice()

    def test_the_database_refuses_choices_without_need_and_need_without_choices(self):
        for values in ({"kind": Kind.TEXT, "choices": "甲\n乙"}, {"kind": Kind.CHOICE}, {"kind": Kind.CHOICES}):
            with self.subTest(values), self.assertRaises(IntegrityError), transaction.atomic():
                make_question(self.item, **values)

    def test_the_database_refuses_the_same_question_twice(self):
        make_question(self.item, "几位参加")
        with self.assertRaises(IntegrityError), transaction.atomic():
            make_question(self.item, "几位参加")
        make_question(make_notice(), "几位参加")

    def test_choices_are_several_different_and_short(self):
        for choices in ("甲", "甲\n甲", "甲\n" + "长" * 101, "\n".join(map(str, range(51)))):
            question = Question(dossier=self.item.dossier, kind=Kind.CHOICE, text="样例", choices=choices)
            with self.subTest(choices[:9]), self.assertRaises(ValidationError):
                question.full_clean()


class ParallelTests(TransactionTestCase):
    """A question is reworded while the first answer is written, and deleted while it is."""

    def test_an_answer_never_stands_under_a_question_that_was_not_asked(self):
        for change in ("reword", "delete"):
            for _round in range(6):
                self.play(change)

    def play(self, change):
        item = make_notice()
        question = make_question(item, "您吃素吗")
        form = ask(item, {question: "是"})
        self.assertTrue(form.is_valid())

        def answer():
            with transaction.atomic():
                form.keep()
            return "answered"

        def edit():
            mine = Question.objects.get(pk=question.pk)
            if change == "delete":
                mine.delete()
            else:
                mine.text = "您自驾吗"
                mine.save()
            return "edited"

        outcomes = at_once([answer, edit])
        if outcomes[0] == "answered":
            self.assertIsInstance(outcomes[1], Fixed, outcomes)
            self.assertEqual(Question.objects.get(pk=question.pk).text, "您吃素吗")
        else:
            self.assertIsInstance(outcomes[0], Changed, outcomes)
            self.assertEqual(outcomes[1], "edited")
