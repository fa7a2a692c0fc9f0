"""Many people at the same moment, in threads that each have a connection of their own."""

from unittest.mock import patch

from django.test import TransactionTestCase

from members import signing_up
from members.models import Activity, SignUp
from tests.factories import make_open_activity, make_sign_up, make_user
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
