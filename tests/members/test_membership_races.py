"""Staff at the same moment: real threads, each with a connection of its own, on both databases."""

from contextlib import contextmanager
from datetime import date
from threading import Barrier
from unittest import mock

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client, TransactionTestCase, skipUnlessDBFeature

from accounts.models import ReaderGroupMembership
from members import reader_rows
from members.admin.organisations import ApartFormSet, OrganisationAdmin
from members.credit_codes import check_character
from members.models import (
    Affiliation,
    CouncilSeat,
    CouncilTerm,
    MembershipPeriod,
    Organisation,
    ReadersOfMembers,
    first_overlap,
)
from tests.factories import (
    make_administrator,
    make_affiliation,
    make_council_seat,
    make_council_term,
    make_organisation,
    make_period,
    make_reader_group,
    make_user,
)
from tests.members.test_organisation_admin import change, form_of
from tests.parallel import at_once

STAFF = 6
KINDS = ("periods", "people")


@contextmanager
def careless(people):
    """Let ``people`` look at what there is without a lock, all of them before anybody writes."""
    look = ApartFormSet.clean
    everybody_has_looked = Barrier(people, timeout=60)

    def look_and_wait(formset):
        look(formset)
        if formset.prefix == "affiliations":  # the last of those that look
            everybody_has_looked.wait()

    def unlocked(self, request, object_id, from_field=None):
        return super(OrganisationAdmin, self).get_object(request, object_id, from_field)

    with (
        mock.patch.object(ApartFormSet, "clean", look_and_wait),
        mock.patch.object(OrganisationAdmin, "get_object", unlocked),
    ):
        yield


class ParallelOrganisationTests(TransactionTestCase):
    def save_at_once(self, kind, begin=None):
        """Let all add an overlapping period, or a contact, by the form; return (the organisation, what each got)."""
        organisation = make_organisation(period=None)
        tasks = []
        for number in range(STAFF):
            client = Client()
            client.force_login(make_administrator())
            row = {"first_on": date(2026, 1, 1 + number), "last_on": date(2026, 12, 31)}
            if kind == "people":
                row |= {"user": make_user().pk, "role": "contact"}
            data = form_of(organisation, **{kind: [row]})

            def save(client=client, data=data):
                if begin:
                    begin()
                return client.post(change(organisation), data).status_code

            tasks.append(save)
        return organisation, at_once(tasks)

    def spans(self, organisation, kind):
        rows = organisation.periods if kind == "periods" else organisation.affiliations.contacts()
        return list(rows.values_list("first_on", "last_on"))

    def test_of_many_overlapping_rows_one_is_kept_and_all_others_are_told(self):
        for kind in KINDS:
            with self.subTest(kind):
                organisation, outcomes = self.save_at_once(kind)
                self.assertEqual((outcomes.count(302), outcomes.count(200)), (1, STAFF - 1), outcomes)
                self.assertEqual(len(self.spans(organisation, kind)), 1)

    def test_without_the_lock_nobody_would_be_told(self):
        """Everybody finds room; then the database refuses rudely (PostgreSQL), or lets a stale reader not write (SQLite)."""

        def begin():
            connection.transaction_mode = None  # on SQLite the lock is taken at BEGIN

        for kind in KINDS:
            with self.subTest(kind), careless(STAFF):
                _organisation, outcomes = self.save_at_once(kind, begin)
                self.assertEqual(outcomes.count(200), 0, outcomes)  # so the test above can fail
                errors = [outcome for outcome in outcomes if isinstance(outcome, DatabaseError)]
                self.assertGreaterEqual(len(errors), STAFF - 1, outcomes)

    @skipUnlessDBFeature("supports_deferrable_unique_constraints")
    def test_postgresql_itself_refuses_rows_that_share_a_day(self):
        organisation = make_organisation(period=(date(2026, 1, 1), date(2026, 12, 31)))
        make_affiliation(organisation, role="contact")
        for add in (
            lambda: make_period(organisation, date(2026, 12, 31), None),
            lambda: Affiliation.objects.create(organisation=organisation, user=make_user(), role="contact"),
        ):
            with self.assertRaises(IntegrityError), transaction.atomic():
                add()
        make_period(organisation, date(2027, 1, 1), None)  # the day after is free, and so is another organisation
        make_period(make_organisation(period=None), date(2026, 1, 1), None)

    def test_a_person_of_many_organisations_saved_at_once_has_one_row_for_each_group(self):
        user = make_user()
        organisations = [make_organisation(period=None) for _ in range(STAFF)]
        for organisation in organisations:
            make_affiliation(organisation, user)

        def enter(organisation, number):
            with transaction.atomic():
                Organisation.objects.locked().get(pk=organisation.pk)
                make_period(organisation, date(2020, 1, 1), date(2090, 1, 1 + number))
                reader_rows.bring_up([user.pk])

        pairs = enumerate(organisations)
        outcomes = at_once([lambda pair=pair: enter(pair[1], pair[0]) for pair in pairs])
        self.assertEqual(outcomes, [None] * STAFF)
        row = ReaderGroupMembership.objects.get(user=user)
        latest = max(period.reads_until for period in MembershipPeriod.objects.all())
        self.assertEqual(row.last_on, latest)


class ConstraintTests(TransactionTestCase):
    def test_two_spans_overlap_when_they_share_a_day(self):
        january, open_end = (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 1, 31), None)
        self.assertEqual(first_overlap([open_end, january]), (january, open_end))
        self.assertIsNone(first_overlap([january, (date(2026, 2, 1), None)]))
        self.assertIsNone(first_overlap([]))

    def test_the_database_keeps_what_must_never_be_false(self):
        organisation, term = make_organisation(credit_code=""), make_council_term()
        sample = "91310000000000000"
        coded = make_organisation(credit_code=sample + check_character(sample))
        make_council_seat(organisation, term)
        ReadersOfMembers.objects.get_or_create(member_group=None, defaults={"reader_group": make_reader_group()})
        broken = [
            lambda: make_period(organisation, date(2010, 2, 1), date(2010, 1, 1)),
            lambda: make_affiliation(organisation, first_on=date(2010, 2, 1), last_on=date(2010, 1, 1)),
            lambda: make_organisation(name=organisation.name),
            lambda: make_organisation(credit_code=coded.credit_code),
            lambda: CouncilTerm.objects.create(number=0, first_on=date(2024, 1, 1)),
            lambda: make_council_term(last_on=date(2000, 1, 1)),
            lambda: make_council_seat(organisation, term, role=CouncilSeat.Role.PRESIDENT),
            lambda: ReadersOfMembers.objects.create(reader_group=make_reader_group()),
        ]
        for add in broken:
            with self.assertRaises(IntegrityError), transaction.atomic():
                add()
