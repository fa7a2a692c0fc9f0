"""What administrators see of the messages: everything, and nothing to change."""

from django.core import mail
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

import outbox
from outbox.models import Message
from publishing import roles
from tests.factories import make_administrator, make_staff, make_user

LIST = reverse("admin:outbox_message_changelist")


class MessageAdminTests(TestCase):
    def setUp(self):
        self.client.force_login(make_staff(roles.ADMINISTRATOR))
        self.person = make_user(name="样例收件人", email="person@example.org")
        self.message = self.tell("sample:1", "样例主题")

    def tell(self, key, subject, to=None):
        return outbox.send(to=to or self.person, key=key, subject=subject, body="样例正文。", url="/admin/")

    def set_state(self, **values):
        Message.objects.filter(pk=self.message.pk).update(**values)

    def change_url(self):
        return reverse("admin:outbox_message_change", args=[self.message.pk])

    def test_only_administrators_look(self):
        self.assertEqual(self.client.get(LIST).status_code, 200)
        for role in (roles.AUTHOR, roles.REVIEWER, roles.PUBLISHER):
            with self.subTest(role=role):
                self.client.force_login(make_staff(role))
                self.assertEqual(self.client.get(LIST).status_code, 403)
                self.assertEqual(self.client.get(self.change_url()).status_code, 403)

    def test_the_list_says_how_far_each_mail_has_come(self):
        now = timezone.now()
        for words, values in (
            ("等待发送", {}),
            ("将再次发送", {"attempts": 1}),
            ("已放弃</span> 550 no such user", {"next_attempt_at": None, "last_error": "550 no such user"}),
            ("已发送", {"sent_at": now, "last_error": ""}),
            (
                "不发送</span> 账号没有填写邮箱。",
                {"sent_at": None, "attempts": 0, "last_error": "账号没有填写邮箱。"},
            ),
        ):
            with self.subTest(words=words):
                self.set_state(**values)
                self.assertContains(self.client.get(LIST), words)

    def test_the_filter_finds_a_state(self):
        self.set_state(next_attempt_at=None, attempts=6, last_error="550 no such user")
        self.tell("sample:2", "还在等待的样例")
        response = self.client.get(LIST, {"mail": "given_up"})
        self.assertContains(response, "样例主题")
        self.assertNotContains(response, "还在等待的样例")

    def test_the_mail_can_be_read_as_it_is_sent(self):
        with self.captureOnCommitCallbacks(execute=True):
            self.message = self.tell("sample:2", "样例：<b>已退回</b>")
        response = self.client.get(self.change_url())
        sent = mail.outbox[-1]
        for words in (
            "person@example.org",
            sent.extra_headers["Message-ID"][1:-1],
            "样例正文。",
            "样例：&lt;b&gt;已退回",
        ):
            self.assertContains(response, words)
        self.assertContains(response, f"http://portal.example/messages/{self.message.pk}/")

    def test_nobody_changes_adds_or_deletes_a_message(self):
        for user in (make_staff(roles.ADMINISTRATOR), make_administrator()):
            self.client.force_login(user)
            self.assertEqual(self.client.get(reverse("admin:outbox_message_add")).status_code, 403)
            self.assertEqual(self.client.post(self.change_url(), {"subject": "别的主题"}).status_code, 403)
            delete = reverse("admin:outbox_message_delete", args=[self.message.pk])
            self.assertEqual(self.client.post(delete, {"post": "yes"}).status_code, 403)
        self.message.refresh_from_db()
        self.assertEqual(self.message.subject, "样例主题")

    def try_again(self):
        data = {"action": "try_again", "_selected_action": [self.message.pk]}
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(LIST, data, follow=True)

    def test_a_mail_that_was_given_up_is_tried_again(self):
        self.set_state(next_attempt_at=None, attempts=6, last_error="550 no such user")
        self.assertContains(self.try_again(), "正在再次发送 1 条。")
        self.assertEqual(len(mail.outbox), 1)

    def test_a_mail_that_was_sent_is_not_sent_again(self):
        self.set_state(next_attempt_at=None, attempts=1, sent_at=timezone.now())
        self.assertContains(self.try_again(), "没有再次发送")
        self.assertEqual(mail.outbox, [])

    def test_an_author_tries_nothing_again(self):
        self.set_state(next_attempt_at=None, attempts=6, last_error="550 no such user")
        self.client.force_login(make_staff(roles.AUTHOR))
        self.assertEqual(self.try_again().status_code, 403)
        self.assertEqual(mail.outbox, [])
