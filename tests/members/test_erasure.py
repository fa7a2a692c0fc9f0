"""Who is erased is named nowhere: every text of every table is searched."""

import json
from datetime import timedelta

from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import models
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts import personal_data
from accounts.models import ReaderGroup, User
from files import enclosures
from members import people, profiles, renewal
from members.importing import applying
from members.models import (
    Activity,
    Affiliation,
    Application,
    CalendarFeed,
    ImportBatch,
    Invitation,
    Organisation,
    Reply,
    SignUp,
)
from members.signing_up import sign_up
from publishing.models import AnswerFile
from tests.factories import (
    make_activity,
    make_administrator,
    make_affiliation,
    make_notice,
    make_open_activity,
    make_organisation,
    make_period,
    make_question,
    make_sign_up,
    make_user,
)
from tests.files import samples
from tests.files.samples import OwnMediaFolder, upload
from tests.members.test_importing import csv_of
from tests.members.test_joining import make_application

NAME, EMAIL, PHONE = "样例欧阳无名", "ouyang@example.org", "13900001234"
PASSWORD = "a long password 9"

# Where a person may be named after all, and why.
EXCEPTIONS = {
    "django_tasks_database.DBTaskResult.args_kwargs": "the address typed to get a new password; a job deletes it within days",
    "members.Reply.answers": "the answer of an organisation, which it gave and can change",
}


def texts():
    """Go through every text of every table: yield (model.field, primary key, text)."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    for model in apps.get_models():
        fields = [field.name for field in model._meta.concrete_fields if isinstance(field, kinds)]
        for row in model._base_manager.values("pk", *fields):
            for name in fields:
                text = row[name] if isinstance(row[name], str) else json.dumps(row[name], ensure_ascii=False)
                yield f"{model._meta.label}.{name}", row["pk"], text


def places_naming(*needles):
    """Return the columns (set of model.field) in which one of ``needles`` stands, plain or as JSON spells it."""
    spelled = [*needles, *(json.dumps(needle)[1:-1] for needle in needles)]
    return {place for place, _pk, text in texts() if any(needle in text for needle in spelled)}


class ErasureTests(OwnMediaFolder, TestCase):
    def setUp(self):
        super().setUp()
        self.staff = make_administrator(name="样例管理员")
        self.user = make_user(username="ouyang", name=NAME, email=EMAIL, phone=PHONE, password=PASSWORD)
        self.colleague = make_user(name="样例同事")
        self.organisation = make_organisation(telephone=PHONE, email=EMAIL)
        make_affiliation(self.organisation, self.colleague, role="deputy")
        self.affiliation = make_affiliation(self.organisation, self.user, role="contact")

    def live(self):
        """Let the person do and meet everything that leaves a trace."""
        self.client.login(username="ouyang", password=PASSWORD)
        self.client.get(reverse("mine:home"))
        self.serve()
        self.sign_up()
        self.apply()
        self.be_imported()
        self.be_logged()
        with override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}):
            self.client.logout()
            self.client.post(reverse("accounts:lost_password"), {"email": EMAIL})

    def serve(self):
        make_affiliation(make_organisation(), self.user, first_on=timezone.localdate() + timedelta(days=9))
        notice = make_notice()
        question = make_question(notice)
        answers = {str(question.pk): f"参会人：{NAME}"}
        Reply.objects.create(dossier=notice.dossier, organisation=self.organisation, by=self.user, answers=answers)
        CalendarFeed.objects.renew(self.user)
        self.organisation.periods.all().delete()
        today = timezone.localdate()
        make_period(self.organisation, today - timedelta(days=300), today + timedelta(days=20))
        renewal.ask(self.organisation, self.user, note="样例")
        renewal.remind()
        profiles.ask(self.organisation, {"name": "样例新名"}, self.user)
        Invitation.objects.create(organisation=self.organisation, email=EMAIL.upper(), name="样例", role="other")
        people.invite(make_organisation(), "样例", EMAIL, "other", self.colleague)

    def sign_up(self):
        past = make_activity(takes_sign_ups=True, sign_up_for="everyone", starts_at=timezone.now() + timedelta(days=1))
        make_sign_up(past, self.user, reason=NAME, checked_in_at=timezone.now())
        Activity.objects.filter(pk=past.pk).update(starts_at=timezone.now() - timedelta(days=3))
        coming = make_open_activity(seats=1, accept_within_hours=24)
        text, file = make_question(coming), make_question(coming, kind="file")
        enclosure = enclosures.accept(upload(f"{NAME}.pdf", samples.PDF), by=self.user)
        AnswerFile.objects.create(question=file, enclosure=enclosure)
        first = make_sign_up(coming)
        sign_up(coming, [self.user], by=self.colleague, organisation=self.organisation)
        SignUp.objects.filter(person=self.user).update(answers={str(text.pk): PHONE, str(file.pk): enclosure.pk})
        personal_data.erase(first.person, by=self.staff)  # so that the seat is offered, and the colleague told

    def apply(self):
        accepted = make_application(contact_name=NAME, contact_email=EMAIL, contact_phone=PHONE)
        accepted.newest.checked_at = accepted.newest.endorsed_at = accepted.newest.accepted_at = timezone.now()
        accepted.newest.save()
        Application.objects.filter(pk=accepted.pk).update(organisation=self.organisation)
        refused = make_application(contact_name=NAME, contact_email=EMAIL, contact_phone=PHONE)
        refused.newest.refused_at, refused.newest.reason = timezone.now(), "样例理由"
        refused.newest.save()

    def be_imported(self):
        phone = f"{PHONE[:3]} {PHONE[3:7]} {PHONE[7:]}"
        table = csv_of(
            [self.organisation.name, "", NAME, phone, "主要联系人", EMAIL],
            ["样例别处", "", NAME, phone, "其他", ""],
            [self.organisation.name, "写错", NAME, "", "", ""],
            headings=("单位名称", "统一社会信用代码", "姓名", "手机", "角色", "个人邮箱"),
        )
        User.objects.filter(pk=self.user.pk).update(email="")  # which the table fills in again
        batch = applying.check(table, self.staff)
        self.assertEqual(applying.apply(batch, self.staff), (2, 0))
        self.user.refresh_from_db()

    def be_logged(self):
        """Write what the admin writes of a person's rows, and of the rows whose inlines they are."""
        [group] = ReaderGroup.objects.filter(memberships__user=self.user)[:1]
        change = [{"added": {"name": "person", "object": str(self.affiliation)}}]
        for row in (self.user, self.affiliation, self.organisation, group, self.user.sign_ups.first()):
            LogEntry.objects.log_actions(self.staff.pk, [row], CHANGE, change, single_object=True)

    def test_no_table_names_who_was_erased(self):
        self.live()
        before = places_naming(NAME, EMAIL, PHONE)
        self.assertLessEqual(  # so that the search can fail
            {
                "accounts.User.name",
                "admin.LogEntry.change_message",
                "admin.LogEntry.object_repr",
                "django_tasks_database.DBTaskResult.args_kwargs",
                "files.Enclosure.original_name",
                "members.ApplicationVersion.contact_name",
                "members.ImportRow.done",
                "members.ImportRow.values",
                "members.Invitation.email",
                "members.Organisation.telephone",
                "members.Reply.answers",
                "members.SignUp.answers",
                "outbox.Message.body",
            },
            before,
        )
        personal_data.erase(self.user, by=self.staff)
        self.assertEqual(places_naming(NAME, EMAIL, PHONE), set(EXCEPTIONS))

    def test_the_person_is_told_of_all_of_it_first(self):
        self.live()
        told = personal_data.export(self.user)
        for heading in (
            "Requests",
            "Applications for membership",
            "Invitations",
            "Imported tables",
            "Calendar address",
        ):
            with self.subTest(heading=heading):
                self.assertTrue(told[gettext(heading)])

    def test_an_application_that_waits_is_not_the_accounts_to_delete_or_to_read(self):
        make_application(contact_name="样例他人", contact_email=EMAIL, contact_phone="13911112222")
        told = json.dumps(personal_data.export(self.user), default=str, ensure_ascii=False)
        self.assertNotIn("13911112222", told)
        personal_data.erase(self.user, by=self.staff)
        self.assertEqual(Application.objects.count(), 1)

    def test_rows_of_a_table_that_name_others_stay_and_can_be_undone(self):
        table = csv_of(["样例留下", "", "", "样例旁人", "13900009999", "其他"])
        batch = applying.check(table, self.staff)
        applying.apply(batch, self.staff)
        personal_data.erase(self.user, by=self.staff)
        self.assertEqual(applying.undo(ImportBatch.objects.get(), self.staff), (1, 0))
        self.assertFalse(Organisation.objects.filter(name="样例留下").exists())

    def test_the_past_service_of_a_person_stays_without_a_name(self):
        personal_data.erase(self.user, by=self.staff)
        self.assertEqual(str(Affiliation.objects.get(pk=self.affiliation.pk).user), "已删除的人员")
