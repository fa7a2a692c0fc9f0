"""Files of the library leave only where a visible item shows them in its live text."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from publishing import roles
from tests.factories import make_article, make_notice, make_reader_group, make_staff, make_user
from tests.files.samples import OwnMediaFolder, make_document, make_image, make_video


class FileDoorTests(OwnMediaFolder, TestCase):
    def get(self, asset, user=None):
        self.client.logout()
        if user:
            self.client.force_login(user)
        return self.client.get(reverse("files:download", args=[asset.pk]))

    def test_an_attachment_of_a_published_item_is_open_to_all(self):
        document = make_document()
        make_notice(attachments=[document])
        response = self.get(document)
        self.assertEqual(response.status_code, 200)
        self.assertIn("attachment", response.headers["Content-Disposition"])
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("default-src 'none'", response.headers["Content-Security-Policy"])
        self.assertIn("public", response.headers["Cache-Control"])

    def test_a_file_that_no_item_shows_is_open_to_nobody_but_the_keepers_of_the_library(self):
        document = make_document()
        self.assertEqual(self.get(document).status_code, 404)
        self.assertEqual(self.get(document, make_user()).status_code, 404)
        response = self.get(document, make_staff(roles.AUTHOR))
        self.assertEqual(response.status_code, 200)
        self.assertNotIn("public", response.headers["Cache-Control"])

    def test_files_of_drafts_and_scheduled_items_stay_closed(self):
        document = make_document()
        make_article(published_at=None, attachments=[document])
        make_article(published_at=timezone.now() + timedelta(days=1), attachments=[document])
        self.assertEqual(self.get(document).status_code, 404)

    def test_a_file_of_a_successor_stays_closed_until_it_is_published(self):
        document = make_document()
        live = make_article()
        content = {**live.live_revision.content, "attachments": [{"asset": document.pk, "caption": ""}]}
        successor = live.record_revision(content, None, live.live_revision)
        self.assertEqual(self.get(document).status_code, 404)
        live.publish(successor, by=None)
        self.assertEqual(self.get(document).status_code, 200)

    def test_a_file_that_the_live_text_no_longer_shows_is_closed(self):
        document = make_document()
        live = make_article(attachments=[document])
        live.publish(
            live.record_revision({**live.live_revision.content, "attachments": []}, None, live.live_revision), by=None
        )
        self.assertEqual(self.get(document).status_code, 404)

    def test_a_file_of_an_item_for_members_is_open_to_them_alone_and_never_for_shared_caches(self):
        member, document = make_user(), make_document()
        make_article(attachments=[document], readers=[make_reader_group(member)])
        self.assertEqual(self.get(document).status_code, 404)
        response = self.get(document, member)
        self.assertEqual(response.status_code, 200)
        self.assertIn("private", response.headers["Cache-Control"])

    def test_a_file_of_a_withdrawn_item_is_closed(self):
        document = make_document()
        make_article(attachments=[document]).withdraw("内容有误", by=None)
        self.assertEqual(self.get(document).status_code, 404)

    def test_a_cover_and_a_picture_in_the_text_are_open_with_their_item(self):
        cover, picture = make_image(title="封面"), make_image(title="插图")
        make_article(cover=cover, body=f'<p><img src="/files/{picture.pk}/800.jpg" alt="插图"></p>')
        for image in (cover, picture):
            response = self.client.get(reverse("files:image", args=[image.pk, 480, "webp"]))
            self.assertEqual(response.status_code, 200)
            self.assertTrue(response.headers["Content-Type"].startswith("image/"))

    def test_a_video_and_its_poster_are_open_to_those_who_may_read_the_text(self):
        member, video, poster = make_user(), make_video(), make_image()
        body = f'<video src="{video.src}" poster="{poster.src}" aria-label="样例视频"></video>'
        make_article(body=body, readers=[make_reader_group(member)])
        for user, status in ((None, 404), (make_user(), 404), (member, 206)):
            self.client.logout()
            if user:
                self.client.force_login(user)
            response = self.client.get(video.src, headers={"range": "bytes=0-99"})
            self.assertEqual(response.status_code, status)
            self.assertEqual(self.client.get(poster.src).status_code, 200 if status == 206 else 404)
        self.assertEqual((response["Content-Type"], response["Cache-Control"]), ("video/mp4", "private, no-cache"))

    def test_a_video_without_words_or_poster_is_not_published(self):
        video = make_video()
        draft = make_article(published_at=None, body=f'<video src="{video.src}" aria-label="样例视频"></video>')
        with self.assertRaises(ValidationError):
            draft.clean_for_publication()

    def test_a_document_is_no_video(self):
        document = make_document()
        make_article(attachments=[document])
        self.assertEqual(self.client.get(f"/files/{document.pk}/video.mp4").status_code, 404)

    def test_a_document_is_no_picture(self):
        document = make_document()
        make_article(attachments=[document])
        self.assertEqual(self.client.get(reverse("files:image", args=[document.pk, 480, "webp"])).status_code, 404)

    def test_odd_numbers_are_not_found(self):
        for url in ("/files/0/", "/files/999999/", f"/files/{10**30}/", "/files/1/99999.webp", "/files/1/../../etc/"):
            self.assertEqual(self.client.get(url).status_code, 404, url)
