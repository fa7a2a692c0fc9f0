"""What ``outbox.send`` promises to the room that calls it."""

from unittest import mock

from django.core import mail
from django.db import IntegrityError, transaction
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

import outbox
from outbox.models import Message, MessageQuerySet
from tests.factories import make_user
from tests.parallel import at_once

THREADS = 12


class SendingTests(TestCase):
    def setUp(self):
        self.person = make_user(email="person@example.org")

    def send(self, **overrides):
        values = {"to": self.person, "key": "sample:1", "subject": "样例主题", "body": "样例正文。", **overrides}
        with self.captureOnCommitCallbacks(execute=True):
            return outbox.send(**values)

    def test_a_message_is_kept_and_mailed(self):
        message = self.send(url="/admin/")
        message.refresh_from_db()
        self.assertEqual((message.to, message.subject, message.body), (self.person, "样例主题", "样例正文。"))
        self.assertIsNone(message.read_at)
        [sent] = mail.outbox
        self.assertEqual((sent.to, sent.subject), (["person@example.org"], "样例主题"))
        self.assertIn("样例正文。", sent.body)
        self.assertIn(f"http://portal.example/messages/{message.pk}/", sent.body)

    def test_what_a_person_was_told_is_not_told_again(self):
        first = self.send()
        second = self.send(subject="另一个主题", body="另一段正文。")
        self.assertEqual(second, first)
        self.assertEqual(second.subject, "样例主题")
        self.assertEqual(Message.objects.count(), 1)
        self.assertEqual(len(mail.outbox), 1)

    def test_two_people_are_told_of_the_same_thing(self):
        self.send()
        self.send(to=make_user(email="other@example.org"))
        self.assertEqual(len(mail.outbox), 2)

    def test_a_subject_is_one_line_and_adds_no_header(self):
        for number, end in enumerate(("\n", "\r\n", "\r", "\u2028", "\x0b", "\x85")):
            with self.subTest(end=end):
                self.send(key=f"sample:{number}", subject=f"样例{end}Bcc: stranger@example.org")
                sent = mail.outbox[-1]
                self.assertEqual(sent.subject, "样例 Bcc: stranger@example.org")
                self.assertNotIn("Bcc", sent.message())
                self.assertEqual(sent.recipients(), ["person@example.org"])

    def test_a_long_subject_is_cut_rather_than_refused(self):
        message = self.send(subject="题" * 300)
        message.refresh_from_db()
        self.assertEqual(message.subject, "题" * 199 + "…")

    def test_four_byte_characters_arrive(self):
        message = self.send(subject="样例𠮷😀", body="正文𠮷😀")
        message.refresh_from_db()
        self.assertEqual((message.subject, message.body), ("样例𠮷😀", "正文𠮷😀"))
        sent = mail.outbox[0].message()
        self.assertIn("正文𠮷😀", sent.get_payload(decode=True).decode())

    def test_a_nul_is_left_out(self):
        message = self.send(subject="样\0例", body="正\0文")
        message.refresh_from_db()
        self.assertEqual((message.subject, message.body), ("样例", "正文"))

    def test_an_address_outside_the_portal_is_refused(self):
        for url in ("https://evil.example/", "//evil.example/", "/\\evil.example", "admin/", "javascript:alert(1)"):
            with self.subTest(url=url), self.assertRaises(ValueError):
                self.send(url=url)

    def test_a_key_that_is_none_is_refused(self):
        for key in ("", "k" * 201):
            with self.subTest(key=key), self.assertRaises(ValueError):
                self.send(key=key)

    def test_a_person_without_address_is_told_in_the_portal_only(self):
        message = self.send(to=make_user())
        self.assertEqual(mail.outbox, [])
        self.assertEqual(Message.objects.with_delivery_state().get(pk=message.pk).delivery_state, "not_sent")

    def test_a_closed_account_gets_no_mail(self):
        message = self.send(to=make_user(email="gone@example.org", is_active=False))
        self.assertEqual(mail.outbox, [])
        self.assertEqual(message.last_error, "账号已停用。")

    def test_the_database_itself_keeps_the_promises(self):
        message = self.send()
        for values in (
            {"to": self.person, "key": message.key},  # told once
            {"to": self.person, "key": "new", "sent_at": timezone.now(), "next_attempt_at": timezone.now()},
        ):
            with self.subTest(values=values), self.assertRaises(IntegrityError), transaction.atomic():
                Message.objects.create(subject="样例", body="样例", **values)


class TransactionTests(TransactionTestCase):
    def setUp(self):
        self.person = make_user(email="person@example.org")

    def send(self):
        return outbox.send(to=self.person, key="sample:1", subject="样例", body="样例正文。")

    def test_a_message_falls_with_the_transaction(self):
        with self.assertRaises(RuntimeError), transaction.atomic():
            self.send()
            raise RuntimeError
        self.assertFalse(Message.objects.exists())
        self.assertEqual(mail.outbox, [])

    def test_nothing_is_mailed_before_the_commit(self):
        with transaction.atomic():
            self.send()
            self.assertEqual(mail.outbox, [])
        self.assertEqual(len(mail.outbox), 1)

    def test_many_messages_of_one_transaction_are_one_task_and_those_of_the_next_another(self):
        with override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}):
            for expected in (1, 2):
                with transaction.atomic():
                    for number in range(5):
                        outbox.send(self.person, f"sample:{expected}:{number}", "样例", "样例正文。")
                self.assertEqual(DBTaskResult.objects.count(), expected)

    def test_what_is_sent_after_a_part_was_taken_back_is_mailed(self):
        with transaction.atomic():
            with self.assertRaises(RuntimeError), transaction.atomic():
                outbox.send(self.person, "sample:taken back", "样例", "样例正文。")
                raise RuntimeError
            self.send()
        self.assertEqual(len(mail.outbox), 1)

    def test_a_second_sending_leaves_the_transaction_whole(self):
        self.send()
        with transaction.atomic():
            self.send()
            other = make_user()
        self.assertEqual(Message.objects.count(), 1)
        other.refresh_from_db()

    def test_a_task_that_cannot_be_noted_undoes_nothing(self):
        with mock.patch("outbox.tasks.deliver") as task, self.assertLogs("django.db"):
            task.enqueue.side_effect = RuntimeError
            self.send()
        self.assertTrue(Message.objects.due(timezone.now()).exists())


class ParallelSendingTests(TransactionTestCase):
    def send_at_once(self):
        """Let all threads tell one person the same, each in a transaction; return what each got."""
        person = make_user()

        def send(number):
            with transaction.atomic():
                return outbox.send(to=person, key="sample:1", subject=f"样例{number}", body="样例正文。")

        return at_once([lambda number=number: send(number) for number in range(THREADS)])

    def test_of_many_the_first_is_kept_and_all_get_it(self):
        outcomes = self.send_at_once()
        self.assertEqual(set(outcomes), {Message.objects.get()})
        self.assertEqual(len({message.subject for message in outcomes}), 1)

    def test_without_the_rule_of_the_database_the_same_sendings_would_repeat_themselves(self):
        def careless(self, to, key, defaults):
            return self.create(to=to, key=f"{key}:{timezone.now()}:{id(defaults)}", **defaults), True

        with mock.patch.object(MessageQuerySet, "get_or_create", careless):
            self.send_at_once()
        self.assertEqual(Message.objects.count(), THREADS)  # so the test above can fail
