"""The admin of texts: who words them, what is refused, and how they come out."""

from django.test import TestCase, override_settings
from django.urls import reverse

from audit.actions import Action
from audit.models import Entry
from outbox import templates
from outbox.models import MessageTemplate
from publishing import roles
from tests.factories import make_staff
from tests.html import all_of, assert_valid_html, words

OFFERED = "members.sign_up_offered"
LIST = reverse("admin:outbox_messagetemplate_changelist")
FORM = reverse("admin:outbox_messagetemplate_change", args=[OFFERED])
RESET = reverse("admin:outbox_messagetemplate_reset", args=[OFFERED])
TEXT = {"subject": "名额：{活动名称}", "body": "请于{确认期限}前确认。"}


class MessageTemplateAdminTests(TestCase):
    def setUp(self):
        self.client.force_login(make_staff(roles.ADMINISTRATOR))

    def save(self, **overrides):
        return self.client.post(FORM, {**TEXT, **overrides})

    def preview_of(self, response):
        [section] = all_of(assert_valid_html(response), "message-preview")
        return words(section)

    def test_only_administrators_come_in(self):
        for role in (roles.AUTHOR, roles.REVIEWER, roles.PUBLISHER):
            self.client.force_login(make_staff(role))
            for address in (LIST, FORM, RESET):
                with self.subTest(role=role, address=address):
                    self.assertEqual(self.client.get(address).status_code, 403)
                    self.assertIn(self.client.post(address, TEXT).status_code, (403, 405))
        self.assertFalse(MessageTemplate.objects.exists())

    def test_the_list_names_every_kind(self):
        text = words(assert_valid_html(self.client.get(LIST)))
        for template in templates.registered().values():
            self.assertIn(str(template.label), text)

    def test_every_kind_has_a_form_with_its_preview(self):
        for name, template in templates.registered().items():
            with self.subTest(name=name):
                response = self.client.get(reverse("admin:outbox_messagetemplate_change", args=[name]))
                shown = self.preview_of(response)
                self.assertNotIn("{", shown)
                self.assertIn(template.samples()["activity"], shown) if "activity" in template.placeholders else None

    @override_settings(OUTBOX_CHANNELS=["outbox.channels.SMSToFile"])
    def test_what_goes_to_people_without_an_account_goes_by_mail_alone(self):
        form = reverse("admin:outbox_messagetemplate_change", args=["members.application_refused"])
        self.assertContains(self.client.get(FORM), 'name="channels"')
        self.assertNotContains(self.client.get(form), 'name="channels"')

    def test_unknown_kinds_are_not_found(self):
        for kind in ("members.nothing", "x" * 500, "%00"):
            self.assertEqual(self.client.get(f"{LIST}{kind}/").status_code, 404)

    def test_a_text_is_kept_by_the_names_of_its_placeholders_and_logged(self):
        self.assertRedirects(self.save(), LIST)
        row = MessageTemplate.objects.get(pk=OFFERED)
        self.assertEqual((row.subject, row.body), ("名额：{activity}", "请于{accept_by}前确认。"))
        entry = Entry.objects.latest("pk")
        self.assertEqual((entry.action, entry.facts["key"]), (Action.ADMIN_ADDED, OFFERED))
        self.save(subject="有名额了：{活动名称}")
        entry = Entry.objects.latest("pk")
        self.assertEqual((entry.action, entry.facts["fields"]), (Action.ADMIN_CHANGED, ["Subject line"]))
        self.assertContains(self.client.get(FORM), "有名额了：{活动名称}")

    def test_a_kind_that_staff_did_not_change_has_the_channels_of_the_code_still(self):
        self.save()
        self.assertEqual(MessageTemplate.objects.get().channels, ["sms"])

    def test_a_wrong_text_is_refused_in_words_and_stays_in_the_form(self):
        for overrides, refusal in (
            ({"body": "请于{确认期限}前到{单位}。"}, "没有占位符{单位}"),
            ({"body": "请尽快确认。"}, "缺少{确认期限}"),
            ({"body": "请于{确认期限前确认。"}, "有一个花括号不成对"),
            ({"subject": "题" * 201}, "200"),
            ({"subject": ""}, "必填"),
            ({"body": "字" * 5001}, "5000"),
        ):
            with self.subTest(refusal=refusal):
                response = self.save(**overrides)
                self.assertEqual(response.status_code, 200)
                self.assertContains(response, refusal)
                self.assertIn("改正文字里的问题", self.preview_of(response))
                for text in overrides.values():
                    self.assertContains(response, text)
        self.assertFalse(MessageTemplate.objects.exists())

    def test_a_nul_is_refused(self):
        self.assertEqual(self.save(body="\0{确认期限}").status_code, 200)
        self.assertFalse(MessageTemplate.objects.exists())

    def test_the_preview_shows_samples_and_keeps_nothing(self):
        response = self.save(_preview="1", subject="<b>名额</b>：{活动名称}")
        shown = self.preview_of(response)
        self.assertIn("<b>名额</b>：样例：质量管理培训班", shown)
        self.assertIn("请于2026年9月6日 18:00前确认。", shown)
        self.assertContains(response, "{活动名称}")
        self.assertFalse(MessageTemplate.objects.exists())

    def test_the_portals_own_text_comes_back_after_a_question(self):
        self.save()
        self.assertContains(self.client.get(FORM), RESET)
        page = self.client.get(RESET)
        self.assertContains(page, "{确认期限}")
        self.assertTrue(MessageTemplate.objects.exists())
        self.assertRedirects(self.client.post(RESET), FORM)
        self.assertFalse(MessageTemplate.objects.exists())
        self.assertEqual(Entry.objects.latest("pk").action, Action.ADMIN_DELETED)
        self.assertNotContains(self.client.get(FORM), RESET)
        self.assertRedirects(self.client.post(RESET), FORM)

    @override_settings(OUTBOX_CHANNELS=["outbox.channels.SMSToFile"])
    def test_staff_choose_the_channels_that_there_are(self):
        self.assertContains(self.client.get(FORM), 'value="sms"')
        self.save(channels=[])
        self.assertEqual(MessageTemplate.objects.get().channels, [])
        self.save(channels=["sms"])
        self.assertEqual(MessageTemplate.objects.get().channels, ["sms"])
        self.assertEqual(self.save(channels=["pigeon"]).status_code, 200)
