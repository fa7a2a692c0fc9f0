"""A person's own messages in the portal."""

from django.test import Client, TestCase
from django.urls import reverse

import outbox
from outbox.models import Message
from publishing import roles
from tests.factories import make_staff, make_user
from tests.html import addresses, all_of, assert_valid_html, words
from tests.lists import ListTestCase

LIST = reverse("outbox:message_list")


def tell(person, number=1, **overrides):
    values = {"subject": f"样例主题{number}", "body": "样例正文。", **overrides}
    return outbox.send(to=person, key=f"sample:{number}", **values)


class MessageListTests(ListTestCase):
    url = LIST

    def setUp(self):
        self.person = make_user()
        self.client.force_login(self.person)

    def test_the_newest_stands_first(self):
        for number in range(3):
            tell(self.person, number)
        page = self.get()
        rows = [words(heading) for heading in page.iter("h2") if "样例主题" in words(heading)]
        self.assertEqual(rows, ["未读样例主题2", "未读样例主题1", "未读样例主题0"])

    def test_unread_is_said_in_words(self):
        tell(self.person, 1)
        Message.objects.mark_read()
        tell(self.person, 2)
        page = self.get()
        self.assertEqual([words(badge) for badge in all_of(page, "badge")], ["未读"])
        self.assertIn("1 条未读消息", words(page))

    def test_the_text_keeps_its_lines_and_is_no_markup(self):
        tell(self.person, body="第一段\n第二行\n\n<b>第二段</b>")
        [text] = all_of(self.get(), "message-text")
        self.assertEqual([words(part) for part in text], ["第一段第二行", "<b>第二段</b>"])

    def test_a_page_holds_twenty(self):
        for number in range(21):
            tell(self.person, number)
        self.assertEqual(len(all_of(self.get(), "message-text")), 20)
        self.assertEqual(len(all_of(self.get(page=2), "message-text")), 1)
        self.assert_missing(page=3)

    def test_nobody_sees_what_others_are_told(self):
        tell(make_user(), subject="别人的消息")
        page = self.get()
        self.assertNotIn("别人的消息", words(page))
        self.assertIn("目前没有发给您的消息。", words(page))

    def test_more_messages_cost_no_more_queries(self):
        numbers = iter(range(100))
        with self.subTest():
            tell(self.person, next(numbers))
            self.get()
            for_one = self.count_queries({})
            for _time in range(9):
                tell(self.person, next(numbers))
            self.assertEqual(self.count_queries({}), for_one)


class OpeningTests(TestCase):
    def setUp(self):
        self.person = make_user()
        self.client.force_login(self.person)

    def assert_read(self, message, is_read=True):
        message.refresh_from_db()
        self.assertEqual(message.read_at is not None, is_read)

    def test_it_leads_on_and_counts_as_read(self):
        message = tell(self.person, url="/notices/?kind=decision")
        response = self.client.get(message.get_absolute_url())
        self.assertRedirects(response, "/notices/?kind=decision", fetch_redirect_response=False)
        self.assert_read(message)

    def test_one_that_leads_nowhere_is_shown(self):
        message = tell(self.person, body="样例：没有下一步。")
        page = assert_valid_html(self.client.get(message.get_absolute_url()))
        self.assertIn("样例：没有下一步。", words(page))
        self.assertIn(LIST, addresses(page))
        self.assert_read(message)

    def test_the_first_reading_is_kept(self):
        message = tell(self.person)
        self.client.get(message.get_absolute_url())
        message.refresh_from_db()
        first = message.read_at
        self.client.get(message.get_absolute_url())
        message.refresh_from_db()
        self.assertEqual(message.read_at, first)

    def test_that_of_another_person_is_not_found_and_stays_unread(self):
        message = tell(make_user())
        self.assertEqual(self.client.get(message.get_absolute_url()).status_code, 404)
        self.assert_read(message, False)

    def test_numbers_that_no_message_has_are_not_found(self):
        for number in (0, 10**9, 10**30):
            with self.subTest(number=number):
                self.assertEqual(self.client.get(f"{LIST}{number}/").status_code, 404)

    def test_all_are_marked_read_up_to_what_the_page_showed(self):
        other = tell(make_user())
        older, newest = tell(self.person, 1), tell(self.person, 2)
        since = tell(self.person, 3)
        response = self.client.post(reverse("outbox:mark_all_read", args=[newest.pk]))
        self.assertRedirects(response, LIST)
        for message, is_read in ((older, True), (newest, True), (since, False), (other, False)):
            self.assert_read(message, is_read)

    def test_marking_needs_a_post_with_its_token(self):
        message = tell(self.person)
        address = reverse("outbox:mark_all_read", args=[message.pk])
        self.assertEqual(self.client.get(address).status_code, 405)
        careful = Client(enforce_csrf_checks=True)
        careful.force_login(self.person)
        self.assertEqual(careful.post(address).status_code, 403)
        self.assert_read(message, False)

    def test_an_odd_number_marks_nothing_wrong(self):
        message = tell(make_user())
        self.assertEqual(self.client.post(f"{LIST}read/{10**30}/").status_code, 302)
        self.assert_read(message, False)


class PrivacyTests(TestCase):
    def test_visitors_are_sent_to_the_sign_in_and_back(self):
        message = tell(make_user())
        for address in (LIST, message.get_absolute_url()):
            response = self.client.get(address)
            self.assertRedirects(response, f"{reverse('accounts:login')}?next={address}")

    def test_no_cache_keeps_a_page(self):
        person = make_user()
        message = tell(person)
        self.client.force_login(person)
        for address in (LIST, message.get_absolute_url()):
            with self.subTest(address=address):
                kept = self.client.get(address).headers["Cache-Control"]
                self.assertIn("no-store", kept)
                self.assertIn("private", kept)


class AdminHeaderTests(TestCase):
    PAGE = reverse("admin:news_article_changelist")  # any page of the admin

    def test_staff_see_how_many_wait_for_them(self):
        person = make_staff(roles.AUTHOR)
        self.client.force_login(person)
        self.assertContains(self.client.get(self.PAGE), f'<a href="{LIST}">消息</a>', html=True)
        tell(make_user())
        tell(person, 1)
        tell(person, 2)
        self.assertContains(self.client.get(self.PAGE), f'<a href="{LIST}">消息（2 条未读）</a>', html=True)
