"""The media library as staff see it."""

from django.contrib.auth.models import Group, Permission
from django.contrib.messages import get_messages
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from files.models import Asset
from publishing import roles
from tests.factories import make_administrator, make_article, make_user

from . import samples
from .samples import OwnMediaFolder, make_document, make_image, upload

ADD, LIST = reverse("admin:files_asset_add"), reverse("admin:files_asset_changelist")


def change_url(asset):
    return reverse("admin:files_asset_change", args=[asset.pk])


def staff_with(*codenames):
    user = make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="files", codename__in=codenames))
    return user


class AdminTests(OwnMediaFolder, TestCase):
    def setUp(self):
        super().setUp()
        self.client.force_login(make_administrator())

    def errors_of(self, response):
        self.assertEqual(response.status_code, 200)
        return response.context["adminform"].form.errors


class AddingTests(AdminTests):
    def test_a_document_is_added_with_a_title_alone(self):
        response = self.client.post(ADD, {"title": "申报表", "upload": upload("申报表.docx", samples.docx())})
        self.assertRedirects(response, LIST)
        asset = Asset.objects.get()
        self.assertEqual((asset.kind, asset.title), (Asset.Kind.DOCUMENT, "申报表"))
        self.assertEqual(asset.uploaded_by, response.wsgi_request.user)

    def test_a_picture_needs_words(self):
        def data(**words):
            return {"title": "会场", "upload": upload("会场.png", samples.picture()), **words}

        self.assertEqual(set(self.errors_of(self.client.post(ADD, data()))), {"alt_text"})
        self.assertEqual(set(self.errors_of(self.client.post(ADD, data(alt_text="IMG_0001.png")))), {"alt_text"})
        self.assertEqual(set(self.errors_of(self.client.post(ADD, data(alt_text="会场")))), {"alt_text"})
        self.assertFalse(Asset.objects.exists())
        self.assertRedirects(self.client.post(ADD, data(alt_text="会场全景")), LIST)
        self.assertRedirects(self.client.post(ADD, data(is_decorative="on")), LIST)

    def test_a_refused_file_is_explained_beside_the_field_and_the_words_stay(self):
        for name, content in (("a.pdf", b"MZ\x90\0" + bytes(80)), ("a.txt", b""), ("a.svg", b"<svg></svg>")):
            response = self.client.post(ADD, {"title": "写好的标题", "upload": upload(name, content)})
            self.assertEqual(set(self.errors_of(response)), {"upload"})
            self.assertContains(response, 'value="写好的标题"')
        self.assertEqual(self.stored_names(), set())

    def test_the_refusal_is_in_chinese(self):
        response = self.client.post(ADD, {"title": "x", "upload": upload("a.pdf", b"MZ\x90\0" + bytes(80))})
        [message] = self.errors_of(response)["upload"]
        self.assertTrue(message.startswith("文件内容是程序，不能接收这类文件。请上传"), message)

    def test_the_same_content_again_is_told_with_a_link(self):
        first = make_document()
        response = self.client.post(ADD, {"title": "再来一次", "upload": upload("b.pdf", samples.PDF)})
        [message, *_others] = [str(message) for message in get_messages(response.wsgi_request)]
        self.assertIn(change_url(first), message)

    def test_a_name_from_the_browser_cannot_inject_markup(self):
        self.client.post(ADD, {"title": "<script>x</script>", "upload": upload("<img onerror=x>.pdf", samples.PDF)})
        for url in (LIST, change_url(Asset.objects.get())):
            response = self.client.get(url)
            self.assertNotContains(response, "<script>x")
            self.assertNotContains(response, "<img onerror")


class ChangingTests(AdminTests):
    def test_words_change_without_a_new_file(self):
        asset = make_image()
        response = self.client.post(change_url(asset), {"title": "新标题", "alt_text": "新的说明"})
        self.assertRedirects(response, LIST)
        changed = Asset.objects.get()
        self.assertEqual((changed.title, changed.alt_text, changed.digest), ("新标题", "新的说明", asset.digest))

    def test_the_worker_is_not_overwritten(self):
        asset = make_image()
        page = self.client.get(change_url(asset))
        Asset.objects.update(renditions={"480": {"webp": "images/x.webp"}})
        self.client.post(change_url(asset), {"title": "新标题", "alt_text": "新的说明"})
        self.assertEqual(page.status_code, 200)
        self.assertEqual(Asset.objects.get().renditions, {"480": {"webp": "images/x.webp"}})

    def test_the_content_is_replaced_under_the_same_number(self):
        asset = make_document()
        self.client.post(change_url(asset), {"title": "第二版", "upload": upload("第二版.docx", samples.docx())})
        changed = Asset.objects.get()
        self.assertEqual((changed.pk, changed.title, changed.original_name), (asset.pk, "第二版", "第二版.docx"))
        response = self.client.get(change_url(asset))
        self.assertContains(response, "样例文件.pdf")
        former = changed.superseded_files.get()
        response = self.client.get(reverse("admin:files_supersededfile_content", args=[former.pk]))
        self.assertEqual(b"".join(response.streaming_content), samples.PDF)

    def test_a_replacement_of_another_kind_is_refused_beside_the_field(self):
        asset = make_image()
        data = {"title": asset.title, "alt_text": asset.alt_text, "upload": upload("a.pdf", samples.PDF)}
        self.assertEqual(set(self.errors_of(self.client.post(change_url(asset), data))), {"upload"})

    def test_a_missing_description_is_asked_for(self):
        asset = make_image(alt_text="", awaits_description=True)
        self.assertContains(self.client.get(LIST, {"awaits_description__exact": "1"}), change_url(asset))
        errors = self.errors_of(self.client.post(change_url(asset), {"title": asset.title}))
        self.assertEqual(set(errors), {"alt_text"})
        self.client.post(change_url(asset), {"title": asset.title, "alt_text": "会场全景"})
        self.assertFalse(Asset.objects.get().awaits_description)


class LookingTests(AdminTests):
    def test_the_list_finds_by_title_and_by_file_name_and_filters(self):
        image, document = make_image(), make_document(title="章程", name="2025章程.pdf")
        make_article(cover=image)
        for query, found in (
            ({"q": "章程"}, document),
            ({"q": "合影"}, image),
            ({"kind__exact": "image"}, image),
            ({"use": "used"}, image),
            ({"use": "unused"}, document),
        ):
            with self.subTest(query):
                response = self.client.get(LIST, query)
                self.assertEqual(list(response.context["cl"].queryset), [found])

    def test_a_longer_list_costs_no_more_queries(self):
        make_image()
        with CaptureQueriesContext(connection) as queries_for_one:
            self.client.get(LIST)
        for _ in range(5):
            make_document(by=make_user())
        with self.assertNumQueries(len(queries_for_one)):
            self.client.get(LIST)

    def test_previews_and_contents_are_for_staff_who_may_see_files(self):
        image, document = make_image(), make_document()
        addresses = [
            reverse("admin:files_asset_preview", args=[image.pk]),
            reverse("admin:files_asset_content", args=[image.pk]),
            reverse("admin:files_asset_content", args=[document.pk]),
        ]
        for status, user in ((200, staff_with("view_asset")), (403, staff_with()), (302, make_user()), (302, None)):
            self.client.logout()
            if user:
                self.client.force_login(user)
            for address in addresses:
                with self.subTest(status=status, address=address):
                    response = self.client.get(address)
                    self.assertEqual(response.status_code, status)
                    if status == 200:
                        self.assertEqual(response["Cache-Control"], "private, no-cache")

    def test_the_page_of_a_document_has_no_preview(self):
        response = self.client.get(reverse("admin:files_asset_preview", args=[make_document().pk]))
        self.assertEqual(response.status_code, 404)

    def test_staff_who_may_only_look_get_the_page_without_a_form(self):
        self.client.force_login(staff_with("view_asset"))
        for asset in (make_image(), make_document()):
            response = self.client.get(change_url(asset))
            self.assertContains(response, asset.original_name)
            self.assertNotContains(response, 'type="file"')

    def test_every_role_opens_the_list(self):
        for group in Group.objects.filter(name__in=roles.ITEM_ACTIONS):
            user = make_user(is_staff=True)
            user.groups.add(group)
            self.client.force_login(user)
            with self.subTest(group.name):
                self.assertEqual(self.client.get(LIST).status_code, 200)


class DeletingTests(AdminTests):
    def test_a_used_file_is_kept_and_its_page_says_where_it_is_used(self):
        asset = make_image()
        article = make_article(title="用了图片的文章", cover=asset)
        address = reverse("admin:files_asset_delete", args=[asset.pk])
        for page in (change_url(asset), address):
            response = self.client.get(page)
            self.assertContains(response, "用了图片的文章")
            self.assertContains(response, reverse("admin:news_article_change", args=[article.pk]))
        self.client.post(address, {"post": "yes"})
        self.assertTrue(Asset.objects.filter(pk=asset.pk).exists())

    def test_an_unused_file_is_deleted_with_its_content(self):
        asset = make_document()
        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(reverse("admin:files_asset_delete", args=[asset.pk]), {"post": "yes"})
        self.assertFalse(Asset.objects.exists())
        self.assertEqual(self.stored_names(), set())

    def test_several_unused_files_are_deleted_with_their_content(self):
        assets = [make_document(), make_image()]
        data = {"action": "delete_selected", "_selected_action": [asset.pk for asset in assets], "post": "yes"}
        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(LIST, data)
        self.assertEqual(self.stored_names(), set())
