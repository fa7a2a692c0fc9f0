"""How long names and answers are kept, and what stays."""

from datetime import timedelta
from io import StringIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from files import enclosures
from files.models import Enclosure
from members import consent
from members.importing import applying, forgetting
from members.models import Activity, Application, ConsentText, ImportBatch, Invitation, SignUp
from publishing.models import AnswerFile
from tests.factories import (
    make_administrator,
    make_open_activity,
    make_organisation,
    make_question,
    make_sign_up,
    make_user,
)
from tests.files.samples import PDF, OwnMediaFolder
from tests.members.test_importing import csv_of
from tests.members.test_joining import Step, content, make_application


def ago(**span):
    return timezone.now() - timedelta(**span)


@override_settings(PERSONAL_DATA_DAYS=100)
class RetentionTests(TestCase):
    def setUp(self):
        self.activity = make_open_activity()
        self.sign_up = make_sign_up(self.activity)

    def end(self, **values):
        Activity.objects.filter(pk=self.activity.pk).update(**values)

    def purge(self, *options):
        out = StringIO()
        call_command("purge_personal_data", *options, stdout=out)
        self.sign_up.refresh_from_db()
        return out.getvalue()

    def test_names_go_when_the_days_after_the_activity_are_over(self):
        self.end(starts_at=ago(days=102))
        self.purge()
        self.assertIsNone(self.sign_up.person)

    def test_names_stay_until_then(self):
        self.end(starts_at=ago(days=99))
        self.purge()
        self.assertIsNotNone(self.sign_up.person)

    def test_the_date_of_the_activity_goes_before_the_setting(self):
        self.end(personal_data_until=timezone.localdate() - timedelta(days=1), starts_at=ago(days=2))
        self.purge()
        self.assertIsNone(self.sign_up.person)
        self.end(personal_data_until=timezone.localdate(), starts_at=ago(days=200))
        other = make_sign_up(make_open_activity())
        self.purge()
        other.refresh_from_db()
        self.assertIsNotNone(other.person)

    def test_the_numbers_stay(self):
        SignUp.objects.update(checked_in_at=timezone.now())
        self.end(starts_at=ago(days=102))
        self.purge()
        self.assertEqual((self.sign_up.seat, SignUp.objects.attended().count()), (1, 1))

    def test_what_was_answered_and_handed_in_goes_too(self):
        question = make_question(self.activity, kind="file")
        enclosure = enclosures.accept(SimpleUploadedFile("样例.pdf", PDF), by=self.sign_up.person)
        AnswerFile.objects.create(question=question, enclosure=enclosure)
        SignUp.objects.update(answers={str(question.pk): enclosure.pk})
        self.end(starts_at=ago(days=102))
        self.purge()
        self.assertEqual((self.sign_up.answers, Enclosure.objects.count()), ({}, 0))

    def test_the_preview_deletes_nothing(self):
        self.end(starts_at=ago(days=102))
        self.assertIn("1", self.purge("--dry-run"))
        self.assertIsNotNone(self.sign_up.person)

    def test_it_is_told_by_the_log_once(self):
        self.end(starts_at=ago(days=102))
        self.purge()
        self.purge()
        self.assertEqual(Entry.objects.filter(action="personal_data_purged", item=self.activity.pk).count(), 1)


@override_settings(APPLICATION_DATA_DAYS=100)
class RetentionOfApplicationsTests(OwnMediaFolder, TestCase):
    def purge(self):
        call_command("purge_applications", stdout=StringIO())

    def end(self, how, days):
        """Return an application that ended ``how`` (a field of its version) ``days`` ago."""
        application = make_application()
        version = application.newest
        setattr(version, how, ago(days=days))
        version.reason = "样例理由"
        version.save()
        return application

    def test_what_came_to_nothing_goes_when_its_days_are_over(self):
        for how in ("refused_at", "withdrawn_at", "returned_at"):
            with self.subTest(how=how):
                old, young = self.end(how, 101), self.end(how, 99)
                self.purge()
                self.assertEqual(list(Application.objects.filter(pk__in=[old.pk, young.pk])), [young])

    def test_what_waits_or_was_mended_or_accepted_stays(self):
        waiting, mended = make_application(), self.end("returned_at", 101)
        mended.record_version(content(), mended.newest.licence, [])
        version = make_application(Step.DECIDE).newest
        version.accepted_at = ago(days=101)
        version.save()
        Application.objects.update(created_at=ago(days=101))
        self.purge()
        self.assertEqual(Application.objects.count(), 3)
        self.assertTrue(Application.objects.filter(pk=waiting.pk).exists())

    def test_invitations_go_when_their_days_are_over(self):
        organisation = make_organisation()
        for days in (101, 99):
            Invitation.objects.create(
                organisation=organisation, email="a@example.org", name="样例", role="other", invited_at=ago(days=days)
            )
        self.purge()
        self.assertEqual(Invitation.objects.count(), 1)

    def test_the_log_keeps_how_many(self):
        self.end("refused_at", 101)
        self.purge()
        self.purge()
        [entry] = Entry.objects.filter(action="personal_data_purged")
        self.assertEqual(entry.facts, {"applications": 1, "invitations": 0})

    def test_applicants_read_how_long_it_is_kept(self):
        self.assertContains(self.client.get(reverse("organisations:join")), "100 天")


@override_settings(IMPORT_DATA_DAYS=30)
class RetentionOfImportsTests(TestCase):
    def setUp(self):
        self.staff = make_administrator()
        self.batch = applying.check(csv_of(["样例新厂", "", "", "样例旁人", "13800000001", "其他"]), self.staff)

    def age(self, **moments):
        ImportBatch.objects.filter(pk=self.batch.pk).update(**moments)
        forgetting.purge()
        self.batch.refresh_from_db()
        return self.batch.rows.get()

    def test_what_rows_say_goes_thirty_days_after_the_last_step(self):
        self.assertEqual(self.age(created_at=ago(days=29)).values["person"], "样例旁人")
        applying.apply(self.batch, self.staff)
        self.assertEqual(self.age(created_at=ago(days=90), applied_at=ago(days=29)).values["person"], "样例旁人")
        row = self.age(applied_at=ago(days=31))
        self.assertEqual((row.values, row.plan, row.done, row.kind), ({}, {}, {}, "new"))

    def test_what_is_kept_no_longer_is_neither_imported_nor_undone(self):
        self.age(created_at=ago(days=31))
        with self.assertRaises(applying.NotPossible):
            applying.apply(self.batch, self.staff)
        self.age(applied_at=ago(days=31))
        with self.assertRaises(applying.NotPossible):
            applying.undo(self.batch, self.staff)

    def test_staff_see_until_when_it_is_kept_and_afterwards_that_it_is_gone(self):
        self.client.force_login(self.staff)
        page = reverse("admin:members_importbatch_change", args=[self.batch.pk])
        self.assertContains(self.client.get(page), "保留到")
        self.age(created_at=ago(days=31))
        response = self.client.get(page)
        self.assertNotContains(response, "样例旁人")
        self.assertContains(response, "已删除")
        self.assertNotContains(response, reverse("admin:members_importbatch_verb", args=[self.batch.pk, "import"]))

    def test_the_log_keeps_how_many_rows(self):
        self.age(created_at=ago(days=31))
        forgetting.purge()
        [entry] = Entry.objects.filter(action="personal_data_purged")
        self.assertEqual(entry.facts, {"batch": self.batch.pk, "rows": 1})


class ConsentTests(TestCase):
    def test_the_portal_has_a_text_before_staff_write_one(self):
        self.assertIn("协会", consent.current_text().text)

    def test_who_agrees_to_the_text_in_force_agrees_to_a_row_that_stays(self):
        shown = consent.current_text().text
        agreed = consent.agreed(shown.replace("\n", "\r\n"))
        self.assertEqual(consent.agreed(shown), agreed)

    def test_another_wording_is_agreed_to_by_nobody(self):
        shown = consent.current_text().text
        ConsentText.objects.create(text="样例新文本", made_by=make_administrator())
        self.assertIsNone(consent.agreed(shown))

    def test_a_text_is_added_by_staff_and_changed_by_nobody(self):
        text = ConsentText.objects.create(text="样例文本")
        self.client.force_login(make_administrator())
        url = f"/admin/members/consenttext/{text.pk}/change/"
        self.assertEqual(self.client.post(url, {"text": "样例改动"}).status_code, 403)
        self.client.post("/admin/members/consenttext/add/", {"text": "样例新文本"})
        self.assertEqual(consent.current_text().text, "样例新文本")

    def test_outsiders_do_not_reach_the_texts(self):
        self.client.force_login(make_user())
        self.assertEqual(self.client.get("/admin/members/consenttext/").status_code, 302)
