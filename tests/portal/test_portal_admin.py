"""Staff compose the portal in the admin, and readers see it at once."""

import re
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory, SimpleTestCase, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal import chrome
from portal.models import Banner, FriendlyLink, FriendlyLinkGroup, HomeBlock, NavigationItem, ServiceLink, SiteSettings
from publishing import content_version, roles
from publishing.models import Column, Label
from tests.factories import make_administrator, make_article, make_column, make_label, make_page, make_user


def add(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def change(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def listing(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def frame_of_pages():
    """Return the Chrome that a reader would see now."""
    return chrome.of_request(RequestFactory().get("/"))


class PortalAdminTestCase(TestCase):
    def setUp(self):
        cache.clear()  # another test's frame may be kept for the same content version
        self.administrator = make_user(is_staff=True)
        self.administrator.groups.add(Group.objects.get(name=roles.ADMINISTRATOR))
        self.client.force_login(self.administrator)

    def assertReadersSee(self, action):
        before = content_version.current()
        response = action()
        self.assertEqual(response.status_code, 302, response.context and response.context.get("errors"))
        self.assertGreater(content_version.current(), before)


class EnteringTests(TestCase):
    def test_staff_sign_in_where_everybody_does(self):
        response = self.client.get(reverse("admin:index"), follow=False)
        self.assertRedirects(response, "/admin/login/?next=/admin/", fetch_redirect_response=False)
        response = self.client.get("/admin/login/?next=/admin/portal/banner/")
        self.assertRedirects(response, "/accounts/login/?next=/admin/portal/banner/", fetch_redirect_response=False)

    def test_without_a_target_the_way_leads_to_the_dashboard(self):
        response = self.client.get("/admin/login/")
        self.assertRedirects(response, "/accounts/login/?next=/admin/", fetch_redirect_response=False)

    def test_signed_in_staff_go_straight_on(self):
        self.client.force_login(make_administrator())
        self.assertRedirects(self.client.get("/admin/login/?next=/admin/"), "/admin/")

    def test_a_signed_in_reader_is_told_no_and_not_sent_round_in_a_circle(self):
        self.client.force_login(make_user())
        response = self.client.get("/admin/", follow=True)
        self.assertEqual(response.status_code, 403)

    def test_signing_out_of_the_admin_leads_home(self):
        self.client.force_login(make_administrator())
        response = self.client.post(reverse("admin:logout"))
        self.assertRedirects(response, reverse("home"), fetch_redirect_response=False)

    def test_the_admin_speaks_chinese_and_shows_no_machinery(self):
        self.client.force_login(make_administrator())
        response = self.client.get(reverse("admin:index"))
        self.assertContains(response, "内容管理")
        names = {model["object_name"] for app in response.context["app_list"] for model in app["models"]}
        self.assertTrue({"Article", "Notice", "Activity", "Page", "Column", "HomeBlock", "User"} <= names)
        self.assertFalse({"ContentVersion", "Dossier", "Revision", "FileUse", "DBTaskResult"} & names)
        for app in response.context["app_list"]:
            for model in app["models"]:
                self.assertRegex(str(model["name"]), r"[\u4e00-\u9fff]")


class SiteSettingsAdminTests(PortalAdminTestCase):
    def form(self, **overrides):
        return {"name": "样例协会", **overrides}

    def test_the_list_leads_to_the_one_row(self):
        self.assertRedirects(self.client.get(listing(SiteSettings)), add(SiteSettings))
        self.assertReadersSee(lambda: self.client.post(add(SiteSettings), self.form()))
        site = SiteSettings.objects.get()
        self.assertRedirects(self.client.get(listing(SiteSettings)), change(site))

    def test_there_is_no_second_row_and_no_deletion(self):
        site = SiteSettings.objects.create(pk=1)
        self.assertEqual(self.client.get(add(SiteSettings)).status_code, 403)
        self.assertEqual(
            self.client.post(reverse("admin:portal_sitesettings_delete", args=[1]), {"post": "yes"}).status_code, 403
        )
        self.assertNotContains(self.client.get(change(site)), "deletelink")

    def test_a_change_shows_on_the_next_page(self):
        site = SiteSettings.objects.create(pk=1)
        self.client.get("/nowhere/")
        self.client.post(change(site), self.form(phone="样例电话"))
        self.assertContains(self.client.get("/nowhere/"), "样例电话", status_code=404)

    def test_an_odd_record_number_is_refused_with_an_example(self):
        site = SiteSettings.objects.create(pk=1)
        response = self.client.post(change(site), self.form(icp_number="12345"))
        self.assertContains(response, "例如：沪ICP备12345678号-1。")
        self.client.post(change(site), self.form(icp_number="沪ICP备00000000号-1"))
        site.refresh_from_db()
        self.assertEqual(site.icp_number, "沪ICP备00000000号-1")


class NavigationAdminTests(PortalAdminTestCase):
    def form(self, **overrides):
        return {"place": "main", "title": "样例导航", "order": 0, **overrides}

    def test_an_entry_leads_to_a_subject_a_column_a_page_or_an_address(self):
        make_article(column=make_column())
        page = make_page()
        for target in (
            {"subject": "news"},
            {"column": Column.objects.for_subject("news").get().pk},
            {"page": page.pk},
            {"url": "https://www.example.org/"},
        ):
            with self.subTest(target):
                self.assertReadersSee(lambda target=target: self.client.post(add(NavigationItem), self.form(**target)))
        self.assertEqual(len(frame_of_pages().navigation), 4)
        self.assertEqual(self.client.get(listing(NavigationItem)).status_code, 200)

    def test_two_targets_are_refused_with_a_sentence(self):
        response = self.client.post(add(NavigationItem), self.form(subject="news", url="/"))
        self.assertContains(response, "请在栏目、单页、整个类别、链接地址中选填一项，只填一项。")
        self.assertFalse(NavigationItem.objects.exists())

    def test_the_pages_are_no_subject_to_choose(self):
        form = self.client.get(add(NavigationItem)).context["adminform"].form
        subjects = [subject for subject, _name in form.fields["subject"].choices]
        self.assertCountEqual(subjects, ["", "news", "notices", "members"])

    def test_the_order_is_changed_in_the_list(self):
        first, second = (NavigationItem.objects.create(title=title, url="/", order=0) for title in ("甲", "乙"))
        form = {
            "form-TOTAL_FORMS": 2,
            "form-INITIAL_FORMS": 2,
            "form-0-id": first.pk,
            "form-0-order": 5,
            "form-1-id": second.pk,
            "form-1-order": 0,
            "_save": "保存",
        }
        self.assertReadersSee(lambda: self.client.post(listing(NavigationItem), form))
        self.assertEqual([entry.title for entry in frame_of_pages().navigation], ["乙", "甲"])

    def test_deletions_show_at_once(self):
        one, *others = (NavigationItem.objects.create(title="样例", url="/") for _ in range(3))
        delete_one = reverse("admin:portal_navigationitem_delete", args=[one.pk])
        self.assertReadersSee(lambda: self.client.post(delete_one, {"post": "yes"}))
        chosen = {
            "action": "delete_selected",
            "_selected_action": [item.pk for item in others],
            "index": 0,
            "post": "yes",
        }
        self.assertReadersSee(lambda: self.client.post(listing(NavigationItem), chosen))
        self.assertFalse(NavigationItem.objects.exists())


class FramingRowsTests(PortalAdminTestCase):
    def test_service_links_show_at_once(self):
        form = {"mark": "奖", "title": "样例服务", "url": "/", "order": 0}
        self.assertReadersSee(lambda: self.client.post(add(ServiceLink), form))
        self.assertReadersSee(lambda: self.client.post(change(ServiceLink.objects.get()), {**form, "mark": "标"}))
        self.assertEqual(frame_of_pages().services[0].mark, "标")

    def test_friendly_links_are_edited_within_their_group(self):
        form = {
            "title": "样例分组",
            "order": 0,
            "links-TOTAL_FORMS": 1,
            "links-INITIAL_FORMS": 0,
            "links-0-title": "样例网站",
            "links-0-url": "https://www.example.org/",
            "links-0-order": 0,
        }
        self.assertReadersSee(lambda: self.client.post(add(FriendlyLinkGroup), form))
        group, link = FriendlyLinkGroup.objects.get(), FriendlyLink.objects.get()
        form |= {
            "links-INITIAL_FORMS": 1,
            "links-0-id": link.pk,
            "links-0-group": group.pk,
            "links-0-title": "样例网站二",
        }
        self.assertReadersSee(lambda: self.client.post(change(group), form))
        self.assertEqual(frame_of_pages().link_groups[0].links.all()[0].title, "样例网站二")

    def test_a_dead_link_is_kept_and_hidden_with_a_group_that_has_no_other(self):
        group = FriendlyLinkGroup.objects.create(title="样例分组")
        group.links.create(title="样例网站", url="https://www.example.org/", is_dead=True)
        self.assertEqual(frame_of_pages().link_groups, [])

    def test_a_banner_has_a_start_and_an_end(self):
        now = timezone.localtime()
        form = {"text": "样例横幅", "url": "/", "order": 0}
        form |= {"starts_at_0": f"{now:%Y-%m-%d}", "starts_at_1": "00:00"}
        ends = {"ends_at_0": f"{now + timedelta(days=1):%Y-%m-%d}", "ends_at_1": "00:00"}
        self.assertReadersSee(lambda: self.client.post(add(Banner), {**form, **ends}))
        self.assertContains(self.client.get(listing(Banner)), "icon-yes")
        wrong = {"ends_at_0": f"{now - timedelta(days=1):%Y-%m-%d}", "ends_at_1": "00:00"}
        self.assertContains(self.client.post(add(Banner), {**form, **wrong}), "横幅的结束时间应晚于开始时间。")

    def test_home_blocks_need_a_column_that_fits(self):
        form = {"region": "strip", "order": 0, "title": "", "count": 4}
        response = self.client.post(add(HomeBlock), form)
        self.assertContains(response, "请选择板块要显示的栏目。")
        response = self.client.post(add(HomeBlock), {**form, "column": make_column().pk})
        self.assertContains(response, "近期活动条显示会员活动，请选择会员活动的栏目。")
        column = make_column("members")
        self.assertReadersSee(lambda: self.client.post(add(HomeBlock), {**form, "column": column.pk}))
        self.assertEqual(HomeBlock.objects.get().column, column)

    def test_columns_and_labels_show_at_once(self):
        form = {"subject": "news", "title": "样例栏目", "list_style": "dated", "order": 0, "review_steps": 3}
        self.assertReadersSee(lambda: self.client.post(add(Column), form))
        self.assertContains(self.client.post(add(Column), form), "此处已有同名栏目。")
        column = Column.objects.get()
        self.assertReadersSee(lambda: self.client.post(change(column), {**form, "subject": "notices", "title": "新名"}))
        column.refresh_from_db()
        self.assertEqual((column.subject, column.title), ("news", "新名"))
        self.assertReadersSee(lambda: self.client.post(add(Label), {"axis": "topic", "name": "样例", "order": 0}))

    def test_a_column_that_holds_items_is_not_deleted(self):
        column = make_column()
        make_article(column=column)
        self.client.post(reverse("admin:publishing_column_delete", args=[column.pk]), {"post": "yes"})
        self.assertTrue(Column.objects.filter(pk=column.pk).exists())

    def test_longer_lists_cost_no_more_queries(self):
        column, page = make_column("members"), make_page()

        def grow():
            NavigationItem.objects.create(title="样例", page=page)
            ServiceLink.objects.create(title="样例", mark="样", column=column)
            HomeBlock.objects.create(region="side", column=column)
            make_column(parent=make_column())
            make_label()

        grow()
        lists = [listing(model) for model in (NavigationItem, ServiceLink, HomeBlock, Column, Label)]
        self.client.get(lists[0])
        counts = []
        for address in lists:
            with CaptureQueriesContext(connection) as queries:
                self.client.get(address)
            counts.append(len(queries))
        for _ in range(9):
            grow()
        for address, count in zip(lists, counts, strict=True):
            with self.subTest(address), self.assertNumQueries(count):
                self.client.get(address)

    def test_authors_do_not_reach_the_portal(self):
        author = make_user(is_staff=True)
        author.groups.add(Group.objects.get(name=roles.AUTHOR))
        self.client.force_login(author)
        for model in (SiteSettings, NavigationItem, ServiceLink, FriendlyLinkGroup, Banner, HomeBlock):
            self.assertEqual(self.client.get(listing(model)).status_code, 403)
            self.assertEqual(self.client.post(add(model)).status_code, 403)


class AdminColourTests(SimpleTestCase):
    def test_the_admins_dark_is_the_dark_of_the_public_pages(self):
        css = Path(settings.BASE_DIR, "static", "css")
        [public] = re.findall(r"\[data-theme=auto\] \{(.*?)\}", (css / "tokens.css").read_text("utf-8"), re.S)
        [admin] = re.findall(
            r":root\[data-theme=dark\] \{\n  color-scheme(.*?)\}", (css / "admin.css").read_text("utf-8"), re.S
        )

        def colours(rules):
            return dict(re.findall(r"(--[\w-]+): ([^;]+);", rules))

        self.assertEqual(colours(admin), colours(public))
