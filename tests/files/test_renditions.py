"""The job that makes renditions."""

from unittest import mock

from django.db import transaction
from django.test import TransactionTestCase

from files import pictures
from files.models import Asset
from files.tasks import make_renditions

from . import samples
from .samples import OwnMediaFolder, make_document, make_image, upload


class RenditionJobTests(OwnMediaFolder, TransactionTestCase):
    def test_an_upload_asks_for_them_once_it_is_committed(self):
        with transaction.atomic():
            asset = make_image(samples.photograph(1200, 800))
            self.assertEqual(Asset.objects.get().renditions, {})
        asset.refresh_from_db()
        self.assertEqual(set(asset.renditions), {"480", "960", "1200"})
        self.assertEqual(self.stored_names(), set(asset.stored_names()))

    def test_a_second_run_changes_nothing(self):
        asset = make_image(samples.photograph(1200, 800))
        before, files_before = Asset.objects.get().renditions, self.stored_names()
        make_renditions.call(asset_id=asset.pk, digest=asset.digest)
        self.assertEqual(Asset.objects.get().renditions, before)
        self.assertEqual(self.stored_names(), files_before)

    def test_a_run_overtaken_by_another_leaves_no_files(self):
        asset = make_image(samples.photograph(600, 400))
        Asset.objects.update(renditions={})
        real = pictures.make_renditions

        def overtaken(file):
            Asset.objects.update(renditions={"480": {"webp": "made/by/another.webp"}})
            return real(file)

        before = self.stored_names()
        with mock.patch("files.pictures.make_renditions", overtaken):
            make_renditions.call(asset_id=asset.pk, digest=asset.digest)
        self.assertEqual(Asset.objects.get().renditions, {"480": {"webp": "made/by/another.webp"}})
        self.assertEqual(self.stored_names(), before)

    def test_a_replaced_or_deleted_content_is_skipped(self):
        asset = make_image(samples.photograph(1200, 800))
        former_digest = asset.digest
        asset.replace(upload("b.jpg", samples.photograph(600, 400)), by=None)
        before = Asset.objects.get().renditions
        make_renditions.call(asset_id=asset.pk, digest=former_digest)
        self.assertEqual(Asset.objects.get().renditions, before)
        asset.delete()
        make_renditions.call(asset_id=asset.pk, digest=asset.digest)
        self.assertEqual(self.stored_names(), set())

    def test_documents_have_none(self):
        asset = make_document()
        make_renditions.call(asset_id=asset.pk, digest=asset.digest)
        self.assertEqual(Asset.objects.get().renditions, {})

    def test_an_upload_stands_even_if_the_queue_is_out_of_order(self):
        with (
            mock.patch.object(type(make_renditions), "enqueue", side_effect=OSError),
            self.assertLogs("django.db.backends.base", "ERROR"),
        ):
            asset = make_image()
        self.assertTrue(Asset.objects.filter(pk=asset.pk).exists())
