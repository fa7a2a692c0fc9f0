"""Pictures that come in from the rich text editor."""

from django.contrib.auth.models import Permission
from django.test import Client, TestCase
from django.urls import reverse

from files.models import Asset
from tests.factories import make_administrator, make_user

from . import samples
from .samples import OwnMediaFolder, make_image, upload

ADDRESS = reverse("admin:files_upload_image")


class EditorUploadTests(OwnMediaFolder, TestCase):
    def setUp(self):
        super().setUp()
        self.user = make_user(is_staff=True)
        self.user.user_permissions.add(Permission.objects.get(codename="add_asset"))
        self.client.force_login(self.user)

    def post(self, name="image.png", content=None, **fields):
        response = self.client.post(
            ADDRESS, {"upload": upload(name, content or samples.photograph(2000, 1000)), **fields}
        )
        self.assertEqual(response.status_code, 200)
        return response.json()

    def assert_refused(self, answer, words=""):
        self.assertEqual(answer["uploaded"], 0)
        self.assertIn(words, answer["error"]["message"])
        self.assertFalse(Asset.objects.exists())
        self.assertEqual(self.stored_names(), set())

    def test_a_described_picture_is_stored_and_its_address_told(self):
        answer = self.post("会场.jpg", alt="会场全景")
        asset = Asset.objects.get()
        self.assertEqual(
            answer,
            {"uploaded": 1, "fileName": "会场.jpg", "url": f"/files/{asset.pk}/1600.jpg", "alt": "会场全景"},
        )
        self.assertEqual((asset.title, asset.uploaded_by), ("会场全景", self.user))
        self.assertFalse(asset.awaits_description)

    def test_a_pasted_picture_waits_for_its_description(self):
        self.assertEqual(self.post()["alt"], "")
        asset = Asset.objects.get()
        self.assertTrue(asset.awaits_description)
        self.assertFalse(asset.is_decorative)

    def test_a_small_picture_is_told_in_its_own_width(self):
        answer = self.post(content=samples.picture(300, 200))
        self.assertTrue(answer["url"].endswith("/300.png"))

    def test_the_same_picture_again_is_the_same_file(self):
        asset = make_image(samples.photograph(2000, 1000))
        self.assertEqual(self.post()["url"], asset.src)
        self.assertEqual(Asset.objects.count(), 1)

    def test_what_is_no_picture_is_refused_with_a_sentence(self):
        self.assert_refused(self.post("evil.html", samples.picture() + b"<script>alert(1)</script>"), ".html")
        self.assert_refused(self.post("a.png", b"<svg><script>alert(1)</script></svg>"), "SVG")
        self.assert_refused(self.post("a.pdf", samples.PDF))
        self.assert_refused(self.post("a.png", samples.png_header(30_000, 30_000)))
        self.assert_refused(self.client.post(ADDRESS).json())

    def test_a_file_name_is_no_description(self):
        self.assert_refused(self.post(alt="IMG_1234.jpg"))

    def test_it_takes_the_right_to_add_files(self):
        self.client.force_login(make_user(is_staff=True))
        self.assert_refused(self.post())

    def test_strangers_are_sent_to_the_login(self):
        for user in (None, make_user()):
            self.client.logout()
            if user:
                self.client.force_login(user)
            self.assertEqual(self.client.post(ADDRESS, {"upload": upload("a.png", samples.picture())}).status_code, 302)
        self.assertFalse(Asset.objects.exists())

    def test_it_takes_the_token_against_forged_requests(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_administrator())
        response = client.post(ADDRESS, {"upload": upload("a.png", samples.picture())})
        self.assertEqual(response.status_code, 403)
        self.assertFalse(Asset.objects.exists())

    def test_it_only_takes_posts(self):
        self.assertEqual(self.client.get(ADDRESS).status_code, 405)
