"""The form of an item in the admin: it saves revisions, refuses stale ones and publishes only for those who may."""

from datetime import timedelta

from django.contrib.auth.models import Permission
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from news.models import Article
from portal.models import Page
from publishing import content_version, roles
from publishing.models import Relation, StaffNote
from tests.factories import (
    has_pending_changes,
    make_activity,
    make_article,
    make_column,
    make_label,
    make_page,
    make_reader_group,
    make_staff,
    make_user,
)
from tests.files.samples import make_document
from tests.publishing.test_admin_list import save_again


def url_of(item, page="change", *args):
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_{page}", args=[item.pk, *args])


def permissions(*codenames):
    return Permission.objects.filter(codename__in=codenames)


def typed_form(client, item=None, model=Article, **changes):
    """Return what the browser would send (dict) for the form of ``item``, or of a new one, with ``changes`` typed."""
    url = url_of(item) if item else f"/admin/{model._meta.app_label}/{model._meta.model_name}/add/"
    form = client.get(url).context["adminform"].form
    data = {}
    for part in (form, *(row for rows in (form.attachments, form.relations) for row in rows)):
        for bound in part:
            value = bound.value()
            widgets = getattr(bound.field.widget, "widgets", None)
            if widgets:
                for suffix, piece in zip(("_0", "_1"), bound.field.widget.decompress(value), strict=True):
                    data[bound.html_name + suffix] = "" if piece is None else str(piece)
            elif value is True:
                data[bound.html_name] = "on"
            elif value is not None and value is not False:
                data[bound.html_name] = value
    for rows in (form.attachments, form.relations):
        for bound in rows.management_form:
            data[bound.html_name] = bound.value()
    return {**data, **changes}


class FormTestCase(TestCase):
    role = roles.PUBLISHER

    def setUp(self):
        self.staff = make_staff(self.role, name="样例编辑")
        self.client.force_login(self.staff)

    def save(self, item, button="_continue", **changes):
        """Open the form of ``item``, type ``changes``, press ``button`` and return the answer."""
        answer = self.client.post(url_of(item), {**typed_form(self.client, item, **changes), button: "1"})
        item.refresh_from_db()
        return answer

    def assert_refused(self, answer, text):
        self.assertEqual(answer.status_code, 200)
        self.assertContains(answer, text)

    def page(self, item):
        """Return the row as readers have it."""
        return type(item).objects.get(pk=item.pk)


class SavingTests(FormTestCase):
    def test_a_new_item_is_a_draft_with_a_first_revision(self):
        column, label = make_column(), make_label()
        data = typed_form(
            self.client,
            title="样例标题",
            body="<p>样例正文。</p>",
            column=column.pk,
            labels=[label.pk],
            audience="everyone",
        )
        self.client.post("/admin/news/article/add/", data)
        item = Article.objects.get()
        self.assertEqual(item.status, Article.Status.DRAFT)
        self.assertEqual(item.dossier.created_by, self.staff)
        self.assertEqual(item.dossier.newest_revision.number, 1)
        self.assertEqual(item.dossier.newest_revision.author, self.staff)
        self.assertEqual(list(item.dossier.labels.all()), [label])

    def test_the_row_of_a_draft_follows_what_is_saved(self):
        draft = make_article(published_at=None)
        self.save(draft, title="样例新标题")
        self.assertEqual(draft.title, "样例新标题")
        self.assertEqual(draft.dossier.newest_revision.number, 2)

    def test_readers_do_not_see_what_is_saved_after_the_publication(self):
        item = make_article(title="样例标题")
        self.save(item, title="样例新标题", body="<p>样例新正文。</p>")
        self.assertEqual(self.page(item).title, "样例标题")
        self.assertTrue(has_pending_changes(item))
        self.assertContains(self.client.get(url_of(item)), "样例新标题")

    def test_a_save_without_a_change_makes_no_revision(self):
        item = make_article()
        self.save(item)
        self.assertEqual(item.dossier.revisions.count(), 1)
        self.assertFalse(has_pending_changes(item))

    def test_what_is_saved_is_sanitised(self):
        item = make_article(published_at=None)
        self.save(item, body='<p onclick="x()">样例<script>alert(1)</script></p>')
        self.assertEqual(item.body, "<p>样例</p>")
        self.assertEqual(item.dossier.newest_revision.content["fields"]["body"], "<p>样例</p>")

    def test_labels_readers_files_and_relations_belong_to_the_revision(self):
        label, group, first, second = (
            make_label(),
            make_reader_group(),
            make_document(),
            make_document(name="样例二.pdf"),
        )
        earlier, item = make_article(), make_article()
        self.save(
            item,
            **{
                "labels": [label.pk],
                "audience": "groups",
                "readers": [group.pk],
                "attachments-0-asset": second.pk,
                "attachments-0-caption": "样例说明",
                "attachments-0-ORDER": 2,
                "attachments-1-asset": first.pk,
                "attachments-1-ORDER": 1,
                "relations-0-kind": Relation.Kind.FOLLOWS,
                "relations-0-target": earlier.pk,
            },
        )
        saved = item.dossier.newest_revision.content
        self.assertEqual(saved["labels"], [label.pk])
        self.assertEqual(saved["readers"], [group.pk])
        self.assertEqual(
            saved["attachments"],
            [{"asset": first.pk, "caption": ""}, {"asset": second.pk, "caption": "样例说明"}],
        )
        self.assertEqual(saved["relations"], [{"target": earlier.pk, "kind": "follows"}])
        self.assertEqual(self.page(item).dossier.attachments.count(), 0)
        self.save(item, "_publish")
        self.assertEqual([row.asset for row in item.dossier.attachments.all()], [first, second])
        self.assertEqual(item.dossier.relations.get().target, earlier.dossier)

    def test_the_form_opens_with_the_rows_of_the_newest_revision_and_deletes_them(self):
        document = make_document(title="样例文件")
        item = make_article(attachments=[document])
        self.assertContains(self.client.get(url_of(item)), "样例文件")
        self.save(item, **{"attachments-0-DELETE": "on"})
        self.assertEqual(item.dossier.newest_revision.content["attachments"], [])

    def test_each_save_is_in_the_history(self):
        item = make_article(published_at=None)
        self.save(item, title="样例新标题")
        entry = Entry.objects.filter(item=item.pk).latest("number")
        self.assertEqual(
            (entry.by, entry.action, entry.facts), (self.staff, "saved", {"revision": 2, "changed": ["title"]})
        )
        history = self.client.get(url_of(item, "history"))
        self.assertContains(history, "修改：标题")
        self.assertContains(history, url_of(item, "preview", 1))
        self.assertContains(history, url_of(item, "preview", 2))

    def test_the_address_of_a_published_page_is_the_publishers(self):
        page = make_page(slug="about")
        self.client.force_login(make_staff(roles.AUTHOR))
        self.save(page, slug="elsewhere", title="样例新标题")
        self.assertEqual(page.slug, "about")
        self.client.force_login(self.staff)
        self.save(page, slug="about-us")
        self.assertEqual(page.slug, "about-us")


class WrongInputTests(FormTestCase):
    def test_a_chosen_audience_needs_its_groups(self):
        self.assert_refused(self.save(make_article(), audience="groups"), "请选择读者组，或改为所有人可读。")

    def test_the_same_file_twice_is_refused(self):
        document = make_document()
        answer = self.save(make_article(attachments=[document]), **{"attachments-1-asset": document.pk})
        self.assert_refused(answer, "有两行内容相同，请删除其中一行。")

    def test_a_row_with_a_caption_and_no_file_is_refused(self):
        self.assert_refused(
            self.save(make_article(), **{"attachments-0-caption": "样例说明"}), "请检查“附件”中的各行。"
        )

    def test_an_item_is_not_related_to_itself(self):
        item = make_article()
        answer = self.save(item, **{"relations-0-kind": "follows", "relations-0-target": item.pk})
        self.assert_refused(answer, "不能与自身关联。")

    def test_the_column_of_another_subject_is_refused(self):
        answer = self.save(make_article(), column=make_column("notices").pk)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("column", answer.context["adminform"].form.errors)

    def test_a_refused_save_leaves_no_trace(self):
        item = make_article()
        self.save(item, title="", body="<p>样例新正文。</p>")
        self.assertEqual(item.dossier.revisions.count(), 1)
        self.assertEqual(Entry.objects.filter(item=item.pk).count(), 2)


class StaleFormTests(FormTestCase):
    def setUp(self):
        super().setUp()
        self.item = make_article(title="样例标题")
        self.mine = typed_form(self.client, self.item, title="我的标题", body="<p>我的正文。</p>")
        newest = self.item.dossier.newest_revision
        theirs = {**newest.content, "fields": {**newest.content["fields"], "title": "他人的标题"}}
        self.item.record_revision(theirs, author=make_user(name="样例同事"), base=newest)

    def test_it_is_refused_with_the_name_of_the_other_and_the_typed_text_kept(self):
        answer = self.client.post(url_of(self.item), {**self.mine, "_continue": "1"})
        self.assert_refused(answer, "样例同事")
        self.assertContains(answer, "我的标题")
        self.assertContains(answer, "我的正文。")
        self.assertContains(answer, url_of(self.item, "preview", 2))
        self.assertEqual(self.item.dossier.revisions.count(), 2)

    def test_both_versions_stand_side_by_side_with_words_for_what_differs(self):
        document, label = make_document(title="样例文件"), make_label("样例标签")
        data = {**self.mine, "labels": [label.pk], "attachments-0-asset": document.pk, "_continue": "1"}
        conflict = self.client.post(url_of(self.item), data).context["conflict"]
        self.assertEqual(str(conflict.theirs.author), "样例同事")
        self.assertEqual({part.title for part in conflict.differences}, {"标题", "标签", "附件", "正文"})
        [row] = conflict.differences[0].rows
        self.assertEqual("".join(piece.text for piece in row.old), "他人的标题")
        self.assertEqual("".join(piece.text for piece in row.new), "我的标题")
        self.assertEqual([part.title for part in conflict.news], ["标题"])

    def test_changes_are_told_to_those_who_do_not_see_marks(self):
        answer = self.client.post(url_of(self.item), {**self.mine, "_continue": "1"})
        self.assertContains(answer, '<del><span class="visually-hidden">删去：')
        self.assertContains(answer, '<ins><span class="visually-hidden">增加：')

    def test_the_words_of_the_other_are_at_hand_and_cannot_break_out(self):
        save_again(self.item, title="</script><b>他人")
        answer = self.client.post(url_of(self.item), {**self.mine, "_continue": "1"})
        self.assertEqual(answer.context["conflict"].texts["id_title"], "</script><b>他人")
        self.assertNotContains(answer, "</script><b>")

    def test_with_another_mistake_in_the_form_they_are_shown_as_well(self):
        data = {**self.mine, "title": "", "attachments-0-caption": "样例说明", "_continue": "1"}
        conflict = self.client.post(url_of(self.item), data).context["conflict"]
        self.assertEqual([part.title for part in conflict.differences], ["正文"])

    def test_a_form_on_the_newest_revision_shows_no_comparison(self):
        self.assertIsNone(self.client.get(url_of(self.item)).context["conflict"])
        self.assertIsNone(self.save(self.item, title="").context["conflict"])

    def test_it_is_refused_as_often_as_it_is_sent(self):
        for button in ("_continue", "_publish", "_continue"):
            self.client.post(url_of(self.item), {**self.mine, button: "1"})
        self.assertEqual(self.item.dossier.revisions.count(), 2)
        self.assertEqual(self.page(self.item).title, "样例标题")

    def test_a_form_without_a_base_is_stale(self):
        self.mine.pop("base")
        self.client.post(url_of(self.item), {**self.mine, "_continue": "1"})
        self.assertEqual(self.item.dossier.revisions.count(), 2)

    def test_saved_again_it_stands_on_top_of_the_other(self):
        answer = self.client.post(url_of(self.item), {**self.mine, "_continue": "1"})
        base = answer.context["adminform"].form["base"].value()
        self.client.post(url_of(self.item), {**self.mine, "base": base, "_continue": "1"})
        titles = [revision.content["fields"]["title"] for revision in self.item.dossier.revisions.order_by("number")]
        self.assertEqual(titles, ["样例标题", "他人的标题", "我的标题"])

    def test_what_changes_at_once_is_not_written_by_a_stale_form(self):
        activity = make_activity(place="样例会场")
        mine = typed_form(self.client, activity, place="样例新会场", base="7")
        self.client.post(url_of(activity), mine)
        self.assertEqual(self.page(activity).place, "样例会场")


class LocalDraftTests(FormTestCase):
    """The server's part: what the script needs to know, and the word that the text is saved."""

    DRAFT = "0123456789abcdef"

    def assert_confirmed(self, answer, is_confirmed):
        self.assertEqual(f"saved_draft_{self.DRAFT}" in answer.cookies, is_confirmed)

    def test_a_save_confirms_the_draft_that_it_came_from(self):
        item = make_article()
        answer = self.save(item, title="样例新标题", local_draft=self.DRAFT)
        self.assert_confirmed(answer, True)
        self.assertEqual(answer.cookies[f"saved_draft_{self.DRAFT}"]["path"], "/admin/")
        data = typed_form(self.client, title="样例标题", column=make_column().pk, audience="everyone")
        answer = self.client.post("/admin/news/article/add/", {**data, "local_draft": self.DRAFT})
        self.assert_confirmed(answer, True)

    def test_a_refused_or_lost_save_confirms_nothing(self):
        item = make_article()
        self.assert_confirmed(self.save(item, title="", local_draft=self.DRAFT), False)
        self.assert_confirmed(self.save(item, base="7", local_draft=self.DRAFT), False)
        data = {**typed_form(self.client, item), "local_draft": self.DRAFT}
        self.assert_confirmed(self.client.post("/admin/news/article/999999/change/", data), False)
        self.client.logout()
        self.assert_confirmed(self.client.post(url_of(item), data), False)

    def test_only_names_of_drafts_become_cookies(self):
        answer = self.save(make_article(), local_draft="sessionid; x=")
        self.assertEqual([name for name in answer.cookies if name.startswith("saved_draft")], [])

    def test_the_form_tells_whose_it_is_and_what_it_stands_on(self):
        item = make_article()
        page = self.client.get(url_of(item))
        self.assertContains(
            page, f'data-local-draft="news.article:{item.pk}" data-user="{self.staff.pk}" data-base="1"'
        )
        self.assertEqual(self.client.get("/accounts/me/").json()["number"], self.staff.pk)


class PublishingTests(FormTestCase):
    def test_publish_saves_and_shows_the_text(self):
        item = make_article()
        version = content_version.current()
        self.save(item, "_publish", title="样例新标题")
        self.assertEqual(self.page(item).title, "样例新标题")
        self.assertFalse(has_pending_changes(item))
        self.assertGreater(content_version.current(), version)
        entry = Entry.objects.latest("number")
        self.assertEqual((entry.by, entry.action, entry.item), (self.staff, "published", item.pk))

    def test_a_new_item_can_be_published_at_once(self):
        data = typed_form(self.client, title="样例标题", column=make_column().pk, audience="everyone")
        self.client.post("/admin/news/article/add/", {**data, "_publish": "1"})
        self.assertEqual(Article.objects.get().status, Article.Status.PUBLISHED)

    def test_a_page_can_be_made_from_the_entry_that_shall_lead_to_it(self):
        data = typed_form(
            self.client,
            model=Page,
            title="样例标题",
            slug="about",
            column=make_column("portal").pk,
            audience="everyone",
        )
        answer = self.client.post("/admin/portal/page/add/", {**data, "_popup": "1", "_continue": "1"})
        self.assertTemplateUsed(answer, "admin/popup_response.html")
        self.assertEqual(Page.objects.get().status, Page.Status.DRAFT)

    def test_a_later_publication_keeps_the_date(self):
        item = make_article(published_at=timezone.now() - timedelta(days=3))
        before = item.published_at
        self.save(item, "_publish", title="样例新标题")
        self.assertEqual(item.published_at, before)

    def test_what_waits_is_published_without_another_revision(self):
        item = make_article()
        self.save(item, title="样例新标题")
        self.save(item, "_publish")
        self.assertEqual(item.dossier.revisions.count(), 2)
        self.assertEqual(self.page(item).title, "样例新标题")

    def test_a_picture_without_description_is_not_published_but_saved(self):
        item = make_article()
        body = '<p><img alt="" src="/files/1/480.webp"></p>'
        self.assert_refused(self.save(item, "_publish", body=body), "正文中有图片缺少替代文字")
        self.save(item, body=body)
        self.assertEqual(item.dossier.newest_revision.content["fields"]["body"], body)
        self.save(item, "_publish", body=body.replace('alt=""', 'alt="" role="presentation"'))
        self.assertFalse(has_pending_changes(item))

    def test_only_those_with_the_permission_publish(self):
        for role in roles.ITEM_ACTIONS:
            with self.subTest(role=role):
                self.client.force_login(make_staff(role))
                item = make_article(title="样例标题")
                may = role in (roles.PUBLISHER, roles.ADMINISTRATOR)
                form = self.client.get(url_of(item))
                self.assertContains(form, 'name="_continue"')
                self.assertContains(form, 'name="_publish"', count=int(may))
                answer = self.save(item, "_publish", title="样例新标题")
                self.assertEqual(answer.status_code, 302 if may else 200)
                if not may:
                    self.assertContains(answer, "样例新标题")  # what was typed is kept
                self.assertEqual(self.page(item).title, "样例新标题" if may else "样例标题")
                self.assertEqual(item.dossier.revisions.count(), 2 if may else 1)

    def test_a_year_that_was_mistyped_is_told(self):
        activity = make_activity(published_at=None)
        for day in ("0001-01-01", "9999-12-31"):
            answer = self.save(activity, starts_at_0=day, starts_at_1="00:00")
            self.assertContains(answer, "请检查年份")
            activity.refresh_from_db()
            self.assertIsNone(activity.starts_at)

    def test_a_reviewer_adds_nothing(self):
        self.client.force_login(make_staff(roles.REVIEWER))
        self.assertEqual(self.client.get("/admin/news/article/add/").status_code, 403)

    def test_a_withdrawn_item_is_not_published(self):
        item = make_article(withdrawn_at=timezone.now(), withdrawal_reason="样例原因")
        self.assertNotContains(self.client.get(url_of(item)), 'name="_publish"')
        self.assert_refused(self.save(item, "_publish", title="样例新标题"), "请先恢复")
        self.assertEqual(item.dossier.revisions.count(), 1)

    def test_people_who_may_only_look_see_the_text_and_no_button(self):
        viewer = make_user(is_staff=True)
        viewer.user_permissions.add(*permissions("view_article"))
        self.client.force_login(viewer)
        item = make_article(title="样例标题", labels=[make_label("样例标签")])
        page = self.client.get(url_of(item))
        self.assertContains(page, "样例标题")
        self.assertContains(page, "样例标签")
        self.assertNotContains(page, 'name="_continue"')
        self.assertEqual(self.client.post(url_of(item), {"_continue": "1"}).status_code, 403)


class AtOnceTests(FormTestCase):
    """The time, place and seats of an activity: no matter of revisions."""

    def test_a_publisher_changes_them_for_readers_with_the_save(self):
        activity = make_activity(title="样例标题", place="样例会场", seats=60)
        version = content_version.current()
        self.save(activity, place="样例新会场", seats=80)
        self.assertEqual((self.page(activity).place, self.page(activity).seats), ("样例新会场", 80))
        self.assertGreater(content_version.current(), version)
        self.assertEqual(activity.dossier.revisions.count(), 1)
        entry = Entry.objects.latest("number")
        self.assertEqual((entry.action, sorted(entry.facts["changed"])), ("changed_at_once", ["place", "seats"]))

    def test_with_a_text_that_waits_they_change_alone(self):
        activity = make_activity(title="样例标题", place="样例会场")
        self.save(activity, title="样例新标题", place="样例新会场")
        self.assertEqual((self.page(activity).title, self.page(activity).place), ("样例标题", "样例新会场"))

    def test_an_author_changes_them_in_a_draft_only(self):
        self.client.force_login(make_staff(roles.AUTHOR))
        draft, published = make_activity(published_at=None), make_activity(place="样例会场")
        self.save(draft, place="样例新会场")
        self.assertEqual(draft.place, "样例新会场")
        self.save(published, place="样例新会场")
        self.assertEqual(published.place, "样例会场")


class TwoAtOnceTests(FormTestCase):
    """Two editors of what changes with the save and is in no revision."""

    def setUp(self):
        super().setUp()
        self.activity = make_activity(title="样例标题", place="样例会场", seats=60)
        self.opened = typed_form(self.client, self.activity)
        other = self.client_class()
        other.force_login(make_staff(roles.PUBLISHER, name="样例同事"))
        other.post(url_of(self.activity), {**self.opened, "place": "样例新会场", "_continue": "1"})

    def post(self, **changes):
        return self.client.post(url_of(self.activity), {**self.opened, "_continue": "1", **changes})

    def test_what_was_not_touched_here_stays_as_the_other_has_set_it(self):
        self.assertEqual(self.post(title="样例新标题", seats=80).status_code, 302)
        saved = self.page(self.activity)
        self.assertEqual((saved.place, saved.seats), ("样例新会场", 80))

    def test_the_same_changed_twice_is_refused_and_told_and_replaced_when_it_is_saved_again(self):
        answer = self.post(place="我的会场")
        self.assert_refused(answer, "样例同事")
        self.assertContains(answer, "“样例新会场”")
        self.assertContains(answer, "我的会场")
        self.assertEqual(self.page(self.activity).place, "样例新会场")
        seen = answer.context["adminform"].form["seen"].value()
        self.assertEqual(self.post(place="我的会场", seen=seen).status_code, 302)
        self.assertEqual(self.page(self.activity).place, "我的会场")

    def test_after_another_mistake_what_was_not_touched_still_stays(self):
        answer = self.post(title="", seats=80)
        seen = answer.context["adminform"].form["seen"].value()
        self.post(title="样例新标题", seats=80, seen=seen)
        self.assertEqual(self.page(self.activity).place, "样例新会场")

    def test_a_form_that_does_not_say_what_it_saw_replaces_nothing(self):
        self.assert_refused(self.post(place="我的会场", seen=""), "“样例新会场”")


class StaffNoteTests(FormTestCase):
    def test_a_note_stands_above_the_form_until_it_is_ticked_off(self):
        item = make_article()
        note = StaffNote.objects.create(dossier=item.dossier, code=StaffNote.Code.UNKNOWN_DATE, detail="样例细节")
        self.assertContains(self.client.get(url_of(item)), "样例细节")
        self.client.post(url_of(item, "note", note.pk))
        note.refresh_from_db()
        self.assertEqual(note.resolved_by, self.staff)
        self.assertNotContains(self.client.get(url_of(item)), "样例细节")
        self.assertEqual(Entry.objects.latest("number").action, "note_checked")

    def test_a_second_click_is_no_error_and_leaves_no_second_entry(self):
        item = make_article()
        note = StaffNote.objects.create(dossier=item.dossier, code=StaffNote.Code.UNKNOWN_DATE)
        for _click in range(2):
            self.assertRedirects(self.client.post(url_of(item, "note", note.pk)), url_of(item))
        self.assertEqual(Entry.objects.filter(action="note_checked").count(), 1)

    def test_it_is_ticked_off_by_post_and_for_its_own_item(self):
        item, other = make_article(), make_article()
        note = StaffNote.objects.create(dossier=item.dossier, code=StaffNote.Code.UNKNOWN_DATE)
        self.assertEqual(self.client.get(url_of(item, "note", note.pk)).status_code, 405)
        self.assertEqual(self.client.post(url_of(other, "note", note.pk)).status_code, 404)

    def test_readers_and_lookers_on_tick_nothing_off(self):
        item = make_article()
        note = StaffNote.objects.create(dossier=item.dossier, code=StaffNote.Code.UNKNOWN_DATE)
        viewer = make_user(is_staff=True)
        viewer.user_permissions.add(*permissions("view_article"))
        self.client.force_login(viewer)
        self.assertEqual(self.client.post(url_of(item, "note", note.pk)).status_code, 403)
        self.client.logout()
        self.assertEqual(self.client.post(url_of(item, "note", note.pk)).status_code, 302)
        note.refresh_from_db()
        self.assertIsNone(note.resolved_at)


class OddTextTests(FormTestCase):
    def test_a_title_of_300_characters_is_refused_and_stays_in_the_form(self):
        item = make_article(published_at=None)
        title = "样" * 300
        answer = self.save(item, title=title)
        self.assertContains(answer, title)
        self.assertIn("title", answer.context["adminform"].form.errors)
        self.assertEqual(item.dossier.revisions.count(), 1)

    def test_characters_of_four_bytes_are_kept_everywhere(self):
        item = make_article(published_at=None)
        self.save(item, title="𠮷野家与🎉", body="<p>𠮷🎉</p>", summary="𠮷")
        item.refresh_from_db()
        self.assertEqual((item.title, item.body, item.summary), ("𠮷野家与🎉", "<p>𠮷🎉</p>", "𠮷"))
        self.assertContains(self.client.get(url_of(item)), "𠮷野家与🎉")
