from django.contrib.auth.models import Group
from django.test import TestCase
from django.urls import reverse

from audit.models import Entry
from publishing import content_version, roles
from tests.factories import make_article, make_column, make_review, make_user
from tests.files.samples import OwnMediaFolder, docx, make_document, upload


class LibraryTests(OwnMediaFolder, TestCase):
    """Who may change a file, once a published text shows it."""

    def setUp(self):
        super().setUp()
        self.asset = make_document()
        self.url = reverse("admin:files_asset_change", args=[self.asset.pk])

    def post_as(self, role, **data):
        user = make_user(is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        self.client.force_login(user)
        return self.client.post(self.url, {"title": "新标题", **data})

    def title(self):
        self.asset.refresh_from_db()
        return self.asset.title

    def test_an_author_changes_a_file_that_no_reader_sees(self):
        make_article(published_at=None, attachments=[self.asset])
        self.assertEqual(self.post_as(roles.AUTHOR).status_code, 302)
        self.assertEqual(self.title(), "新标题")

    def test_an_author_cannot_change_a_file_that_readers_see(self):
        make_article(attachments=[self.asset])
        digest = self.asset.digest
        self.assertEqual(self.post_as(roles.AUTHOR, upload=upload("另一份.docx", docx())).status_code, 403)
        self.assertEqual((self.title(), self.asset.digest), ("样例文件", digest))

    def test_a_publisher_replaces_it_and_the_readers_pages_follow(self):
        make_article(attachments=[self.asset])
        before, digest = content_version.current(), self.asset.digest
        self.assertEqual(self.post_as(roles.PUBLISHER, upload=upload("另一份.docx", docx())).status_code, 302)
        self.asset.refresh_from_db()
        self.assertNotEqual(self.asset.digest, digest)
        self.assertGreater(content_version.current(), before)

    def test_a_file_of_a_reviewed_text_is_changed_by_nobody(self):
        make_article(attachments=[self.asset], column=make_column(review_steps=3))
        for role in (roles.AUTHOR, roles.PUBLISHER, roles.ADMINISTRATOR):
            self.assertEqual(self.post_as(role, upload=upload("另一份.docx", docx())).status_code, 403)
            self.assertContains(self.client.get(self.url), "本文件已用于审核过或正在审核的稿件")
        self.assertEqual(self.title(), "样例文件")

    def test_a_file_of_a_text_under_review_is_changed_by_nobody(self):
        make_review(attachments=[self.asset])
        self.assertEqual(self.post_as(roles.PUBLISHER, upload=upload("另一份.docx", docx())).status_code, 403)

    def test_a_replacement_stands_in_the_audit_log(self):
        self.post_as(roles.PUBLISHER, upload=upload("另一份.docx", docx()))
        self.asset.refresh_from_db()
        entry = Entry.objects.filter(action="file_replaced").get()
        self.assertEqual(entry.facts, {"asset": self.asset.pk, "digest": self.asset.digest})
