"""The page of a notice: an official document, and beside it what to do about it."""

from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from notices.models import IssuingBody, Notice
from tests.factories import make_notice
from tests.files.samples import OwnMediaFolder, make_document
from tests.html import all_of, assert_valid_html, words

NOW = timezone.now()
NUMBER = {"number_code": "沪样协", "number_year": 2025, "number_serial": 28}


class NoticePageTestCase(TestCase):
    def page(self, **facts):
        return assert_valid_html(self.client.get(make_notice(**facts).get_absolute_url()))

    def document(self, **facts):
        [document] = all_of(self.page(**facts), "doc")
        return document

    def facts(self, **facts):
        """Return {term: value} of the box beside the document."""
        [box] = all_of(self.page(**facts), "facts")
        return {words(row.find("dt")): words(row.find("dd")) for row in box}


class DocumentTests(OwnMediaFolder, NoticePageTestCase):
    def test_a_numbered_document_has_head_number_addressees_and_signature_in_this_order(self):
        body = IssuingBody.objects.create(name="样例协会", letterhead="样例协会文件")
        text = words(
            self.document(
                **NUMBER, title="关于样例的通知", issuing_body=body, addressees="各会员单位", body="<p>正文如下。</p>",
                co_issuers="样例联合单位\n样例第三单位", made_on="2025-09-10",
            )
        )  # fmt: skip
        parts = (
            "样例协会文件", "沪样协〔2025〕28号", "关于样例的通知", "各会员单位：", "正文如下。", "样例协会", "样例联合单位",
            "样例第三单位", "2025年9月10日",
        )  # fmt: skip
        for part in parts:
            self.assertIn(part, text)
            text = text.split(part, 1)[1]

    def test_a_signature_stands_in_for_the_name_of_the_issuing_body(self):
        body = IssuingBody.objects.create(name="样例协会")
        [sign] = all_of(self.document(issuing_body=body, signature="样例协会秘书处"), "sign")
        self.assertEqual(words(sign), "样例协会秘书处")

    def test_without_a_letterhead_the_head_is_the_name_of_the_issuing_body_and_without_one_of_the_site(self):
        body = IssuingBody.objects.create(name="样例协会")
        [head] = all_of(self.document(**NUMBER, issuing_body=body), "doc-org")
        self.assertEqual(words(head), "样例协会")
        [head] = all_of(self.document(**{**NUMBER, "number_serial": 29}), "doc-org")
        self.assertEqual(words(head), "上海市质量协会")

    def test_without_a_number_there_is_no_red_head(self):
        self.assertEqual(all_of(self.document(), "doc-org"), [])

    def test_attachments_are_named_under_the_text_and_numbered_if_there_are_several(self):
        files = [make_document(title=title) for title in ("回执", "名单")]
        [named] = all_of(self.document(attachments=files[:1]), "att")
        self.assertEqual((words(named), list(named.iter("ol"))), ("附件： 回执", []))
        [named] = all_of(self.document(attachments=files), "att")
        self.assertEqual([words(row) for row in named.iter("li")], ["回执", "名单"])

    def test_a_public_review_says_until_when_and_how_to_object(self):
        document = self.document(
            kind="public_review", objections_from="2025-08-29", objections_until="2025-09-05",
            objection_channel="书面反映至样例部门\n\n电话 021-0000 0000",
        )  # fmt: skip
        self.assertIn("2025年8月29日至2025年9月5日", words(document))
        paragraphs = [words(paragraph) for paragraph in document.iter("p")]
        self.assertIn("书面反映至样例部门", paragraphs)
        self.assertIn("电话 021-0000 0000", paragraphs)


class BesideTests(NoticePageTestCase):
    def test_the_box_tells_what_is_known(self):
        facts = self.facts(
            **NUMBER, made_on="2025-09-10", deadline_at=NOW + timedelta(days=20), deadline_purpose="申报"
        )
        due = timezone.localtime(NOW + timedelta(days=20))
        self.assertEqual(facts["文种"], "通知")
        self.assertEqual(facts["文号"], "沪样协〔2025〕28号")
        self.assertEqual(facts["成文"], "2025-09-10")
        self.assertEqual(facts["效力"], "有效")
        self.assertEqual(facts["状态"], f"申报截止 {due.month}月{due.day}日")

    def test_what_is_not_known_has_no_line(self):
        facts = self.facts(is_dated=False)
        self.assertFalse({"文号", "发文", "成文", "发布", "标签", "状态"} & set(facts))

    def test_a_repealed_notice_asks_nobody_to_act(self):
        facts = self.facts(
            published_at=NOW - timedelta(days=2), deadline_at=NOW + timedelta(days=9),
            repealed_at=NOW - timedelta(days=1), repeal_reason="样例原因",
        )  # fmt: skip
        self.assertEqual(facts["效力"], "已废止")
        self.assertNotIn("状态", facts)

    def test_the_last_step_of_the_breadcrumb_is_the_kind(self):
        for kind, name in Notice.Kind.choices:
            page = self.page(kind=kind, objections_until=timezone.localdate(), objection_channel="书面")
            [crumb] = all_of(page, "crumb")
            self.assertTrue(words(crumb).endswith(str(name)), words(crumb))
