"""The form of a notice: its number in any spelling, and what a public review owes its readers."""

from django.contrib.auth.models import Group
from django.test import TestCase
from django.utils import timezone

from notices.models import IssuingBody, Notice
from publishing import roles
from publishing.models import ColumnRole
from tests.factories import make_column, make_notice, make_staff, make_user
from tests.publishing.test_admin_form import typed_form, url_of


class NoticeAdminTestCase(TestCase):
    def setUp(self):
        self.client.force_login(make_staff(roles.PUBLISHER))

    def save(self, notice, button="_continue", **changes):
        answer = self.client.post(url_of(notice), {**typed_form(self.client, notice, **changes), button: "1"})
        notice.refresh_from_db()
        return answer


class DocumentNumberTests(NoticeAdminTestCase):
    def test_any_brackets_will_do(self):
        for typed in ("沪质协[2025]28号", "沪质协（2025）第28号", "沪质协【2025】28", " 沪质协 〔2025〕 28 号 "):
            notice = make_notice(published_at=None)
            with self.subTest(typed=typed):
                self.save(notice, document_number=typed)
                self.assertEqual(str(notice.document_number), "沪质协〔2025〕28号")
                self.assertContains(self.client.get(url_of(notice)), 'value="沪质协〔2025〕28号"')
            self.save(notice, document_number="")
            self.assertIsNone(notice.document_number)

    def test_it_belongs_to_the_revision(self):
        notice = make_notice()
        self.save(notice, document_number="沪质协〔2025〕28号")
        self.assertIsNone(notice.document_number)
        self.save(notice, "_publish")
        self.assertEqual(str(notice.document_number), "沪质协〔2025〕28号")

    def test_what_is_no_number_is_refused_and_kept(self):
        answer = self.save(make_notice(), document_number="第二十八号文件")
        self.assertContains(answer, "发文字号由机关代字、年份和序号组成")
        self.assertContains(answer, "第二十八号文件")

    def test_a_number_that_is_taken_names_its_holder(self):
        make_notice(title="样例甲", number_code="沪质协", number_year=2025, number_serial=28)
        answer = self.save(make_notice(), document_number="沪质协[2025]28")
        self.assertContains(answer, "“样例甲”已使用此发文字号。")

    def test_a_number_that_a_draft_of_another_column_took_names_nobody(self):
        mine, user = make_column("notices"), make_user(is_staff=True)
        ColumnRole.objects.create(user=user, role=Group.objects.get(name=roles.AUTHOR), column=mine)
        self.client.force_login(user)
        number = {"number_code": "沪质协", "number_year": 2025, "number_serial": 28}
        make_notice(title="样例秘密", published_at=None, column=make_column("notices"), **number)
        answer = self.save(make_notice(column=mine), document_number="沪质协[2025]28")
        self.assertContains(answer, "发文字号已")
        self.assertNotContains(answer, "样例秘密")

    def test_two_versions_that_wait_cannot_both_take_a_number(self):
        first, second = make_notice(title="样例甲"), make_notice(title="样例乙")
        for notice in (first, second):
            self.save(notice, document_number="沪质协〔2025〕28号")
        self.save(first, "_publish")
        self.assertContains(self.save(second, "_publish"), "“样例甲”已使用此发文字号。")
        self.assertIsNone(second.document_number)

    def test_the_next_number_of_each_issuing_body_is_offered(self):
        year = timezone.localdate().year
        IssuingBody.objects.create(name="样例协会", code="沪样协")
        IssuingBody.objects.create(name="样例秘书处", code="沪样秘")
        make_notice(number_code="沪样协", number_year=year, number_serial=7)
        make_notice(number_code="沪样协", number_year=year - 1, number_serial=40)
        page = self.client.get("/admin/notices/notice/add/")
        self.assertContains(page, f"沪样协〔{year}〕8号")
        self.assertContains(page, f"沪样秘〔{year}〕1号")

    def test_a_notice_is_found_by_its_number_in_any_spelling(self):
        notice = make_notice(number_code="沪质协", number_year=2025, number_serial=28)
        make_notice()
        for words in ("沪质协〔2025〕28号", "沪质协[2025]28"):
            found = self.client.get("/admin/notices/notice/", {"q": words}).context["cl"].result_list
            self.assertEqual(list(found), [notice])


class PublicReviewTests(NoticeAdminTestCase):
    def test_a_draft_may_lack_its_term(self):
        notice = make_notice(published_at=None)
        self.save(notice, kind="public_review")
        self.assertEqual(notice.kind, Notice.Kind.PUBLIC_REVIEW)

    def test_it_is_published_with_a_last_day_and_a_way_to_object(self):
        notice = make_notice(published_at=None, kind="public_review")
        answer = self.save(notice, "_publish")
        self.assertContains(answer, "请填写公示截止日期。")
        self.assertContains(answer, "请说明异议反映方式。")
        self.assertEqual(notice.status, Notice.Status.DRAFT)
        self.save(notice, "_publish", objections_until="2026-12-31", objection_channel="样例电话")
        self.assertEqual(notice.status, Notice.Status.PUBLISHED)

    def test_it_cannot_end_before_it_starts(self):
        answer = self.save(make_notice(), objections_from="2026-12-31", objections_until="2026-12-01")
        self.assertContains(answer, "公示期的结束不能早于开始。")
