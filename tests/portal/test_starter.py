from io import StringIO

from django.core.cache import cache
from django.core.management import call_command
from django.test import RequestFactory, TestCase
from django.urls import reverse

from notices.models import IssuingBody
from portal import chrome, starter
from portal.models import FriendlyLink, HomeBlock, NavigationItem, Page, SiteSettings
from publishing.models import Column, ContentVersion, Label, ProofCheck, Revision, StaffNote, Stage

EDITED_BY_STAFF = [SiteSettings, IssuingBody, Column, Label, ProofCheck, Page, NavigationItem, FriendlyLink, HomeBlock]
PLANTED = [*EDITED_BY_STAFF, StaffNote, Revision, ContentVersion]


def rows():
    return {model: list(model.objects.order_by("pk").values()) for model in PLANTED}


def set_up_portal():
    output = StringIO()
    call_command("set_up_portal", stdout=output)
    return output.getvalue()


class StarterTests(TestCase):
    def test_the_command_tells_what_it_created(self):
        self.assertRegex(set_up_portal(), r"(?m)^ +6  columns$")

    def test_a_second_run_changes_nothing_and_says_so(self):
        set_up_portal()
        before = rows()
        self.assertIn("nothing was changed", set_up_portal())
        self.assertEqual(rows(), before)

    def test_what_staff_renamed_or_deleted_stays_as_they_left_it(self):
        set_up_portal()
        Column.objects.filter(title="要闻").update(title="头条")
        NavigationItem.objects.filter(title="联系我们").delete()
        SiteSettings.objects.update(phone="样例电话")
        before = rows()
        set_up_portal()
        self.assertEqual(rows(), before)

    def test_rows_that_were_there_before_are_taken_over(self):
        column = Column.objects.create(subject="notices", title="通知公告")
        set_up_portal()
        block = HomeBlock.objects.get(region=HomeBlock.Region.BESIDE_LEAD)
        self.assertEqual(block.column, column)
        self.assertEqual(Column.objects.filter(subject="notices").count(), 1)

    def test_every_planted_row_is_valid(self):
        set_up_portal()
        for model in EDITED_BY_STAFF:
            for row in model.objects.all():
                row.full_clean()

    def test_reviewers_of_every_step_find_a_list_of_checks_in_its_order(self):
        set_up_portal()
        for stage in Stage.values:
            with self.subTest(stage):
                checks = list(ProofCheck.objects.filter(stage=stage))
                self.assertGreaterEqual(len(checks), 3)
                self.assertEqual([check.order for check in checks], list(range(len(checks))))

    def test_a_list_of_checks_that_staff_changed_stays_as_they_left_it(self):
        set_up_portal()
        ProofCheck.objects.filter(stage=Stage.FINAL).delete()
        first = ProofCheck.objects.first()
        ProofCheck.objects.filter(pk=first.pk).update(text="样例：已按本单位的要求核对")
        before = rows()
        set_up_portal()
        self.assertEqual(rows(), before)

    def test_a_portal_that_was_set_up_before_is_planted_no_checks(self):
        SiteSettings.objects.create(pk=1, name="样例协会")
        set_up_portal()
        self.assertFalse(ProofCheck.objects.exists())

    def test_a_fresh_portal_works_with_one_person(self):
        set_up_portal()
        self.assertEqual(set(Column.objects.values_list("review_steps", flat=True)), {0})

    def test_nothing_is_invented_about_the_association(self):
        set_up_portal()
        site = SiteSettings.objects.get()
        facts = (site.address, site.phone, site.hours, site.email, site.icp_number, site.public_security_number)
        self.assertEqual(facts, ("",) * len(facts))


class StarterPageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        starter.set_up()

    def test_starter_pages_can_be_read_and_are_marked_for_readers_and_staff(self):
        for slug in ("about", "contact", "privacy", "accessibility"):
            with self.subTest(slug):
                page = Page.objects.listed(None).get(slug=slug)
                self.assertTrue(page.is_to_be_completed)
                self.assertIn("待补充", page.body)
                note = page.dossier.staff_notes.unresolved().get()
                self.assertEqual(note.code, StaffNote.Code.TO_BE_COMPLETED)

    def test_the_sanitiser_leaves_the_starter_texts_as_they_are_written(self):
        for page in Page.objects.all():
            with self.subTest(page.slug):
                written = (starter.PAGE_TEXTS / f"{page.slug}.html").read_text("utf-8")
                self.assertEqual(page.body, written.strip())

    def test_the_privacy_page_names_every_cookie(self):
        body = Page.objects.get(slug="privacy").body
        for cookie in ("zihao", "csrftoken", "sessionid", "signed_in"):
            self.assertIn(cookie, body)

    def test_navigation_shows_only_what_has_content(self):
        cache.clear()  # another test's frame may be kept for the same content version
        shown = chrome.of_request(RequestFactory().get("/"))
        self.assertEqual([entry.title for entry in shown.navigation], ["首页", "协会概况", "联系我们"])
        self.assertEqual(shown.footer_links[-1].url, reverse("portal:page_detail", args=["accessibility"]))
        self.assertEqual(len(shown.link_groups[0].links.all()), 4)
