"""How files leave."""

from urllib.parse import unquote

from django.http import Http404
from django.test import RequestFactory, TestCase

from files.models import Asset
from files.streaming import document_response, image_response
from files.tasks import make_renditions

from . import samples
from .samples import OwnMediaFolder, make_document, make_image, upload


def content_of(response):
    return b"".join(response.streaming_content)


class DocumentTests(OwnMediaFolder, TestCase):
    def get(self, asset, is_public=True, **headers):
        return document_response(asset, RequestFactory().get("/", headers=headers), is_public=is_public)

    def test_it_is_a_download_that_no_browser_interprets(self):
        response = self.get(make_document())
        self.assertEqual(content_of(response), samples.PDF)
        self.assertEqual(response["Content-Type"], "application/pdf")
        self.assertEqual(response["Content-Length"], str(len(samples.PDF)))
        self.assertEqual(response["X-Content-Type-Options"], "nosniff")
        self.assertEqual(response["Content-Security-Policy"], "default-src 'none'; sandbox")
        self.assertTrue(response["Content-Disposition"].startswith("attachment;"))

    def test_the_chinese_name_comes_with_one_for_old_programs(self):
        name = "关于“质量月”的通知 (2025); a=b'%.pdf"
        asset = make_document(name=name)
        header = self.get(asset)["Content-Disposition"]
        plain, encoded = header.removeprefix("attachment; ").split("; ")
        self.assertEqual(plain, f'filename="file-{asset.pk}.pdf"')
        self.assertTrue(header.isascii())
        self.assertEqual(unquote(encoded.removeprefix("filename*=UTF-8''")), name)

    def test_shared_caches_keep_what_everyone_may_see(self):
        asset = make_document()
        self.assertEqual(self.get(asset)["Cache-Control"], "public, max-age=300")
        self.assertEqual(self.get(asset, is_public=False)["Cache-Control"], "private, no-cache")

    def test_an_unchanged_file_is_not_sent_again(self):
        asset = make_document()
        tag = self.get(asset)["ETag"]
        response = self.get(asset, **{"If-None-Match": tag})
        self.assertEqual((response.status_code, response.content), (304, b""))
        self.assertEqual(response["ETag"], tag)
        self.assertEqual(response["Content-Security-Policy"], "default-src 'none'; sandbox")
        asset.replace(upload("b.docx", samples.docx()), by=None)
        self.assertEqual(self.get(asset, **{"If-None-Match": tag}).status_code, 200)

    def test_a_former_content_can_be_had_again(self):
        asset = make_document()
        asset.replace(upload("b.docx", samples.docx()), by=None)
        self.assertEqual(content_of(self.get(asset.superseded_files.get())), samples.PDF)

    def test_a_file_that_the_storage_has_lost_is_not_found(self):
        asset = make_document()
        (self.media_folder / asset.storage_name).unlink()
        with self.assertLogs("files.streaming", "ERROR"), self.assertRaises(Http404):
            self.get(asset)


class ImageTests(OwnMediaFolder, TestCase):
    def get(self, asset, width, extension, **headers):
        request = RequestFactory().get("/", headers=headers)
        return image_response(asset, width, extension, request, is_public=True)

    def make_ready_image(self, width=1200, height=800):
        asset = make_image(samples.photograph(width, height))
        make_renditions.call(asset_id=asset.pk, digest=asset.digest)
        asset.refresh_from_db()
        return asset

    def test_each_offered_address_answers_with_its_rendition(self):
        asset = self.make_ready_image()
        for width in (480, 960):
            for extension, content_type in (("webp", "image/webp"), ("jpg", "image/jpeg")):
                response = self.get(asset, width, extension)
                self.assertEqual(response["Content-Type"], content_type)
                self.assertEqual(response["Content-Disposition"], "inline")
                self.assertEqual(response["Content-Security-Policy"], "default-src 'none'; sandbox")
                stored = self.media_folder / asset.renditions[str(width)][extension]
                self.assertEqual(content_of(response), stored.read_bytes())

    def test_the_master_answers_until_the_worker_has_been(self):
        asset = make_image(samples.photograph(1200, 800))
        with asset.open() as file:
            master = file.read()
        early = self.get(asset, 480, "webp")
        self.assertEqual(content_of(early), master)
        self.assertEqual(early["Content-Type"], "image/jpeg")
        make_renditions.call(asset_id=asset.pk, digest=asset.digest)
        late = self.get(Asset.objects.get(), 480, "webp", **{"If-None-Match": early["ETag"]})
        self.assertEqual((late.status_code, late["Content-Type"]), (200, "image/webp"))

    def test_an_address_outlives_a_replacement_by_a_smaller_picture_of_another_format(self):
        asset = self.make_ready_image(2000, 1000)
        self.assertEqual(asset.src, f"/files/{asset.pk}/1600.jpg")
        asset.replace(upload("b.png", samples.picture(300, 200)), by=None)
        response = self.get(asset, 1600, "jpg")
        self.assertEqual((response.status_code, response["Content-Type"]), (200, "image/png"))

    def test_widths_and_formats_that_were_never_offered_are_not_found(self):
        asset = make_image()
        for width, extension in ((0, "jpg"), (2401, "jpg"), (9999, "webp"), (480, "svg"), (480, "html")):
            with self.subTest(width=width, extension=extension), self.assertRaises(Http404):
                self.get(asset, width, extension)

    def test_an_unchanged_picture_is_not_sent_again(self):
        asset = self.make_ready_image()
        tag = self.get(asset, 480, "webp")["ETag"]
        self.assertEqual(self.get(asset, "480", "webp", **{"If-None-Match": tag}).status_code, 304)
        self.assertEqual(self.get(asset, 960, "webp", **{"If-None-Match": tag}).status_code, 200)


class PictureMarkupTests(OwnMediaFolder, TestCase):
    def test_a_page_gets_all_that_a_picture_element_needs(self):
        asset = make_image(samples.photograph(2400, 1500), alt_text="会场全景")
        address = f"/files/{asset.pk}/"
        self.assertEqual(asset.src, f"{address}1600.jpg")
        self.assertEqual(asset.srcset_webp, f"{address}480.webp 480w, {address}960.webp 960w, {address}1600.webp 1600w")
        self.assertEqual(
            asset.srcset_fallback, f"{address}480.jpg 480w, {address}960.jpg 960w, {address}1600.jpg 1600w"
        )
        self.assertEqual((asset.width, asset.height, asset.alt), (2400, 1500, "会场全景"))

    def test_a_page_says_the_same_before_and_after_the_worker(self):
        asset = make_image(samples.photograph(1000, 600))
        before = (asset.src, asset.srcset_webp, asset.srcset_fallback)
        make_renditions.call(asset_id=asset.pk, digest=asset.digest)
        asset.refresh_from_db()
        self.assertEqual((asset.src, asset.srcset_webp, asset.srcset_fallback), before)

    def test_a_graphic_falls_back_to_its_own_format(self):
        asset = make_image(samples.picture(300, 200))
        self.assertEqual(asset.src, f"/files/{asset.pk}/300.png")
        self.assertEqual(asset.srcset_webp, f"/files/{asset.pk}/300.webp 300w")
