"""Activities in people's calendars: one, the list, and a person's own."""

from datetime import UTC, date, datetime, timedelta

from django.test import Client, TestCase, TransactionTestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from members import calendars, signing_up
from members.models import Activity, ActivityChange, CalendarFeed, MembershipPeriod
from tests.factories import (
    make_activity,
    make_administrator,
    make_affiliation,
    make_open_activity,
    make_organisation,
    make_reader_group,
    make_sign_up,
    make_user,
)
from tests.html import assert_valid_html, words
from tests.parallel import at_once


def shanghai(*parts):
    return timezone.make_aware(datetime(*parts))


def unfolded(response):
    """Return the content lines (list of str) of a calendar, each within its limit and ended as RFC 5545 asks."""
    assert response.status_code == 200, response.status_code
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    content = response.content
    assert content.endswith(b"\r\n")
    physical = content[:-2].split(b"\r\n")
    for line in physical:
        assert len(line) <= 75, line
        assert b"\n" not in line
        assert b"\r" not in line
        line.decode()  # no character is cut in two
    lines = b"\r\n".join(physical).replace(b"\r\n ", b"").decode().split("\r\n")
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    return lines


def events(response):
    """Return the events of a calendar, each {name with parameters: value as written}."""
    found, event = [], None
    for line in unfolded(response):
        if line == "BEGIN:VEVENT":
            event = {}
        elif line == "END:VEVENT":
            found.append(event)
            event = None
        elif event is not None:
            name, _colon, value = line.partition(":")
            assert name not in event, name
            event[name] = value
    return found


class ActivityCalendarTests(TestCase):
    def get(self, activity, **headers):
        return self.client.get(reverse("members:activity_calendar", args=[activity.pk]), headers=headers)

    def event(self, activity):
        [event] = events(self.get(activity))
        return event

    def change(self, activity, **values):
        activity.refresh_from_db()
        for name, value in values.items():
            setattr(activity, name, value)
        activity.change_at_once(list(values), by=make_administrator())

    def test_every_line_of_a_calendar(self):
        activity = make_activity(
            title="样例：标准、质量；与计量", summary="样例摘要", place="样例会议室", address="样例路 000 号, 3 楼",
            starts_at=shanghai(2026, 10, 13, 13, 30), ends_at=shanghai(2026, 10, 13, 16, 0),
            published_at=shanghai(2026, 9, 1, 8, 0),
        )  # fmt: skip
        Activity.objects.filter(pk=activity.pk).update(text_changed_at=None)
        address = f"http://portal.example/activities/{activity.pk}/"
        self.assertEqual(
            unfolded(self.get(activity)),
            [
                "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//portal.example//Activities//ZH", "CALSCALE:GREGORIAN",
                "METHOD:PUBLISH", "BEGIN:VTIMEZONE", "TZID:Asia/Shanghai", "BEGIN:STANDARD", "DTSTART:19910915T020000",
                "TZOFFSETFROM:+0900", "TZOFFSETTO:+0800", "TZNAME:CST", "END:STANDARD", "END:VTIMEZONE",
                "BEGIN:VEVENT", f"UID:activity-{activity.pk}@portal.example", "DTSTAMP:20260901T000000Z",
                "LAST-MODIFIED:20260901T000000Z", "SEQUENCE:0", "STATUS:CONFIRMED",
                "DTSTART;TZID=Asia/Shanghai:20261013T133000", "DTEND;TZID=Asia/Shanghai:20261013T160000",
                "SUMMARY:样例：标准、质量；与计量", "LOCATION:样例会议室\\, 样例路 000 号\\, 3 楼",
                f"DESCRIPTION:样例摘要\\n{address}", f"URL:{address}", "TRANSP:OPAQUE", "END:VEVENT",
                "END:VCALENDAR",
            ],
        )  # fmt: skip

    def test_odd_letters_are_escaped_and_control_characters_dropped(self):
        activity = make_activity(
            title="a,b;c\\d\u3000样例\x07", summary="一\r\n二\nBEGIN:VEVENT", starts_at=shanghai(2026, 10, 13)
        )
        event = self.event(activity)
        self.assertEqual(event["SUMMARY"], "a\\,b\\;c\\\\d\u3000样例")
        self.assertTrue(event["DESCRIPTION"].startswith("一\\n二\\nBEGIN:VEVENT\\nhttp"))

    def test_long_lines_are_folded_between_characters(self):
        title = "样例" * 60 + "\U0001f600" * 20
        self.assertEqual(self.event(make_activity(title=title, starts_at=shanghai(2026, 10, 13)))["SUMMARY"], title)

    def test_without_an_end_none_is_invented(self):
        self.assertNotIn("DTEND", " ".join(self.event(make_activity(starts_at=shanghai(2026, 10, 13)))))

    def test_the_zone_is_that_of_shanghai_and_moments_of_its_summer_time_are_utc(self):
        for moment in (datetime(1991, 9, 14, 17, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)):
            self.assertEqual(timezone.localtime(moment).utcoffset(), timedelta(hours=8))
        before = datetime(1991, 9, 14, 16, 59, 59, tzinfo=UTC)
        self.assertEqual(timezone.localtime(before).utcoffset(), timedelta(hours=9))
        summer = self.event(make_activity(starts_at=datetime(1988, 7, 1, 0, 30, tzinfo=UTC)))
        self.assertEqual(summer["DTSTART"], "19880701T003000Z")
        winter = self.event(make_activity(starts_at=datetime(1992, 1, 1, 0, 30, tzinfo=UTC)))
        self.assertEqual(winter["DTSTART;TZID=Asia/Shanghai"], "19920101T083000")

    def test_the_number_grows_with_each_change_and_with_calling_off_which_goes_out_as_cancelled(self):
        activity = make_open_activity(place="样例一")
        uid = self.event(activity)["UID"]
        numbers = [self.event(activity)["SEQUENCE"]]
        self.change(activity, place="样例二")
        numbers.append(self.event(activity)["SEQUENCE"])
        self.change(activity, starts_at=activity.starts_at + timedelta(hours=1))
        numbers.append(self.event(activity)["SEQUENCE"])
        activity.call_off("样例，原因", by=make_administrator())
        event = self.event(activity)
        self.assertEqual([*numbers, event["SEQUENCE"]], ["0", "1", "2", "3"])
        self.assertEqual((event["STATUS"], event["UID"]), ("CANCELLED", uid))
        self.assertIn("样例，原因", event["DESCRIPTION"])

    def test_an_activity_that_is_resumed_is_confirmed_again_with_a_greater_number(self):
        activity, by = make_open_activity(), make_administrator()
        activity.call_off("样例原因", by=by)
        activity.refresh_from_db()
        activity.resume(by=by)
        event = self.event(activity)
        self.assertEqual((event["STATUS"], event["SEQUENCE"]), ("CONFIRMED", "2"))

    def test_the_stamp_is_that_of_the_last_change(self):
        activity = make_open_activity(place="样例一")
        self.change(activity, place="样例二")
        moment = shanghai(2030, 1, 1, 8, 0)
        ActivityChange.objects.update(changed_at=moment)
        self.assertEqual(self.event(activity)["LAST-MODIFIED"], "20300101T000000Z")

    def test_the_link_to_take_part_on_line_is_in_no_public_calendar(self):
        activity = make_open_activity(online_link="https://meeting.example/secret")
        for url in (reverse("members:activity_calendar", args=[activity.pk]), reverse("members:list_calendar")):
            self.assertNotContains(self.client.get(url), "meeting.example")

    def test_what_did_not_change_is_not_sent_again(self):
        activity = make_open_activity(place="样例一")
        for url in (reverse("members:activity_calendar", args=[activity.pk]), reverse("members:list_calendar")):
            first = self.client.get(url)
            self.assertIn("max-age=300", first.headers["Cache-Control"])
            self.assertIn("public", first.headers["Cache-Control"])
            again = self.client.get(url, headers={"if-none-match": first.headers["ETag"]})
            self.assertEqual((again.status_code, again.content), (304, b""))
            self.change(activity, place=f"样例{url}")
            self.assertEqual(self.client.get(url, headers={"if-none-match": first.headers["ETag"]}).status_code, 200)

    def test_it_is_for_those_who_may_open_the_activity(self):
        member = make_user()
        activity = make_open_activity(readers=[make_reader_group(member)])
        self.assertEqual(self.get(activity).status_code, 404)
        self.client.force_login(make_administrator())
        self.assertEqual(self.get(activity).status_code, 404)
        self.client.force_login(member)
        self.assertIn("private", self.get(activity).headers["Cache-Control"])

    def test_there_is_none_of_a_draft_of_what_was_withdrawn_or_has_no_start(self):
        for values in (
            {"published_at": None},
            {"withdrawn_at": timezone.now(), "withdrawal_reason": "样例"},
            {"starts_at": None, "takes_sign_ups": False},
        ):
            self.assertEqual(self.get(make_open_activity(**values)).status_code, 404)
        self.assertEqual(self.client.get("/activities/999999/calendar.ics").status_code, 404)
        self.assertEqual(self.client.post(reverse("members:list_calendar")).status_code, 405)


class ListCalendarTests(TestCase):
    def titles(self):
        return [event["SUMMARY"] for event in events(self.client.get(reverse("members:list_calendar")))]

    def test_it_holds_what_everyone_may_see_to_come_running_called_off_and_of_late(self):
        now, day = timezone.now(), timedelta(days=1)
        make_activity(title="将来", starts_at=now + day)
        make_activity(title="正在", starts_at=now - 200 * day, ends_at=now + day)
        make_activity(title="不久前", starts_at=now - 9 * day)
        make_activity(title="很久前", starts_at=now - 200 * day)
        make_activity(title="会员", starts_at=now + day, readers=[make_reader_group()])
        make_activity(title="草稿", starts_at=now + day, published_at=None)
        make_activity(title="不知何时", starts_at=None)
        off = make_activity(title="取消的", starts_at=now + 2 * day)
        off.call_off("样例原因", by=make_administrator())
        self.assertEqual(self.titles(), ["正在", "不久前", "将来", "取消的"])

    def test_it_says_what_it_is_called_and_asks_for_no_session(self):
        member = make_user()
        make_activity(title="会员", starts_at=timezone.now() + timedelta(1), readers=[make_reader_group(member)])
        self.client.force_login(member)
        response = self.client.get(reverse("members:list_calendar"))
        self.assertIn("X-WR-CALNAME:会员活动", unfolded(response))
        self.assertEqual(events(response), [])
        self.assertNotIn("Cookie", response.headers.get("Vary", ""))

    def test_ten_times_the_activities_cost_no_more_queries(self):
        def add():
            make_activity(starts_at=timezone.now() + timedelta(days=1))

        add()
        with self.assertNumQueries(1):
            self.titles()
        for _number in range(9):
            add()
        with self.assertNumQueries(1):
            self.assertEqual(len(self.titles()), 10)


class OwnCalendarTests(TestCase):
    def setUp(self):
        self.person = make_user()
        self.feed = CalendarFeed.objects.renew(self.person)

    def url(self, feed=None):
        return reverse("mine:calendar_feed", args=[calendars.token_of(feed or self.feed)])

    def events(self):
        return {event["SUMMARY"]: event for event in events(self.client.get(self.url()))}

    def status(self):
        return self.client.get(self.url()).status_code

    def test_it_holds_what_the_person_is_signed_up_for_and_what_that_stands_at(self):
        make_sign_up(make_open_activity(title="有名额"), self.person)
        full = make_open_activity(title="满了", seats=1)
        make_sign_up(full)
        make_sign_up(full, self.person)
        make_sign_up(make_open_activity(title="待确认", approval="staff"), self.person)
        make_sign_up(make_open_activity(title="别人的"))
        found = self.events()
        self.assertEqual(
            {summary: event["STATUS"] for summary, event in found.items()},
            {"有名额": "CONFIRMED", "候补中：满了": "TENTATIVE", "待确认：待确认": "TENTATIVE"},
        )

    def test_a_sign_up_that_was_cancelled_goes_out_as_cancelled_with_a_greater_number(self):
        sign_up = make_sign_up(make_open_activity(title="样例"), self.person)
        before = self.events()["样例"]
        signing_up.cancel(sign_up, self.person)
        [after] = self.events().values()
        self.assertEqual((after["STATUS"], after["UID"]), ("CANCELLED", before["UID"]))
        self.assertGreater(int(after["SEQUENCE"]), int(before["SEQUENCE"]))

    def test_who_cancels_and_comes_back_has_one_event_whose_number_grew(self):
        activity = make_open_activity(title="样例")
        signing_up.cancel(make_sign_up(activity, self.person), self.person)
        [cancelled] = self.events().values()
        make_sign_up(activity, self.person)
        again = self.events()["样例"]
        self.assertEqual(again["STATUS"], "CONFIRMED")
        self.assertGreater(int(again["SEQUENCE"]), int(cancelled["SEQUENCE"]))

    def test_an_offer_that_lapses_by_time_alone_is_cancelled_with_a_greater_number(self):
        activity = make_open_activity(title="样例", seats=1, accept_within_hours=1)
        first = make_sign_up(activity)
        make_sign_up(activity, self.person)
        signing_up.cancel(first, first.person)
        now = timezone.now()
        lines = [calendars.of_person(self.person, at) for at in (now, now + timedelta(hours=2))]
        numbers = [int(text.partition("SEQUENCE:")[2].partition("\r\n")[0]) for text in lines]
        self.assertIn("STATUS:TENTATIVE", lines[0])
        self.assertIn("STATUS:CANCELLED", lines[1])
        self.assertGreater(numbers[1], numbers[0])

    def test_an_activity_that_is_called_off_is_cancelled(self):
        activity = make_open_activity(title="样例")
        make_sign_up(activity, self.person)
        activity.call_off("样例原因", by=make_administrator())
        self.assertEqual(self.events()["样例"]["STATUS"], "CANCELLED")

    def test_only_who_has_a_place_gets_the_link_to_take_part_on_line(self):
        link = "https://meeting.example/secret"
        activity = make_open_activity(seats=1, online_link=link)
        other = make_user()
        make_sign_up(activity, self.person)
        make_sign_up(activity, other)
        self.assertContains(self.client.get(self.url()), "meeting.example")
        waiting = self.client.get(self.url(CalendarFeed.objects.renew(other)))
        self.assertEqual(len(events(waiting)), 1)
        self.assertNotContains(waiting, "meeting.example")

    def test_what_was_withdrawn_is_not_told(self):
        activity = make_open_activity(title="机密样例")
        make_sign_up(activity, self.person)
        activity.call_off("样例原因", by=make_administrator())
        activity.refresh_from_db()
        activity.withdraw("样例原因", by=make_administrator())
        self.assertEqual(self.events(), {})

    def test_the_address_is_long_for_nobody_else_and_kept_by_no_shared_cache(self):
        response = self.client.get(self.url())
        self.assertIn("private", response.headers["Cache-Control"])
        self.assertEqual(
            self.client.get(self.url(), headers={"if-none-match": response.headers["ETag"]}).status_code, 304
        )
        token = calendars.token_of(self.feed)
        other = "B" if token[-1] == "A" else "A"
        for forged in (token[:-1] + other, str(self.feed.pk), f"{self.feed.pk}:", "x" * 5000, "\0", "1:2:3"):
            self.assertEqual(self.client.get(f"/me/calendar/{forged}/sign-ups.ics").status_code, 404, forged[:9])

    def test_a_new_address_shuts_the_one_before(self):
        before = self.url()
        self.feed = CalendarFeed.objects.renew(self.person)
        self.assertEqual((self.client.get(before).status_code, self.status()), (404, 200))

    def test_a_revoked_address_and_that_of_a_closed_account_open_nothing(self):
        self.person.is_active = False
        self.person.save()
        self.assertEqual(self.status(), 404)
        self.person.is_active = True
        self.person.save()
        self.assertEqual(self.status(), 200)
        self.feed.delete()
        self.feed.pk = 1
        self.assertEqual(self.status(), 404)

    @override_settings(MEMBERSHIP_GRACE_DAYS=0)
    def test_whose_membership_has_ended_gets_nothing_until_it_is_renewed(self):
        organisation = make_organisation(people=[self.person])
        self.assertEqual(self.status(), 200)
        MembershipPeriod.objects.filter(organisation=organisation).update(last_on=date(2021, 1, 1))
        self.assertEqual(self.status(), 404)
        make_affiliation(make_organisation(), self.person)
        self.assertEqual(self.status(), 200)


class CalendarPageTests(TestCase):
    url = "/me/calendar/"

    def setUp(self):
        self.person = make_user()
        self.client.force_login(self.person)

    def address(self):
        field = assert_valid_html(self.client.get(self.url)).find(".//textarea")
        return None if field is None else words(field)

    def test_a_person_makes_renews_and_revokes_the_address(self):
        self.assertIsNone(self.address())
        self.client.post(self.url, {"do": "renew"})
        first = self.address()
        self.assertTrue(first.startswith("http://portal.example/me/calendar/"))
        self.assertEqual(self.client.get(first.removeprefix("http://portal.example")).status_code, 200)
        self.client.post(self.url, {"do": "renew"})
        self.assertNotEqual(self.address(), first)
        self.client.post(self.url, {"do": "revoke"})
        self.assertIsNone(self.address())

    def test_it_is_a_page_of_ones_own(self):
        self.client.post(self.url, {"do": "renew"})
        self.assertIn("no-store", self.client.get(self.url).headers["Cache-Control"])
        self.client.force_login(make_user())
        self.assertIsNone(self.address())
        self.client.logout()
        self.assertIn("/accounts/login/", self.client.get(self.url).headers["Location"])

    def test_looking_makes_nothing_and_no_post_is_taken_without_its_token(self):
        self.client.get(self.url)
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.person)
        self.assertEqual(client.post(self.url, {"do": "renew"}).status_code, 403)
        self.assertFalse(CalendarFeed.objects.exists())


class CalendarRaceTests(TransactionTestCase):
    def test_two_that_renew_at_once_leave_one_feed(self):
        person = make_user()
        outcomes = at_once([lambda: CalendarFeed.objects.renew(person)] * 4)
        self.assertEqual([outcome for outcome in outcomes if isinstance(outcome, Exception)], [])
        self.assertEqual(CalendarFeed.objects.count(), 1)
