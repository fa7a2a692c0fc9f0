"""The administrators keep organisations, their periods, people and seats; publishers look."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import ReaderGroup, ReaderGroupMembership
from audit.models import Entry
from members import reader_rows
from members.models import MemberGroup, Organisation
from publishing import content_version, roles
from tests.factories import (
    make_affiliation,
    make_council_seat,
    make_council_term,
    make_credit_code,
    make_member_group,
    make_organisation,
    make_period,
    make_reader_group,
    make_staff,
    make_user,
)

LIST = reverse("admin:members_organisation_changelist")
ADD = reverse("admin:members_organisation_add")
FIELDS = ("name", "former_names", "credit_code", "level", "joined_on", "district", "address", "website")
DAY = timedelta(days=1)


def change(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def inline(prefix, rows, initial=0):
    """Return the form data of an inline; ``rows``: dicts of typed values, the first ``initial`` of them with an id."""
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def form_of(organisation, periods=None, people=None, **changes):
    """Return what a browser sends of the form of ``organisation`` (Organisation or None) with ``changes``.

    periods, people: rows to send instead of those there are; a row of the database is known by its id.
    """
    data = {"level": "ordinary"}
    if organisation:
        data = {name: getattr(organisation, name) or "" for name in FIELDS}
        data["member_group"] = organisation.member_group_id or ""

    def rows(given, queryset, *names):
        if given is None:
            given = list(queryset.values("id", *names)) if organisation else []
        given = [{**row, "organisation": organisation.pk if organisation else ""} for row in given]
        given = [{name: "" if value is None else value for name, value in row.items()} for row in given]
        return sorted(given, key=lambda row: "id" not in row), sum("id" in row for row in given)

    return {
        **data,
        **inline("periods", *rows(periods, organisation and organisation.periods, "first_on", "last_on")),
        **inline(
            "affiliations",
            *rows(people, organisation and organisation.affiliations, "user", "role", "first_on", "last_on"),
        ),
        **inline("council_seats", []),
        **changes,
    }


class OrganisationAdminTestCase(TestCase):
    def setUp(self):
        self.client.force_login(make_staff(roles.ADMINISTRATOR))

    def save(self, organisation, **changes):
        return self.client.post(change(organisation) if organisation else ADD, form_of(organisation, **changes))

    def assert_refused(self, answer, words):
        self.assertEqual(answer.status_code, 200)
        self.assertContains(answer, words)


class FormTests(OrganisationAdminTestCase):
    def test_an_organisation_is_entered_with_period_and_contact_who_reads_at_once(self):
        user, group, today = make_user(), make_member_group(), timezone.localdate()
        before = content_version.current()
        answer = self.save(
            None,
            name="样例机械厂",
            member_group=group.pk,
            periods=[{"first_on": today, "last_on": today + 30 * DAY}],
            people=[{"user": user.pk, "role": "contact", "first_on": today}],
        )
        self.assertEqual(answer.status_code, 302, answer.context and answer.context["errors"])
        names = set(ReaderGroup.objects.for_reader(user, today).values_list("name", flat=True))
        self.assertEqual(names, {"全体会员", group.name})
        self.assertGreater(content_version.current(), before)

    def test_a_code_is_kept_in_its_normal_spelling(self):
        organisation, code = make_organisation(), make_credit_code()
        self.save(organisation, credit_code=f" {code[:8].lower()} {code[8:]} ")
        organisation.refresh_from_db()
        self.assertEqual(organisation.credit_code, code)

    def test_a_code_with_a_mistyped_character_is_refused_with_a_sentence(self):
        code = make_credit_code()
        typed = code[:10] + ("1" if code[10] == "0" else "0") + code[11:]
        self.assert_refused(self.save(make_organisation(), credit_code=typed), "最后一位校验码与前面各位不符")

    def test_a_code_or_a_name_belongs_to_one_organisation_and_many_have_no_code(self):
        taken = make_organisation(credit_code=make_credit_code())
        self.assert_refused(self.save(make_organisation(), credit_code=taken.credit_code.lower()), "另一个单位已有")
        self.assert_refused(self.save(make_organisation(), name=taken.name), "名称")
        self.assertEqual(self.save(make_organisation()).status_code, 302)

    def test_staff_choose_what_the_directory_tells_and_nothing_else_passes(self):
        organisation = make_organisation()
        self.assertEqual(organisation.public_fields, ["website"])
        answer = self.save(organisation, public_fields=["telephone", "contact"], introduction="样例简介")
        self.assertEqual(answer.status_code, 302)
        organisation.refresh_from_db()
        self.assertEqual(organisation.public_fields, ["telephone", "contact"])
        self.assertEqual(self.save(organisation, public_fields=["credit_code"]).status_code, 200)
        organisation.public_fields = ["credit_code"]
        with self.assertRaises(ValidationError):
            organisation.full_clean()

    def test_a_renewal_is_a_second_period_and_the_first_stays(self):
        organisation = make_organisation(period=(date(2026, 1, 1), date(2026, 12, 31)))
        old = organisation.periods.get()
        kept = {"id": old.pk, "first_on": "2026-01-01", "last_on": "2026-12-31"}
        self.save(organisation, periods=[kept, {"first_on": "2027-01-01", "last_on": "2027-12-31"}])
        self.assertEqual(
            list(organisation.periods.order_by("first_on").values_list("first_on", "last_on")),
            [(date(2026, 1, 1), date(2026, 12, 31)), (date(2027, 1, 1), date(2027, 12, 31))],
        )

    def test_periods_that_share_a_day_are_refused_and_both_are_named(self):
        organisation = make_organisation(period=(date(2026, 1, 1), date(2026, 12, 31)))
        kept = {"id": organisation.periods.get().pk, "first_on": "2026-01-01", "last_on": "2026-12-31"}
        for first_on, last_on in (("2026-12-31", "2027-12-31"), ("2025-01-01", ""), ("2026-03-01", "2026-04-01")):
            with self.subTest(first_on):
                answer = self.save(organisation, periods=[kept, {"first_on": first_on, "last_on": last_on}])
                self.assert_refused(answer, "两个会员期有重叠")
        self.assertEqual(organisation.periods.count(), 1)

    def test_a_period_that_somebody_added_meanwhile_counts(self):
        organisation = make_organisation(period=None)
        make_period(organisation, date(2026, 1, 1), date(2026, 12, 31))
        answer = self.save(organisation, periods=[{"first_on": "2026-06-01", "last_on": "2027-05-31"}])
        self.assert_refused(answer, "两个会员期有重叠")

    def test_the_border_between_two_periods_can_be_moved_either_way(self):
        for border in (date(2026, 3, 31), date(2026, 9, 30)):
            with self.subTest(border):
                organisation = make_organisation(period=(date(2026, 1, 1), date(2026, 6, 30)))
                first = organisation.periods.get()
                second = make_period(organisation, date(2026, 7, 1), date(2026, 12, 31))
                answer = self.save(
                    organisation,
                    periods=[
                        {"id": first.pk, "first_on": first.first_on, "last_on": border},
                        {"id": second.pk, "first_on": border + DAY, "last_on": second.last_on},
                    ],
                )
                self.assertEqual(answer.status_code, 302)

    def test_a_last_day_before_the_first_is_refused(self):
        answer = self.save(
            make_organisation(period=None), periods=[{"first_on": "2026-02-01", "last_on": "2026-01-01"}]
        )
        self.assert_refused(answer, "最后一天不能早于第一天")

    def test_a_year_that_no_calendar_can_count_on_from_is_refused_with_a_sentence(self):
        organisation = make_organisation(people=[make_user()])
        for days in ({"first_on": "2020-01-01", "last_on": "9999-12-31"}, {"first_on": "0001-01-01", "last_on": ""}):
            form = form_of(organisation, periods=[days])
            self.assertContains(self.client.post(change(organisation), form), "1900")
        self.assertEqual(organisation.periods.count(), 1)

    def test_there_is_one_main_contact_at_a_time_and_a_successor_may_follow(self):
        organisation = make_organisation()
        former = make_affiliation(organisation, role="contact")
        kept = {"id": former.pk, "user": former.user_id, "role": "contact", "first_on": "2020-01-01", "last_on": ""}
        new = {"user": make_user().pk, "role": "contact", "first_on": "2026-07-01"}
        self.assert_refused(self.save(organisation, people=[kept, new]), "只有一位主要联系人")
        self.assertEqual(self.save(organisation, people=[kept, {**new, "role": "deputy"}]).status_code, 302)
        organisation.affiliations.exclude(pk=former.pk).delete()
        answer = self.save(organisation, people=[{**kept, "last_on": "2026-06-30"}, new])
        self.assertEqual(answer.status_code, 302)
        self.assertEqual(organisation.affiliations.contacts().count(), 2)

    def test_whoever_is_taken_out_stops_reading(self):
        user = make_user()
        organisation = make_organisation(people=[user])
        row = organisation.affiliations.get()
        taken_out = {"id": row.pk, "user": user.pk, "role": "other", "first_on": "2020-01-01", "DELETE": "on"}
        self.save(organisation, people=[taken_out])
        self.assertFalse(ReaderGroup.objects.for_reader(user, timezone.localdate()).exists())

    def test_moving_to_another_member_group_moves_its_people(self):
        user, new = make_user(), make_member_group()
        organisation = make_organisation(people=[user], member_group=make_member_group())
        self.save(organisation, member_group=new.pk)
        names = set(ReaderGroup.objects.for_reader(user, timezone.localdate()).values_list("name", flat=True))
        self.assertEqual(names, {"全体会员", new.name})

    def test_the_people_of_a_deleted_organisation_stop_reading(self):
        users = [make_user(), make_user()]
        organisations = [make_organisation(people=[user]) for user in users]
        self.client.post(reverse("admin:members_organisation_delete", args=[organisations[0].pk]), {"post": "yes"})
        self.client.post(LIST, {"action": "delete_selected", "_selected_action": organisations[1].pk, "post": "yes"})
        self.assertFalse(ReaderGroupMembership.objects.current().filter(user__in=users).exists())

    def test_what_changed_is_in_the_audit_log(self):
        organisation = make_organisation(period=None)
        self.save(organisation, periods=[{"first_on": "2026-01-01", "last_on": "2026-12-31"}])
        entry = Entry.objects.order_by("number").last()
        self.assertEqual((entry.action, entry.facts["model"]), ("admin_changed", "members.organisation"))
        self.assertEqual(entry.facts["rows"][0]["verb"], "added")


@override_settings(MEMBERSHIP_GRACE_DAYS=30)
class ListTests(OrganisationAdminTestCase):
    def names(self, **query):
        return {organisation.name for organisation in self.client.get(LIST, query).context["cl"].result_list}

    def test_the_standing_follows_from_the_periods_by_date_alone(self):
        today = timezone.localdate()
        expected = {
            "member": (today - DAY, today),
            "grace": (today - 90 * DAY, today - 30 * DAY),
            "expired": (today - 90 * DAY, today - 31 * DAY),
            "coming": (today + DAY, None),
            "none": None,
        }
        for standing, period in expected.items():
            make_organisation(name=standing, period=period)
        for standing in expected:
            with self.subTest(standing):
                self.assertEqual(self.names(standing=standing), {standing})
        self.assertEqual(self.names(standing="members"), {"member", "grace"})
        members = Organisation.objects.members().values_list("name", flat=True)
        self.assertEqual(set(members), {"member", "grace"})

    def test_the_list_says_period_and_contact_in_words(self):
        organisation = make_organisation(period=(date(2026, 1, 1), date(2099, 12, 31)))
        make_affiliation(organisation, make_user(name="样例联系人"), role="contact")
        page = self.client.get(LIST)
        for words in ("会员期内", "2026年1月1日 – 2099年12月31日", "样例联系人"):
            self.assertContains(page, words)

    def test_it_is_searched_by_name_former_name_and_code(self):
        code = make_credit_code()
        found = make_organisation(name="样例船厂", former_names="样例造船所\n样例船坞", credit_code=code)
        make_organisation()
        for query in ("船厂", "造船所", code, code.lower()[5:]):
            with self.subTest(query):
                self.assertEqual(self.names(q=query), {found.name})

    def test_it_is_narrowed_by_level_group_and_district(self):
        group = make_member_group()
        found = make_organisation(level="senior", member_group=group, district="样例区")
        make_organisation(district="另一区")
        for query in ({"level": "senior"}, {"member_group__id__exact": group.pk}, {"district": "样例区"}):
            with self.subTest(query):
                self.assertEqual(self.names(**query), {found.name})

    def test_a_longer_list_costs_no_more_queries(self):
        def make():
            make_affiliation(make_organisation(member_group=make_member_group(), district="样例区"), role="contact")

        make()
        self.client.get(LIST)
        with CaptureQueriesContext(connection) as queries_for_one:
            self.client.get(LIST)
        for _ in range(9):
            make()
        with self.assertNumQueries(len(queries_for_one)):
            self.client.get(LIST)

    def test_more_people_and_seats_cost_the_form_no_more_queries(self):
        organisation, term = make_organisation(), make_council_term()
        make_council_seat(organisation, term)
        make_affiliation(organisation)
        self.client.get(change(organisation))
        with CaptureQueriesContext(connection) as queries_for_one:
            self.client.get(change(organisation))
        for _ in range(5):
            make_affiliation(organisation)
        added = len(queries_for_one)
        with CaptureQueriesContext(connection) as queries_for_six:
            self.client.get(change(organisation))
        self.assertLessEqual(len(queries_for_six), added + 5)  # the chosen person of each autocomplete field


class MemberGroupTests(OrganisationAdminTestCase):
    LIST = reverse("admin:members_membergroup_changelist")

    def test_the_list_counts_members_and_their_people(self):
        group, today = make_member_group(), timezone.localdate()
        make_organisation(people=[make_user(), make_user()], member_group=group)
        make_organisation(member_group=group)
        make_organisation(member_group=group, period=(today - 900 * DAY, today - 500 * DAY))
        row = self.client.get(self.LIST).context["cl"].result_list[0]
        self.assertEqual((row.member_count, row.people_count), (2, 2))

    def save(self, group, name):
        url = change(group) if group else reverse("admin:members_membergroup_add")
        return self.client.post(url, {"name": name, "order": 0})

    def test_a_new_group_can_be_chosen_as_an_audience_at_once_and_its_name_is_followed(self):
        self.save(None, "样例机械大组")
        group = MemberGroup.objects.get()
        self.assertEqual(group.readers.reader_group.name, "样例机械大组")
        self.save(group, "样例机电大组")
        self.assertEqual(ReaderGroup.objects.get(of_members__member_group=group).name, "样例机电大组")

    def test_a_name_that_its_reader_group_cannot_take_is_refused(self):
        group = make_member_group()
        reader_rows.readers_of(group)
        make_reader_group(name="样例读者")
        self.assertContains(self.save(group, "样例读者"), "已有同名的读者组")

    def test_a_group_with_organisations_is_not_deleted(self):
        group = make_member_group()
        make_organisation(member_group=group)
        self.client.post(reverse("admin:members_membergroup_delete", args=[group.pk]), {"post": "yes"})
        self.assertTrue(MemberGroup.objects.filter(pk=group.pk).exists())

    def test_the_reader_group_of_members_is_not_deleted_by_hand(self):
        group = reader_rows.readers_of()
        self.client.post(reverse("admin:accounts_readergroup_delete", args=[group.pk]), {"post": "yes"})
        self.assertTrue(ReaderGroup.objects.filter(pk=group.pk).exists())


class CouncilTests(OrganisationAdminTestCase):
    def test_a_term_lists_its_seats_by_rank(self):
        term = make_council_term(number=10)
        for role in ("supervisor", "director", "president"):
            make_council_seat(make_organisation(), term, role=role)
        self.assertEqual(
            [seat.role for seat in term.seats.by_rank()],
            ["president", "director", "supervisor"],
        )
        self.assertContains(self.client.get(change(term)), "第 10 届")
        self.assertContains(self.client.get(reverse("admin:members_councilterm_changelist")), "2024年1月1日起")

    def test_an_organisation_has_one_seat_in_a_term(self):
        term, organisation = make_council_term(), make_organisation()
        make_council_seat(organisation, term)
        row = {"organisation": organisation.pk, "role": "president", "term": term.pk}
        answer = self.client.post(
            change(term), {"number": term.number, "first_on": "2024-01-01", "last_on": "", **inline("seats", [row])}
        )
        self.assertEqual(answer.status_code, 200)
        self.assertContains(answer, "这个单位在这一届已有席位")

    def test_a_term_with_seats_is_not_deleted(self):
        term = make_council_term()
        make_council_seat(make_organisation(), term)
        self.client.post(reverse("admin:members_councilterm_delete", args=[term.pk]), {"post": "yes"})
        self.assertTrue(type(term).objects.filter(pk=term.pk).exists())


class RoleTests(TestCase):
    def test_publishers_look_and_authors_do_not(self):
        organisation = make_organisation()
        for role, status in ((roles.PUBLISHER, 200), (roles.AUTHOR, 403), (roles.REVIEWER, 403)):
            with self.subTest(role):
                self.client.force_login(make_staff(role))
                self.assertEqual(self.client.get(LIST).status_code, status)
                self.assertEqual(self.client.get(change(organisation)).status_code, status)
                answer = self.client.post(change(organisation), form_of(organisation, name="样例改名"))
                self.assertEqual(answer.status_code, 403)
                self.assertEqual(self.client.get(ADD).status_code, 403)
