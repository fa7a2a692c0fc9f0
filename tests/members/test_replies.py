"""Replies (回执) of member organisations: who may give them, until when, and what is kept."""

import re
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.test import TestCase, TransactionTestCase
from django.urls import reverse
from django.utils import timezone

from accounts import personal_data
from audit.models import Entry
from files.models import Enclosure
from members.models import Affiliation, MembershipPeriod, Reply
from outbox.models import Message
from publishing.models import Question
from tests.factories import (
    answers_to,
    make_activity,
    make_administrator,
    make_affiliation,
    make_article,
    make_notice,
    make_organisation,
    make_question,
    make_reader_group,
    make_user,
)
from tests.files import samples
from tests.files.samples import OwnMediaFolder, upload
from tests.html import assert_valid_html, words
from tests.parallel import at_once

LIST = reverse("mine:replies")
LONG_AGO = date(2021, 1, 1)


def make_asking_notice(**overrides):
    """Return a notice with a deadline in a week and one question."""
    notice = make_notice(**{"deadline_at": timezone.now() + timedelta(days=7), **overrides})
    make_question(notice, "几位参加")
    return notice


def address(item, **query):
    path = reverse("mine:reply", args=[item.pk])
    return path + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")


class ReplyCase(TestCase):
    def setUp(self):
        super().setUp()
        self.person = make_user(name="样例联系人")
        self.organisation = make_organisation(people=[self.person])
        self.notice = make_asking_notice()
        self.question = self.notice.dossier.questions.get()
        self.client.force_login(self.person)

    def send(self, answer="两位", item=None, **more):
        item = item or self.notice
        question = item.dossier.questions.get()
        data = {"organisation": self.organisation.pk, "stamp": self.stamp(item), **answers_to(item, {question: answer})}
        return self.client.post(address(item), data | more)

    def stamp(self, item):
        row = Reply.objects.filter(dossier=item.pk, organisation=self.organisation).first()
        return row.stamp if row else ""

    def answers(self):
        return [row.answers.get(str(self.question.pk)) for row in Reply.objects.all()]


class ReplyingTests(ReplyCase):
    def test_the_notice_leads_to_its_form(self):
        page = assert_valid_html(self.client.get(self.notice.get_absolute_url()))
        [link] = [element for element in page.iter("a") if element.get("href") == address(self.notice)]
        self.assertEqual(words(link), "提交回执")
        form = assert_valid_html(self.client.get(address(self.notice)))
        self.assertIn("几位参加", words(form))
        self.assertIn(self.organisation.name, words(form))

    def test_a_notice_that_asks_nothing_leads_nowhere_and_takes_nothing(self):
        plain = make_notice()
        self.assertNotContains(self.client.get(plain.get_absolute_url()), address(plain))
        for item in (plain, make_article()):
            self.assertEqual(self.client.get(address(item)).status_code, 404)

    def test_questions_of_activities_are_not_replied_to(self):
        activity = make_activity()
        make_question(activity)
        self.assertEqual(self.client.get(address(activity)).status_code, 404)

    def test_an_answer_is_kept_told_and_logged_without_its_content(self):
        response = self.send()
        self.assertEqual(response.url, address(self.notice, organisation=self.organisation.pk))
        row = Reply.objects.get()
        self.assertEqual((row.organisation, row.by, row.changed_at), (self.organisation, self.person, None))
        self.assertEqual(self.answers(), ["两位"])
        self.assertIsNotNone(Question.objects.get(pk=self.question.pk).used_at)
        message = Message.objects.get(to=self.person)
        self.assertIn(self.organisation.name, message.body)
        self.assertEqual(self.client.get(message.get_absolute_url()).url, response.url)
        entry = Entry.objects.first()
        self.assertEqual((entry.action, entry.item, entry.by), ("replied", self.notice.pk, self.person))
        self.assertEqual(entry.facts, {"organisation": self.organisation.name})
        page = words(assert_valid_html(self.client.get(response.url)))
        for text in ("回执已提交", "几位参加", "两位", "样例联系人", "修改回执"):
            self.assertIn(text, page)

    def test_it_can_be_changed_until_the_deadline(self):
        self.send()
        form = assert_valid_html(self.client.get(address(self.notice, change=1)))
        self.assertIn("两位", [element.get("value") for element in form.iter("input")])
        self.send("三位")
        self.assertEqual(self.answers(), ["三位"])
        self.assertIsNotNone(Reply.objects.get().changed_at)
        self.assertEqual(Entry.objects.first().action, "reply_changed")
        self.assertNotIn("三位", str(Entry.objects.first().facts))
        self.assertEqual(Message.objects.count(), 1)

    def test_the_same_answer_again_changes_nothing(self):
        self.send()
        count = Entry.objects.count()
        self.send()
        self.assertEqual((Entry.objects.count(), Reply.objects.get().changed_at), (count, None))

    def test_what_a_colleague_wrote_meanwhile_is_not_overwritten_unseen(self):
        self.send()
        stale = self.stamp(self.notice)
        colleague = make_user(name="样例同事")
        make_affiliation(self.organisation, colleague)
        self.client.force_login(colleague)
        self.send("三位")
        self.client.force_login(self.person)
        for stamp in (stale, ""):
            response = self.send("四位", stamp=stamp)
            self.assertContains(response, "样例同事已代表")
            self.assertContains(response, "四位")
            self.assertEqual(self.answers(), ["三位"])
        shown = re.search(r'name="stamp" value="([^"]*)"', response.content.decode())[1]
        self.send("四位", stamp=shown)
        self.assertEqual(self.answers(), ["四位"])

    def test_after_the_deadline_it_is_seen_and_no_longer_changed(self):
        self.send()
        type(self.notice).objects.update(deadline_at=timezone.now() - timedelta(minutes=1))
        response = self.send("三位")
        self.assertContains(response, "回执已于")
        self.assertContains(response, "三位")  # what was typed is not lost
        self.assertEqual(self.answers(), ["两位"])
        page = words(assert_valid_html(self.client.get(address(self.notice, change=1))))
        self.assertIn("两位", page)
        self.assertNotIn("修改回执", page)
        self.assertContains(self.client.get(self.notice.get_absolute_url()), "回执已截止")

    def test_a_repealed_notice_takes_no_reply(self):
        type(self.notice).objects.update(repealed_at=timezone.now() - timedelta(minutes=1), repeal_reason="样例")
        self.assertContains(self.send(), "不再接收回执")
        self.assertEqual(self.answers(), [])

    def test_without_a_deadline_replies_are_taken_while_the_notice_is_in_force(self):
        self.send(item=make_asking_notice(deadline_at=None))
        self.assertEqual(Reply.objects.count(), 1)

    def test_what_is_wrong_is_told(self):
        response = self.send("长" * 201)
        self.assertContains(response, "长" * 201)
        assert_valid_html(response)
        self.assertEqual(self.answers(), [])
        for odd in ("a\0b", "", " "):
            self.assertEqual(self.send(odd).status_code, 200)
        self.assertEqual(self.answers(), [])

    def test_a_question_that_changed_since_is_asked_again(self):
        data = {"organisation": self.organisation.pk, **answers_to(self.notice, {self.question: "两位"})}
        Question.objects.update(text="几辆车")
        response = self.client.post(address(self.notice), data)
        self.assertContains(response, "问题有改动")
        self.assertEqual(self.answers(), [])


class WhoRepliesTests(ReplyCase):
    def test_visitors_sign_in_first(self):
        self.client.logout()
        for path in (LIST, address(self.notice), reverse("mine:reply_file", args=[self.notice.pk, 1, 1])):
            self.assertRedirects(
                self.client.get(path), f"{reverse('accounts:login')}?next={path}", fetch_redirect_response=False
            )

    def test_whoever_cannot_read_the_notice_does_not_find_its_form(self):
        reserved = make_asking_notice(readers=[make_reader_group()])
        draft = make_asking_notice(published_at=None)
        withdrawn = make_asking_notice(withdrawn_at=timezone.now(), withdrawal_reason="样例")
        for item in (reserved, draft, withdrawn):
            self.assertEqual(self.client.get(address(item)).status_code, 404)
            self.assertEqual(self.send(item=item).status_code, 404)
        self.assertFalse(Reply.objects.exists())

    def test_a_foreign_organisation_is_not_found(self):
        for foreign in (make_organisation().pk, 999999, "x", "", "\0", "9" * 5000):
            self.assertEqual(self.send(organisation=foreign).status_code, 404 if foreign != "" else 302, foreign)
        self.assertFalse(Reply.objects.exclude(organisation=self.organisation).exists())

    def test_someone_who_no_longer_serves_it_replies_no_more(self):
        Affiliation.objects.update(last_on=LONG_AGO)
        self.assertEqual(self.send().status_code, 404)
        self.assertContains(self.client.get(address(self.notice)), "不属于任何会员单位")

    def test_people_without_an_organisation_are_told_why(self):
        self.client.force_login(make_user())
        self.assertContains(self.client.get(address(self.notice)), "不属于任何会员单位")
        response = self.client.post(address(self.notice), answers_to(self.notice, {self.question: "两位"}))
        self.assertContains(response, "不属于任何会员单位")
        self.assertContains(self.client.get(LIST), "不属于任何会员单位")
        self.assertFalse(Reply.objects.exists())

    def test_an_organisation_in_grace_replies_and_an_expired_one_does_not(self):
        MembershipPeriod.objects.update(last_on=timezone.localdate() - timedelta(days=2))
        self.send()
        self.assertEqual(self.answers(), ["两位"])
        MembershipPeriod.objects.update(last_on=LONG_AGO)
        self.assertContains(self.send("三位"), "目前不是协会会员")
        self.assertEqual(self.answers(), ["两位"])

    def test_who_serves_two_replies_for_each(self):
        other = make_organisation(people=[self.person])
        self.send()
        self.send("一位", organisation=other.pk, stamp="")
        self.assertEqual(sorted(self.answers()), ["一位", "两位"])
        page = assert_valid_html(self.client.get(address(self.notice, organisation=other.pk)))
        self.assertIn("一位", words(page))
        self.assertIn(self.organisation.name, words(page))

    def test_the_database_keeps_one_reply_for_each_organisation(self):
        self.send()
        with self.assertRaises(IntegrityError), transaction.atomic():
            Reply.objects.create(dossier=self.notice.dossier, organisation=self.organisation, by=self.person)
        with self.assertRaises(IntegrityError), transaction.atomic():
            Reply.objects.update(changed_at=timezone.now() - timedelta(days=9))


class ListTests(ReplyCase):
    def titles(self, heading):
        page = assert_valid_html(self.client.get(LIST))
        [section] = [one for one in page.iter("section") if one.get("aria-labelledby") == heading] or [None]
        return [] if section is None else [words(title) for title in section.iter("h3")]

    def test_what_waits_and_what_was_answered(self):
        urgent = make_asking_notice(deadline_at=timezone.now() + timedelta(days=1))
        make_asking_notice(deadline_at=timezone.now() - timedelta(days=1))
        make_asking_notice(readers=[make_reader_group()])
        make_asking_notice(expires_at=timezone.now() - timedelta(minutes=1))
        make_notice()
        self.assertEqual(self.titles("waiting"), [urgent.title, self.notice.title])
        self.assertEqual(self.titles("given"), [])
        self.send()
        self.assertEqual(self.titles("waiting"), [urgent.title])
        self.assertEqual(self.titles("given"), [self.notice.title])

    def test_others_replies_are_not_in_it(self):
        self.send()
        other = make_user()
        make_organisation(people=[other])
        self.client.force_login(other)
        self.assertEqual(self.titles("given"), [])
        self.assertEqual(self.titles("waiting"), [self.notice.title])

    def test_neither_page_is_kept_by_a_cache(self):
        for path in (LIST, address(self.notice)):
            self.assertIn("no-store", self.client.get(path)["Cache-Control"])


class FileTests(OwnMediaFolder, ReplyCase):
    def setUp(self):
        super().setUp()
        Question.objects.update(kind=Question.Kind.FILE)
        self.question.refresh_from_db()

    def send_file(self, **more):
        return self.send(upload("名单.pdf", samples.PDF), **more)

    def file_address(self, **overrides):
        values = {"pk": self.notice.pk, "organisation_pk": self.organisation.pk, "question_pk": self.question.pk}
        return reverse("mine:reply_file", kwargs=values | overrides)

    def test_a_file_is_given_back_to_the_organisation_alone(self):
        self.send_file()
        page = self.client.get(address(self.notice, organisation=self.organisation.pk))
        self.assertContains(page, self.file_address())
        response = self.client.get(self.file_address())
        self.assertEqual(b"".join(response.streaming_content), samples.PDF)
        self.assertIn("no-store", response["Cache-Control"])
        other = make_user()
        make_organisation(people=[other])
        for user in (other, make_administrator()):
            self.client.force_login(user)
            self.assertEqual(self.client.get(self.file_address()).status_code, 404)

    def test_odd_addresses_of_files_are_not_found(self):
        self.send_file()
        foreign = make_question(make_notice(), kind=Question.Kind.FILE)
        for odd in ({"question_pk": foreign.pk}, {"question_pk": 999999}, {"pk": make_asking_notice().pk}):
            self.assertEqual(self.client.get(self.file_address(**odd)).status_code, 404)

    def test_an_enclosure_of_somebody_else_is_no_answer(self):
        self.send_file()
        theirs = Enclosure.objects.get()
        other = make_user()
        mine = make_organisation(people=[other])
        self.client.force_login(other)
        name = f"answers-q{self.question.pk}-kept"
        data = {"organisation": mine.pk, "stamp": "", **answers_to(self.notice)}
        for token in (str(theirs.pk), f"{theirs.pk}:x:y"):
            self.assertEqual(self.client.post(address(self.notice), data | {name: token}).status_code, 200)
        self.assertEqual(Reply.objects.count(), 1)

    def test_a_file_is_not_taken_from_those_who_cannot_reply(self):
        self.client.force_login(make_user())
        name = f"answers-q{self.question.pk}"
        self.client.post(address(self.notice), {**answers_to(self.notice), name: upload("a.pdf", samples.PDF)})
        self.assertFalse(Enclosure.objects.exists())


class PersonalDataTests(ReplyCase):
    def test_a_person_is_told_what_he_replied(self):
        self.send()
        [told] = personal_data.export(self.person)["回执"]
        self.assertEqual(told["回答"], {"几位参加": "两位"})

    def test_the_reply_stays_without_the_person(self):
        self.send()
        personal_data.erase(self.person, by=make_administrator())
        self.assertIsNone(Reply.objects.get().by)
        self.assertEqual(self.answers(), ["两位"])


class ParallelTests(TransactionTestCase):
    def test_two_colleagues_at_once_are_one_reply_and_the_other_is_told(self):
        people = [make_user(), make_user()]
        organisation = make_organisation(people=people)
        notice = make_asking_notice()
        question = notice.dossier.questions.get()
        tasks = []
        for number, person in enumerate(people):
            client = self.client_class()
            client.force_login(person)
            data = {"organisation": organisation.pk, "stamp": "", **answers_to(notice, {question: f"{number}位"})}
            tasks.append(lambda client=client, data=data: client.post(address(notice), data))
        outcomes = at_once(tasks)
        self.assertEqual(sorted(response.status_code for response in outcomes), [200, 302])
        [refused] = [response for response in outcomes if response.status_code == 200]
        self.assertContains(refused, "已代表")
        self.assertEqual(Reply.objects.count(), 1)
