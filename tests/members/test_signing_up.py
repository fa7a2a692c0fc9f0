from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members import signing_up
from members.models import Activity, Places, ReservedSeats, SignUp
from outbox.models import Message
from tests.factories import (
    make_administrator,
    make_affiliation,
    make_member_group,
    make_open_activity,
    make_organisation,
    make_sign_up,
    make_user,
)

State = SignUp.State


def states(activity):
    return [row.state for row in SignUp.objects.filter(activity=activity).order_by("pk")]


def seats(activity):
    return list(SignUp.objects.live().filter(activity=activity).order_by("pk").values_list("seat", flat=True))


class SettlingTests(TestCase):
    def queries_to_promote(self, people):
        activity = make_open_activity(seats=1)
        for _number in range(people + 1):
            make_sign_up(activity)
        Activity.objects.filter(pk=activity.pk).update(seats=people + 1)
        activity.refresh_from_db()
        with CaptureQueriesContext(connection) as queries:
            signing_up.settle(activity, timezone.now())
        self.assertEqual(SignUp.objects.confirmed().filter(activity=activity).count(), people + 1)
        return len(queries)

    def test_each_who_moves_up_costs_his_seat_and_his_message_and_no_query_more(self):
        # The seat; the text of the template; whether he was told, and the message between the marks of its savepoint.
        self.assertLessEqual(self.queries_to_promote(4) - self.queries_to_promote(3), 6)


class RefusedTestCase(TestCase):
    def assert_refused(self, code, function, *args, **kwargs):
        before = list(SignUp.objects.values())
        with self.assertRaises(ValidationError) as caught:
            function(*args, **kwargs)
        self.assertEqual(caught.exception.code, code)
        self.assertEqual(list(SignUp.objects.values()), before)


class SignUpTests(RefusedTestCase):
    def test_who_signs_up_has_the_first_free_seat(self):
        activity = make_open_activity(seats=3)
        make_sign_up(activity)
        second = make_sign_up(activity)
        self.assertEqual((second.seat, second.state), (2, State.CONFIRMED))

    def test_without_a_limit_everybody_has_a_seat(self):
        activity = make_open_activity(seats=None)
        for _number in range(3):
            make_sign_up(activity)
        self.assertEqual(seats(activity), [1, 2, 3])

    def test_who_comes_when_all_seats_are_taken_waits_and_knows_how_many_stand_before(self):
        activity = make_open_activity(seats=1)
        rows = [make_sign_up(activity) for _number in range(3)]
        self.assertEqual([row.state for row in rows], [State.CONFIRMED, State.WAITING, State.WAITING])
        self.assertEqual([row.ahead for row in rows[1:]], [0, 1])

    def test_a_person_signs_up_once(self):
        activity, person = make_open_activity(), make_user()
        make_sign_up(activity, person)
        self.assert_refused("already", make_sign_up, activity, person)

    def test_the_database_keeps_a_person_from_signing_up_twice(self):
        sign_up = make_sign_up(make_open_activity())
        with self.assertRaises(IntegrityError), transaction.atomic():
            SignUp.objects.create(activity=sign_up.activity, person=sign_up.person)

    def test_the_database_keeps_a_seat_from_being_given_twice(self):
        sign_up = make_sign_up(make_open_activity())
        now = timezone.now()
        with self.assertRaises(IntegrityError), transaction.atomic():
            SignUp.objects.create(
                activity=sign_up.activity, person=make_user(), seat=sign_up.seat, approved_at=now, accepted_at=now
            )

    def test_it_is_refused_where_the_activity_takes_none(self):
        self.assert_refused("not_taken", make_sign_up, make_open_activity(takes_sign_ups=False))
        gone = make_open_activity(withdrawn_at=timezone.now(), withdrawal_reason="样例")  # since its page was opened
        self.assert_refused("not_taken", make_sign_up, gone)

    def test_it_is_refused_before_it_opens(self):
        activity = make_open_activity(sign_up_opens_at=timezone.now() + timedelta(hours=1))
        self.assert_refused("not_open", make_sign_up, activity)

    def test_it_is_refused_after_it_closed(self):
        activity = make_open_activity(sign_up_closes_at=timezone.now() - timedelta(hours=1))
        self.assert_refused("closed", make_sign_up, activity)

    def test_it_is_refused_once_the_activity_has_begun(self):
        activity = make_open_activity(starts_at=timezone.now() - timedelta(minutes=1))
        self.assert_refused("begun", make_sign_up, activity)

    def test_it_is_refused_when_the_activity_is_called_off(self):
        activity = make_open_activity()
        activity.call_off("样例原因", by=make_administrator())
        self.assert_refused("called_off", make_sign_up, activity)

    def test_a_limit_that_was_lowered_meanwhile_holds_for_who_comes_and_evicts_nobody(self):
        activity = make_open_activity(seats=3)
        first, _second, _third = (make_sign_up(activity) for _number in range(3))
        stale = type(activity).objects.get(pk=activity.pk)
        activity.seats = 1
        activity.change_at_once(["seats"], by=make_administrator())
        self.assertEqual(make_sign_up(stale).state, State.WAITING)
        self.assertEqual(seats(activity), [1, 2, 3, None])
        signing_up.cancel(first, first.person)
        self.assertEqual(seats(activity), [2, 3, None])

    def test_a_limit_that_is_raised_gives_the_new_seats_to_the_first_in_line(self):
        activity = make_open_activity(seats=1)
        for _number in range(4):
            make_sign_up(activity)
        activity.seats = 3
        activity.change_at_once(["seats"], by=make_administrator())
        self.assertEqual(seats(activity), [1, 2, 3, None])


class OrganisationTests(RefusedTestCase):
    def setUp(self):
        self.contact = make_user()
        self.organisation = make_organisation()
        make_affiliation(self.organisation, self.contact, role="contact")
        self.colleagues = [make_affiliation(self.organisation).user for _number in range(3)]

    def sign_up(self, activity, people, by=None, organisation=None):
        return signing_up.sign_up(activity, people, by or self.contact, organisation or self.organisation)

    def test_a_contact_signs_several_colleagues_up_at_once(self):
        rows = self.sign_up(make_open_activity(), self.colleagues)
        self.assertEqual([row.person for row in rows], self.colleagues)
        self.assertEqual({row.signed_up_by for row in rows}, {self.contact})

    def test_beyond_the_limit_of_an_organisation_nobody_of_the_batch_is_signed_up(self):
        activity = make_open_activity(seats_per_organisation=2)
        self.assert_refused("organisation_is_full", self.sign_up, activity, self.colleagues)

    def test_the_limit_counts_the_organisation_that_was_chosen(self):
        activity = make_open_activity(seats_per_organisation=2)
        self.sign_up(activity, self.colleagues[:2])
        other = make_organisation(people=[self.colleagues[2]])
        rows = signing_up.sign_up(activity, [self.colleagues[2]], self.colleagues[2], other)
        self.assertEqual(rows[0].state, State.CONFIRMED)

    def test_who_is_no_contact_signs_no_colleague_up(self):
        by, colleague, _third = self.colleagues
        self.assert_refused("no_contact", self.sign_up, make_open_activity(), [colleague], by=by)

    def test_nobody_signs_up_for_an_organisation_that_he_does_not_serve(self):
        person = make_user()
        self.assert_refused("foreign_organisation", self.sign_up, make_open_activity(), [person], by=person)

    def test_an_activity_for_members_asks_for_an_organisation(self):
        self.assert_refused("no_organisation", make_sign_up, make_open_activity(sign_up_for="members"))

    def test_an_organisation_whose_membership_has_ended_signs_nobody_up_for_an_activity_of_members(self):
        former = make_organisation(people=[self.contact], period=None)
        activity = make_open_activity(sign_up_for="members")
        self.assert_refused("no_member", self.sign_up, activity, [self.contact], organisation=former)

    def test_an_activity_of_a_group_is_for_its_organisations(self):
        activity = make_open_activity(sign_up_for="group", member_group=make_member_group())
        self.assert_refused("other_group", self.sign_up, activity, [self.contact])


class ReservedSeatsTests(TestCase):
    def setUp(self):
        self.group = make_member_group()
        self.activity = make_open_activity(seats=2)
        self.until = timezone.now() + timedelta(days=1)
        ReservedSeats.objects.create(activity=self.activity, member_group=self.group, seats=1, until=self.until)
        self.insider, self.outsider = make_user(), make_user()
        self.inside = make_organisation(people=[self.insider], member_group=self.group)

    def test_they_are_kept_from_others_and_given_to_the_group(self):
        make_sign_up(self.activity)
        self.assertEqual(make_sign_up(self.activity).state, State.WAITING)
        self.assertEqual(make_sign_up(self.activity, self.insider, self.inside).seat, 2)

    def test_they_are_counted_apart(self):
        make_sign_up(self.activity)
        places = Places.of([self.activity])[self.activity.pk]
        self.assertEqual((places.left, places.left_for_all, places.waiting), (1, 0, 0))

    def test_after_their_moment_they_go_to_the_first_in_line(self):
        make_sign_up(self.activity)
        waiting = make_sign_up(self.activity)
        ReservedSeats.objects.update(until=timezone.now())
        signing_up.settle(self.activity, timezone.now())
        waiting.refresh_from_db()
        self.assertEqual(waiting.seat, 2)


class CancellingTests(RefusedTestCase):
    def test_three_that_are_cancelled_give_their_seats_to_exactly_the_first_three_in_line(self):
        activity = make_open_activity(seats=3)
        seated = [make_sign_up(activity) for _number in range(3)]
        for _number in range(5):
            make_sign_up(activity)
        for row in seated:
            signing_up.cancel(row, row.person, "样例原因")
        self.assertEqual(states(activity), [State.CANCELLED] * 3 + [State.CONFIRMED] * 3 + [State.WAITING] * 2)

    def test_who_cancels_and_comes_back_stands_at_the_end_of_the_line(self):
        activity = make_open_activity(seats=1)
        first, second = make_sign_up(activity), make_sign_up(activity)
        signing_up.cancel(first, first.person)
        again = make_sign_up(activity, first.person)
        second.refresh_from_db()
        self.assertEqual((second.state, again.state), (State.CONFIRMED, State.WAITING))

    def test_it_is_refused_after_the_deadline(self):
        activity = make_open_activity(cancel_until=timezone.now() - timedelta(minutes=1))
        row = make_sign_up(activity)
        self.assert_refused("too_late", signing_up.cancel, row, row.person)

    def test_who_only_waits_may_leave_after_the_deadline(self):
        activity = make_open_activity(seats=1, cancel_until=timezone.now() - timedelta(minutes=1))
        make_sign_up(activity)
        row = make_sign_up(activity)
        self.assertEqual(signing_up.cancel(row, row.person).state, State.CANCELLED)

    def test_after_a_change_of_time_people_may_cancel_beyond_the_deadline(self):
        activity = make_open_activity(cancel_until=timezone.now() - timedelta(minutes=1))
        row = make_sign_up(activity)
        activity.starts_at += timedelta(days=1)
        activity.change_at_once(["starts_at"], by=make_administrator())
        self.assertEqual(signing_up.cancel(row, row.person).state, State.CANCELLED)

    def test_another_person_cannot_cancel(self):
        self.assert_refused("not_yours", signing_up.cancel, make_sign_up(make_open_activity()), make_user())


class OfferTests(RefusedTestCase):
    def setUp(self):
        self.activity = make_open_activity(seats=1, accept_within_hours=24)
        first, self.second, self.third = (make_sign_up(self.activity) for _number in range(3))
        signing_up.cancel(first, first.person)
        self.second.refresh_from_db()
        self.late = self.second.accept_by + timedelta(seconds=1)

    def test_who_moves_up_is_asked_to_accept(self):
        self.assertEqual(self.second.state, State.OFFERED)

    def test_who_accepts_has_the_place(self):
        self.assertEqual(signing_up.accept(self.second, self.second.person).state, State.CONFIRMED)

    def test_an_offer_that_lapses_goes_to_the_next(self):
        signing_up.settle(self.activity, self.late)
        self.third.refresh_from_db()
        self.assertEqual(self.third.state_at(self.late), State.OFFERED)

    def test_accepting_too_late_is_refused_and_the_place_goes_on(self):
        with self.assertRaises(ValidationError):
            signing_up.accept(self.second, self.second.person, at=self.late)
        self.assertEqual(self.second.state_at(self.late), State.LAPSED)

    def test_an_offer_never_lasts_beyond_the_start(self):
        activity = make_open_activity(seats=1, accept_within_hours=24, starts_at=timezone.now() + timedelta(hours=2))
        first, second = make_sign_up(activity), make_sign_up(activity)
        signing_up.cancel(first, first.person)
        second.refresh_from_db()
        self.assertEqual(second.accept_by, activity.starts_at)

    def test_nobody_moves_up_once_the_activity_has_begun(self):
        signing_up.settle(self.activity, self.activity.starts_at)
        self.third.refresh_from_db()
        self.assertIsNone(self.third.seat)


class ApprovalTests(RefusedTestCase):
    def setUp(self):
        self.staff = make_administrator()
        self.activity = make_open_activity(seats=1, approval="staff")
        self.first, self.second = make_sign_up(self.activity), make_sign_up(self.activity)

    def test_nobody_has_a_seat_before_staff_decide(self):
        self.assertEqual(states(self.activity), [State.PENDING, State.PENDING])

    def test_who_is_accepted_has_a_seat(self):
        self.assertEqual(signing_up.approve(self.second, self.staff).state, State.CONFIRMED)

    def test_who_is_accepted_when_all_seats_are_taken_waits(self):
        signing_up.approve(self.second, self.staff)
        self.assertEqual(signing_up.approve(self.first, self.staff).state, State.WAITING)

    def test_a_refusal_needs_a_reason(self):
        self.assert_refused("no_reason", signing_up.refuse, self.first, self.staff, " ")

    def test_a_refusal_tells_the_reason(self):
        signing_up.refuse(self.first, self.staff, "样例原因")
        message = Message.objects.filter(to=self.first.person).first()
        self.assertIn("样例原因", message.body)


class TellingTests(TestCase):
    def test_each_step_is_told_once_to_the_person(self):
        activity = make_open_activity(seats=1)
        first, second = make_sign_up(activity), make_sign_up(activity)
        signing_up.cancel(first, first.person)
        told = Message.objects.filter(to=second.person).order_by("pk").values_list("key", flat=True)
        self.assertEqual(list(told), [f"sign-up:{second.pk}:waiting", f"sign-up:{second.pk}:confirmed"])

    def test_a_change_of_place_is_told_to_everybody_who_is_signed_up(self):
        activity = make_open_activity(place="样例旧址")
        row = make_sign_up(activity)
        activity.place = "样例新址"
        activity.change_at_once(["place"], by=make_administrator())
        message = Message.objects.filter(to=row.person).first()
        self.assertIn("样例旧址", message.body)
        self.assertIn("样例新址", message.body)

    def test_calling_off_is_told_to_everybody_who_is_signed_up(self):
        activity = make_open_activity()
        row = make_sign_up(activity)
        activity.call_off("样例原因", by=make_administrator())
        self.assertIn("样例原因", Message.objects.filter(to=row.person).first().body)
