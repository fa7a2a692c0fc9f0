"""Previews: any revision on the page that readers would see, for staff only."""

from django.test import TestCase
from django.urls import reverse

from publishing import roles
from tests.factories import make_activity, make_article, make_notice, make_page, make_staff, make_user
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


class AdminPolicyTests(TestCase):
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
