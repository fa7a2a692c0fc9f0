"""What the job worker does with the mails: once each, again while the server fails, no more when the address is refused."""

import io
from datetime import timedelta
from threading import Barrier, local
from unittest import mock

from django.core import mail
from django.core.management import call_command
from django.db.models import F
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

import outbox
from outbox.models import CLAIM, PAUSES, Message, MessageQuerySet
from outbox.tasks import deliver
from tests.factories import make_user
from tests.outbox.mail_server import mail_server, no_mail_server
from tests.parallel import at_once

WORKERS = 4


def state_of(message):
    return Message.objects.with_delivery_state().get(pk=message.pk).delivery_state


def let_pass(time):
    """Make it later by ``time`` (timedelta) for every message."""
    for field in ("next_attempt_at", "claimed_until"):
        Message.objects.update(**{field: F(field) - time})


class DeliveryTestCase(TestCase):
    """The tasks are lost: commits never come, and each test delivers by hand."""

    def setUp(self):
        self.person = make_user(email="person@example.org")
        self.message = self.tell(self.person)

    def tell(self, person, key="sample:1", **overrides):
        return outbox.send(**{"to": person, "key": key, "subject": "样例主题", "body": "样例正文。", **overrides})

    def deliver(self):
        # What went wrong is logged for the operator.
        with mock.patch("outbox.tasks.logger.warning"):
            counts = deliver.call()
        self.message.refresh_from_db()
        return counts


class RetryTests(DeliveryTestCase):
    def test_a_dead_server_is_asked_again_with_growing_pauses_and_then_no_more(self):
        pauses = []
        with no_mail_server():
            while self.message.next_attempt_at:
                before = timezone.now()
                self.assertEqual(self.deliver()["mailed"], 0)
                if self.message.next_attempt_at:
                    self.assertEqual(state_of(self.message), "failing")
                    pauses.append(self.message.next_attempt_at - before)
                    let_pass(pauses[-1])
        for found, wanted in zip(pauses, PAUSES, strict=True):
            self.assertAlmostEqual(found, wanted, delta=timedelta(seconds=10))
        self.assertEqual((state_of(self.message), self.message.attempts), ("given_up", len(PAUSES) + 1))
        self.assertIn("Connection refused", self.message.last_error)
        self.assertIsNone(self.message.sent_at)

    def test_a_server_that_recovers_gets_the_mail(self):
        with no_mail_server():
            self.deliver()
        let_pass(PAUSES[0])
        with mail_server() as server:
            self.assertEqual(self.deliver(), {"mailed": 1, "put_off": 0, "given_up": 0, "by_channels": 0})
        self.assertEqual(len(server.mails), 1)
        self.assertEqual((state_of(self.message), self.message.last_error), ("sent", ""))

    def test_before_its_time_nothing_is_tried(self):
        with no_mail_server():
            self.deliver()
        with mail_server() as server:
            self.deliver()
        self.assertEqual(server.mails, [])

    def test_a_dead_server_is_asked_once_a_run(self):
        others = [self.tell(self.person, f"sample:{number}") for number in range(2, 5)]
        with no_mail_server():
            self.assertEqual(self.deliver()["put_off"], 1)
        attempts = list(
            Message.objects.filter(pk__in=[other.pk for other in others]).values_list("attempts", flat=True)
        )
        self.assertEqual(attempts, [0, 0, 0])

    def test_a_server_that_hangs_up_is_tried_again(self):
        with mail_server(MAIL=None):
            self.deliver()
        self.assertEqual(state_of(self.message), "failing")

    def test_the_next_attempt_is_a_task_of_its_own(self):
        with override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}), no_mail_server():
            self.deliver()
            self.assertEqual([task.run_after for task in DBTaskResult.objects.all()], [self.message.next_attempt_at])


class RefusalTests(DeliveryTestCase):
    def test_an_address_that_is_refused_for_good_is_not_tried_again(self):
        with mail_server(RCPT="550 no such user"):
            self.assertEqual(self.deliver(), {"mailed": 0, "put_off": 0, "given_up": 1, "by_channels": 0})
        self.assertEqual((state_of(self.message), self.message.last_error), ("given_up", "550 no such user"))

    def test_an_address_that_is_refused_for_now_is_tried_again(self):
        with mail_server(RCPT="450 later, please"):
            self.assertEqual(self.deliver()["put_off"], 1)
        self.assertEqual((state_of(self.message), self.message.last_error), ("failing", "450 later, please"))

    def test_a_mail_that_is_refused_for_good_is_not_tried_again(self):
        with mail_server(DATA="554 not wanted"):
            self.deliver()
        self.assertEqual((state_of(self.message), self.message.last_error), ("given_up", "554 not wanted"))

    def test_a_sender_who_is_refused_is_the_operators_matter_and_tried_again(self):
        with mail_server(MAIL="550 who are you"):
            self.deliver()
        self.assertEqual((state_of(self.message), self.message.last_error), ("failing", "550 who are you"))

    def test_one_refused_address_keeps_no_other_mail_back(self):
        self.tell(make_user(email="second@example.org"))

        def answer(line):
            return "550 no such user" if "person@" in line else "250 fine"

        with mail_server(RCPT=answer) as server:
            self.assertEqual(self.deliver(), {"mailed": 1, "put_off": 0, "given_up": 1, "by_channels": 0})
        self.assertEqual([sent["To"] for sent in server.mails], ["second@example.org"])
        self.assertEqual(server.connections, 1)


class WhoGetsMailTests(DeliveryTestCase):
    def test_an_account_that_was_closed_meanwhile_gets_none(self):
        self.person.is_active = False
        self.person.save()
        self.deliver()
        self.assertEqual(mail.outbox, [])
        self.assertEqual((state_of(self.message), self.message.last_error), ("not_sent", "账号已停用。"))

    def test_the_mail_goes_to_the_address_that_holds_by_now(self):
        self.person.email = "new@example.org"
        self.person.save()
        self.deliver()
        self.assertEqual(mail.outbox[0].to, ["new@example.org"])
        self.assertEqual(self.message.sent_to, "new@example.org")

    def test_what_was_given_up_can_be_tried_again(self):
        with mail_server(RCPT="550 no such user"):
            self.deliver()
        self.assertEqual(Message.objects.try_again(), 1)
        self.deliver()
        self.assertEqual((state_of(self.message), self.message.attempts), ("sent", 1))

    def test_what_was_mailed_is_not_tried_again(self):
        self.deliver()
        self.assertEqual(Message.objects.try_again(), 0)
        self.deliver()
        self.assertEqual(len(mail.outbox), 1)

    def test_what_is_just_being_mailed_is_not_tried_again(self):
        Message.objects.claim_next(timezone.now())
        self.assertEqual(Message.objects.try_again(), 0)


class MailTests(DeliveryTestCase):
    def test_the_mail_says_what_it_is(self):
        with mail_server() as server:
            self.deliver()
        [sent] = server.mails
        self.assertEqual((sent["Subject"], sent["To"]), ("样例主题", "person@example.org"))
        self.assertEqual(sent["Auto-Submitted"], "auto-generated")
        text = sent.get_content()
        self.assertTrue(text.startswith("样例正文。"))
        self.assertIn(f"\nhttp://portal.example/messages/{self.message.pk}/\n", text.replace("\r\n", "\n"))

    def test_long_lines_and_four_byte_characters_arrive_whole(self):
        body = "长" * 3000 + "𠮷😀"
        self.tell(self.person, "sample:2", subject="𠮷😀" * 60, body=body)
        with mail_server() as server:
            self.deliver()
        self.assertIn(body, server.mails[1].get_content())
        self.assertEqual(server.mails[1]["Subject"].strip(), "𠮷😀" * 60)

    def test_a_mail_repeated_after_a_crash_bears_the_same_id(self):
        with mail_server() as server:
            with mock.patch.object(Message, "note_sent", side_effect=SystemExit), self.assertRaises(SystemExit):
                self.deliver()
            self.deliver()
            self.assertEqual(len(server.mails), 1, "the dead worker's claim still holds")
            let_pass(CLAIM)
            self.deliver()
        first, second = server.mails
        self.assertEqual(first["Message-ID"], second["Message-ID"])
        self.assertEqual(first["Date"], second["Date"])
        self.assertEqual(state_of(self.message), "sent")

    def test_other_people_and_other_things_have_other_ids(self):
        self.tell(self.person, "sample:2")
        self.tell(make_user(email="second@example.org"))
        self.deliver()
        ids = {sent.extra_headers["Message-ID"] for sent in mail.outbox}
        self.assertEqual(len(ids), 3)
        for name in ids:
            self.assertRegex(name, r"^<[0-9a-f]{32}@[a-z.]+>$")

    def test_a_worker_whose_claim_ran_out_notes_nothing(self):
        late = Message.objects.claim_next(timezone.now())
        let_pass(CLAIM)
        self.deliver()
        late.note_failure("too late", is_final=True)
        self.assertEqual(state_of(self.message), "sent")


class LostTaskTests(DeliveryTestCase):
    def test_the_next_delivery_takes_along_what_was_left(self):
        with self.captureOnCommitCallbacks(execute=True):
            self.tell(self.person, "sample:2")
        self.assertEqual(len(mail.outbox), 2)

    def test_the_command_mails_what_was_left(self):
        out = io.StringIO()
        call_command("deliver_messages", stdout=out)
        self.assertEqual(len(mail.outbox), 1)
        self.assertEqual(out.getvalue(), "Mailed 1, sent by other channels 0, put off 0, given up 0.\n")


class ParallelDeliveryTests(TransactionTestCase):
    MESSAGES = 10

    def deliver_at_once(self):
        """Let all workers deliver at the same time; return how often each message was mailed."""
        person = make_user(email="person@example.org")
        for number in range(self.MESSAGES):
            with mock.patch("outbox.tasks.deliver"):
                outbox.send(to=person, key=f"sample:{number}", subject=f"{number}", body="样例正文。")
        outcomes = at_once([deliver.call] * WORKERS)
        self.assertTrue(all(isinstance(outcome, dict) for outcome in outcomes), outcomes)
        subjects = [sent.subject for sent in mail.outbox]
        return [subjects.count(f"{number}") for number in range(self.MESSAGES)]

    def test_workers_side_by_side_mail_each_message_once(self):
        self.assertEqual(self.deliver_at_once(), [1] * self.MESSAGES)

    def test_without_the_claim_they_would_mail_it_twice(self):
        together, seen = Barrier(WORKERS, timeout=60), local()

        def careless(self, at):
            message = self.due(at).select_related("to").order_by("pk").first()
            if not hasattr(seen, "first"):
                seen.first = message
                together.wait()
            if message:
                message.attempts += 1
            return message

        with mock.patch.object(MessageQuerySet, "claim_next", careless):
            times = self.deliver_at_once()
        self.assertEqual(times[0], WORKERS)  # so the test above can fail
