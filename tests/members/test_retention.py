"""How long names and answers are kept, and what stays."""

from datetime import timedelta
from io import StringIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import TestCase, override_settings
from django.utils import timezone

from audit.models import Entry
from files import enclosures
from files.models import Enclosure
from members import consent
from members.models import Activity, ConsentText, SignUp
from publishing.models import AnswerFile
from tests.factories import make_administrator, make_open_activity, make_question, make_sign_up, make_user
from tests.files.samples import PDF


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
