"""Ways besides the mail: chosen by name, each message once, tried again while they fail."""

import json
import stat
import tempfile
from datetime import timedelta
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test import TestCase, TransactionTestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import outbox
from outbox.channels import SMS, Undeliverable
from outbox.models import CLAIM, PAUSES, ChannelDelivery, Message
from outbox.tasks import deliver
from publishing import roles
from tests.factories import make_staff, make_user
from tests.parallel import at_once

WORKERS = 4
PHONE = "13800000001"
PATHS = {"SMSToFile": "outbox.channels.SMSToFile"}


class BrokenSMS(SMS):
    def send(self, message, address, reference):
        raise self.error


class Pigeon(SMS):
    """A second channel, which always arrives."""

    name, label = "pigeon", "样例信鸽"
    sent = []

    def send(self, message, address, reference):
        self.sent.append((address, reference))


def channels(*names):
    return override_settings(OUTBOX_CHANNELS=[PATHS.get(name, f"{__name__}.{name}") for name in names])


def let_pass(time):
    for field in ("next_attempt_at", "claimed_until"):
        ChannelDelivery.objects.update(**{field: F(field) - time})


class ChannelTestCase(TestCase):
    def setUp(self):
        Pigeon.sent.clear()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        var = override_settings(VAR_DIR=Path(folder.name))
        var.enable()
        self.addCleanup(var.disable)
        self.person = make_user(phone=PHONE, email="person@example.org")

    def tell(self, by=("sms",), to=None, key="sample:1"):
        return outbox.send(to or self.person, key, "样例主题", "样例正文。", by=by)

    def deliver(self):
        with mock.patch("outbox.tasks.logger.warning"):
            return deliver.call()

    def state(self):
        row = ChannelDelivery.objects.with_delivery_state().get()
        return row.delivery_state, row.last_error

    def lines(self):
        path = settings.VAR_DIR / "outbox" / "sms.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


class FileTests(ChannelTestCase):
    def test_without_channels_there_is_the_mail_alone(self):
        self.tell()
        self.assertFalse(ChannelDelivery.objects.exists())

    @channels("SMSToFile")
    def test_an_sms_is_a_line_in_a_file_and_the_mail_goes_as_well(self):
        message = self.tell()
        self.assertEqual(self.deliver(), {"mailed": 1, "put_off": 0, "given_up": 0, "by_channels": 1})
        [line] = self.lines()
        self.assertEqual(line["to"], PHONE)
        self.assertEqual(line["text"], f"样例主题 http://portal.example/messages/{message.pk}/")
        self.assertEqual(self.state(), ("sent", ""))
        self.assertEqual(len(mail.outbox), 1)
        mode = stat.S_IMODE((settings.VAR_DIR / "outbox" / "sms.jsonl").stat().st_mode)
        self.assertFalse(mode & stat.S_IRWXO)

    @channels("SMSToFile")
    def test_only_messages_meant_for_it_go_by_sms(self):
        self.tell(by=())
        self.tell(by=("letter",), key="sample:2")
        self.deliver()
        self.assertEqual(self.lines(), [])

    @channels("SMSToFile")
    def test_what_was_told_once_is_not_sent_again(self):
        for _time in range(2):
            self.tell()
            self.deliver()
        self.assertEqual(len(self.lines()), 1)

    @channels("SMSToFile")
    def test_a_person_without_phone_gets_none_and_that_is_said(self):
        self.tell(to=make_user(email="other@example.org"))
        self.deliver()
        self.assertEqual(self.state(), ("not_sent", "账号没有填写手机号。"))
        self.assertEqual((self.lines(), len(mail.outbox)), ([], 1))

    @channels("SMSToFile")
    def test_a_person_without_mail_address_gets_the_sms(self):
        with self.captureOnCommitCallbacks(execute=True):
            self.tell(to=make_user(phone="13800000002"))
        self.assertEqual((len(self.lines()), mail.outbox), (1, []))

    @channels("SMSToFile")
    def test_an_account_closed_meanwhile_gets_none(self):
        self.tell()
        self.person.is_active = False
        self.person.save()
        self.deliver()
        self.assertEqual(self.state(), ("not_sent", "账号已停用。"))

    def test_a_channel_removed_from_the_settings_sends_no_more(self):
        with channels("SMSToFile"):
            self.tell()
        self.deliver()
        self.assertEqual(self.state()[0], "not_sent")

    @channels("SMSToFile", "Pigeon")
    def test_several_channels_go_side_by_side(self):
        self.tell(by=("sms", "pigeon"))
        self.deliver()
        self.assertEqual((len(self.lines()), len(Pigeon.sent)), (1, 1))


@channels("BrokenSMS", "Pigeon")
class FailureTests(ChannelTestCase):
    def fail_with(self, error):
        return mock.patch.object(BrokenSMS, "error", error, create=True)

    def test_a_failing_channel_is_tried_again_with_growing_pauses_and_then_no_more(self):
        self.tell()
        pauses = []
        with self.fail_with(OSError("样例故障")):
            for _time in range(len(PAUSES) + 1):
                before = timezone.now()
                self.deliver()
                moment = ChannelDelivery.objects.get().next_attempt_at
                if moment:
                    self.assertEqual(self.state()[0], "failing")
                    pauses.append(moment - before)
                    let_pass(pauses[-1])
        for found, wanted in zip(pauses, PAUSES, strict=True):
            self.assertAlmostEqual(found, wanted, delta=timedelta(seconds=10))
        self.assertEqual(self.state(), ("given_up", "OSError: 样例故障"))

    def test_it_keeps_neither_the_mail_nor_other_channels_back(self):
        for number in range(3):
            self.tell(by=("sms", "pigeon"), key=f"sample:{number}")
        with self.fail_with(OSError()):
            counts = self.deliver()
        self.assertEqual(counts, {"mailed": 3, "put_off": 1, "given_up": 0, "by_channels": 3})

    def test_what_is_refused_for_good_is_not_tried_again(self):
        self.tell()
        with self.fail_with(Undeliverable("号码不存在（样例）")):
            self.deliver()
        self.assertEqual(self.state(), ("given_up", "号码不存在（样例）"))

    def test_a_repetition_after_a_crash_bears_the_same_reference(self):
        self.tell(by=("pigeon",))
        with mock.patch.object(ChannelDelivery, "note_sent", side_effect=SystemExit), self.assertRaises(SystemExit):
            self.deliver()
        self.deliver()
        self.assertEqual(len(Pigeon.sent), 1, "the dead worker's claim still holds")
        let_pass(CLAIM)
        self.deliver()
        self.assertEqual(len(Pigeon.sent), 2)
        self.assertEqual(len(set(Pigeon.sent)), 1)

    def test_the_database_itself_keeps_the_promise(self):
        message = self.tell()
        with self.assertRaises(IntegrityError), transaction.atomic():
            ChannelDelivery.objects.create(message=message, channel="sms")


@channels("BrokenSMS")
class AdminTests(ChannelTestCase):
    LIST = reverse("admin:outbox_message_changelist")

    def setUp(self):
        super().setUp()
        self.client.force_login(make_staff(roles.ADMINISTRATOR))
        self.message = self.tell()
        with mock.patch.object(BrokenSMS, "error", Undeliverable("样例拒绝"), create=True):
            self.deliver()

    def test_the_list_and_the_message_say_how_far_the_sms_has_come(self):
        for address in (self.LIST, reverse("admin:outbox_message_change", args=[self.message.pk])):
            self.assertContains(self.client.get(address), '短信 <span class="badge red">已放弃</span> 样例拒绝')

    def test_more_messages_cost_no_more_queries(self):
        with CaptureQueriesContext(connection) as queries_for_one:
            self.client.get(self.LIST)
        for number in range(2, 9):
            self.tell(key=f"sample:{number}")
        with self.assertNumQueries(len(queries_for_one)):
            self.client.get(self.LIST)

    def test_the_sms_is_tried_again_though_the_mail_was_sent(self):
        data = {"action": "try_again", "_selected_action": [self.message.pk]}
        with channels("SMSToFile"), self.captureOnCommitCallbacks(execute=True):
            self.assertContains(self.client.post(self.LIST, data, follow=True), "正在再次发送 1 条。")
        self.assertEqual((self.state()[0], len(self.lines()), len(mail.outbox)), ("sent", 1, 1))


class ParallelTests(TransactionTestCase):
    MESSAGES = 10

    @channels("Pigeon")
    def test_workers_side_by_side_send_each_message_once(self):
        Pigeon.sent.clear()
        person = make_user(phone=PHONE)
        with mock.patch("outbox.tasks.deliver"):
            for number in range(self.MESSAGES):
                outbox.send(person, f"sample:{number}", f"{number}", "样例正文。", by=["pigeon"])
        outcomes = at_once([deliver.call] * WORKERS)
        self.assertTrue(all(isinstance(outcome, dict) for outcome in outcomes), outcomes)
        self.assertEqual(len(Pigeon.sent), self.MESSAGES)
        self.assertEqual(len(set(Pigeon.sent)), self.MESSAGES)
        self.assertEqual(Message.objects.count(), self.MESSAGES)
