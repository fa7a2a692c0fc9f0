"""Who reads as a member follows from organisations, people and periods, by date alone."""

from datetime import date, datetime, timedelta
from io import StringIO

from django.core.management import call_command
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.models import ReaderGroup, ReaderGroupMembership
from members import reader_rows
from members.models import ALL_MEMBERS
from news.models import Article
from publishing import content_version
from tests.factories import (
    make_affiliation,
    make_article,
    make_member_group,
    make_organisation,
    make_period,
    make_user,
)

TODAY = date(2026, 6, 15)
LAST = date(2026, 6, 30)
ONE_DAY = timedelta(days=1)


def noon(day):
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))


def rows(user, group=None):
    """Return [(name of the reader group, first day, last day)] of ``user``."""
    found = ReaderGroupMembership.objects.filter(user=user).order_by("group__name", "first_on")
    found = found.filter(group=group) if group else found
    return list(found.values_list("group__name", "first_on", "last_on"))


@override_settings(MEMBERSHIP_GRACE_DAYS=0)
class ReadingTests(TestCase):
    def setUp(self):
        self.user = make_user()

    def article(self, group=None):
        return make_article(readers=[reader_rows.readers_of(group)], published_at=noon(date(2020, 1, 2)))

    def reads(self, article, day):
        return Article.objects.listed(self.user, noon(day)).filter(pk=article.pk).exists()

    def test_a_member_reads_to_the_last_day_and_not_on_the_next_without_any_job(self):
        article = self.article()
        organisation = make_organisation(period=(date(2026, 1, 1), LAST))
        make_affiliation(organisation, self.user)
        reader_rows.bring_up([self.user.pk], TODAY)
        self.assertEqual(
            [self.reads(article, day) for day in (TODAY, LAST, LAST + ONE_DAY)],
            [True, True, False],
        )

    def test_days_of_grace_are_added_to_the_last_day(self):
        article = self.article()
        make_affiliation(make_organisation(period=(date(2026, 1, 1), LAST)), self.user)
        with override_settings(MEMBERSHIP_GRACE_DAYS=10):
            reader_rows.bring_up([self.user.pk], TODAY)
        self.assertTrue(self.reads(article, LAST + timedelta(days=10)))
        self.assertFalse(self.reads(article, LAST + timedelta(days=11)))

    def test_who_leaves_the_organisation_stops_reading_though_it_stays_a_member(self):
        article = self.article()
        make_affiliation(make_organisation(), self.user, last_on=LAST)
        reader_rows.bring_up([self.user.pk], TODAY)
        self.assertTrue(self.reads(article, LAST))
        self.assertFalse(self.reads(article, LAST + ONE_DAY))

    def test_a_person_of_two_organisations_reads_while_one_lasts(self):
        article = self.article()
        make_affiliation(make_organisation(period=(date(2026, 1, 1), LAST)), self.user)
        make_affiliation(make_organisation(period=(date(2026, 3, 1), date(2026, 12, 31))), self.user)
        reader_rows.bring_up([self.user.pk], TODAY)
        self.assertTrue(self.reads(article, LAST + ONE_DAY))
        self.assertTrue(self.reads(article, date(2026, 12, 31)))
        self.assertFalse(self.reads(article, date(2027, 1, 1)))

    def test_an_item_for_one_member_group_is_for_its_members_alone(self):
        mine, other = make_member_group(), make_member_group()
        make_affiliation(make_organisation(member_group=mine), self.user)
        reader_rows.bring_up([self.user.pk], TODAY)
        self.assertTrue(self.reads(self.article(mine), TODAY))
        self.assertFalse(self.reads(self.article(other), TODAY))

    def test_an_organisation_without_a_period_lets_nobody_read(self):
        article = self.article()
        make_affiliation(make_organisation(period=None), self.user)
        reader_rows.bring_up([self.user.pk], TODAY)
        self.assertFalse(self.reads(article, TODAY))


@override_settings(MEMBERSHIP_GRACE_DAYS=0)
class RowTests(TestCase):
    def setUp(self):
        self.user = make_user()
        self.first, self.second = make_member_group(name="样例甲组"), make_member_group(name="样例乙组")
        self.organisation = make_organisation(period=(date(2026, 1, 1), date(2026, 12, 31)), member_group=self.first)
        self.organisation.affiliations.create(user=self.user, first_on=date(2020, 1, 1))

    def bring_up(self, on):
        return reader_rows.bring_up([self.user.pk], on)

    def move(self, group, on):
        self.organisation.member_group = group
        self.organisation.save()
        self.bring_up(on)

    def test_moving_to_another_member_group_ends_one_row_and_begins_the_other_the_same_day(self):
        self.bring_up(date(2026, 2, 1))
        self.move(self.second, TODAY)
        end = date(2026, 12, 31)
        self.assertEqual(
            set(rows(self.user)),
            {
                (ALL_MEMBERS, date(2026, 2, 1), end),
                ("样例甲组", date(2026, 2, 1), TODAY - ONE_DAY),
                ("样例乙组", TODAY, end),
            },
        )

    def test_moving_twice_on_one_day_leaves_no_trace_of_the_way(self):
        self.move(self.second, TODAY)
        self.move(self.first, TODAY)
        self.assertEqual({name for name, *_days in rows(self.user)}, {ALL_MEMBERS, "样例甲组"})

    def test_a_renewal_lengthens_the_row_and_a_gap_makes_a_second(self):
        self.bring_up(TODAY)
        make_period(self.organisation, date(2027, 1, 1), date(2027, 12, 31))
        make_period(self.organisation, date(2028, 3, 1), None)
        self.bring_up(TODAY + ONE_DAY)
        everyone = reader_rows.readers_of()
        self.assertEqual(
            rows(self.user, everyone),
            [(ALL_MEMBERS, TODAY, date(2027, 12, 31)), (ALL_MEMBERS, date(2028, 3, 1), None)],
        )

    def test_doing_it_again_changes_nothing(self):
        self.assertEqual(self.bring_up(TODAY), 2)
        self.assertEqual(self.bring_up(TODAY), 0)
        self.assertEqual(self.bring_up(TODAY + ONE_DAY), 0)

    def test_a_membership_that_begins_later_has_its_row_already(self):
        self.organisation.periods.update(first_on=date(2026, 9, 1))
        self.bring_up(TODAY)
        self.assertEqual(rows(self.user)[0][1:], (date(2026, 9, 1), date(2026, 12, 31)))

    def test_rows_that_staff_made_by_hand_stay(self):
        guest = ReaderGroupMembership.objects.create(
            group=reader_rows.readers_of(), user=self.user, first_on=date(2026, 1, 1), last_on=date(2030, 1, 1)
        )
        self.bring_up(TODAY)
        self.organisation.affiliations.all().delete()
        self.bring_up(TODAY + ONE_DAY)
        reader_rows.rebuild(TODAY + ONE_DAY)
        guest.refresh_from_db()
        self.assertEqual((guest.first_on, guest.last_on), (date(2026, 1, 1), date(2030, 1, 1)))
        ended = [last_on for _name, _first, last_on in rows(self.user) if last_on != guest.last_on]
        self.assertEqual(ended, [TODAY, TODAY])

    def test_a_reader_group_that_staff_named_after_all_members_is_taken_over(self):
        group = ReaderGroup.objects.create(name=ALL_MEMBERS)
        self.assertEqual(reader_rows.readers_of(), group)


class RebuildTests(TestCase):
    def setUp(self):
        self.user = make_user()
        make_organisation(people=[self.user], member_group=make_member_group())
        self.right = rows(self.user)

    def rebuild(self):
        output = StringIO()
        call_command("rebuild_reader_groups", stdout=output)
        return output.getvalue()

    def test_it_repairs_rows_that_were_changed_or_deleted_past_us(self):
        mine = ReaderGroupMembership.objects.filter(user=self.user)
        mine.first().delete()
        mine.update(last_on=date(2090, 1, 1))
        before = content_version.current()
        self.assertIn("2", self.rebuild())
        self.assertEqual(rows(self.user), self.right)
        self.assertGreater(content_version.current(), before)

    def test_it_ends_the_rows_of_people_who_serve_nobody_any_more(self):
        self.user.affiliations.all().delete()
        self.rebuild()
        self.assertEqual(rows(self.user), [])

    def test_where_all_is_right_it_changes_nothing(self):
        before = content_version.current()
        self.assertIn("0", self.rebuild())
        self.assertEqual((rows(self.user), content_version.current()), (self.right, before))

    def test_it_makes_the_reader_groups_that_editors_choose_from(self):
        group = make_member_group(name="样例新组")
        self.rebuild()
        self.assertTrue(ReaderGroup.objects.filter(name="样例新组", of_members__member_group=group).exists())
