"""Renewing a membership: by staff, one or many; asked for by the contact; notices around its end."""

from datetime import date, timedelta
from io import StringIO

from django.core.management import call_command
from django.test import TestCase, TransactionTestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import ReaderGroup
from audit.models import Entry
from members import renewal, roles
from members.models import Affiliation, MembershipPeriod, RenewalRequest
from outbox.models import Message, MessageTemplate
from publishing.models import Refused
from tests.factories import make_administrator, make_affiliation, make_organisation, make_period, make_staff, make_user
from tests.parallel import at_once

DAY = timedelta(days=1)
LIST = reverse("admin:members_organisation_changelist")


def page_of(organisation):
    return reverse("admin:members_organisation_renew", args=[organisation.pk])


def make_contact(organisation, **overrides):
    return make_affiliation(organisation, role=Affiliation.Role.CONTACT, **overrides).user


def days_of(organisation):
    return list(organisation.periods.order_by("first_on").values_list("first_on", "last_on"))


class PeriodTests(TestCase):
    def test_a_renewal_follows_the_last_day_and_leaves_the_former_period_alone(self):
        organisation = make_organisation(period=(date(2026, 1, 1), date(2026, 12, 31)))
        renewal.renew(organisation, make_administrator(), on=date(2026, 11, 1))
        self.assertEqual(days_of(organisation)[0], (date(2026, 1, 1), date(2026, 12, 31)))
        self.assertEqual(days_of(organisation)[1], (date(2027, 1, 1), date(2027, 12, 31)))

    def test_within_the_days_of_grace_it_follows_and_after_them_it_begins_today(self):
        for on, first_on in ((date(2026, 1, 30), date(2026, 1, 1)), (date(2026, 1, 31), date(2026, 1, 31))):
            organisation = make_organisation(period=(date(2025, 1, 1), date(2025, 12, 31)))
            self.assertEqual(renewal.renew(organisation, make_administrator(), on=on).first_on, first_on)

    def test_a_year_ends_on_the_day_before(self):
        self.assertEqual(renewal.a_year_from(date(2027, 3, 1)), date(2028, 2, 29))
        self.assertEqual(renewal.a_year_from(date(2028, 2, 29)), date(2029, 2, 28))

    def test_what_has_no_end_cannot_be_renewed(self):
        with self.assertRaisesMessage(Refused, "长期有效"):
            renewal.renew(make_organisation(), make_administrator())

    def test_the_people_read_on(self):
        organisation = make_organisation(period=(date(2020, 1, 1), date(2020, 12, 31)))
        user, today = make_contact(organisation), timezone.localdate()
        self.assertFalse(ReaderGroup.objects.for_reader(user, today).exists())
        renewal.renew(organisation, make_administrator())
        self.assertTrue(ReaderGroup.objects.for_reader(user, today).exists())


class StaffTests(TestCase):
    def setUp(self):
        self.today = timezone.localdate()
        self.client.force_login(make_staff(roles.MEMBER_SERVICE))

    def test_one_organisation_is_renewed_with_a_note_of_the_payment(self):
        organisation = make_organisation(period=(self.today - 300 * DAY, self.today + 20 * DAY))
        user = make_contact(organisation)
        self.assertEqual(self.client.get(page_of(organisation)).status_code, 200)
        self.client.post(page_of(organisation), {"payment": "样例 1000 元", "paid_on": self.today.isoformat()})
        period = organisation.periods.first()
        self.assertEqual((period.payment, period.paid_on), ("样例 1000 元", self.today))
        self.assertEqual(Message.objects.get(to=user).key, f"renewed:{period.pk}")
        self.assertEqual(Entry.objects.get(action="renewed").facts["payment"], "样例 1000 元")

    def test_contacts_are_told_in_the_words_of_staff(self):
        MessageTemplate.objects.create(kind="members.renewed", subject="样例：{organisation}", body="{period}")
        organisation = make_organisation(period=(self.today - 300 * DAY, self.today + 20 * DAY))
        user = make_contact(organisation)
        self.client.post(page_of(organisation), {"payment": "", "paid_on": ""})
        message = Message.objects.get(to=user)
        self.assertEqual(message.subject, f"样例：{organisation}")
        self.assertEqual(message.body, str(organisation.periods.first()))

    def test_a_last_day_before_the_first_and_odd_days_are_refused(self):
        organisation = make_organisation(period=(self.today - 300 * DAY, self.today + 20 * DAY))
        for last_on in (self.today.isoformat(), "9999-12-31", "\0", "9" * 5000, "2026-02-30"):
            self.assertEqual(self.client.post(page_of(organisation), {"last_on": last_on}).status_code, 200)
        self.assertEqual(organisation.periods.count(), 1)

    def test_many_at_once_tell_the_result_of_each(self):
        due = make_organisation(period=(self.today - 300 * DAY, self.today + 20 * DAY))
        endless = make_organisation()
        chosen = {"action": "renew_chosen", "_selected_action": [due.pk, endless.pk]}
        self.assertContains(self.client.post(LIST, chosen), "长期有效")
        page = self.client.post(LIST, {**chosen, "_do": "x", "payment": "样例"})
        self.assertContains(page, "长期有效")
        self.assertEqual((due.periods.count(), endless.periods.count()), (2, 1))

    def test_the_list_finds_who_is_due(self):
        soon = make_organisation(period=(self.today - 300 * DAY, self.today + 20 * DAY))
        renewed = make_organisation(period=(self.today - 300 * DAY, self.today + 20 * DAY))
        make_period(renewed, self.today + 21 * DAY, self.today + 385 * DAY)
        grace = make_organisation(period=(self.today - 300 * DAY, self.today - 3 * DAY))
        lapsed = make_organisation(period=(date(2019, 1, 1), date(2019, 12, 31)))
        asked = make_organisation(period=(self.today - 300 * DAY, self.today + 90 * DAY))
        renewal.ask(asked, make_contact(asked))
        for value, expected in (("soon", soon), ("grace", grace), ("lapsed", lapsed), ("asked", asked)):
            page = self.client.get(LIST, {"renewal": value})
            self.assertEqual([one.pk for one in page.context["cl"].result_list], [expected.pk], value)

    def test_who_may_not_renew_finds_no_way_to_it(self):
        organisation = make_organisation(period=(self.today - 300 * DAY, self.today + 20 * DAY))
        self.client.force_login(make_staff(roles.COUNCIL))
        self.assertEqual(self.client.post(page_of(organisation)).status_code, 403)
        self.client.post(LIST, {"action": "renew_chosen", "_selected_action": [organisation.pk], "_do": "x"})
        self.assertEqual(organisation.periods.count(), 1)


class RequestTests(TestCase):
    def setUp(self):
        today = timezone.localdate()
        self.organisation = make_organisation(period=(today - 300 * DAY, today + 20 * DAY))
        self.contact = make_contact(self.organisation)
        self.door = reverse("mine:organisation_renewal", args=[self.organisation.pk])
        self.client.force_login(self.contact)

    def test_the_contact_asks_once_and_staff_answer_with_a_period(self):
        staff = make_staff(roles.MEMBER_SERVICE)
        self.client.post(self.door, {"note": "已汇款"})
        self.client.post(self.door, {"note": "已汇款"})
        request = RenewalRequest.objects.get()
        self.assertEqual(Message.objects.filter(to=staff).count(), 1)
        self.client.force_login(staff)
        self.assertContains(self.client.get(page_of(self.organisation)), "已汇款")
        self.client.post(page_of(self.organisation), {"_renew": "x"})
        request.refresh_from_db()
        self.assertEqual((request.state, request.period), ("accepted", self.organisation.periods.first()))

    def test_to_refuse_takes_a_reason_that_the_contact_reads(self):
        self.client.post(self.door)
        self.client.force_login(make_staff(roles.MEMBER_SERVICE))
        self.assertContains(self.client.post(page_of(self.organisation), {"_refuse": "x"}), "请写明原因")
        self.client.post(page_of(self.organisation), {"_refuse": "x", "reason": "会费未到账"})
        self.assertIn("会费未到账", Message.objects.filter(to=self.contact).first().body)
        self.client.force_login(self.contact)
        page = self.client.get(reverse("mine:organisation_detail", args=[self.organisation.pk]))
        self.assertContains(page, "会费未到账")

    def test_others_cannot_ask(self):
        for user in (make_user(), make_affiliation(self.organisation).user):
            self.client.force_login(user)
            self.assertEqual(self.client.post(self.door).status_code, 404)
        self.assertFalse(RenewalRequest.objects.exists())


class NoticeTests(TestCase):
    def setUp(self):
        self.organisation = make_organisation(period=(date(2026, 1, 1), date(2026, 12, 31)))
        self.contact = make_contact(self.organisation)

    def told(self):
        return Message.objects.filter(to=self.contact).count()

    def test_each_notice_comes_once_however_often_it_is_asked(self):
        for on, count in (
            (date(2026, 11, 30), 0),
            (date(2026, 12, 1), 1),
            (date(2026, 12, 1), 1),
            (date(2026, 12, 3), 1),
            (date(2026, 12, 24), 2),
            (date(2027, 1, 1), 3),
            (date(2027, 1, 15), 4),
            (date(2027, 3, 1), 4),
        ):
            renewal.remind(on)
            self.assertEqual(self.told(), count, on)

    def test_a_missed_day_is_caught_up_with_and_a_missed_month_is_not(self):
        renewal.remind(date(2026, 12, 5))
        self.assertEqual(self.told(), 1)
        renewal.remind(date(2026, 12, 23))
        self.assertEqual(self.told(), 1)

    def test_who_has_renewed_is_left_in_peace(self):
        make_period(self.organisation, date(2027, 1, 1), date(2027, 12, 31))
        self.assertEqual(renewal.remind(date(2026, 12, 24)), 0)

    def test_the_command_tells_how_many(self):
        out = StringIO()
        call_command("remind_of_renewal", "--on", "2026-12-24", stdout=out)
        self.assertIn("1", out.getvalue())


class RaceTests(TransactionTestCase):
    def test_renewals_at_once_make_periods_that_share_no_day(self):
        today = timezone.localdate()
        organisation = make_organisation(period=(today - 300 * DAY, today + 20 * DAY))
        people = [make_administrator() for _ in range(3)]
        outcomes = at_once([lambda by=by: renewal.renew(organisation, by) for by in people])
        self.assertTrue(all(isinstance(outcome, MembershipPeriod) for outcome in outcomes), outcomes)
        days = days_of(organisation)
        self.assertTrue(all(one[1] < other[0] for one, other in zip(days, days[1:], strict=False)))

    def test_a_request_made_six_times_at_once_is_one(self):
        today = timezone.localdate()
        organisation = make_organisation(period=(today - 300 * DAY, today + 20 * DAY))
        user = make_contact(organisation)
        outcomes = at_once([lambda: renewal.ask(organisation, user) for _ in range(6)])
        self.assertEqual(len({request.pk for request in outcomes}), 1)
