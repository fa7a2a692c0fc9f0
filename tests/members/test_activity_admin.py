"""The form of an activity: its agenda and its times."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from members.models import MemberGroup, SignUp
from publishing import content_version, roles
from tests.factories import (
    make_activity,
    make_administrator,
    make_member_group,
    make_open_activity,
    make_sign_up,
    make_staff,
)
from tests.publishing.test_admin_form import typed_form, url_of


class ActivityAdminTests(TestCase):
    def setUp(self):
        self.client.force_login(make_staff(roles.PUBLISHER))

    def save(self, activity, **changes):
        answer = self.client.post(url_of(activity), typed_form(self.client, activity, **changes))
        activity.refresh_from_db()
        return answer

    def test_an_agenda_is_one_item_a_line(self):
        activity = make_activity(published_at=None)
        self.save(activity, agenda="13:30–14:00 签到\n14：00 开幕\n    主持人致辞")
        self.assertEqual([item.title for item in activity.agenda_items], ["签到", "开幕"])

    def test_a_line_without_a_time_is_named(self):
        answer = self.save(make_activity(), agenda="13:30 签到\n开幕")
        self.assertContains(answer, "第 2 行")
        self.assertContains(answer, "开幕")

    def test_it_ends_after_it_starts_and_sign_up_closes_after_it_opens(self):
        answer = self.save(
            make_activity(),
            starts_at_0="2026-12-02",
            starts_at_1="14:00",
            ends_at_0="2026-12-02",
            ends_at_1="13:00",
            sign_up_opens_at_0="2026-12-01",
            sign_up_opens_at_1="09:00",
            sign_up_closes_at_0="2026-11-30",
            sign_up_closes_at_1="09:00",
        )
        self.assertContains(answer, "活动的结束时间应晚于开始时间。")
        self.assertContains(answer, "报名截止时间应晚于开始时间。")

    def test_the_start_is_typed_in_shanghai_time(self):
        activity = make_activity(published_at=None)
        self.save(activity, starts_at_0="2026-12-02", starts_at_1="08:00")
        self.assertEqual(activity.starts_at.isoformat(), "2026-12-02T00:00:00+00:00")

    def test_a_renamed_member_group_shows_at_once(self):
        group, version = MemberGroup.objects.create(name="样例大组"), content_version.current()
        self.client.force_login(make_administrator())
        self.client.post(f"/admin/members/membergroup/{group.pk}/change/", {"name": "样例新大组", "order": 0})
        self.assertGreater(content_version.current(), version)


class SignUpSettingsTests(TestCase):
    def setUp(self):
        self.client.force_login(make_staff(roles.PUBLISHER))
        self.activity = make_open_activity(
            place="样例旧址", starts_at=timezone.make_aware(datetime(2027, 3, 1, 14)), seats=3
        )

    def save(self, activity=None, **changes):
        activity = activity or self.activity
        answer = self.client.post(url_of(activity), typed_form(self.client, activity, **changes), follow=True)
        activity.refresh_from_db()
        return answer

    def errors(self, **changes):
        """Return {field: [messages]} of the refused form."""
        return self.save(**changes).context["adminform"].form.errors

    def test_every_moment_that_comes_too_late_is_named_at_its_field(self):
        late = {"_0": "2027-03-02", "_1": "09:00"}
        for name, text in (
            ("sign_up_opens_at", "报名开始时间应早于活动开始时间。"),
            ("sign_up_closes_at", "报名截止时间不应晚于活动开始时间。"),
            ("cancel_until", "取消报名的期限不应晚于活动开始时间。"),
        ):
            with self.subTest(field=name):
                errors = self.errors(**{name + part: value for part, value in late.items()})
                self.assertEqual(errors.get(name), [text])
                self.assertNotIn("__all__", errors)

    def test_an_end_before_the_start_is_told_at_the_end_alone(self):
        errors = self.errors(ends_at_0="2027-03-01", ends_at_1="13:00")
        self.assertEqual(errors, {"ends_at": ["活动的结束时间应晚于开始时间。"]})

    def test_sign_ups_need_a_start(self):
        self.assertEqual(list(self.errors(starts_at_0="", starts_at_1="")), ["starts_at"])

    def test_names_are_kept_until_the_activity_is_over(self):
        self.assertEqual(list(self.errors(personal_data_until="2027-02-01")), ["personal_data_until"])

    def test_an_activity_for_a_group_names_the_group(self):
        self.assertEqual(list(self.errors(sign_up_for="group")), ["member_group"])

    def test_a_group_that_readers_do_not_see_yet_signs_nobody_up(self):
        group = make_member_group()
        errors = self.errors(sign_up_for="group", member_group=group.pk)
        self.assertEqual(list(errors), ["sign_up_for"])
        self.save(sign_up_for="group", member_group=group.pk, _publish="1")
        self.assertEqual((self.activity.sign_up_for, self.activity.member_group), ("group", group))

    def test_an_old_revision_without_the_group_is_not_published_under_sign_ups_for_it(self):
        first = self.activity.live_revision
        self.save(sign_up_for="group", member_group=make_member_group().pk, _publish="1")
        with self.assertRaises(ValidationError):
            self.activity.check_revision(first)

    def test_a_change_of_place_says_how_many_were_told(self):
        make_sign_up(self.activity), make_sign_up(self.activity)
        answer = self.save(place="样例新址")
        self.assertContains(answer, "已把变动通知 2 位报名人")

    def test_what_nobody_must_know_tells_nobody(self):
        make_sign_up(self.activity)
        self.assertNotContains(self.save(online_link="https://portal.example/room"), "已把变动通知")

    def test_a_limit_below_the_places_taken_is_saved_and_said(self):
        make_sign_up(self.activity), make_sign_up(self.activity)
        self.assertContains(self.save(seats="1"), "已有的名额全部保留")
        self.assertEqual(self.activity.seats, 1)
        self.assertEqual(SignUp.objects.seated().filter(activity=self.activity).count(), 2)


class ReservedPlacesTests(TestCase):
    def setUp(self):
        self.staff = make_staff(roles.PUBLISHER)
        self.client.force_login(self.staff)
        self.activity, self.group = make_open_activity(seats=2), make_member_group()
        self.url = url_of(self.activity, "reserved_places")

    def reserve(self, seats=1, **changes):
        until = timezone.localtime(self.activity.starts_at) - timedelta(days=1)
        row = {
            "member_group": self.group.pk,
            "seats": seats,
            "until_0": until.strftime("%Y-%m-%d"),
            "until_1": until.strftime("%H:%M"),
            **changes,
        }
        data = {"reservations-TOTAL_FORMS": 1, "reservations-INITIAL_FORMS": 0}
        return self.client.post(self.url, data | {f"reservations-0-{name}": value for name, value in row.items()})

    def test_they_hold_at_once_and_are_logged(self):
        self.reserve()
        make_sign_up(self.activity)
        self.assertEqual(make_sign_up(self.activity).state, SignUp.State.WAITING)
        entry = Entry.objects.filter(action="places_reserved").get()
        self.assertEqual((entry.by, entry.facts["reserved"][0]["seats"]), (self.staff, 1))

    def test_what_is_given_free_goes_to_the_first_in_line(self):
        self.reserve()
        make_sign_up(self.activity)
        waiting = make_sign_up(self.activity)
        row = self.activity.reservations.get()
        until = timezone.localtime(row.until)
        self.client.post(
            self.url,
            {
                "reservations-TOTAL_FORMS": 1,
                "reservations-INITIAL_FORMS": 1,
                "reservations-0-id": row.pk,
                "reservations-0-member_group": self.group.pk,
                "reservations-0-seats": 1,
                "reservations-0-until_0": until.strftime("%Y-%m-%d"),
                "reservations-0-until_1": until.strftime("%H:%M:%S"),
                "reservations-0-DELETE": "on",
            },
        )
        waiting.refresh_from_db()
        self.assertEqual(waiting.state, SignUp.State.CONFIRMED)

    def test_no_more_than_there_are(self):
        self.assertContains(self.reserve(seats=3), "活动只有 2 席")
        self.assertFalse(self.activity.reservations.exists())

    def test_not_beyond_the_start(self):
        self.assertContains(self.reserve(until_0="2099-01-01"), "名额最迟保留到活动开始。")

    def test_a_row_of_another_activity_is_not_changed(self):
        other = make_open_activity().reservations.create(
            member_group=self.group, seats=1, until=timezone.now() + timedelta(days=1)
        )
        data = {"reservations-TOTAL_FORMS": 1, "reservations-INITIAL_FORMS": 1, "reservations-0-id": other.pk}
        for changes in ({"reservations-0-DELETE": "on"}, {"reservations-0-seats": 2}):
            self.client.post(self.url, data | changes)
            other.refresh_from_db()
            self.assertEqual((other.activity == self.activity, other.seats), (False, 1))

    def test_they_are_the_publishers(self):
        for role, status in ((roles.AUTHOR, 403), (roles.REVIEWER, 403), (roles.ADMINISTRATOR, 200)):
            self.client.force_login(make_staff(role))
            self.assertEqual(self.client.get(self.url).status_code, status)


class ActivityListTests(TestCase):
    URL = "/admin/members/activity/"

    def setUp(self):
        self.client.force_login(make_staff(roles.PUBLISHER))

    def titles(self, **query):
        return {item.title for item in self.client.get(self.URL, query).context["cl"].result_list}

    def test_it_tells_how_many_have_a_place_wait_and_are_to_be_confirmed(self):
        full, asked = make_open_activity(seats=1), make_open_activity(approval="staff")
        for activity in (full, full, asked):
            make_sign_up(activity)
        page = self.client.get(self.URL)
        for text in ("1 / 1", "候补 1 人", "待确认 1 人"):
            self.assertContains(page, text)

    def test_it_is_narrowed_by_time_and_by_signing_up(self):
        coming = make_open_activity(title="样例将来", seats=1)
        make_sign_up(coming), make_sign_up(coming)
        make_sign_up(make_open_activity(title="样例待定", approval="staff"))
        make_activity(title="样例过去", starts_at=timezone.now() - timedelta(days=9))
        self.assertEqual(self.titles(phase="past"), {"样例过去"})
        self.assertEqual(self.titles(signing_up="open"), {"样例将来", "样例待定"})
        self.assertEqual(self.titles(signing_up="waiting"), {"样例将来"})
        self.assertEqual(self.titles(signing_up="pending"), {"样例待定"})
        self.assertEqual(len(self.titles(phase="odd", signing_up="odd")), 3)

    def test_a_longer_list_costs_no_more_queries(self):
        make_sign_up(make_open_activity())
        with CaptureQueriesContext(connection) as queries_for_one:
            self.client.get(self.URL)
        for _number in range(5):
            make_sign_up(make_open_activity())
        with self.assertNumQueries(len(queries_for_one)):
            self.client.get(self.URL)
