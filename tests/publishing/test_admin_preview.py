"""Previews: any revision, or what is typed, on the page that readers would see, for staff only."""

from django.test import TestCase
from django.urls import reverse

from members.models import Activity
from news.models import Article
from notices.models import Notice
from portal.models import Page
from publishing import roles
from publishing.models import Dossier
from tests.factories import (
    make_activity,
    make_article,
    make_column,
    make_label,
    make_notice,
    make_page,
    make_reader_group,
    make_staff,
    make_user,
)
from tests.files.samples import make_document
from tests.html import assert_valid_html
from tests.publishing.test_admin_form import FormTestCase, typed_form, url_of
from tests.publishing.test_admin_list import save_again


def preview_url(item, *args):
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_preview", args=[item.pk, *args])


class PreviewTests(TestCase):
    def setUp(self):
        self.client.force_login(make_staff(roles.REVIEWER))

    def test_the_newest_revision_is_shown_on_the_real_page(self):
        for make in (make_article, make_notice, make_activity, make_page):
            item = make(title="样例标题")
            save_again(item, title="样例新标题", body="<p>样例新正文。</p>")
            with self.subTest(item=item._meta.label):
                page = self.client.get(preview_url(item))
                self.assertTemplateUsed(page, f"{item._meta.app_label}/{item._meta.model_name}_detail.html")
                self.assertContains(page, "样例新标题")
                self.assertContains(page, "样例新正文。")
                self.assertContains(page, "preview-bar")
                item.refresh_from_db()
                self.assertEqual(item.title, "样例标题")

    def test_an_earlier_revision_has_its_address(self):
        item = make_article(title="样例标题")
        save_again(item, title="样例新标题")
        self.assertContains(self.client.get(preview_url(item, 1)), "样例标题")
        self.assertEqual(self.client.get(preview_url(item, 7)).status_code, 404)

    def test_a_draft_is_opened_here_and_nowhere_else(self):
        draft = make_article(published_at=None, title="样例标题")
        self.assertContains(self.client.get(preview_url(draft)), "样例标题")
        self.assertEqual(self.client.get(draft.get_absolute_url()).status_code, 404)

    def test_it_is_kept_nowhere_and_framed_by_ourselves_only(self):
        page = self.client.get(preview_url(make_article()))
        self.assertIn("no-store", page["Cache-Control"])
        self.assertEqual(page["X-Robots-Tag"], "noindex")
        self.assertEqual(page["X-Frame-Options"], "SAMEORIGIN")
        policy = dict(part.split(" ", 1) for part in page["Content-Security-Policy"].split("; "))
        self.assertEqual(policy["frame-ancestors"], "'self'")
        self.assertEqual(policy["script-src"], "'self'")
        self.assertEqual(policy["style-src"], "'self'")
        self.assertNotIn("script-src-attr", policy)

    def test_a_column_that_is_gone_does_not_break_the_preview(self):
        item = make_article(title="样例标题")
        save_again(item, column=999)
        self.assertContains(self.client.get(preview_url(item)), "样例标题")

    def test_it_is_for_staff_who_may_see_the_item(self):
        item = make_article(published_at=None)
        self.client.force_login(make_user(is_staff=True))
        self.assertEqual(self.client.get(preview_url(item)).status_code, 403)
        self.client.force_login(make_user())
        self.assertEqual(self.client.get(preview_url(item)).status_code, 302)
        self.client.logout()
        self.assertEqual(self.client.get(preview_url(item)).status_code, 302)


class ReaderTests(TestCase):
    """Through whose eyes: ?as=visitor, ?as=member."""

    def setUp(self):
        self.client.force_login(make_staff(roles.REVIEWER))

    def as_reader(self, item, name):
        return self.client.get(preview_url(item), {"as": name} if name else {})

    def test_an_item_for_reader_groups_is_not_found_by_visitors(self):
        draft = make_article(published_at=None, title="样例标题", readers=[make_reader_group()])
        for name in ("", "member"):
            self.assertContains(self.as_reader(draft, name), "样例标题")
        page = self.as_reader(draft, "visitor")
        self.assertNotContains(page, "样例标题")
        self.assertContains(page, "访客打开这个地址时看到的页面")
        self.assertContains(page, "没有找到这个页面")

    def test_members_are_shown_the_ties_to_what_visitors_do_not_see(self):
        reserved = make_article(title="会员样例", readers=[make_reader_group()])
        coming = make_article(title="未发样例", published_at=None)
        ties = [(other.dossier, "follows") for other in (reserved, coming)]
        draft = make_article(published_at=None, relations=ties)
        self.assertContains(self.as_reader(draft, "member"), "会员样例")
        self.assertNotContains(self.as_reader(draft, "visitor"), "会员样例")
        for name in ("member", "visitor"):
            self.assertNotContains(self.as_reader(draft, name), "未发样例")

    def test_nobody_is_signed_in_on_the_page_of_a_visitor(self):
        draft = make_article(published_at=None)
        self.assertNotContains(self.as_reader(draft, "visitor"), "signed-in.js")
        self.assertContains(self.as_reader(draft, "member"), "signed-in.js")

    def test_there_are_no_other_readers(self):
        self.assertEqual(self.as_reader(make_article(), "nobody").status_code, 404)


class TypedTests(FormTestCase):
    """What stands in the form, not saved, on the page that it would make."""

    role = roles.AUTHOR

    def typed(self, item, **changes):
        return self.client.post(url_of(item, "typed"), typed_form(self.client, item, **changes))

    def test_it_shows_what_is_typed_and_writes_nothing(self):
        for make in (make_article, make_notice, make_activity, make_page):
            item = make(title="样例标题")
            with self.subTest(item=item._meta.label):
                page = self.typed(item, title="样例新标题", body="<p>样例新正文。</p>")
                self.assertContains(page, "样例新标题")
                self.assertContains(page, "样例新正文。")
                self.assertContains(page, "预览，尚未保存")
                assert_valid_html(page)
                self.assertEqual(page["X-Frame-Options"], "SAMEORIGIN")
                self.assertEqual(item.dossier.revisions.count(), 1)
                self.assertEqual(self.page(item).title, "样例标题")

    def test_a_new_item_is_shown_before_its_first_save(self):
        column = make_column()
        for model in (Article, Notice, Activity, Page):
            make_column(model.subject())
            data = typed_form(self.client, model=model, title="样例新标题", audience="everyone")
            with self.subTest(model=model._meta.label):
                url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_typed")
                self.assertContains(self.client.post(url, data), "样例新标题")
                self.assertContains(self.client.post(url, {**data, "title": "", "column": ""}), "预览，尚未保存")
        self.assertContains(
            self.client.post("/admin/news/article/preview/typed/", {**typed_form(self.client), "column": column.pk}),
            column.title,
        )
        self.assertFalse(Dossier.objects.exists())

    def test_what_is_typed_is_sanitised(self):
        page = self.typed(make_article(), body='<p>样例<script>alert(1)</script><img src="//example.org/x.png"></p>')
        self.assertNotContains(page, "alert(1)")
        self.assertNotContains(page, "example.org")

    def test_what_is_wrong_is_said_and_left_out(self):
        page = self.typed(make_article(title="样例标题"), title="", **{"attachments-0-caption": "样例说明"})
        self.assertContains(page, "有 2 处填写有误")
        self.assertContains(page, "样例标题")

    def test_what_is_saved_already_is_called_so(self):
        self.assertContains(self.typed(make_article()), "预览，已发布")
        self.assertContains(self.typed(make_article(published_at=None)), "预览，尚未发布")
        self.client.force_login(make_staff(roles.PUBLISHER))
        self.assertContains(self.typed(make_activity(), place="样例新会场"), "预览，尚未保存")

    def test_a_stale_form_is_shown_too(self):
        item = make_article()
        self.assertContains(self.typed(item, title="样例新标题", base="7"), "样例新标题")

    def test_rows_and_choices_are_shown(self):
        document, label = make_document(title="样例文件"), make_label("样例标签")
        page = self.typed(make_article(), **{"attachments-0-asset": document.pk, "labels": [label.pk]})
        self.assertContains(page, "样例文件")
        self.assertContains(page, "样例标签")

    def test_it_is_shown_through_the_eyes_that_are_asked_for(self):
        item, group = make_article(), make_reader_group()
        data = typed_form(self.client, item, title="样例新标题", audience="groups", readers=[group.pk])
        self.assertNotContains(self.client.post(url_of(item, "typed") + "?as=visitor", data), "样例新标题")
        self.assertContains(self.client.post(url_of(item, "typed") + "?as=member", data), "样例新标题")

    def test_it_is_for_those_who_may_change_the_item_and_sent_by_post(self):
        item = make_article()
        data = typed_form(self.client, item)
        self.assertEqual(self.client.get(url_of(item, "typed")).status_code, 405)
        self.client.force_login(make_user(is_staff=True))
        self.assertEqual(self.client.post(url_of(item, "typed"), data).status_code, 403)
        self.assertEqual(self.client.post("/admin/news/article/preview/typed/", data).status_code, 403)
        self.client.logout()
        self.assertEqual(self.client.post(url_of(item, "typed"), data).status_code, 302)


class AdminPolicyTests(TestCase):
    def test_the_form_of_an_item_alone_may_hold_a_frame_of_ours(self):
        self.client.force_login(make_staff(roles.AUTHOR))
        for address, frames in ((url_of(make_article()), "'self'"), ("/admin/news/article/", None)):
            page = self.client.get(address)
            policy = dict(part.split(" ", 1) for part in page["Content-Security-Policy"].split("; "))
            self.assertEqual(policy.get("frame-src"), frames)
            self.assertEqual(policy["frame-ancestors"], "'none'")

    def test_the_admin_alone_gets_what_the_editor_needs_and_no_inline_script(self):
        self.client.force_login(make_staff(roles.AUTHOR))
        page = self.client.get(reverse("admin:news_article_add"))
        policy = dict(part.split(" ", 1) for part in page["Content-Security-Policy"].split("; "))
        self.assertEqual(policy["default-src"], "'none'")
        self.assertEqual(policy["script-src"], "'self'")
        self.assertEqual(policy["script-src-attr"], "'unsafe-inline'")
        self.assertEqual(policy["style-src"], "'self' 'unsafe-inline'")
        self.assertEqual(policy["img-src"], "'self' data:")
        self.assertEqual(policy["frame-ancestors"], "'none'")
        self.assertNotIn("unsafe-inline", self.client.get("/healthz")["Content-Security-Policy"])
