"""Videos: what is taken for one, how it is kept, and how it leaves in parts."""

import io
import struct

from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import RequestFactory, SimpleTestCase, TestCase
from django.urls import reverse

from files import recognition, videos
from files.models import Asset
from files.recognition import RefusedFile, recognise
from files.streaming import video_response
from tests.factories import make_administrator

from . import samples
from .samples import OwnMediaFolder, box, full_box, make_document, make_image, make_video, mp4, upload


class RecognitionTests(SimpleTestCase):
    def assert_refused(self, content, code="damaged", name="a.mp4"):
        with self.assertRaises(RefusedFile) as caught:
            recognise(upload(name, content))
        self.assertEqual(caught.exception.code, code, caught.exception.messages)
        return caught.exception.messages[0]

    def test_a_video_is_known_with_its_size_and_length(self):
        for content in (mp4(64, 48, 3), mp4(64, 48, 3, index_first=False), mp4(64, 48, 3, brand=b"mp42")):
            file = upload("a.mp4", content)
            self.assertIs(recognise(file), recognition.MP4)
            self.assertEqual(videos.read_video(file), videos.Video(64, 48, 3))

    def test_a_video_of_a_telephone_held_upright_is_upright(self):
        self.assertEqual(videos.read_video(upload("a.mp4", mp4(64, 48, rotated=True))), videos.Video(48, 64, 2))

    def test_a_name_that_says_something_else_is_refused(self):
        self.assert_refused(mp4(), "mismatch", "a.pdf")
        self.assert_refused(samples.PDF, "mismatch", "a.mp4")

    def test_other_formats_and_codings_are_named_with_advice(self):
        self.assertIn("H.264", self.assert_refused(mp4(brand=b"qt  "), "foreign"))
        self.assertIn("hvc1", self.assert_refused(mp4(coding=b"hvc1"), "coding"))
        self.assertIn("encv", self.assert_refused(mp4(coding=b"encv"), "coding"))
        self.assert_refused(mp4() + box(b"moof"), "coding")

    def test_sound_alone_is_no_video(self):
        self.assert_refused(mp4().replace(b"vide", b"soun"))
        self.assert_refused(mp4(brand=b"M4A "), "foreign")

    def test_a_video_that_is_cut_off_anywhere_is_refused(self):
        for content in (mp4(), mp4(index_first=False)):
            for length in range(64, len(content), 997):
                with self.subTest(length=length):
                    self.assert_refused(content[:length])

    def test_boxes_that_do_not_fit_into_each_other_are_refused(self):
        content = mp4()
        for kind in (b"ftyp", b"moov", b"mvhd", b"trak", b"tkhd", b"mdia", b"minf", b"stbl", b"stsd", b"stsz", b"mdat"):
            place = content.index(kind) - 4
            for size in (0, 1, 7, 9, 2**31, 2**32 - 1):
                if (kind, size) == (b"mdat", 0):
                    continue  # the last box may run on to the end
                with self.subTest(kind=kind, size=size), self.assertRaises(RefusedFile):
                    recognise(upload("a.mp4", content[:place] + struct.pack(">I", size) + content[place + 4 :]))

    def test_a_size_of_64_bits_beyond_the_file_is_refused(self):
        self.assert_refused(mp4() + struct.pack(">I4sQ", 1, b"free", 2**63))

    def test_tables_that_say_more_than_they_hold_are_refused(self):
        content = mp4()
        for table, offset in ((b"stsz", 12), (b"stco", 8), (b"stco", 12)):
            place = content.index(table) + offset
            with self.subTest(table=table, offset=offset):
                self.assert_refused(content[:place] + b"\x7f\xff\xff\xff" + content[place + 4 :])

    def test_an_index_of_countless_boxes_is_refused_quickly(self):
        self.assert_refused(mp4(inner=box(b"free") * 200_000))

    def test_an_index_that_is_too_large_is_refused_before_it_is_read(self):
        class Sparse(io.BytesIO):
            """A small file whose one large box is not there in memory."""

            name = "a.mp4"

            def __init__(self, content):
                super().__init__(content)
                self.size = len(content) + videos.MAX_INDEX_BYTES

        head = box(b"ftyp", b"isom", bytes(4))
        content = head + box(b"mdat", bytes(8)) + box(b"moov", size=videos.MAX_INDEX_BYTES + 8)
        with self.assertRaises(RefusedFile):
            recognise(Sparse(content))

    def test_a_video_that_is_something_else_too_is_refused(self):
        page = b"<!DOCTYPE html><script>alert(1)</script>"
        self.assert_refused(mp4() + page)
        self.assert_refused(mp4() + samples.package())
        head = box(b"ftyp", b"isom", bytes(4))
        self.assert_refused(head + box(b"free", page) + mp4()[len(head) :])
        self.assert_refused(mp4(brand=b"isom").replace(b"avc1mp41", page[:8], 1) + box(b"evil"))

    def test_odd_sizes_and_lengths_are_refused(self):
        content = mp4()
        for kind, offset, value in ((b"mvhd", 20, 0), (b"mvhd", 16, 0), (b"tkhd", 80, 0), (b"tkhd", 80, 2**31)):
            place = content.index(kind) + offset
            with self.subTest(kind=kind, offset=offset):
                self.assert_refused(content[:place] + struct.pack(">I", value) + content[place + 4 :])

    def test_a_second_index_is_refused(self):
        self.assert_refused(mp4() + box(b"moov", full_box(b"mvhd", bytes(96))))

    def test_the_limit_of_videos_is_their_own(self):
        file = upload("a.mp4", mp4(extra=b"x"))
        file.size = recognition.MAX_VIDEO_BYTES + 1
        with self.assertRaises(RefusedFile) as caught:
            recognise(file)
        self.assertEqual(caught.exception.code, "too_large")
        self.assertIn("300 MB", caught.exception.messages[0])

    def test_a_large_document_under_the_name_of_a_video_is_refused(self):
        file = upload("a.mp4", b"x")
        file.size = recognition.MAX_DOCUMENT_BYTES + 1
        with self.assertRaises(RefusedFile) as caught:
            recognise(file)
        self.assertEqual(caught.exception.code, "too_large")


class KeepingTests(OwnMediaFolder, TestCase):
    def test_a_video_is_kept_as_it_is_under_a_name_of_ours(self):
        content = mp4(320, 176, 4)
        video = make_video(content, alt_text="升旗仪式全程")
        self.assertEqual((video.kind, video.content_type, video.extension), ("video", "video/mp4", "mp4"))
        self.assertEqual((video.width, video.height, video.duration_seconds), (320, 176, 4))
        self.assertEqual((self.media_folder / video.storage_name).read_bytes(), content)
        self.assertTrue(video.storage_name.startswith("videos/"))
        self.assertEqual(video.src, f"/files/{video.pk}/video.mp4")
        self.assertFalse(video.awaits_description)

    def test_a_video_is_replaced_by_a_video_only(self):
        video = make_video()
        with self.assertRaises(RefusedFile):
            video.replace(upload("a.pdf", samples.PDF), by=None)
        video.replace(upload("b.mp4", mp4(64, 48, 5)), by=None)
        video.refresh_from_db()
        self.assertEqual(video.duration_seconds, 5)

    def test_the_poster_of_a_video_is_in_use(self):
        poster = make_image()
        video = make_video()
        Asset.objects.filter(pk=video.pk).update(poster=poster)
        self.assertTrue(Asset.objects.with_use().get(pk=poster.pk).is_used)
        [(model, rows)] = poster.find_uses()
        self.assertEqual((model, list(rows)), (Asset, [video]))

    def test_only_a_video_has_a_poster(self):
        poster, document = make_image(), make_document()
        with self.assertRaises(IntegrityError), transaction.atomic():
            Asset.objects.filter(pk=document.pk).update(poster=poster)

    def test_a_video_has_a_size_and_a_length(self):
        video = make_video()
        for odd in ({"width": None}, {"height": 0}, {"duration_seconds": None}, {"duration_seconds": 0}):
            with self.subTest(odd), self.assertRaises(IntegrityError), transaction.atomic():
                Asset.objects.filter(pk=video.pk).update(**odd)


class AdminTests(OwnMediaFolder, TestCase):
    def setUp(self):
        super().setUp()
        self.client.force_login(make_administrator())

    def test_the_list_shows_a_video_by_its_poster(self):
        video, poster = make_video(), make_image()
        address = reverse("admin:files_asset_changelist")
        self.assertContains(self.client.get(address), "MP4")
        page = reverse("admin:files_asset_change", args=[video.pk])
        self.client.post(page, {"title": "样例视频", "alt_text": "升旗仪式全程", "poster": poster.pk})
        video.refresh_from_db()
        self.assertEqual((video.poster, video.alt_text), (poster, "升旗仪式全程"))
        preview = reverse("admin:files_asset_preview", args=[poster.pk])
        self.assertContains(self.client.get(address, {"kind__exact": "video"}), preview)
        self.assertContains(self.client.get(page), f'poster="{preview}"')
        self.assertContains(self.client.get(reverse("admin:files_asset_change", args=[poster.pk])), "样例视频")

    def test_a_document_is_no_poster(self):
        video, document = make_video(), make_document()
        page = reverse("admin:files_asset_change", args=[video.pk])
        response = self.client.post(page, {"title": "样例视频", "poster": document.pk})
        self.assertEqual(set(response.context["adminform"].form.errors), {"poster"})

    def test_staff_play_a_video_that_no_page_shows(self):
        video = make_video()
        response = self.client.get(
            reverse("admin:files_asset_content", args=[video.pk]), headers={"range": "bytes=0-9"}
        )
        self.assertEqual((response.status_code, response["Content-Type"]), (206, "video/mp4"))
        self.assertEqual(response["Cache-Control"], "private, no-cache")
        self.assertEqual(b"".join(response.streaming_content), mp4()[:10])


class RangeTests(OwnMediaFolder, TestCase):
    def setUp(self):
        super().setUp()
        self.video = make_video()
        self.content = mp4()
        self.size = len(self.content)

    def get(self, method="get", **headers):
        request = getattr(RequestFactory(), method)("/", headers=headers)
        return video_response(self.video, request, is_public=True)

    def body(self, response):
        return b"".join(response) if not response.streaming else b"".join(response.streaming_content)

    def test_the_whole_is_sent_with_the_offer_of_parts(self):
        response = self.get()
        self.assertEqual((response.status_code, self.body(response)), (200, self.content))
        self.assertEqual(response["Content-Type"], "video/mp4")
        self.assertEqual(response["Accept-Ranges"], "bytes")
        self.assertEqual(response["Content-Disposition"], "inline")
        self.assertEqual(response["Content-Length"], str(self.size))

    def test_what_is_asked_for_is_what_is_sent(self):
        size, last = self.size, self.size - 1
        for asked, first, end in (
            ("bytes=0-", 0, last),
            ("bytes=0-0", 0, 0),
            ("bytes=5-14", 5, 14),
            (f"bytes=100-{size * 9}", 100, last),
            (f"bytes={last}-", last, last),
            ("bytes=-7", size - 7, last),
            (f"bytes=-{size * 9}", 0, last),
        ):
            with self.subTest(asked):
                response = self.get(range=asked)
                self.assertEqual(response.status_code, 206)
                self.assertEqual(response["Content-Range"], f"bytes {first}-{end}/{size}")
                self.assertEqual(response["Content-Length"], str(end - first + 1))
                self.assertEqual(self.body(response), self.content[first : end + 1])

    def test_a_part_beyond_the_end_does_not_exist(self):
        for asked in (f"bytes={self.size}-", f"bytes={self.size}-{self.size + 5}", "bytes=-0"):
            with self.subTest(asked):
                response = self.get(range=asked)
                self.assertEqual(response.status_code, 416)
                self.assertEqual(response["Content-Range"], f"bytes */{self.size}")

    def test_what_is_no_range_of_ours_gets_the_whole(self):
        for asked in (
            "bytes=",
            "bytes=-",
            "bytes=9-2",
            "bytes=a-b",
            "items=0-5",
            "bytes=0-1,5-6",
            f"bytes={'9' * 30}-",
        ):
            with self.subTest(asked):
                response = self.get(range=asked)
                self.assertEqual((response.status_code, self.body(response)), (200, self.content))

    def test_a_part_is_added_only_to_the_same_content(self):
        tag = self.get()["ETag"]
        self.assertEqual(self.get(range="bytes=5-", **{"if-range": tag}).status_code, 206)
        for other in ('"other"', f"W/{tag}", "Wed, 21 Oct 2015 07:28:00 GMT"):
            with self.subTest(other):
                self.assertEqual(self.get(range="bytes=5-", **{"if-range": other}).status_code, 200)

    def test_what_the_reader_has_already_is_not_sent_again(self):
        response = self.get(range="bytes=5-", **{"if-none-match": self.get()["ETag"]})
        self.assertEqual((response.status_code, response.content), (304, b""))

    def test_asked_for_its_head_alone_it_tells_of_the_whole(self):
        response = self.get("head", range="bytes=0-4")
        self.assertEqual((response.status_code, response["Content-Length"]), (200, str(self.size)))

    def test_a_video_that_the_storage_has_lost_is_not_found(self):
        (self.media_folder / self.video.storage_name).unlink()
        with self.assertLogs("files.streaming", "ERROR"), self.assertRaises(Http404):
            self.get(range="bytes=0-4")
