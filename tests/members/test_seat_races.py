"""Many people at the same moment, in threads that each have a connection of their own."""

from functools import partial
from unittest.mock import patch

from django.test import TransactionTestCase

from accounts import personal_data
from members import signing_up
from members.models import Activity, SignUp
from tests.factories import (
    make_administrator,
    make_affiliation,
    make_open_activity,
    make_organisation,
    make_sign_up,
    make_user,
)
from tests.parallel import at_once, deferred_transactions

SEATS = 5
PEOPLE = 12


class SeatRaceTests(TransactionTestCase):
    def sign_up_at_once(self):
        """Let PEOPLE sign up twice each at once; return the activity and what each attempt gave or raised."""
        activity = make_open_activity(seats=SEATS)
        people = [make_user() for _number in range(PEOPLE)]

        def attempt(person):
            return lambda: signing_up.sign_up(activity, [person], by=person)

        return activity, at_once([attempt(person) for person in people * 2])

    def test_each_seat_is_given_once_and_each_person_signed_up_once(self):
        activity, outcomes = self.sign_up_at_once()
        rows = SignUp.objects.live().filter(activity=activity)
        self.assertEqual(sorted(rows.exclude(seat=None).values_list("seat", flat=True)), list(range(1, SEATS + 1)))
        self.assertEqual(len(set(rows.values_list("person", flat=True))), rows.count())
        self.assertEqual(rows.count(), PEOPLE)
        refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        self.assertEqual({getattr(error, "code", error) for error in refused}, {"already"})

    def test_the_seats_belong_to_those_who_came_first(self):
        activity, _outcomes = self.sign_up_at_once()
        in_order = list(SignUp.objects.live().filter(activity=activity).order_by("pk").values_list("seat", flat=True))
        self.assertEqual(in_order, [1, 2, 3, 4, 5] + [None] * (PEOPLE - SEATS))

    def test_three_that_cancel_at_once_give_their_seats_to_exactly_the_first_three_in_line(self):
        activity = make_open_activity(seats=3)
        rows = [make_sign_up(activity) for _number in range(8)]
        at_once([lambda row=row: signing_up.cancel(row, row.person) for row in rows[:3]])
        live = SignUp.objects.live().filter(activity=activity).order_by("pk")
        self.assertEqual(sorted(live[:3].values_list("seat", flat=True)), [1, 2, 3])
        self.assertEqual(list(live[3:].values_list("seat", flat=True)), [None, None])

    def test_without_the_lock_this_would_be_noticed(self):
        unlocked = patch.object(signing_up, "locked", lambda pk: Activity.objects.get(pk=pk))
        with unlocked, deferred_transactions():
            activity, outcomes = self.sign_up_at_once()
        live = SignUp.objects.live().filter(activity=activity)
        unexpected = [
            outcome
            for outcome in outcomes
            if isinstance(outcome, Exception) and getattr(outcome, "code", "") != "already"
        ]
        self.assertTrue(unexpected or live.count() != PEOPLE or live.exclude(seat=None).count() != SEATS)


class CrossingTests(TransactionTestCase):
    """Two who do different things to the same sign-ups: whoever comes first, both leave what is right."""

    def test_who_is_erased_while_he_moves_up_leaves_his_place_to_the_next(self):
        activity = make_open_activity(seats=1)
        seated, erased, following = [make_sign_up(activity) for _number in range(3)]
        outcomes = at_once(
            [
                partial(signing_up.cancel, seated, seated.person),
                partial(personal_data.erase, erased.person, erased.person),
                partial(personal_data.erase, seated.signed_up_by, seated.signed_up_by),
            ]
        )
        self.assertEqual([error for error in outcomes[1:] if error], [])
        live = SignUp.objects.live().filter(activity=activity)
        self.assertEqual(list(live.values_list("pk", "seat")), [(following.pk, 1)])

    def test_places_added_while_people_sign_up_are_given_to_the_first_in_line(self):
        staff = make_administrator()
        activity = make_open_activity(seats=2)
        people = [make_user() for _number in range(10)]
        activity.seats = 6
        outcomes = at_once(
            [
                *(partial(signing_up.sign_up, activity, [person], person) for person in people),
                lambda: activity.change_at_once(["seats"], by=staff),
            ]
        )
        self.assertEqual([error for error in outcomes if isinstance(error, Exception)], [])
        rows = SignUp.objects.live().filter(activity=activity).order_by("pk")
        self.assertEqual(list(rows.values_list("seat", flat=True)), [1, 2, 3, 4, 5, 6] + [None] * 4)

    def test_what_a_contact_cancels_while_staff_accept_it_keeps_no_seat(self):
        staff, contact = make_administrator(), make_user()
        organisation = make_organisation()
        make_affiliation(organisation, contact, role="contact")
        activity = make_open_activity(approval="staff", seats=2)
        rows = []
        for _number in range(4):
            person = make_user()
            make_affiliation(organisation, person)
            rows.append(make_sign_up(activity, person, organisation))
        outcomes = at_once(
            [
                task
                for row in rows
                for task in (partial(signing_up.cancel, row, contact), partial(signing_up.approve, row, staff))
            ]
        )
        refused = {getattr(error, "code", error) for error in outcomes if isinstance(error, Exception)}
        self.assertLessEqual(refused, {"ended"})
        self.assertFalse(SignUp.objects.live().filter(activity=activity).exists())
