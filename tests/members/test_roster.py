"""The roster of an activity: who takes part, and what staff do about it."""

import io
from datetime import datetime, timedelta
from functools import partial

from django.contrib.auth.models import Group
from django.db import connection
from django.test import TestCase, TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from audit.models import Entry
from members import signing_up
from members.models import Activity, SignUp
from outbox.models import Message
from publishing import roles
from publishing.models import Column, ColumnRole
from tests.factories import (
    make_administrator,
    make_affiliation,
    make_column,
    make_open_activity,
    make_organisation,
    make_question,
    make_sign_up,
    make_staff,
    make_user,
)
from tests.html import all_of, assert_valid_html, words
from tests.parallel import at_once
from tests.publishing.test_admin_form import url_of

State = SignUp.State
PAGES = ("sign_ups", "sign_up_add", "sign_ups_export", "sign_in_sheet")


class RosterTestCase(TestCase):
    def setUp(self):
        self.staff = make_staff(roles.PUBLISHER)
        self.client.force_login(self.staff)
        self.activity = make_open_activity(approval="staff", seats=2)
        self.url = url_of(self.activity, "sign_ups")

    def do(self, action, *rows, **answers):
        """Answer the page of a verb on ``rows`` and return what it says then."""
        data = {"action": action, "sign_up": [row.pk for row in rows], "_do": "1", **answers}
        answer = self.client.post(self.url, data)
        for row in rows:
            row.refresh_from_db()
        return answer

    def names(self, **query):
        return [str(row.person) for row in self.client.get(self.url, query).context["rows"]]


class ShowingTests(RosterTestCase):
    def test_it_shows_who_for_which_organisation_and_in_which_state(self):
        person = make_user(name="样例甲", phone="13900000001")
        organisation = make_organisation(name="样例仪表厂", people=[person])
        make_sign_up(self.activity, person, organisation)
        page = self.client.get(self.url)
        for text in ("样例甲", "13900000001", "样例仪表厂", "待确认"):
            self.assertContains(page, text)
        assert_valid_html(page)

    def test_who_waits_has_a_rank_and_who_has_a_place_a_number(self):
        activity = make_open_activity(seats=1)
        for _number in range(3):
            make_sign_up(activity)
        tree = assert_valid_html(self.client.get(url_of(activity, "sign_ups")))
        states = [words(cell) for cell in all_of(tree, "state")]
        self.assertEqual(states, ["已报名 1 号", "候补中 第 1 位", "候补中 第 2 位"])

    def test_answers_stand_beside_their_questions(self):
        question = make_question(self.activity, "样例问题：是否用餐", kind="yes_no")
        make_sign_up(self.activity, answers={str(question.pk): True})
        tree = assert_valid_html(self.client.get(self.url))
        self.assertEqual(words(all_of(tree, "answers")[0]), "样例问题：是否用餐 是")

    def test_for_whom_staff_have_to_decide_earlier_absences_are_counted(self):
        person = make_user()
        for comes in (False, False, True):
            past = make_open_activity()
            make_sign_up(past, person, checked_in_at=timezone.now() if comes else None)
            make_sign_up(past, checked_in_at=timezone.now())
            Activity.objects.filter(pk=past.pk).update(starts_at=timezone.now() - timedelta(days=9))
        make_sign_up(self.activity, person)
        self.assertContains(self.client.get(self.url), "缺席 2 次")

    def test_nobody_was_absent_where_nobody_was_checked_in_or_that_is_to_come_or_called_off(self):
        person = make_user()
        unchecked, coming, called_off = (make_open_activity() for _number in range(3))
        for activity in (unchecked, coming, called_off):
            make_sign_up(activity, person)
        for activity in (coming, called_off):
            make_sign_up(activity, checked_in_at=timezone.now())
        called_off.call_off("样例原因", by=self.staff)
        for activity in (unchecked, called_off):
            Activity.objects.filter(pk=activity.pk).update(starts_at=timezone.now() - timedelta(days=9))
        make_sign_up(self.activity, person)
        self.assertNotContains(self.client.get(self.url), "缺席")

    def test_it_is_narrowed_by_state_organisation_and_words(self):
        one, other = make_organisation(name="样例仪表厂"), make_organisation(name="样例轴承厂")
        people = [make_user(name=name, phone=f"1390000000{number}") for number, name in enumerate("甲乙丙")]
        for person, organisation in zip(people, (one, one, other), strict=True):
            make_affiliation(organisation, person)
            make_sign_up(self.activity, person, organisation)
        signing_up.approve(self.activity.sign_ups.get(person=people[0]), self.staff)
        signing_up.refuse(self.activity.sign_ups.get(person=people[1]), self.staff, "样例原因")
        self.assertEqual(self.names(), ["甲", "丙"])
        self.assertEqual(self.names(state="confirmed"), ["甲"])
        self.assertEqual(self.names(state="ended"), ["乙"])
        self.assertEqual(self.names(organisation=other.pk), ["丙"])
        self.assertEqual(self.names(words="轴承"), ["丙"])
        self.assertEqual(self.names(words="13900000000"), ["甲"])

    def test_odd_choices_narrow_nothing_and_break_nothing(self):
        make_sign_up(self.activity)
        foreign = make_organisation()
        for query in (
            {"state": "odd"},
            {"organisation": foreign.pk},
            {"organisation": "9" * 30},
            {"words": "样" * 99},
            {"page": "odd"},
        ):
            with self.subTest(query=query):
                self.assertEqual(len(self.names(**query)), 1)

    def test_a_longer_roster_costs_no_more_queries(self):
        activity = make_open_activity(approval="staff", seats=1)
        question = make_question(activity, "样例问题")

        def more():
            person = make_user()
            row = make_sign_up(activity, person, make_organisation(people=[person]), answers={str(question.pk): "样例"})
            signing_up.approve(make_sign_up(activity), self.staff)
            return row

        more(), more()
        url = url_of(activity, "sign_ups")
        with CaptureQueriesContext(connection) as queries_for_few:
            self.client.get(url)
        for _number in range(6):
            more()
        with self.assertNumQueries(len(queries_for_few)):
            self.client.get(url)

    def test_a_person_whose_data_were_deleted_stays_as_a_number(self):
        row = make_sign_up(self.activity)
        SignUp.objects.filter(pk=row.pk).update(person=None, signed_up_by=None, anonymised_at=timezone.now())
        for page in PAGES:
            self.assertEqual(self.client.get(url_of(self.activity, page)).status_code, 200)


class DecidingTests(RosterTestCase):
    def test_the_page_asks_before_anything_is_done(self):
        row = make_sign_up(self.activity)
        answer = self.client.post(self.url, {"only": f"refuse-{row.pk}"})
        self.assertContains(answer, "其中 1 人可以办理")
        row.refresh_from_db()
        self.assertEqual(row.state, State.PENDING)

    def test_several_are_accepted_at_once_and_told(self):
        rows = [make_sign_up(self.activity) for _number in range(3)]
        self.assertContains(self.do("accept", *rows), "共 3 人，已完成 3 人")
        self.assertEqual([row.state for row in rows], [State.CONFIRMED, State.CONFIRMED, State.WAITING])
        self.assertEqual({row.approved_by for row in rows}, {self.staff})
        self.assertEqual(Entry.objects.filter(action="sign_up_approved", by=self.staff).count(), 3)

    def test_who_is_accepted_need_not_accept_in_turn(self):
        activity = make_open_activity(approval="staff", seats=1, accept_within_hours=24)
        row = signing_up.approve(make_sign_up(activity), self.staff)
        self.assertEqual(row.state, State.CONFIRMED)

    def test_refusing_and_cancelling_tell_the_reason(self):
        pending, confirmed = make_sign_up(self.activity), make_sign_up(self.activity)
        signing_up.approve(confirmed, self.staff)
        self.do("refuse", pending, reason="样例：名额留给新会员")
        self.do("remove", confirmed, reason="样例：来电取消")
        self.assertEqual((pending.state, confirmed.state), (State.REFUSED, State.REMOVED))
        for row in (pending, confirmed):
            self.assertIn(row.reason, Message.objects.filter(to=row.person).latest("pk").body)

    def test_a_reason_is_asked(self):
        row = make_sign_up(self.activity)
        self.assertContains(self.do("refuse", row, reason=" "), "errorlist")
        self.assertEqual(row.state, State.PENDING)

    def test_each_has_a_result_of_its_own(self):
        pending, ended, waiting = (make_sign_up(self.activity) for _number in range(3))
        signing_up.refuse(ended, self.staff, "样例原因")
        signing_up.approve(waiting, self.staff)
        answer = self.do("accept", pending, ended, waiting)
        self.assertContains(answer, "共 3 人，已完成 1 人")
        self.assertEqual([pending.state, ended.state], [State.CONFIRMED, State.REFUSED])

    def test_who_has_checked_in_is_not_cancelled(self):
        activity = make_open_activity()
        row = make_sign_up(activity, checked_in_at=timezone.now())
        self.url = url_of(activity, "sign_ups")
        self.assertContains(self.do("remove", row, reason="样例原因"), "已完成 0 人")
        self.assertEqual(row.state, State.CONFIRMED)

    def test_once_it_has_begun_nobody_is_accepted(self):
        row = make_sign_up(self.activity)
        Activity.objects.filter(pk=self.activity.pk).update(starts_at=timezone.now())
        self.assertContains(self.do("accept", row), "已完成 0 人")
        self.assertEqual(row.state, State.PENDING)

    def test_crafted_requests_are_refused(self):
        own, foreign = make_sign_up(self.activity), make_sign_up(make_open_activity(approval="staff"))
        for data in (
            {"action": "odd", "sign_up": [own.pk]},
            {"action": "accept", "sign_up": ["odd"]},
            {"action": "accept", "sign_up": ["9" * 40]},
            {"action": "accept", "sign_up": [own.pk, foreign.pk]},
            {"action": "accept", "sign_up": [own.pk] * 101},
            {"only": f"accept-{foreign.pk}"},
            {"only": "accept-\0"},
        ):
            with self.subTest(data=data):
                self.assertEqual(self.client.post(self.url, {**data, "_do": "1"}).status_code, 404)
        self.assertFalse(SignUp.objects.filter(approved_at__isnull=False).exists())

    def test_with_nobody_chosen_it_asks_to_choose(self):
        answer = self.client.post(self.url, {"action": "accept"}, follow=True)
        self.assertContains(answer, "请至少选择一条报名")


class AddingTests(RosterTestCase):
    def setUp(self):
        super().setUp()
        self.person = make_user(name="样例代报", phone="13900000009")
        self.organisation = make_organisation(name="样例仪表厂", people=[self.person])
        self.add_url = url_of(self.activity, "sign_up_add")

    def add(self, person=None, organisation="", **query):
        data = {"person": (person or self.person).pk, "organisation": getattr(organisation, "pk", organisation)}
        return self.client.post(self.add_url, data, follow=True)

    def test_people_are_found_by_name_phone_and_organisation(self):
        for text in ("样例代报", "1390000", "仪表"):
            page = self.client.get(self.add_url, {"words": text})
            self.assertEqual([user for user, _o, _s in page.context["found"]], [self.person])
        assert_valid_html(page)

    def test_accounts_without_an_organisation_are_found_by_their_whole_name_only(self):
        loner = make_user(name="样例独行", email="duxing@portal.example")
        for text, found in (("样例独", []), ("样例独行", [loner]), ("DUXING@portal.example", [loner])):
            page = self.client.get(self.add_url, {"words": text})
            self.assertEqual([user for user, _o, _s in page.context["found"]], found)

    def test_who_is_added_needs_no_confirmation_and_is_told(self):
        self.add(organisation=self.organisation)
        row = self.activity.sign_ups.get()
        self.assertEqual(
            (row.state, row.signed_up_by, row.organisation), (State.CONFIRMED, self.staff, self.organisation)
        )
        self.assertTrue(Message.objects.filter(to=self.person).exists())
        entry = Entry.objects.latest("number")
        self.assertEqual((entry.action, entry.facts), ("sign_up_added", {"sign_up": row.pk}))

    def test_it_is_possible_before_and_after_the_days_of_signing_up(self):
        now = timezone.now()
        for changes in ({"sign_up_opens_at": now + timedelta(1)}, {"sign_up_closes_at": now - timedelta(1)}):
            activity = make_open_activity(**changes)
            self.add_url = url_of(activity, "sign_up_add")
            self.add()
            self.assertEqual(activity.sign_ups.count(), 1)

    def test_when_all_places_are_taken_the_person_waits(self):
        for _number in range(2):
            signing_up.approve(make_sign_up(self.activity), self.staff)
        self.assertContains(self.add(), "候补")
        self.assertEqual(self.activity.sign_ups.get(person=self.person).state, State.WAITING)

    def test_the_rules_on_who_may_come_hold(self):
        activity = make_open_activity(sign_up_for="members", seats_per_organisation=1)
        former = make_organisation(people=[self.person], period=None)
        self.add_url = url_of(activity, "sign_up_add")
        for organisation, text in (("", "单位"), (make_organisation(), "不是"), (former, "会员")):
            self.assertContains(self.add(organisation=organisation), text)
            self.assertFalse(activity.sign_ups.exists())
        self.add(organisation=self.organisation)
        self.assertContains(self.add(organisation=self.organisation), "已报名")
        colleague = make_affiliation(self.organisation).user
        self.add(colleague, self.organisation)
        self.assertEqual(activity.sign_ups.count(), 1)

    def test_called_off_or_begun_it_takes_nobody(self):
        for changes in (
            {"called_off_at": timezone.now(), "call_off_reason": "样例"},
            {"called_off_at": None, "starts_at": timezone.now()},
        ):
            Activity.objects.filter(pk=self.activity.pk).update(**changes)
            self.add()
        self.assertFalse(self.activity.sign_ups.exists())

    def test_crafted_requests_are_refused(self):
        closed = make_user(is_active=False)
        for data in (
            {},
            {"person": "odd"},
            {"person": 10**15},
            {"person": closed.pk},
            {"person": self.person.pk, "organisation": 10**15},
        ):
            self.assertEqual(self.client.post(self.add_url, data).status_code, 404)
        self.assertFalse(self.activity.sign_ups.exists())


class ListsOutTests(RosterTestCase):
    def export(self, columns=("person", "mobile_phone"), format="xlsx", **query):
        url = url_of(self.activity, "sign_ups_export")
        return self.client.post(url, {"columns": columns, "format": format}, query_params=query)

    def sheet(self, *args, **kwargs):
        """Return the rows of the sheet, as (values) and the cells themselves."""
        return [
            [cell.value for cell in row]
            for row in load_workbook(io.BytesIO(self.export(*args, **kwargs).content)).active.iter_rows()
        ]

    def test_the_chosen_columns_in_their_order_and_phones_as_text(self):
        make_sign_up(self.activity, make_user(name="样例甲", phone="13900000001"))
        self.assertEqual(self.sheet(), [["人员", "手机号"], ["样例甲", "13900000001"]])

    def test_each_question_has_a_column(self):
        question = make_question(self.activity, "样例问题：是否用餐", kind="yes_no")
        make_sign_up(self.activity, answers={str(question.pk): True})
        self.assertEqual(self.sheet([f"q{question.pk}"]), [["样例问题：是否用餐"], ["是"]])

    def test_times_are_those_of_shanghai(self):
        moment = timezone.make_aware(datetime(2026, 11, 24, 23, 30))
        make_sign_up(self.activity, signed_up_at=moment)
        [_head, [cell]] = self.sheet(["signed_up_at"])
        self.assertEqual(f"{cell:%Y-%m-%d %H:%M}", "2026-11-24 23:30")

    def test_nothing_is_a_formula(self):
        make_sign_up(self.activity, make_user(name="=HYPERLINK(1)"))
        book = load_workbook(io.BytesIO(self.export().content))
        self.assertEqual(book.active["A2"].data_type, "s")
        text = self.export(format="csv").content.decode("utf-8")
        self.assertTrue(text.startswith("\ufeff"))
        self.assertIn("'=HYPERLINK(1)", text)

    def test_the_list_is_what_the_page_showed(self):
        rows = [make_sign_up(self.activity, make_user(name=name)) for name in "甲乙"]
        signing_up.approve(rows[0], self.staff)
        self.assertEqual(self.sheet(["person"], state="confirmed"), [["人员"], ["甲"]])
        self.assertEqual(self.sheet(["person"], words="乙"), [["人员"], ["乙"]])

    def test_the_log_knows_who_took_what_and_names_nobody(self):
        make_sign_up(self.activity, make_user(name="样例甲"))
        self.export(state="pending", words="样例甲")
        entry = Entry.objects.latest("number")
        self.assertEqual((entry.by, entry.action, entry.item), (self.staff, "sign_ups_exported", self.activity.pk))
        self.assertEqual(entry.facts["fields"], ["person", "mobile_phone"])
        self.assertEqual(entry.facts["rows"], 1)
        self.assertEqual(entry.facts["chosen"], {"state": "pending", "words": True})

    def test_an_odd_column_or_format_is_refused_and_nothing_goes_out(self):
        for answer in (self.export(["password"]), self.export(format="exe"), self.export([])):
            self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertFalse(Entry.objects.filter(action="sign_ups_exported").exists())

    def test_a_longer_list_costs_no_more_queries(self):
        def more():
            person = make_user()
            make_sign_up(self.activity, person, make_organisation(people=[person]))

        everything = ("person", "organisation", "mobile_phone", "e-mail", "state", "seat", "signed_up_by")
        more()
        with CaptureQueriesContext(connection) as queries_for_one:
            self.export(everything)
        for _number in range(5):
            more()
        with self.assertNumQueries(len(queries_for_one)):
            self.export(everything)

    def test_the_sign_in_sheet_has_who_has_a_place_with_the_end_of_the_phone(self):
        person = make_user(name="样例甲", phone="13900001234")
        signing_up.approve(make_sign_up(self.activity, person), self.staff)
        make_sign_up(self.activity, make_user(name="样例乙"))
        page = self.client.get(url_of(self.activity, "sign_in_sheet"))
        self.assertContains(page, "样例甲")
        self.assertContains(page, ">1234<")
        self.assertNotContains(page, "13900001234")
        self.assertNotContains(page, "样例乙")
        assert_valid_html(page)


class WhoMayTests(RosterTestCase):
    def statuses(self, user):
        self.client.force_login(user)
        return {self.client.get(url_of(self.activity, page)).status_code for page in PAGES}

    def test_each_role(self):
        for role, status in (
            (roles.AUTHOR, 403),
            (roles.REVIEWER, 403),
            (roles.PUBLISHER, 200),
            (roles.ADMINISTRATOR, 200),
        ):
            with self.subTest(role=role):
                self.assertEqual(self.statuses(make_staff(role)), {status})

    def test_who_is_no_member_of_staff_is_sent_to_sign_in(self):
        self.assertEqual(self.statuses(make_user()), {302})

    def test_a_publisher_of_another_column_does_nothing(self):
        row, person = make_sign_up(self.activity), make_user(is_staff=True)
        other = Column.objects.create(subject="members", title="样例别栏")
        ColumnRole.objects.create(user=person, role=Group.objects.get(name=roles.PUBLISHER), column=other)
        self.assertEqual(self.statuses(person), {403})
        self.assertEqual(self.do("accept", row).status_code, 403)
        add = self.client.post(url_of(self.activity, "sign_up_add"), {"person": make_user().pk})
        export = self.client.post(url_of(self.activity, "sign_ups_export"), {"columns": "person", "format": "csv"})
        self.assertEqual((add.status_code, export.status_code), (403, 403))
        self.assertEqual(row.state, State.PENDING)

    def test_a_publisher_of_its_column_does_all(self):
        person = make_user(is_staff=True)
        activity = make_open_activity(column=make_column("members"))
        ColumnRole.objects.create(user=person, role=Group.objects.get(name=roles.PUBLISHER), column=activity.column)
        self.activity = activity
        self.assertEqual(self.statuses(person), {200})

    def test_an_activity_that_is_not_there_is_not_found(self):
        for page in PAGES:
            address = url_of(self.activity, page).replace(f"/{self.activity.pk}/", "/999999/")
            self.assertEqual(self.client.get(address).status_code, 404)

    def test_the_form_and_the_list_lead_there_whoever_may(self):
        make_sign_up(self.activity)
        for role, count in ((roles.PUBLISHER, 1), (roles.AUTHOR, 0)):
            self.client.force_login(make_staff(role))
            self.assertContains(self.client.get(url_of(self.activity)), f'href="{self.url}"', count)
            self.assertContains(self.client.get("/admin/members/activity/"), f'href="{self.url}"', count)


class RaceTests(TransactionTestCase):
    """Colleagues at the same moment."""

    def setUp(self):
        self.staff = [make_administrator(), make_administrator()]
        self.activity = make_open_activity(approval="staff", seats=2)

    def test_two_who_decide_differently_on_one_sign_up_do_one_thing(self):
        one, other = self.staff
        for _round in range(5):
            row = make_sign_up(self.activity)
            outcomes = at_once(
                [partial(signing_up.approve, row, one), partial(signing_up.refuse, row, other, "样例原因")]
            )
            row.refresh_from_db()
            refused = [outcome for outcome in outcomes if isinstance(outcome, signing_up.Refused)]
            self.assertEqual([outcome for outcome in outcomes if isinstance(outcome, Exception)], refused)
            self.assertEqual(len(refused), 1)
            self.assertEqual(row.state == State.REFUSED, row.approved_at is None)
            self.assertEqual(Entry.objects.filter(facts__sign_up=row.pk).count(), 1)

    def test_accepted_while_the_limit_is_lowered_nobody_gets_a_place_beyond_it(self):
        rows = [make_sign_up(self.activity) for _number in range(3)]
        signing_up.approve(rows[0], self.staff[0])

        def lower():
            activity = Activity.objects.get(pk=self.activity.pk)
            activity.seats = 1
            activity.change_at_once(["seats"], by=self.staff[0])

        outcomes = at_once([lower, *(partial(signing_up.approve, row, self.staff[1]) for row in rows[1:])])
        self.assertEqual([outcome for outcome in outcomes if isinstance(outcome, Exception)], [])
        seated = SignUp.objects.seated().filter(activity=self.activity).count()
        self.assertIn(seated, (1, 2))  # 2, where the second was faster than the change
        extra = make_sign_up(self.activity)
        self.assertIsNone(signing_up.approve(extra, self.staff[0]).seat)
