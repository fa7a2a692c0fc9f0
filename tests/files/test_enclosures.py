"""Files that people hand in."""

from datetime import timedelta
from unittest import mock

from django.core.management import call_command
from django.db import transaction
from django.http import Http404
from django.test import RequestFactory, TestCase
from django.urls import reverse
from django.utils import timezone

from files import enclosures
from files.models import Asset, Enclosure
from files.recognition import RefusedFile
from tests.factories import make_user

from . import samples
from .samples import OwnMediaFolder, upload


def hand_in(content=samples.PDF, name="营业执照.pdf", by=None):
    return enclosures.accept(upload(name, content), by)


class AcceptingTests(OwnMediaFolder, TestCase):
    def test_a_document_is_kept_byte_by_byte_apart_from_the_library(self):
        user = make_user()
        enclosure = hand_in(by=user)
        enclosure.refresh_from_db()
        self.assertRegex(enclosure.storage_name, r"^enclosures/\d{4}/\d{2}/[0-9a-f]{32}\.pdf$")
        self.assertEqual((self.media_folder / enclosure.storage_name).read_bytes(), samples.PDF)
        self.assertEqual((enclosure.original_name, enclosure.size_bytes), ("营业执照.pdf", len(samples.PDF)))
        self.assertEqual(enclosure.uploaded_by, user)
        self.assertFalse(Asset.objects.exists())

    def test_a_picture_is_written_anew_without_what_the_camera_noted(self):
        enclosure = hand_in(samples.photograph(comment=b"31.2304 N"), "执照.jpg")
        kept = (self.media_folder / enclosure.storage_name).read_bytes()
        self.assertTrue(kept.startswith(b"\xff\xd8\xff"))
        self.assertNotIn(b"31.2304 N", kept)

    def test_nobody_fills_the_disk_with_files_that_belong_to_nothing(self):
        user = make_user()
        with mock.patch.object(enclosures, "MOST_UNUSED", 2):
            for _number in range(2):
                hand_in(by=user)
            with self.assertRaises(RefusedFile):
                hand_in(by=user)
            hand_in(by=make_user())
            Enclosure.objects.filter(uploaded_by=user).first().delete()
            hand_in(by=user)

    def test_it_needs_no_account(self):
        self.assertIsNone(hand_in(by=None).uploaded_by)

    def test_what_the_library_refuses_is_refused_here(self):
        for name, content in (
            ("a.exe", b"MZ" + bytes(80)),
            ("a.html", b"<html><script>alert(1)</script></html>"),
            ("a.pdf", b""),
            ("a.pdf", samples.docx()),
            ("a.zip", b"PK\x03\x04" + bytes(80)),
        ):
            with self.subTest(name), self.assertRaises(RefusedFile):
                hand_in(content, name)
        self.assertEqual(self.stored_names(), set())
        self.assertFalse(Enclosure.objects.exists())

    def test_a_video_is_refused(self):
        with self.assertRaises(RefusedFile) as caught:
            hand_in(samples.mp4(), "a.mp4")
        self.assertEqual(caught.exception.code, "video")

    def test_a_file_beyond_the_limit_is_refused(self):
        with mock.patch.object(enclosures, "MAX_BYTES", len(samples.PDF) - 1), self.assertRaises(RefusedFile) as caught:
            hand_in()
        self.assertEqual(caught.exception.code, "too_large")

    def test_nothing_stays_of_an_upload_whose_transaction_fails(self):
        with self.assertRaises(ZeroDivisionError), transaction.atomic():
            hand_in()
            raise ZeroDivisionError
        self.assertFalse(Enclosure.objects.exists())
        self.assertEqual(self.stored_names(), set())


class LeavingTests(OwnMediaFolder, TestCase):
    def test_it_leaves_as_a_download_that_no_cache_keeps(self):
        answer = enclosures.response(hand_in(), RequestFactory().get("/"))
        self.assertEqual(b"".join(answer.streaming_content), samples.PDF)
        self.assertTrue(answer["Content-Disposition"].startswith("attachment;"))
        self.assertEqual(answer["Cache-Control"], "private, no-store")
        self.assertEqual(answer["Content-Security-Policy"], "default-src 'none'; sandbox")

    def test_one_that_the_storage_has_lost_is_not_found(self):
        enclosure = hand_in()
        (self.media_folder / enclosure.storage_name).unlink()
        with self.assertLogs("files.streaming", "ERROR"), self.assertRaises(Http404):
            enclosures.response(enclosure, RequestFactory().get("/"))

    def test_no_public_address_of_a_file_answers_with_one(self):
        enclosure = hand_in(samples.photograph(), "执照.jpg")
        self.client.force_login(make_user(is_staff=True, is_superuser=True))
        for address in (
            reverse("files:download", args=[enclosure.pk]),
            reverse("files:image", args=[enclosure.pk, 480, "webp"]),
            reverse("admin:files_asset_content", args=[enclosure.pk]),
        ):
            with self.subTest(address):
                self.assertEqual(self.client.get(address).status_code, 404)


class TidyingTests(OwnMediaFolder, TestCase):
    def test_it_goes_with_its_file(self):
        for delete in (lambda: hand_in().delete(), lambda: [hand_in(), Enclosure.objects.all().delete()]):
            with self.captureOnCommitCallbacks(execute=True):
                delete()
            self.assertEqual(self.stored_names(), set())

    def test_what_nothing_uses_goes_after_a_day(self):
        with self.captureOnCommitCallbacks(execute=True):
            old, young = hand_in(), hand_in()
            long_ago = timezone.now() - enclosures.UNUSED_FOR - timedelta(minutes=1)
            Enclosure.objects.filter(pk=old.pk).update(created_at=long_ago)
            call_command("tidy_enclosures")
        self.assertEqual(list(Enclosure.objects.all()), [young])
        self.assertEqual(self.stored_names(), {young.storage_name})
