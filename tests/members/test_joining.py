"""People without an account apply for membership; staff check, endorse and decide."""

import re
from datetime import timedelta

from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client, TestCase, TransactionTestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import ReaderGroup, User
from audit.models import Entry
from files import enclosures
from files.models import Enclosure
from members import joining, roles
from members.models import Affiliation, Application, ApplicationVersion, Invitation, Organisation
from outbox.models import Message, MessageTemplate
from publishing.models import Refused
from tests.factories import (
    make_administrator,
    make_credit_code,
    make_member_group,
    make_organisation,
    make_staff,
    make_user,
)
from tests.files import samples
from tests.files.samples import OwnMediaFolder, upload
from tests.parallel import at_once

JOIN, STATUS = reverse("organisations:join"), reverse("organisations:status")
Step, State = Application.Step, Application.State


def form(**changes):
    return {
        "name": "样例仪表厂",
        "credit_code": make_credit_code(),
        "district": "徐汇区",
        "address": "样例路 1 号",
        "website": "example.com",
        "business": "样例仪表的制造",
        "motive": "样例",
        "contact_name": "样例联系人",
        "contact_phone": "13800000001",
        "contact_email": "apply@example.com",
        "licence": upload("营业执照.pdf", samples.PDF),
        "is_agreed": "on",
        "submission": "b0e6b4c8-6a0f-4d0c-9b7e-0123456789ab",
        **changes,
    }


def content(**changes):
    names = ("name", "credit_code", "district", "address", "business", "contact_name", "contact_phone", "contact_email")
    return {name: form(**changes)[name] for name in names}


def make_application(step=Step.CHECK, **changes):
    """Return an application whose address is confirmed and that waits for ``step``; its licence is kept somewhere."""
    licence = enclosures.accept(upload("营业执照.pdf", samples.PDF), None)
    application = Application.objects.create(confirmed_at=timezone.now())
    version = application.record_version(content(**changes), licence, [])
    if step != Step.CHECK:
        version.checked_at = timezone.now()
    if step == Step.DECIDE:
        version.endorsed_at = timezone.now()
    version.save()
    return application


def page_of(application):
    return reverse("admin:members_application_change", args=[application.pk])


def link_in(message):
    return re.search(r"https?://[^/]+(/members/join/confirm/\S+)", message.body)[1]


class ApplyingTests(OwnMediaFolder, TestCase):
    def send(self, **changes):
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(JOIN, form(**changes))

    def confirm(self):
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(link_in(mail.outbox[0]))

    def test_an_application_gets_a_number_and_a_code_and_a_mail_asks_to_confirm_the_address(self):
        self.assertRedirects(self.send(), STATUS)
        application = Application.objects.get()
        page = self.client.get(STATUS)
        self.assertContains(page, application.number)
        self.assertContains(page, application.code)
        [message] = mail.outbox
        self.assertEqual(message.to, ["apply@example.com"])
        self.assertNotIn("样例仪表厂", message.body + message.subject)  # it may be another's address
        self.assertNotIn(application.code, message.body)

    def test_staff_see_it_only_when_the_address_is_confirmed_and_a_mail_program_that_opens_the_link_confirms_nothing(
        self,
    ):
        self.send()
        application, staff = Application.objects.get(), Client()
        staff.force_login(make_staff(roles.MEMBER_SERVICE))
        self.client.get(link_in(mail.outbox[0]))
        self.assertEqual(staff.get(page_of(application)).status_code, 302)
        self.assertEqual(self.confirm().status_code, 302)
        self.assertContains(staff.get(page_of(application)), "样例仪表厂")
        self.assertIn(application.code, mail.outbox[1].body)
        self.confirm()
        self.assertEqual(len(mail.outbox), 2)
        self.assertEqual(Message.objects.count(), 1)  # whoever checks is told once

    def test_a_link_that_is_none_or_too_old_confirms_nothing(self):
        self.send()
        link = link_in(mail.outbox[0])
        self.assertEqual(self.client.post(link.replace("confirm/", "confirm/x")).status_code, 404)
        joining.purge(timezone.now() + timedelta(days=8))
        self.assertEqual(self.client.post(link).status_code, 404)
        self.assertFalse(Application.objects.exists())

    def test_a_form_that_arrives_twice_is_one_application(self):
        self.send()
        self.send()
        self.assertEqual(Application.objects.count(), 1)
        self.assertEqual(len(mail.outbox), 1)

    def test_a_refused_form_keeps_every_word_and_every_file(self):
        page = self.send(
            credit_code="91310000MA1FL0000X",
            attachments=[upload("简介.pdf", samples.PDF), upload("证书.pdf", samples.PDF)],
        )
        self.assertEqual(page.status_code, 200)
        for words in ("样例仪表厂", "样例仪表的制造", "营业执照.pdf", "简介.pdf", "证书.pdf", "最后一位校验码"):
            self.assertContains(page, words)
        kept = dict(re.findall(r'name="(\w+-kept)" value="([^"]+)"', page.content.decode()))
        self.send(licence="", **kept, **{"attachments-out": str(Enclosure.objects.get(original_name="证书.pdf").pk)})
        version = Application.objects.get().newest
        self.assertEqual([file.original_name for file in version.files], ["营业执照.pdf", "简介.pdf"])

    def test_nobody_names_a_file_of_somebody_else(self):
        foreign = enclosures.accept(upload("机密.pdf", samples.PDF), None)
        page = self.send(licence="", **{"licence-kept": f"[{foreign.pk}]"})
        self.assertNotContains(page, "机密")
        self.assertFalse(Application.objects.exists())

    def test_what_is_no_document_is_refused_with_its_name(self):
        page = self.send(licence=upload("执照.pdf", b"MZ not a pdf"))
        self.assertContains(page, "执照.pdf")
        self.assertFalse(Application.objects.exists())

    def test_one_address_gets_few_mails_and_one_network_few_forms(self):
        for number in range(3):
            self.send(submission=f"b0e6b4c8-6a0f-4d0c-9b7e-0123456789a{number}")
        page = self.send(submission="b0e6b4c8-6a0f-4d0c-9b7e-0123456789af")
        self.assertContains(page, "样例仪表的制造", status_code=429)
        self.assertEqual(len(mail.outbox), 3)
        for _ in range(30):
            page = self.client.post(JOIN, {})
        self.assertEqual(page.status_code, 429)

    def test_hostile_forms_are_answered_with_a_page(self):
        for odd in ("\0", "x" * 100_000, "\U0001f600" * 300, "<script>", "9" * 5000):
            for name in ("name", "credit_code", "contact_email", "submission", "base", "member_group", "licence-kept"):
                page = self.client.post(
                    JOIN, form(**{name: odd}), REMOTE_ADDR=f"198.51.{ord(odd[0]) % 250}.{len(name)}"
                )
                self.assertLess(page.status_code, 500, (name, odd[:9]))
        for odd in ("\0", "SQ" + "9" * 4000, "SQ2026²", "-1", "SQ20260000"):
            page = self.client.post(STATUS, {"number": odd, "code": odd}, REMOTE_ADDR=f"203.0.113.{len(odd) % 250}")
            self.assertEqual(page.status_code, 200, odd[:9])
            self.assertEqual(
                self.client.get(f"/members/join/confirm/{odd.replace(chr(0), '%00')[:300]}/").status_code, 404
            )


class StatusTests(OwnMediaFolder, TestCase):
    def setUp(self):
        super().setUp()
        self.application = make_application()

    def ask(self, number, code, **extra):
        return self.client.post(STATUS, {"number": number, "code": code}, **extra)

    def test_number_and_code_open_the_page_however_they_are_typed(self):
        number, code = self.application.number, self.application.code
        self.assertRedirects(self.ask(f" {number.lower()} ", f"{code[:5]}-{code[5:].lower()}"), STATUS)
        self.assertContains(self.client.get(STATUS), "样例仪表厂")

    def test_a_wrong_number_and_a_wrong_code_get_the_same_answer(self):
        other = make_application()
        answers = {
            str(self.ask(number, code).context["form"].non_field_errors())
            for number, code in (
                (self.application.number, other.code),
                ("SQ20269999", other.code),
                (f"SQ1999{self.application.pk:04}", self.application.code),
            )
        }
        self.assertEqual(len(answers), 1)
        self.assertNotContains(self.client.get(STATUS), "样例仪表厂")

    def test_codes_cannot_be_tried_for_long(self):
        for _ in range(5):
            self.ask(self.application.number, "AAAAAAAAAA")
        answer = self.ask(self.application.number, self.application.code)
        self.assertEqual(answer.status_code, 429)
        elsewhere = self.ask(self.application.number, self.application.code, REMOTE_ADDR="203.0.113.9")
        self.assertEqual(elsewhere.status_code, 302)

    def test_files_form_and_verbs_answer_only_the_browser_that_opened_it(self):
        file = reverse("organisations:application_file", args=[self.application.newest.licence_id])
        doors = [file, reverse("organisations:printable"), reverse("organisations:withdraw")]
        for door in doors:
            self.assertEqual(self.client.get(door).status_code, 404)
        self.ask(self.application.number, self.application.code)
        for door in doors:
            self.assertEqual(self.client.get(door).status_code, 200)
        foreign = enclosures.accept(upload("机密.pdf", samples.PDF), None)
        self.assertEqual(
            self.client.get(file.replace(str(self.application.newest.licence_id), str(foreign.pk))).status_code, 404
        )
        self.client.post(reverse("organisations:close"))
        self.assertEqual(self.client.get(file).status_code, 404)

    def test_the_form_for_the_seal_tells_what_was_sent(self):
        self.ask(self.application.number, self.application.code)
        page = self.client.get(reverse("organisations:printable"))
        for words in ("样例仪表厂", self.application.number, "营业执照.pdf", "单位盖章"):
            self.assertContains(page, words)
        self.assertNotContains(page, self.application.code)

    def test_a_returned_application_is_mended_and_the_former_version_stays(self):
        joining.send_back(self.application.pk, make_staff(roles.MEMBER_SERVICE), 1, Step.CHECK, "请补充主营业务")
        self.ask(self.application.number, self.application.code)
        self.assertContains(self.client.get(STATUS), "请补充主营业务")
        mend = reverse("organisations:mend")
        page = self.client.get(mend)
        self.assertContains(page, "营业执照.pdf")
        kept = dict(re.findall(r'name="(\w+-kept)" value="([^"]+)"', page.content.decode()))
        again = form(licence="", business="改过的样例", contact_email="other@example.com", base="1", **kept)
        self.assertRedirects(self.client.post(mend, again), STATUS)
        self.client.post(mend, again)
        self.application.refresh_from_db()
        versions = list(self.application.versions.values_list("number", "business"))
        self.assertEqual(versions, [(1, "样例仪表的制造"), (2, "改过的样例")])
        self.assertEqual(self.application.newest.contact_email, "apply@example.com")  # it was confirmed
        self.assertEqual(self.application.state, State.CHECK)

    def test_the_applicant_takes_it_back_and_staff_are_told_so(self):
        self.ask(self.application.number, self.application.code)
        self.client.post(reverse("organisations:withdraw"))
        self.application.refresh_from_db()
        self.assertEqual(self.application.state, State.WITHDRAWN)
        with self.assertRaisesMessage(Refused, "已撤回"):
            joining.pass_step(self.application.pk, make_staff(roles.MEMBER_SERVICE), 1, Step.CHECK)


class DecidingTests(OwnMediaFolder, TestCase):
    def decide(self, application, role, button="_pass", **data):
        self.client.force_login(make_staff(role))
        version = application.newest
        asked = {"version": version.number, "step": application.step, button: "x", "level": "ordinary", **data}
        with self.captureOnCommitCallbacks(execute=True):
            answer = self.client.post(page_of(application), asked)
        application.refresh_from_db()
        return answer

    def accept(self, application, **data):
        today = timezone.localdate()
        return self.decide(
            application,
            roles.COUNCIL,
            **{"first_on": today.isoformat(), "last_on": (today + timedelta(days=364)).isoformat(), **data},
        )

    def test_three_steps_make_a_member_whose_contact_reads_and_is_invited(self):
        group = make_member_group()
        application = make_application()
        self.decide(application, roles.MEMBER_SERVICE)
        self.decide(application, roles.SECRETARY)
        self.accept(application, member_group=group.pk)
        organisation = Organisation.objects.get()
        self.assertEqual(application.organisation, organisation)
        self.assertEqual(organisation.joined_on, timezone.localdate())
        self.assertTrue(organisation.member_number)
        user = User.objects.get(email="apply@example.com")
        self.assertEqual(organisation.affiliations.get().role, Affiliation.Role.CONTACT)
        names = set(ReaderGroup.objects.for_reader(user, timezone.localdate()).values_list("name", flat=True))
        self.assertEqual(names, {"全体会员", group.name})
        self.assertFalse(user.has_usable_password())
        self.assertEqual([message.to for message in mail.outbox], [["apply@example.com"]] * 2)
        actions = list(Entry.objects.filter(action__startswith="application_").values_list("action", flat=True))
        self.assertEqual(actions[::-1], ["application_passed"] * 2 + ["application_accepted"])

    def test_who_has_an_account_already_is_linked_only_by_his_own_yes(self):
        user = make_user(email="Apply@example.com", password="a long password 9")
        application = make_application(Step.DECIDE)
        self.accept(application)
        self.assertFalse(Affiliation.objects.exists())
        self.assertEqual(Invitation.objects.get().email, "apply@example.com")
        self.assertEqual(User.objects.filter(email__iexact="apply@example.com").get(), user)

    def test_each_step_takes_its_own_permission(self):
        allowed = {Step.CHECK: roles.MEMBER_SERVICE, Step.ENDORSE: roles.SECRETARY, Step.DECIDE: roles.COUNCIL}
        for step in Step:
            for role in set(allowed.values()) - {allowed[step]}:
                application = make_application(step)
                self.assertEqual(self.decide(application, role, "_refuse", reason="样例").status_code, 200)
                self.assertEqual(application.state, step)

    def test_applicants_are_told_in_the_words_of_staff(self):
        MessageTemplate.objects.create(
            kind="members.application_refused", subject="{number} 的结果", body="样例：{reason}"
        )
        application = make_application()
        self.decide(application, roles.MEMBER_SERVICE, "_refuse", reason="执照{code}看不清")
        [message] = mail.outbox
        self.assertEqual(message.subject, f"{application.number} 的结果")
        self.assertIn("样例：执照{code}看不清\n", message.body)  # what staff typed as a reason is no text of a template
        self.assertIn("请勿回复", message.body)

    def test_to_return_and_to_refuse_take_a_reason_that_is_mailed(self):
        for button, state in (("_return", State.RETURNED), ("_refuse", State.REFUSED)):
            mail.outbox.clear()
            application = make_application()
            self.assertContains(self.decide(application, roles.MEMBER_SERVICE, button, reason="  "), "请写明原因")
            self.assertEqual(application.state, State.CHECK)
            self.decide(application, roles.MEMBER_SERVICE, button, reason="执照看不清")
            self.assertEqual(application.state, state)
            self.assertIn("执照看不清", mail.outbox[0].body)
            entry = Entry.objects.filter(action__in=["application_returned", "application_refused"]).first()
            self.assertEqual(entry.facts["reason"], "执照看不清")

    def test_a_decision_on_what_has_moved_on_is_refused_and_keeps_its_words(self):
        application = make_application()
        joining.pass_step(application.pk, make_staff(roles.MEMBER_SERVICE), 1, Step.CHECK)
        answer = self.decide(application, roles.MEMBER_SERVICE, "_return", step=Step.CHECK, reason="我写的意见")
        self.assertContains(answer, "已经有了新的进展")
        application.refresh_from_db()
        self.assertEqual(application.state, State.ENDORSE)

    def test_what_belongs_to_another_organisation_is_not_accepted_and_nothing_is_made(self):
        code = make_credit_code()
        make_organisation(credit_code=code)
        application = make_application(Step.DECIDE, credit_code=code)
        self.assertContains(self.accept(application), "另一个单位已有")
        self.assertEqual(Organisation.objects.count(), 1)
        self.assertFalse(User.objects.filter(email="apply@example.com").exists())
        self.assertEqual(application.state, State.DECIDE)

    def test_days_that_are_none_are_refused(self):
        application = make_application(Step.DECIDE)
        for days in ({"first_on": ""}, {"last_on": "2001-01-01"}, {"first_on": "\0"}):
            self.assertEqual(self.accept(application, **days).status_code, 200)
        self.assertFalse(Organisation.objects.exists())

    def test_the_list_shows_what_waits_for_me(self):
        mine, other = make_application(name="样例甲厂"), make_application(Step.ENDORSE, name="样例乙厂")
        self.client.force_login(make_staff(roles.MEMBER_SERVICE))
        page = self.client.get(reverse("admin:members_application_changelist"), {"turn": "mine"})
        self.assertContains(page, mine.newest.name)
        self.assertNotContains(page, other.newest.name)

    def test_files_leave_for_staff_who_may_see_the_application_and_nobody_else(self):
        application = make_application()
        door = reverse("admin:members_application_file", args=[application.pk, application.newest.licence_id])
        for user, status in ((make_user(is_staff=True), 403), (make_staff(roles.COUNCIL), 200)):
            self.client.force_login(user)
            self.assertEqual(self.client.get(door).status_code, status)
        self.client.force_login(make_user())
        self.assertEqual(self.client.get(door).status_code, 302)


class PromiseTests(OwnMediaFolder, TestCase):
    def test_the_database_keeps_the_order_of_the_steps_and_one_ending(self):
        version, now = make_application().newest, timezone.now()
        for broken in (
            {"endorsed_at": now},
            {"checked_at": now, "accepted_at": now},
            {"returned_at": now},
            {"returned_at": now, "refused_at": now, "reason": "样例"},
        ):
            with self.assertRaises(IntegrityError), transaction.atomic():
                ApplicationVersion.objects.filter(pk=version.pk).update(**broken)


class RaceTests(OwnMediaFolder, TransactionTestCase):
    def test_of_two_deciders_at_once_one_wins_and_the_other_is_told(self):
        application, people = make_application(Step.DECIDE), [make_administrator() for _ in range(4)]
        today = timezone.localdate()
        accept = [lambda by=by: joining.accept(application.pk, by, 1, today) for by in people[:2]]
        refuse = [lambda by=by: joining.refuse(application.pk, by, 1, Step.DECIDE, "样例") for by in people[2:]]
        outcomes = at_once(accept + refuse)
        self.assertEqual(sum(isinstance(outcome, Application) for outcome in outcomes), 1, outcomes)
        self.assertEqual(sum(isinstance(outcome, Refused) for outcome in outcomes), 3, outcomes)
        application.refresh_from_db()
        self.assertEqual(Organisation.objects.count(), application.state == State.ACCEPTED)

    def test_of_two_applications_with_one_credit_code_accepted_at_once_one_becomes_a_member(self):
        code, by, today = make_credit_code(), make_administrator(), timezone.localdate()
        applications = [
            make_application(Step.DECIDE, credit_code=code, name=f"样例{number}", contact_email=f"{number}@example.com")
            for number in range(3)
        ]
        outcomes = at_once([lambda one=one: joining.accept(one.pk, by, 1, today) for one in applications])
        refused = [outcome for outcome in outcomes if isinstance(outcome, ValidationError)]
        self.assertEqual(len(refused), 2, outcomes)
        self.assertIn("统一社会信用代码", "".join(refused[0].messages))
        self.assertEqual(Organisation.objects.count(), 1)

    def test_a_form_that_arrives_six_times_at_once_is_one_application(self):
        licence = enclosures.accept(upload("营业执照.pdf", samples.PDF), None)
        words, submission = content(), form()["submission"]
        outcomes = at_once([lambda: joining.apply(submission, words, licence, []) for _ in range(6)])
        self.assertEqual(len({application.pk for application, _is_new in outcomes}), 1)
        self.assertEqual(sum(is_new for _application, is_new in outcomes), 1)
        self.assertEqual(len(mail.outbox), 1)
