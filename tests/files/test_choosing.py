"""The doors of the library's dialog: what there is, what comes in, and what a text says of it."""

from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, TestCase
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from files.choosing import PAGE_SIZE
from files.dialog import options
from files.models import Asset
from tests.factories import make_administrator, make_article, make_user

from . import samples
from .samples import OwnMediaFolder, make_document, make_image, make_video, upload

CHOOSE, UPLOAD = reverse("admin:files_choose"), reverse("admin:files_upload")


def put_into_text(asset):
    return reverse("admin:files_put_into_text", args=[asset.pk])


class DoorTests(OwnMediaFolder, TestCase):
    rights = ("view_asset", "add_asset", "change_asset")

    def setUp(self):
        super().setUp()
        self.user = make_user(is_staff=True)
        self.user.user_permissions.set(
            Permission.objects.filter(content_type__app_label="files", codename__in=self.rights)
        )
        self.client.force_login(self.user)


class ListTests(DoorTests):
    def list(self, **query):
        response = self.client.get(CHOOSE, query)
        self.assertEqual(response.status_code, 200)
        return response.json()

    def titles(self, **query):
        return [asset["title"] for asset in self.list(**query)["assets"]]

    def test_the_newest_stand_first_and_the_rest_follows_page_by_page(self):
        for number in range(PAGE_SIZE + 2):
            make_document(title=f"样例{number}")
        first = self.list()
        self.assertEqual(
            [asset["title"] for asset in first["assets"]][:2], [f"样例{PAGE_SIZE + 1}", f"样例{PAGE_SIZE}"]
        )
        self.assertTrue(first["has_more"])
        second = self.list(before=first["assets"][-1]["pk"])
        self.assertEqual([asset["title"] for asset in second["assets"]], ["样例1", "样例0"])
        self.assertFalse(second["has_more"])

    def test_it_is_searched_by_title_file_name_and_description(self):
        make_image(title="样例甲", name="会场.jpg", alt_text="主席台")
        make_document(title="申报表", name="附件.pdf")
        for words, found in (
            ("甲", ["样例甲"]),
            ("会场", ["样例甲"]),
            ("主席台 甲", ["样例甲"]),
            ("附件", ["申报表"]),
            ("主席台 申报表", []),
            ("%", []),
        ):
            with self.subTest(words):
                self.assertEqual(self.titles(words=words), found)

    def test_it_is_narrowed_to_a_kind(self):
        for make in (make_image, make_document, make_video):
            make()
        for kind in ("image", "document", "video"):
            self.assertEqual([asset["kind"] for asset in self.list(kind=kind)["assets"]], [kind])

    def test_odd_questions_find_nothing(self):
        make_document()
        for query in ({"kind": "x"}, {"before": "x"}, {"before": "9" * 40}, {"pk": ""}, {"pk": "-1"}):
            with self.subTest(query):
                self.assertEqual(self.list(**query)["assets"], [])

    def test_it_tells_what_the_dialog_shows_of_each_kind(self):
        image, document, video = make_image(), make_document(), make_video()
        told = {asset["kind"]: asset for asset in self.list()["assets"]}
        self.assertEqual(told["image"]["src"], image.src)
        self.assertEqual((told["image"]["width"], told["image"]["description"]), (image.width, image.alt_text))
        self.assertEqual(told["document"]["src"], document.get_absolute_url())
        self.assertEqual((told["video"]["src"], told["video"]["poster"]), (video.src, None))
        self.assertEqual(told["video"]["facts"][0], "0:02")

    def test_a_longer_list_costs_no_more_queries(self):
        make_video()
        with CaptureQueriesContext(connection) as queries_for_one:
            self.list()
        poster = make_image()
        for number in range(5):
            video = make_video(samples.mp4(seconds=3 + number))
            Asset.objects.filter(pk=video.pk).update(poster=poster)
        with self.assertNumQueries(len(queries_for_one)):
            self.list()

    def test_it_takes_the_right_to_see_files(self):
        self.client.force_login(make_user(is_staff=True))
        self.assertIn("没有查看媒体库的权限", self.list()["error"])
        self.client.force_login(make_user())
        self.assertEqual(self.client.get(CHOOSE).status_code, 302)


class UploadTests(DoorTests):
    def post(self, name, content, **fields):
        response = self.client.post(UPLOAD, {"size": len(content), "upload": upload(name, content), **fields})
        self.assertEqual(response.status_code, 200)
        return response.json()

    def assert_refused(self, answer, words):
        self.assertIn(words, answer["error"])
        self.assertFalse(Asset.objects.exists())
        self.assertEqual(self.stored_names(), set())

    def test_every_kind_comes_in_with_the_name_of_its_file_for_a_title(self):
        for name, content, kind in (
            ("升旗.png", samples.picture(), "image"),
            ("申报表.docx", samples.docx(), "document"),
            ("升旗仪式.mp4", samples.mp4(), "video"),
        ):
            with self.subTest(kind):
                told = self.post(name, content)["asset"]
                asset = Asset.objects.get(kind=kind)
                self.assertEqual((told["pk"], told["kind"]), (asset.pk, kind))
                self.assertEqual((asset.title, asset.uploaded_by), (name.rpartition(".")[0], self.user))
                self.assertEqual(asset.awaits_description, kind == "image")

    def test_the_same_content_again_is_the_same_file(self):
        document = make_document()
        self.assertEqual(self.post("b.pdf", samples.PDF)["asset"]["pk"], document.pk)

    def test_a_poster_needs_no_words_of_its_own(self):
        self.post("封面.jpg", samples.photograph(), decorative="1")
        self.assertTrue(Asset.objects.get().is_decorative)

    def test_what_we_do_not_take_is_refused_with_a_sentence(self):
        self.assert_refused(self.post("报告.pdf", b"MZ\x90\0" + bytes(80)), "程序")

    def test_a_body_that_breaks_off_leaves_nothing(self):
        text = "质量月活动通知。\n".encode() * 500
        file = SimpleUploadedFile("通知.txt", text)
        body = encode_multipart(BOUNDARY, {"size": len(text), "upload": file})
        for length in (20, 150, len(body) // 2, len(body) - 60):
            with self.subTest(length):
                response = self.client.generic("POST", UPLOAD, body[:length], MULTIPART_CONTENT)
                self.assert_refused(response.json(), "文件没有传完整")
        self.assertEqual(self.client.generic("POST", UPLOAD, body, MULTIPART_CONTENT).json()["asset"]["title"], "通知")

    def test_it_takes_the_right_to_add_files(self):
        self.user.user_permissions.remove(Permission.objects.get(codename="add_asset"))
        self.assert_refused(self.post("a.pdf", samples.PDF), "")

    def test_it_takes_the_token_against_forged_requests(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_administrator())
        for address in (UPLOAD, put_into_text(make_document())):
            self.assertEqual(client.post(address).status_code, 403)


class PutIntoTextTests(DoorTests):
    def put(self, asset, **fields):
        response = self.client.post(put_into_text(asset), fields)
        self.assertEqual(response.status_code, 200)
        return response.json()

    def test_a_picture_says_what_it_shows_or_that_it_is_decorative(self):
        image = make_image(name="会标.png")
        for words in ("", "  ", "IMG_2041.jpg", "会标", "长" * 201):
            with self.subTest(words):
                self.assertEqual(set(self.put(image, words=words)["errors"]), {"words"})
        told = self.put(image, words=" 主席台上的\n会标 ")
        self.assertEqual((told["words"], told["src"], told["is_decorative"]), ("主席台上的 会标", image.src, False))
        told = self.put(image, decorative="1")
        self.assertEqual((told["words"], told["is_decorative"]), ("", True))

    def test_the_library_keeps_words_that_it_lacked(self):
        fresh, described = make_image(alt_text="", awaits_description=True), make_image(samples.picture())
        for image in (fresh, described):
            self.put(image, words="主席台上的会标")
            image.refresh_from_db()
        self.assertEqual((fresh.alt_text, fresh.awaits_description), ("主席台上的会标", False))
        self.assertEqual(described.alt_text, "会员代表在会场前合影")

    def test_what_a_page_shows_already_keeps_its_words(self):
        image = make_image(alt_text="", awaits_description=True)
        make_article(cover=image)
        self.put(image, words="主席台上的会标")
        image.refresh_from_db()
        self.assertTrue(image.awaits_description)

    def test_a_link_has_words(self):
        document = make_document()
        self.assertEqual(set(self.put(document, words="")["errors"]), {"words"})
        self.assertEqual(self.put(document, words="申报表.docx")["src"], document.get_absolute_url())

    def test_a_video_says_what_it_shows_and_has_a_picture_of_the_library_for_a_poster(self):
        video, poster, document = make_video(), make_image(), make_document()
        self.assertEqual(set(self.put(video)["errors"]), {"words", "poster"})
        for odd in (document.pk, video.pk, 0, "x"):
            self.assertEqual(set(self.put(video, words="升旗仪式全程", poster=odd)["errors"]), {"poster"})
        told = self.put(video, words="升旗仪式全程", poster=poster.pk)
        self.assertEqual((told["src"], told["poster"]["src"]), (video.src, poster.src))
        video.refresh_from_db()
        self.assertEqual((video.alt_text, video.poster), ("升旗仪式全程", poster))

    def test_a_file_that_is_gone_is_told(self):
        image = make_image()
        Asset.objects.filter(pk=image.pk).delete()
        self.assertIn("刚被删除", self.put(image, words="样例")["error"])

    def test_only_posts_are_taken(self):
        self.assertEqual(self.client.get(put_into_text(make_document())).status_code, 405)
        self.assertEqual(self.client.get(UPLOAD).status_code, 405)


class OptionsTests(TestCase):
    def test_the_script_is_told_the_limits_of_the_recognition(self):
        limits = {limit["kind"]: limit for limit in options()["limits"]}
        self.assertEqual(limits["image"]["bytes"], 20 * 1024**2)
        self.assertEqual(limits["video"]["extensions"], ["mp4", "m4v"])
        self.assertIn("wps", limits["document"]["extensions"])
