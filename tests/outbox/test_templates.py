"""Texts that staff may word themselves: what is sent, and what a text may hold."""

from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, TestCase

from outbox import templates
from outbox.models import MessageTemplate
from outbox.templates import Template
from tests.factories import make_user

OFFERED = "members.sign_up_offered"
VALUES = {"person": "样例人员", "activity": "样例活动", "starts": "9月8日", "place": "样例厅", "accept_by": "9月6日"}


class SendingTests(TestCase):
    def send(self, **values):
        return templates.send(OFFERED, make_user(), "sample:1", {**VALUES, **values}, "/activities/")

    def test_without_a_text_of_the_staff_the_portals_own_is_sent(self):
        message = self.send()
        self.assertEqual(message.subject, "为您留出名额：样例活动")
        self.assertIn("请在9月6日前确认", message.body)

    def test_what_staff_wrote_is_sent(self):
        MessageTemplate.objects.create(kind=OFFERED, subject="{activity}有名额了", body="{person}请于{accept_by}前确认")
        message = self.send()
        self.assertEqual((message.subject, message.body), ("样例活动有名额了", "样例人员请于9月6日前确认"))

    def test_a_value_that_looks_like_a_placeholder_stays_as_it_is(self):
        message = self.send(activity="{person} {0.__class__} {{}} %(x)s")
        self.assertEqual(message.subject, "为您留出名额：{person} {0.__class__} {{}} %(x)s")

    def test_a_person_is_told_once(self):
        person = make_user()
        for _time in range(2):
            templates.send(OFFERED, person, "sample:1", VALUES)
        self.assertEqual(person.messages.count(), 1)

    def test_a_room_that_forgets_a_value_is_told_so(self):
        with self.assertRaisesMessage(ValueError, "accept_by"):
            templates.send(OFFERED, make_user(), "sample:1", {"activity": "样例"})


class TextTests(SimpleTestCase):
    template = Template(
        "sample.kind",
        "样例",
        "{title}",
        "{reason}",
        {"title": ("标题", "样例标题"), "reason": ("理由", "样例理由")},
        ("reason",),
    )

    def refusal(self, text):
        with self.assertRaises(ValidationError) as raised:
            self.template.with_names(text)
        return raised.exception.messages[0]

    def test_labels_become_names_and_come_back(self):
        kept = self.template.with_names("关于{标题}：{ 理由 }，{title}")
        self.assertEqual(kept, "关于{title}：{reason}，{title}")
        self.assertEqual(self.template.with_labels(kept), "关于{标题}：{理由}，{标题}")

    def test_only_known_placeholders_are_taken(self):
        for found in (
            "{单位}",
            "{}",
            "{标题.title}",
            "{标题!r}",
            "{标题:>9}",
            "{title.__class__}",
            "{0}",
            "{title[0]}",
        ):
            with self.subTest(found=found):
                self.assertIn(f"没有占位符{found}", self.refusal(f"关于{found}"))

    def test_braces_come_in_pairs(self):
        for text in ("关于{标题", "关于标题}", "{{标题}}", "{标\n题}", "}{"):
            with self.subTest(text=text):
                self.assertTrue(self.refusal(text))

    def test_what_people_need_must_occur_somewhere(self):
        self.template.check_required("{title}", "{reason}")
        self.template.check_required("{reason}", "")
        with self.assertRaises(ValidationError) as raised:
            self.template.check_required("{title}", "没有理由")
        self.assertIn("{理由}", raised.exception.messages[0])

    def test_a_kind_is_registered_once_and_with_a_text_that_fits(self):
        known = dict(templates.registered())
        for template in (
            templates.registered()[OFFERED],
            Template("sample.unknown", "样例", "{nothing}", ""),
            Template("sample.missing", "样例", "", "", {"reason": ("理由", "样例")}, ("reason",)),
        ):
            with self.subTest(template=template.name), self.assertRaises(ValueError):
                templates.register(template)
        self.assertEqual(templates.registered(), known)

    def test_the_translations_of_all_kinds_fit_their_placeholders(self):
        for name, template in templates.registered().items():
            with self.subTest(name=name):
                kept = [template.with_names(str(text)) for text in (template.subject, template.body)]
                template.check_required(*kept)
                labels = [template.label_of(placeholder) for placeholder in template.placeholders]
                self.assertEqual(len(set(labels)), len(labels))
