"""A link for people without an account: what it shows, to whom, until when, and what they can say about it."""

from datetime import timedelta

from django.core import signing
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from audit.actions import Action
from audit.models import Entry
from outbox.models import Message
from publishing import previews, roles
from publishing.models import StaffNote
from tests.factories import (
    make_activity,
    make_article,
    make_notice,
    make_page,
    make_reader_group,
    make_staff,
    make_user,
)
from tests.files.samples import OwnMediaFolder, make_document, make_image
from tests.html import assert_valid_html
from tests.publishing.test_admin_form import url_of
from tests.publishing.test_admin_list import save_again


class LinkTestCase(TestCase):
    def setUp(self):
        super().setUp()
        self.maker = make_staff(roles.AUTHOR, name="样例编辑")

    def link_to(self, item, days=3):
        return previews.Link.make(item.dossier.newest_revision, self.maker, days)

    def open(self, item):
        return self.client.get(self.link_to(item).get_absolute_url())


class MakingTests(LinkTestCase):
    def share(self, item, days):
        self.client.force_login(self.maker)
        return self.client.post(url_of(item, "share"), {"days": days})

    def test_the_form_leads_to_the_page_that_makes_a_link(self):
        draft = make_article(published_at=None)
        self.client.force_login(self.maker)
        self.assertContains(self.client.get(url_of(draft)), url_of(draft, "share"))
        self.assertContains(self.client.get(url_of(draft, "share")), "生成链接")

    def test_the_link_opens_what_was_newest_when_it_was_made(self):
        draft = make_article(published_at=None, title="样例标题")
        address = self.share(draft, 7).context["address"]
        save_again(draft, title="样例新标题")
        page = Client().get(address)
        self.assertContains(page, "样例标题")
        self.assertNotContains(page, "样例新标题")

    def test_it_is_on_record_who_shared_what_until_when(self):
        draft = make_article(published_at=None)
        self.share(draft, 14)
        entry = Entry.objects.get(action=Action.PREVIEW_SHARED)
        self.assertEqual((entry.by, entry.item, entry.facts["revision"]), (self.maker, draft.pk, 1))
        self.assertIn("until", entry.facts)

    def test_another_term_than_those_on_offer_is_refused(self):
        draft = make_article(published_at=None)
        for days in ("", "0", "365", "x"):
            page = self.share(draft, days)
            self.assertEqual(page.status_code, 200)
            self.assertIsNone(page.context["address"])
        self.assertFalse(Entry.objects.filter(action=Action.PREVIEW_SHARED).exists())

    def test_only_those_who_may_change_the_item_share_it(self):
        draft = make_article(published_at=None)
        for user, status in ((make_user(is_staff=True), 403), (make_user(), 302)):
            self.client.force_login(user)
            self.assertEqual(self.client.post(url_of(draft, "share"), {"days": 3}).status_code, status)

    def test_an_item_that_was_taken_away_is_not_shared(self):
        item = make_article(withdrawn_at=timezone.now(), withdrawal_reason="样例原因")
        self.assertRedirects(self.share(item, 3), url_of(item))


class OpeningTests(LinkTestCase):
    def test_every_kind_of_item_is_shown_on_its_real_page(self):
        for make in (make_article, make_notice, make_activity, make_page):
            draft = make(published_at=None, title="样例标题")
            with self.subTest(item=draft._meta.label):
                page = self.open(draft)
                self.assertTemplateUsed(page, f"{draft._meta.app_label}/{draft._meta.model_name}_detail.html")
                self.assertContains(page, "预览，尚未发布 · 有效至")
                assert_valid_html(page)
                self.assertEqual(self.client.get(draft.get_absolute_url()).status_code, 404)

    def test_it_is_kept_nowhere_and_told_to_nobody(self):
        page = self.open(make_article(published_at=None))
        self.assertIn("no-store", page["Cache-Control"])
        self.assertEqual(page["X-Robots-Tag"], "noindex")
        self.assertEqual(page["Referrer-Policy"], "same-origin")
        self.assertIn("frame-ancestors 'none'", page["Content-Security-Policy"])

    def test_an_item_for_reader_groups_is_shown_since_that_is_what_the_link_is_for(self):
        draft = make_article(published_at=None, title="样例标题", readers=[make_reader_group()])
        self.assertContains(self.open(draft), "样例标题")

    def test_items_that_the_public_does_not_see_are_not_named(self):
        secret = make_article(title="机密样例", readers=[make_reader_group()])
        coming = make_article(title="未发样例", published_at=None)
        ties = [(other.dossier, "follows") for other in (secret, coming)]
        page = self.open(make_article(published_at=None, relations=ties))
        self.assertNotContains(page, "机密样例")
        self.assertNotContains(page, "未发样例")

    def test_a_text_that_was_published_in_the_meantime_is_called_so(self):
        self.assertContains(self.open(make_article()), "预览，已发布")


class DeadLinkTests(LinkTestCase):
    def assert_dead(self, address, status=404):
        page = self.client.get(address)
        self.assertContains(page, "预览链接", status_code=status)
        self.assertEqual(page["X-Robots-Tag"], "noindex")
        assert_valid_html(page)

    def test_after_its_time_it_is_gone(self):
        draft, now = make_article(published_at=None), timezone.now()
        for left, status in ((timedelta(seconds=30), 200), (timedelta(seconds=-1), 410)):
            link = previews.Link(draft.pk, 1, self.maker.pk, now - timedelta(days=1), now + left)
            self.assertEqual(self.client.get(link.get_absolute_url()).status_code, status)
        self.assert_dead(link.get_absolute_url(), 410)

    def test_what_we_never_signed_opens_nothing(self):
        draft = make_article(published_at=None)
        token = self.link_to(draft).token
        other = make_article(published_at=None)
        forged = [draft.pk, 1, self.maker.pk, 0, 2**40]
        for tampered in (
            token[:-1] + ("A" if token[-1] != "A" else "B"),
            "x" + token,
            token.split(":", 1)[1],
            signing.dumps([other.pk, *forged[1:]], salt="another purpose"),
            signing.dumps(forged, key="another key", salt=previews.SALT),
            "x",
            ":::",
        ):
            self.assert_dead(reverse("preview", args=[tampered]))

    def test_it_dies_with_its_item(self):
        now = timezone.now()
        for lifecycle in (
            {"withdrawn_at": now, "withdrawal_reason": "样例原因"},
            {"trashed_at": now, "trash_reason": "样例原因"},
        ):
            self.assert_dead(self.link_to(make_article(**lifecycle)).get_absolute_url())

    def test_it_dies_with_the_account_and_the_role_of_its_maker(self):
        draft = make_article(published_at=None)
        address = self.link_to(draft).get_absolute_url()
        for change in ({"is_active": False}, {"is_staff": False}):
            type(self.maker).objects.filter(pk=self.maker.pk).update(**{"is_active": True, "is_staff": True, **change})
            self.assert_dead(address)
        type(self.maker).objects.filter(pk=self.maker.pk).update(is_active=True, is_staff=True)
        self.assertEqual(self.client.get(address).status_code, 200)
        self.maker.groups.clear()
        self.assert_dead(address)

    def test_a_revision_that_is_not_there_is_not_shown(self):
        draft = make_article(published_at=None)
        link = self.link_to(draft)
        self.assert_dead(previews.Link(draft.pk, 7, self.maker.pk, link.made_at, link.until).get_absolute_url())
        self.assert_dead(previews.Link(10**9, 1, self.maker.pk, link.made_at, link.until).get_absolute_url())


class FileTests(OwnMediaFolder, LinkTestCase):
    def setUp(self):
        super().setUp()
        self.document, self.picture = make_document(), make_image()
        self.draft = make_article(published_at=None, cover=self.picture, attachments=[self.document])
        self.files = [reverse("files:download", args=[self.document.pk]), self.picture.src]

    def assert_files(self, status, client=None):
        for address in self.files:
            self.assertEqual((client or self.client).get(address).status_code, status, address)

    def test_whoever_has_opened_the_link_gets_its_files_and_nobody_else(self):
        self.assert_files(404)
        self.open(self.draft)
        self.assert_files(200)
        self.assert_files(404, Client())

    def test_no_shared_cache_keeps_them(self):
        self.open(self.draft)
        for address in self.files:
            self.assertIn("private", self.client.get(address)["Cache-Control"])

    def test_it_opens_the_files_of_its_revision_only(self):
        other, later = make_document(name="样例二.pdf"), make_document(name="样例三.pdf")
        make_article(published_at=None, attachments=[other])
        self.open(self.draft)
        newest = self.draft.dossier.newest_revision
        rows = [{"asset": later.pk, "caption": ""}]
        self.draft.record_revision({**newest.content, "attachments": rows}, None, newest)
        for asset in (other, later):
            self.assertEqual(self.client.get(reverse("files:download", args=[asset.pk])).status_code, 404)

    def test_the_pass_goes_to_the_file_door_alone_and_ends_soon(self):
        page = self.open(self.draft)
        [cookie] = [value for name, value in page.cookies.items() if name.startswith("preview_")]
        self.assertEqual((cookie["path"], cookie["samesite"], cookie["httponly"]), ("/files/", "Lax", True))
        self.assertLessEqual(cookie["max-age"], 3600)

    def test_two_links_can_be_open_side_by_side(self):
        other = make_document(name="样例二.pdf")
        second = make_article(published_at=None, attachments=[other])
        self.open(self.draft)
        self.open(second)
        self.assert_files(200)
        self.assertEqual(self.client.get(reverse("files:download", args=[other.pk])).status_code, 200)

    def test_they_close_when_the_link_dies(self):
        self.open(self.draft)
        self.draft.withdraw("样例原因", by=None)
        self.assert_files(404)

    def test_a_forged_pass_opens_nothing(self):
        for value in ("x", signing.dumps([self.draft.pk, 1, self.maker.pk, 0, 2**40], key="x", salt=previews.SALT)):
            self.client.cookies["preview_x"] = value
            self.assert_files(404)


class CommentTests(LinkTestCase):
    def setUp(self):
        super().setUp()
        self.draft = make_article(published_at=None, title="样例标题")
        self.address = self.link_to(self.draft).get_absolute_url()

    def comment(self, text="第二段有误。", **changes):
        return self.client.post(self.address, {"text": text, "name": "", "website": "", **changes})

    def notes(self):
        return list(self.draft.dossier.staff_notes.filter(code=StaffNote.Code.COMMENT).values_list("detail", flat=True))

    def test_a_comment_is_a_note_to_staff_and_its_maker_is_told(self):
        answer = self.comment(name="样例单位")
        self.assertRedirects(answer, f"{self.address}?sent=1#comment", fetch_redirect_response=False)
        self.assertContains(self.client.get(f"{self.address}?sent=1"), "您的意见已转给编辑")
        self.assertEqual(self.notes(), ["样例单位：第二段有误。"])
        message = Message.objects.get()
        self.assertEqual((message.to, message.url), (self.maker, url_of(self.draft)))
        self.assertIn("样例标题", message.subject)
        self.assertIn("第二段有误。", message.body)
        entry = Entry.objects.get(action=Action.COMMENTED)
        self.assertEqual((entry.by, entry.item), (None, self.draft.pk))
        self.assertNotIn("样例单位", str(entry.facts))

    def test_staff_read_it_above_the_form_as_words_and_not_as_markup(self):
        self.comment("<b>样例</b>")
        self.client.force_login(self.maker)
        self.assertContains(self.client.get(url_of(self.draft)), "&lt;b&gt;样例&lt;/b&gt;")

    def test_several_comments_stand_beside_each_other_and_the_same_one_once(self):
        for text in ("甲", "乙", "甲"):
            self.comment(text)
        self.assertEqual(self.notes(), ["甲", "乙"])
        self.assertEqual(Message.objects.count(), 2)

    def test_after_many_comments_no_more_are_taken(self):
        for number in range(previews.MOST_COMMENTS):
            self.comment(f"第{number}条")
        answer = self.comment("再一条")
        self.assertContains(answer, "意见已达上限")
        self.assertContains(answer, "再一条")
        self.assertEqual(len(self.notes()), previews.MOST_COMMENTS)

    def test_an_empty_or_endless_comment_is_refused_and_kept_in_the_form(self):
        self.assertEqual(self.comment("").status_code, 200)
        long = "长" * 1001
        self.assertContains(self.comment(long), long)
        self.comment("长" * 1000, name="名" * 60)
        self.assertEqual(len(self.notes()), 1)

    def test_what_a_machine_fills_in_is_dropped_without_a_word(self):
        self.assertEqual(self.comment(website="http://example.org/").status_code, 302)
        self.assertEqual(self.notes(), [])

    def test_it_takes_the_token_of_its_own_page(self):
        stranger = Client(enforce_csrf_checks=True)
        self.assertEqual(stranger.post(self.address, {"text": "样例"}).status_code, 403)
        token = stranger.get(self.address).context["csrf_token"]
        answer = stranger.post(self.address, {"text": "样例", "csrfmiddlewaretoken": str(token)})
        self.assertEqual(answer.status_code, 302)

    def test_a_dead_link_takes_no_comment(self):
        self.draft.trash("样例原因", by=None)
        self.assertEqual(self.comment().status_code, 404)
        self.assertEqual(self.notes(), [])
