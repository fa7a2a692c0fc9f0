"""Files and rows come, change and go together."""

from unittest import mock

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import TestCase, TransactionTestCase

from files.models import Asset, SupersededFile
from files.recognition import RefusedFile
from tests.factories import make_article, make_user

from . import samples
from .samples import OwnMediaFolder, make_document, make_image, upload


class StoredContentTests(OwnMediaFolder, TestCase):
    def test_a_document_is_kept_byte_by_byte_under_a_name_of_our_own(self):
        content = samples.docx()
        user = make_user()
        asset = Asset.objects.store(upload("2025年通知.docx", content), title="通知", by=user)
        asset.refresh_from_db()
        self.assertEqual(asset.kind, Asset.Kind.DOCUMENT)
        self.assertEqual(asset.original_name, "2025年通知.docx")
        self.assertEqual(asset.size_bytes, len(content))
        self.assertEqual(asset.uploaded_by, user)
        self.assertRegex(asset.storage_name, r"^documents/\d{4}/\d{2}/[0-9a-f]{32}\.docx$")
        with asset.open() as file:
            self.assertEqual(file.read(), content)

    def test_a_picture_is_kept_written_anew(self):
        asset = make_image(samples.photograph(), name="会场.jpeg")
        self.assertEqual((asset.kind, asset.width, asset.height), (Asset.Kind.IMAGE, 800, 500))
        self.assertEqual((asset.content_type, asset.original_name), ("image/jpeg", "会场.jpeg"))
        self.assertRegex(asset.storage_name, r"^images/\d{4}/\d{2}/[0-9a-f]{32}\.jpg$")

    def test_the_same_content_is_found_again(self):
        first, other = make_document(), make_document(samples.docx(), name="a.docx")
        again = make_document(name="又一个名字.pdf")
        self.assertEqual(list(Asset.objects.duplicates_of(again.digest)), [first, again])
        self.assertEqual(list(Asset.objects.duplicates_of(other.digest)), [other])

    def test_the_same_picture_uploaded_twice_is_found_again(self):
        content = samples.photograph()
        self.assertEqual(make_image(content).digest, make_image(content).digest)


class OriginalNameTests(OwnMediaFolder, TestCase):
    def assert_kept_as(self, kept, name, content=samples.PDF):
        file = upload("x", content)
        file._name = name  # past the cleaning of Django's own upload, as an import would hand it over
        self.assertEqual(Asset.objects.store(file, title="样例", is_decorative=True).original_name, kept)

    def test_the_chinese_name_is_kept(self):
        self.assert_kept_as("关于“质量月”活动的通知（2025）.pdf", "关于“质量月”活动的通知（2025）.pdf")

    def test_a_path_is_cut_off(self):
        self.assert_kept_as("passwd.pdf", "../../../etc/passwd.pdf")
        self.assert_kept_as("a.pdf", "C:\\Users\\某人\\a.pdf")
        self.assert_kept_as("文件.pdf", "../..")

    def test_characters_that_deceive_or_break_are_taken_out(self):
        self.assert_kept_as("报告fdp.pdf", "报告\u202efdp\u2066.pdf")
        self.assert_kept_as("ab.pdf", "a\0b\x1b.pdf")
        self.assert_kept_as("a b.pdf", "a\r\nb.pdf")
        self.assert_kept_as("a_b_.pdf", 'a"b?.pdf')

    def test_a_long_name_is_cut_and_keeps_its_extension(self):
        asset = make_document(name="质" * 300 + ".pdf")
        self.assertEqual(asset.original_name, "质" * 76 + ".pdf")
        self.assertLessEqual(len(asset.original_name.encode()), 255)

    def test_the_extension_follows_the_content(self):
        self.assert_kept_as("扫描件.pdf", "扫描件")
        self.assert_kept_as("照片.jpg", "照片.webp", samples.photograph(format="WEBP"))
        self.assert_kept_as("方案.wps", "方案.wps", samples.compound("WordDocument"))
        self.assert_kept_as("文件.pdf", ".")


class DescriptionTests(OwnMediaFolder, TestCase):
    def assert_refused(self, code, **words):
        with self.assertRaises(ValidationError) as caught:
            make_image(**words)
        self.assertEqual([error.code for error in caught.exception.error_dict["alt_text"]], [code])
        self.assertEqual(self.stored_names(), set())

    def test_a_picture_needs_a_description_or_is_decorative(self):
        self.assert_refused("required", alt_text="")
        self.assertEqual(make_image(alt_text="", is_decorative=True).alt, "")
        self.assertEqual(make_image(alt_text="会场全景").alt, "会场全景")

    def test_a_file_name_is_no_description(self):
        for text in (
            "IMG_1234.jpg",
            "IMG_1234",
            "DSC00017",
            "微信图片_20250904153012",
            "QQ图片20250904",
            "屏幕截图 2025-09-04 153012",
            "Screenshot 2025-09-04 at 10.00.00",
            "mmexport1693812345678",
            "20250904",
            "6f1c0e3a9b7d4c21",
            "颁奖现场.png",
            "图片1",
            "  ",
        ):
            with self.subTest(text):
                self.assert_refused("file_name", alt_text=text)

    def test_the_name_of_the_very_file_is_no_description(self):
        self.assert_refused("file_name", alt_text="banner final", name="banner final.png")

    def test_words_about_a_picture_are_taken(self):
        for text in ("2025年质量月启动仪式", "图片说明栏前的会员代表", "IMG 集团展台", "会员部 3 人合影"):
            with self.subTest(text):
                self.assertEqual(make_image(alt_text=text).alt, text)

    def test_a_picture_from_a_text_may_await_its_description(self):
        asset = make_image(alt_text="", awaits_description=True)
        self.assertTrue(asset.awaits_description)
        self.assertEqual(asset.alt, "")
        self.assertFalse(make_image(awaits_description=True).awaits_description, "it has one")

    def test_a_document_needs_no_description(self):
        self.assertEqual(make_document(alt_text="多余的话", is_decorative=True).alt_text, "")

    def test_the_database_keeps_the_rules_too(self):
        asset = make_image()
        for change in (
            {"alt_text": ""},
            {"awaits_description": True},
            {"width": None},
            {"height": 0},
        ):
            with self.subTest(change), self.assertRaises(IntegrityError), transaction.atomic():
                Asset.objects.filter(pk=asset.pk).update(**change)


class RollbackTests(OwnMediaFolder, TransactionTestCase):
    def test_a_refused_file_leaves_nothing(self):
        with self.assertRaises(RefusedFile):
            make_image(b"<svg></svg>")
        self.assertEqual(self.stored_names(), set())
        self.assertFalse(Asset.objects.exists())

    def test_a_row_that_cannot_be_saved_takes_its_file_along(self):
        with mock.patch.object(Asset, "save", side_effect=IntegrityError), self.assertRaises(IntegrityError):
            make_document()
        self.assertEqual(self.stored_names(), set())

    def test_a_transaction_that_fails_later_takes_the_file_along(self):
        with self.assertRaises(ZeroDivisionError), transaction.atomic():
            make_document()
            self.assertEqual(len(self.stored_names()), 1)
            1 / 0  # noqa: B018
        self.assertEqual(self.stored_names(), set())
        self.assertFalse(Asset.objects.exists())

    def test_a_savepoint_that_fails_takes_only_its_own_files_along(self):
        with transaction.atomic():
            kept = make_document()
            with self.assertRaises(ZeroDivisionError), transaction.atomic():
                make_document(samples.docx(), name="a.docx")
                1 / 0  # noqa: B018
        self.assertEqual(self.stored_names(), {kept.storage_name})

    def test_a_file_stays_when_something_else_fails_after_the_commit(self):
        def fail():
            raise ZeroDivisionError

        with self.assertRaises(ZeroDivisionError), transaction.atomic():
            transaction.on_commit(fail)
            asset = make_document()
        self.assertTrue(Asset.objects.filter(pk=asset.pk).exists())
        self.assertEqual(self.stored_names(), {asset.storage_name})

    def test_a_replacement_that_fails_leaves_the_former_content(self):
        asset = make_document()
        with self.assertRaises(ZeroDivisionError), transaction.atomic():
            asset.replace(upload("b.docx", samples.docx()), by=None)
            1 / 0  # noqa: B018
        asset.refresh_from_db()
        self.assertEqual(self.stored_names(), {asset.storage_name})
        self.assertEqual(asset.content_type, "application/pdf")
        self.assertFalse(SupersededFile.objects.exists())

    def test_a_deletion_that_fails_keeps_the_file(self):
        asset = make_document()
        with self.assertRaises(ZeroDivisionError), transaction.atomic():
            asset.delete()
            1 / 0  # noqa: B018
        self.assertEqual(self.stored_names(), {asset.storage_name})


class ReplacementTests(OwnMediaFolder, TransactionTestCase):
    def test_number_and_address_stay_and_the_former_content_is_kept(self):
        asset, user = make_document(name="旧版.pdf"), make_user()
        former_name, address = asset.storage_name, asset.get_absolute_url()
        asset.replace(upload("新版.docx", samples.docx()), by=user)
        stored = Asset.objects.get()
        self.assertEqual((stored.pk, stored.get_absolute_url()), (asset.pk, address))
        self.assertEqual((stored.original_name, stored.extension), ("新版.docx", "docx"))
        former = stored.superseded_files.get()
        self.assertEqual((former.original_name, former.storage_name), ("旧版.pdf", former_name))
        self.assertEqual(former.replaced_by, user)
        self.assertEqual(self.stored_names(), {former_name, stored.storage_name})

    def test_the_renditions_of_a_picture_are_made_anew(self):
        asset = make_image(samples.photograph(1200, 800))
        asset.refresh_from_db()
        former_renditions = set(asset.rendition_names())
        self.assertTrue(former_renditions)
        asset.replace(upload("b.png", samples.photograph(600, 400)), by=None)
        asset.refresh_from_db()
        self.assertEqual(set(asset.renditions), {"480", "600"})
        self.assertEqual(self.stored_names() & former_renditions, set())
        self.assertEqual(self.stored_names(), set(asset.stored_names()))

    def test_the_kind_must_stay(self):
        asset = make_image()
        with self.assertRaises(RefusedFile):
            asset.replace(upload("a.pdf", samples.PDF), by=None)
        self.assertEqual(Asset.objects.get().digest, asset.digest)

    def test_the_same_content_changes_nothing(self):
        asset = make_document()
        asset.replace(upload("改名.pdf", samples.PDF), by=None)
        self.assertEqual(Asset.objects.get().original_name, "样例文件.pdf")
        self.assertFalse(SupersededFile.objects.exists())


class DeletionTests(OwnMediaFolder, TransactionTestCase):
    def test_everything_stored_goes_with_the_row(self):
        asset = make_image(samples.photograph(1200, 800))
        asset.replace(upload("b.png", samples.photograph(600, 400)), by=None)
        asset.refresh_from_db()
        self.assertEqual(len(self.stored_names()), len(asset.stored_names()))
        asset.delete()
        self.assertEqual(self.stored_names(), set())

    def test_a_set_of_rows_takes_its_files_along(self):
        make_image()
        kept = make_document()
        Asset.objects.images().delete()
        self.assertEqual(self.stored_names(), {kept.storage_name})

    def test_a_file_in_use_is_kept(self):
        cover, attachment, free = make_image(), make_document(), make_document(samples.docx(), name="a.docx")
        make_article(cover=cover, attachments=[attachment])
        for asset in (cover, attachment):
            with self.subTest(asset.kind), self.assertRaises(ProtectedError):
                asset.delete()
        with self.assertRaises(ProtectedError):
            Asset.objects.all().delete()
        self.assertEqual(Asset.objects.count(), 3)
        used = {asset.pk: asset.is_used for asset in Asset.objects.with_use()}
        self.assertEqual(used, {cover.pk: True, attachment.pk: True, free.pk: False})
        self.assertEqual(free.find_uses(), [])
        self.assertTrue(cover.find_uses())
