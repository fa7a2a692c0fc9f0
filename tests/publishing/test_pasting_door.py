"""The door by which the editor has cleaned what was pasted."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from django.urls import reverse

from publishing import roles
from publishing.pasting.views import MAX_BYTES
from tests.factories import make_staff, make_user

ADDRESS = reverse("admin:clean_paste")


class CleanPasteTests(TestCase):
    def post(self, html, client=None):
        return (client or self.client).post(ADDRESS, {"html": SimpleUploadedFile("clipboard.html", html.encode())})

    def test_it_answers_with_clean_markup_and_notes(self):
        self.client.force_login(make_staff(roles.AUTHOR))
        response = self.post("<p class=MsoNormal>样例 👍<img src='https://a.example/1.jpg'></p>")
        self.assertEqual(response.json()["html"], "<p>样例 👍</p>")
        self.assertEqual(len(response.json()["notes"]), 1)

    def test_what_is_missing_or_too_much_is_told_in_words(self):
        self.client.force_login(make_staff(roles.AUTHOR))
        for response, status in (
            (self.client.post(ADDRESS), 400),
            (self.post("x" * (MAX_BYTES + 1)), 413),
            (self.post("词" * 1_100_000), 413),
        ):
            with self.subTest(status=status):
                self.assertEqual(response.status_code, status)
                self.assertTrue(response.json()["error"])

    def test_bytes_that_are_no_text_do_no_harm(self):
        self.client.force_login(make_staff(roles.AUTHOR))
        response = self.client.post(ADDRESS, {"html": SimpleUploadedFile("clipboard.html", b"<p>\xff\x00x")})
        self.assertEqual(response.json()["html"], "<p>\ufffdx</p>")

    def test_only_who_writes_may_enter(self):
        self.client.force_login(make_user(is_staff=True))
        response = self.post("<p>样例</p>")
        self.assertEqual(response.status_code, 403)
        self.assertTrue(response.json()["error"])
        for user in (None, make_user()):
            self.client.logout()
            if user:
                self.client.force_login(user)
            self.assertEqual(self.post("<p>样例</p>").status_code, 302)

    def test_it_takes_the_token_against_forged_requests(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_staff(roles.AUTHOR))
        self.assertEqual(self.post("<p>样例</p>", client).status_code, 403)

    def test_it_only_takes_posts(self):
        self.client.force_login(make_staff(roles.AUTHOR))
        self.assertEqual(self.client.get(ADDRESS).status_code, 405)
