"""Who waits for a row holds none that others take before it: else two wait for each other, and PostgreSQL ends one.

The order: dossier, questions, activities, organisations, the numbers of members, people, the log.
"""

import time
from contextlib import contextmanager
from threading import Thread

from django.db import connection, transaction
from django.test import Client, TransactionTestCase, skipUnlessDBFeature

from accounts import personal_data
from accounts.models import User
from audit.models import Head
from members.importing import applying
from members.models import Activity, Affiliation, MemberNumberSeries, Organisation, SignUp
from tests.factories import (
    make_administrator,
    make_affiliation,
    make_credit_code,
    make_open_activity,
    make_organisation,
    make_sign_up,
    make_user,
)
from tests.members.test_importing import csv_of
from tests.publishing.test_admin_form import typed_form, url_of

PATIENCE = 20  # seconds


@skipUnlessDBFeature("has_select_for_update_nowait")
class LockOrderTests(TransactionTestCase):
    def setUp(self):
        with transaction.atomic():
            Head.locked()
            MemberNumberSeries.next(2026)
        self.administrator = make_administrator()

    @contextmanager
    def waiting_for(self, rows, task):
        """Hold ``rows`` (queryset) while a thread does ``task`` (function) and waits for them; the block looks around.

        Gives a list that holds, after the block, what the task gave or raised.
        """
        outcome = []

        def run():
            try:
                outcome.append(task())
            except Exception as error:
                outcome.append(error)
            finally:
                connection.close()

        thread = Thread(target=run)
        try:
            with transaction.atomic():
                list(rows.select_for_update(no_key=True))
                thread.start()
                deadline = time.monotonic() + PATIENCE
                while not somebody_waits():
                    self.assertTrue(thread.is_alive(), f"It did not wait: {outcome}")
                    self.assertLess(time.monotonic(), deadline)
                    time.sleep(0.02)
                yield outcome
        finally:
            thread.join()

    def assert_free(self, rows):
        """Take ``rows`` (queryset) without waiting: DatabaseError if somebody else holds one of them."""
        list(rows.select_for_update(no_key=True, nowait=True))

    def test_who_publishes_a_text_waits_for_the_activity_before_the_log(self):
        activity = make_open_activity()
        browser = Client()
        browser.force_login(self.administrator)
        data = typed_form(browser, activity, title="样例：新的标题", _publish="1")
        rows = Activity.objects.filter(pk=activity.pk)
        with self.waiting_for(rows, lambda: browser.post(url_of(activity), data).status_code) as outcome:
            self.assert_free(Head.objects.all())
        self.assertEqual(outcome, [302])
        self.assertEqual(rows.get().title, "样例：新的标题")

    def test_who_erases_a_person_waits_for_activities_and_organisations_before_what_is_his(self):
        victim = make_user()
        organisation = make_organisation([victim])
        activity = make_open_activity()
        make_sign_up(activity, victim)
        for rows in (Activity.objects.filter(pk=activity.pk), Organisation.objects.filter(pk=organisation.pk)):
            with self.subTest(rows.model), self.waiting_for(rows, lambda: personal_data.erase(victim, victim)) as told:
                self.assert_free(User.objects.filter(pk=victim.pk))
                self.assert_free(Affiliation.objects.filter(user=victim))
                self.assert_free(SignUp.objects.filter(person=victim))
            self.assertEqual(told, [None])

    def test_who_erases_a_person_waits_for_the_activity_where_he_signed_up_others(self):
        contact, colleague = make_user(), make_user()
        sign_up = make_sign_up(make_open_activity(), colleague, signed_up_by=contact)
        rows = Activity.objects.filter(pk=sign_up.activity_id)
        with self.waiting_for(rows, lambda: personal_data.erase(contact, contact)) as told:
            self.assert_free(User.objects.filter(pk=contact.pk))
            self.assert_free(SignUp.objects.filter(pk=sign_up.pk))
        self.assertEqual(told, [None])

    def imported(self):
        """Return a batch that gives a known person an address and a new organisation its first period, and that person."""
        person = make_user(phone="13900000001", name="样例")
        headings = (
            "单位名称",
            "统一社会信用代码",
            "会员期第一天",
            "会员期最后一天",
            "姓名",
            "手机",
            "个人邮箱",
            "角色",
        )
        row = (
            "样例甲单位",
            make_credit_code(),
            "2026-01-01",
            "2026-12-31",
            "样例",
            "13900000001",
            "a@example.com",
            "主要联系人",
        )
        batch = applying.check(csv_of(row, headings=headings), self.administrator)
        [checked] = batch.rows.all()
        self.assertEqual((checked.faults, bool(checked.plan["fills"]), bool(checked.plan["period"])), ([], True, True))
        return batch, person

    def test_who_imports_waits_for_the_numbers_of_members_before_the_people(self):
        batch, person = self.imported()
        with self.waiting_for(
            MemberNumberSeries.objects.all(), lambda: applying.apply(batch, self.administrator)
        ) as outcome:
            self.assert_free(User.objects.filter(pk=person.pk))
        self.assertEqual(outcome, [(1, 0)])

    def test_who_imports_takes_the_people_in_one_order(self):
        organisation = make_organisation()
        code = make_credit_code()
        Organisation.objects.filter(pk=organisation.pk).update(credit_code=code)
        first, second = make_user(name="样例甲"), make_user(name="样例乙", phone="13900000002")
        make_affiliation(organisation, first)
        make_affiliation(organisation, second)
        row = (organisation.name, code, "样例乙", "13900000002", "b@example.com", "质量负责人")
        headings = ("单位名称", "统一社会信用代码", "姓名", "手机", "个人邮箱", "角色")
        batch = applying.check(csv_of(row, headings=headings), self.administrator)
        self.assertTrue(batch.rows.get().plan.get("fills"), (batch.rows.get().faults, batch.rows.get().plan))
        for verb in (applying.apply, applying.undo):
            rows = User.objects.filter(pk=first.pk)
            with self.subTest(verb), self.waiting_for(rows, lambda verb=verb: verb(batch, self.administrator)) as told:
                self.assert_free(User.objects.filter(pk=second.pk))
            self.assertEqual(told, [(1, 0)])

    def test_who_deletes_an_organisation_waits_for_its_people_before_the_log(self):
        person = make_user()
        organisation = make_organisation([person])
        browser = Client()
        browser.force_login(self.administrator)
        url = f"/admin/members/organisation/{organisation.pk}/delete/"
        rows = User.objects.filter(pk=person.pk)
        with self.waiting_for(rows, lambda: browser.post(url, {"post": "yes"}).status_code) as outcome:
            self.assert_free(Head.objects.all())
        self.assertEqual(outcome, [302])
        self.assertFalse(Organisation.objects.filter(pk=organisation.pk).exists())


def somebody_waits():
    """Return whether anybody waits for what this connection holds; PostgreSQL alone can tell."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone()[0] > 0
