"""At the door: codes, who has come, and the page that staff hold in their hands."""

from datetime import timedelta
from time import sleep
from unittest.mock import patch
from urllib.parse import urlsplit

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, TestCase, TransactionTestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from members import check_in, signing_up
from members.models import Activity, SignUp
from publishing import roles
from publishing.models import ColumnRole
from tests.factories import (
    make_administrator,
    make_affiliation,
    make_column,
    make_open_activity,
    make_organisation,
    make_sign_up,
    make_staff,
    make_user,
)
from tests.html import all_of, assert_valid_html, words
from tests.parallel import at_once, deferred_transactions


def make_activity_of_today(**overrides):
    return make_open_activity(**{"starts_at": timezone.now() + timedelta(hours=2), **overrides})


class CodeTests(TestCase):
    def setUp(self):
        self.sign_up = make_sign_up(make_open_activity())

    def assert_refused(self, code, text):
        with self.assertRaises(ValidationError) as caught:
            check_in.read_code(text)
        self.assertEqual(caught.exception.code, code)

    def test_a_code_is_read_back_however_it_is_typed(self):
        code = check_in.code_of(self.sign_up)
        self.assertRegex(code, r"^[0-9A-HJKMNP-TV-Z]{3}(-[0-9A-HJKMNP-TV-Z]{3}){2}$")
        wide = code.translate({ord(letter): ord(letter) + 0xFEE0 for letter in code if letter != "-"})
        mistaken = code.replace("0", "O").replace("1", "l")
        for text in (code, code.lower(), code.replace("-", " "), f"  {code.replace('-', '')} ", wide, mistaken):
            with self.subTest(text):
                self.assertEqual(check_in.read_code(text), self.sign_up)

    def test_what_the_qr_code_holds_is_read_as_well(self):
        address = check_in.address_of(self.sign_up)
        self.assertTrue(address.startswith(f"http://portal.example/activities/{self.sign_up.activity_id}/check-in/?"))
        self.assertEqual(check_in.read_code(address), self.sign_up)

    def test_a_later_sign_up_has_a_code_of_the_same_shape(self):
        for pk in (1, 32**3 - 1, 32**3, 32**6 + 5):
            code = check_in.code_of(SignUp(pk=pk)).replace("-", "")
            self.assertEqual(len(code) % 3, 0)
            self.assertEqual(check_in.number_of_letters(code[: -check_in.SIGNED]), pk)

    def test_one_letter_changed_is_no_code(self):
        code = check_in.code_of(self.sign_up)
        for position, letter in enumerate(code):
            if letter != "-":
                other = "7" if letter != "7" else "8"
                self.assert_refused("broken", code[:position] + other + code[position + 1 :])

    def test_other_qr_codes_and_odd_texts_are_refused_in_words(self):
        code = check_in.code_of(self.sign_up)
        for text in ("https://evil.example/", f"https://evil.example/?code={code}", "/activities/1/check-in/", "//["):
            self.assert_refused("foreign", text)
        for text in ("", "样例", "1234", "WIFI:S:x;;", "x" * 100_000, "\U0001f600" * 9, code + code + code):
            self.assert_refused("no_code", text)
        self.assert_refused("broken", "Z" * 12)

    def test_codes_of_another_key_are_refused_unless_it_is_the_former_one(self):
        code = check_in.code_of(self.sign_up)
        with override_settings(SECRET_KEY="another " * 9):
            self.assert_refused("broken", code)
        with override_settings(SECRET_KEY="another " * 9, SECRET_KEY_FALLBACKS=["for-tests-only-" * 4]):
            self.assertEqual(check_in.read_code(code), self.sign_up)

    def test_a_code_of_a_sign_up_that_is_gone_is_broken(self):
        code = check_in.code_of(self.sign_up)
        self.sign_up.delete()
        self.assert_refused("broken", code)


class CheckInTests(TestCase):
    def setUp(self):
        self.by = make_administrator()
        self.activity = make_activity_of_today()

    def assert_refused(self, code, activity, sign_up, at=None):
        before = SignUp.objects.filter(pk=sign_up.pk).values().get()
        with self.assertRaises(ValidationError) as caught:
            check_in.check_in(activity, sign_up, self.by, at)
        self.assertEqual(caught.exception.code, code)
        self.assertEqual(SignUp.objects.filter(pk=sign_up.pk).values().get(), before)
        return caught.exception.message

    def test_who_comes_is_noted_with_the_moment_and_who_saw_it(self):
        sign_up, is_first = check_in.check_in(self.activity, make_sign_up(self.activity), self.by)
        self.assertTrue(is_first)
        sign_up.refresh_from_db()
        self.assertEqual(sign_up.checked_in_by, self.by)
        self.assertAlmostEqual(sign_up.checked_in_at, timezone.now(), delta=timedelta(seconds=5))

    def test_a_second_time_changes_nothing(self):
        sign_up = make_sign_up(self.activity)
        first, _is_first = check_in.check_in(self.activity, sign_up, self.by)
        second, is_first = check_in.check_in(self.activity, sign_up, make_administrator())
        self.assertFalse(is_first)
        self.assertEqual((second.checked_in_at, second.checked_in_by), (first.checked_in_at, self.by))
        self.assertEqual(Entry.objects.filter(action="checked_in").count(), 1)

    def test_the_ticket_of_another_activity_names_it(self):
        other = make_activity_of_today(title="样例的另一场")
        self.assertIn("样例的另一场", self.assert_refused("other_activity", self.activity, make_sign_up(other)))

    def test_an_activity_that_is_called_off_lets_nobody_in(self):
        sign_up = make_sign_up(self.activity)
        self.activity.call_off("样例原因", by=self.by)
        self.assert_refused("called_off", self.activity, sign_up)

    def test_who_waits_or_is_offered_a_place_or_has_cancelled_is_told_so(self):
        activity = make_activity_of_today(seats=1, accept_within_hours=1)
        confirmed, offered, waiting = (make_sign_up(activity) for _number in range(3))
        signing_up.cancel(confirmed, confirmed.person)
        self.assertIn("已取消", self.assert_refused("cancelled", activity, confirmed))
        self.assertIn("候补", self.assert_refused("waiting", activity, waiting))
        self.assert_refused("offered", activity, offered)

    def test_who_waits_for_approval_or_was_refused_is_told_so(self):
        activity = make_activity_of_today(approval="staff")
        sign_up = make_sign_up(activity)
        self.assert_refused("pending", activity, sign_up)
        signing_up.refuse(sign_up, self.by, "样例原因")
        self.assert_refused("refused", activity, sign_up)

    def test_a_ticket_that_was_used_and_does_not_hold_any_more_is_refused_first(self):
        sign_up = make_sign_up(self.activity)
        check_in.check_in(self.activity, sign_up, self.by)
        signing_up.remove(sign_up, self.by, "样例原因")
        self.assert_refused("removed", self.activity, sign_up)

    def test_more_than_a_day_before_is_too_early(self):
        sign_up = make_sign_up(self.activity)
        day = timedelta(days=1)
        starts_at = self.activity.starts_at
        self.assert_refused("too_early", self.activity, sign_up, starts_at - day - timedelta(seconds=1))
        self.assertTrue(check_in.check_in(self.activity, sign_up, self.by, starts_at - day)[1])

    def test_who_came_can_be_noted_after_the_activity_too(self):
        sign_up = make_sign_up(self.activity)
        later = self.activity.starts_at + timedelta(days=3)
        self.assertTrue(check_in.check_in(self.activity, sign_up, self.by, later)[1])

    def test_it_is_undone_once_and_the_log_tells_both(self):
        sign_up = make_sign_up(self.activity)
        check_in.check_in(self.activity, sign_up, self.by)
        for _time in range(2):
            self.assertIsNone(check_in.undo(self.activity, sign_up, self.by).checked_in_at)
        entries = Entry.objects.filter(item=self.activity.pk, action__in=["checked_in", "check_in_undone"])
        self.assertEqual(
            list(entries.order_by("pk").values_list("action", flat=True)), ["checked_in", "check_in_undone"]
        )
        self.assertEqual({entry.facts["sign_up"] for entry in entries}, {sign_up.pk})

    def test_a_sign_up_of_another_activity_is_not_undone_here(self):
        other = make_activity_of_today()
        sign_up, _is_first = check_in.check_in(other, make_sign_up(other), self.by)
        with self.assertRaises(ValidationError):
            check_in.undo(self.activity, sign_up, self.by)
        sign_up.refresh_from_db()
        self.assertIsNotNone(sign_up.checked_in_at)


class PageTests(TestCase):
    def setUp(self):
        self.activity = make_activity_of_today(title="样例活动")
        self.url = reverse("members:check_in", args=[self.activity.pk])
        self.staff = make_staff(roles.PUBLISHER)
        self.client.force_login(self.staff)

    def person(self, name, phone="", activity=None, **overrides):
        return make_sign_up(activity or self.activity, make_user(name=name, phone=phone), **overrides)

    def page(self, response):
        self.assertEqual(response.status_code, 200)
        return assert_valid_html(response)

    def post(self, **data):
        return self.page(self.client.post(self.url, data))

    def result(self, page):
        """Return (colour, words) of what the door says."""
        [box] = all_of(page, "door-result")
        return box.get("class").split()[-1], words(box)

    def count(self, page):
        return words(all_of(page, "door-count")[0])

    def came(self):
        return set(SignUp.objects.attended().values_list("person__name", flat=True))

    def test_a_code_checks_in_and_says_who_came_from_where(self):
        person = make_user(name="样例来宾")
        organisation = make_organisation(name="样例单位", people=[person])
        sign_up = make_sign_up(self.activity, person, organisation)
        self.person("样例未到")
        page = self.post(code=check_in.code_of(sign_up))
        colour, text = self.result(page)
        self.assertEqual(colour, "green")
        for part in ("已签到", "样例来宾", "样例单位"):
            self.assertIn(part, text)
        self.assertEqual(self.count(page), "已到 1 / 2")

    def test_a_second_time_says_since_when(self):
        sign_up = self.person("样例来宾")
        self.post(code=check_in.code_of(sign_up))
        sign_up.refresh_from_db()
        colour, text = self.result(self.post(code=check_in.address_of(sign_up)))
        self.assertEqual(colour, "ochre")
        self.assertIn(f"{timezone.localtime(sign_up.checked_in_at):%H:%M} 已经签到", text)

    def test_opening_the_address_of_the_qr_code_changes_nothing_until_it_is_confirmed(self):
        sign_up = self.person("样例来宾")
        path = urlsplit(check_in.address_of(sign_up))
        page = self.page(self.client.get(f"{path.path}?{path.query}"))
        colour, text = self.result(page)
        self.assertEqual((colour, self.came()), ("plain", set()))
        self.assertIn("样例来宾", text)
        [box] = all_of(page, "door-result")
        [form] = box.iter("form")
        fields = {field.get("name"): field.get("value") for field in form.iter("input")}
        self.assertEqual(self.result(self.post(code=fields["code"]))[0], "green")
        self.assertEqual(self.came(), {"样例来宾"})

    def test_opened_again_the_address_says_since_when_and_of_another_activity_whose_it_is(self):
        sign_up = self.person("样例来宾")
        self.post(code=check_in.code_of(sign_up))
        self.assertEqual(
            self.result(self.page(self.client.get(self.url, {"code": check_in.code_of(sign_up)})))[0], "ochre"
        )
        other = self.person("样例走错", activity=make_activity_of_today(title="样例别的活动"))
        colour, text = self.result(self.page(self.client.get(self.url, {"code": check_in.code_of(other)})))
        self.assertEqual(colour, "red")
        self.assertIn("样例别的活动", text)

    def test_a_broken_or_foreign_code_is_refused_and_stays_in_the_field(self):
        sign_up = self.person("样例来宾")
        for text in ("https://evil.example/x", check_in.code_of(sign_up)[:-1] + "?", "样例"):
            page = self.post(code=text)
            self.assertEqual(self.result(page)[0], "red")
            [field] = [field for field in page.iter("input") if field.get("id") == "code"]
            self.assertEqual(field.get("value"), text)
        self.assertEqual(self.result(self.post(code=""))[0], "red")
        self.assertEqual(self.came(), set())

    def test_the_end_of_a_telephone_number_that_one_person_has_checks_in(self):
        self.person("样例甲", "13800001234")
        self.person("样例乙", "13800005678")
        self.person("样例没有电话")
        self.assertIn("样例乙", self.result(self.post(code="５６７８"))[1])
        self.assertEqual(self.came(), {"样例乙"})

    def test_several_people_with_the_same_end_are_chosen_by_name(self):
        self.person("样例甲", "13800001234")
        second = self.person("样例乙", "13900001234")
        page = self.post(code="1234")
        [box] = all_of(page, "door-result")
        buttons = {words(button): button.get("value") for button in box.iter("button")}
        self.assertEqual((set(buttons), self.came()), ({"签到 样例甲", "签到 样例乙"}, set()))
        self.assertEqual(self.result(self.post(sign_up=buttons["签到 样例乙"]))[0], "green")
        self.assertEqual(self.came(), {second.person.name})

    def test_the_end_of_a_telephone_number_of_nobody_or_of_somebody_who_waits_is_said(self):
        self.assertIn("9999", self.result(self.post(code="9999"))[1])
        full = make_activity_of_today(seats=1)
        make_sign_up(full)
        self.person("样例候补", "13800001234", activity=full)
        page = self.page(self.client.post(reverse("members:check_in", args=[full.pk]), {"code": "1234"}))
        self.assertIn("候补", self.result(page)[1])

    def test_the_last_one_can_be_undone(self):
        sign_up = self.person("样例来宾")
        self.post(code=check_in.code_of(sign_up))
        page = self.post(undo=sign_up.pk)
        self.assertIn("已撤销签到", self.result(page)[1])
        self.assertEqual((self.came(), self.count(page)), (set(), "已到 0 / 1"))

    def test_who_is_not_in_yet_is_listed_by_name_and_found_by_name_or_organisation(self):
        self.person("样例甲")
        self.person("样例乙")
        came = self.person("样例丙")
        self.post(sign_up=came.pk)

        def missing(**query):
            return words(all_of(self.page(self.client.get(self.url, query)), "door-missing")[0])

        self.assertIn("尚未到场 2", missing())
        self.assertNotIn("样例丙", missing())
        self.assertIn("尚未到场 1", missing(words="样例甲"))
        self.assertNotIn("样例乙", missing(words="样例甲"))

    def test_who_has_no_place_is_not_expected(self):
        full = make_activity_of_today(seats=1)
        for _number in range(3):
            make_sign_up(full)
        page = self.page(self.client.get(reverse("members:check_in", args=[full.pk])))
        self.assertEqual(self.count(page), "已到 0 / 1")

    def test_answers_and_numbers_of_people_are_not_shown(self):
        self.person("样例来宾", "13800001234", answers={"1": "机密样例"})
        response = self.client.get(self.url)
        self.assertNotContains(response, "机密样例")
        self.assertNotContains(response, "13800001234")

    def test_sign_ups_of_elsewhere_are_neither_checked_in_nor_undone(self):
        other = self.person("样例走错", activity=make_activity_of_today())
        for data in ({"sign_up": other.pk}, {"undo": other.pk}, {"sign_up": 10**17}, {"undo": "9" * 30}):
            self.assertEqual(self.result(self.post(**data))[0], "red", data)
        self.assertEqual(self.came(), set())

    def test_odd_posts_are_refused_in_words(self):
        for code in ("\0", "a\0b", "x" * 100_000, "\U0001f600", "٣٤٥٦", "²²²²", "//[", "9" * 5000, "-1"):
            self.assertEqual(self.result(self.post(code=code))[0], "red", code[:9])
        self.page(self.client.get(self.url, {"words": "\0" + "x" * 9999, "code": "\0%"}))

    def test_the_page_is_for_those_who_publish_in_the_column_of_the_activity(self):
        make_sign_up(self.activity)
        elsewhere, here = make_user(is_staff=True), make_user(is_staff=True)
        publisher = Group.objects.get(name=roles.PUBLISHER)
        ColumnRole.objects.create(user=elsewhere, role=publisher, column=make_column("members"))
        ColumnRole.objects.create(user=here, role=publisher, column=self.activity.column)
        cases = [(make_user(), 404), (make_staff(roles.AUTHOR), 404), (elsewhere, 404), (here, 200)]
        for user, status in cases:
            self.client.force_login(user)
            self.assertEqual(self.client.get(self.url).status_code, status)
            self.assertEqual(self.client.post(self.url, {"code": "x"}).status_code, status)
        self.client.logout()
        for answer in (self.client.get(self.url), self.client.post(self.url)):
            self.assertEqual(answer.headers["Location"], f"{reverse('accounts:login')}?next={self.url}")

    def test_no_post_is_taken_without_its_token(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.staff)
        sign_up = self.person("样例来宾")
        self.assertEqual(client.post(self.url, {"code": check_in.code_of(sign_up)}).status_code, 403)
        self.assertEqual(self.came(), set())

    def test_every_form_brings_its_token(self):
        self.post(sign_up=self.person("样例来宾").pk)
        self.person("样例未到")
        page = self.page(self.client.get(self.url))
        posting = [form for form in page.find(".//main").iter("form") if form.get("method") == "post"]
        self.assertEqual(len(posting), 3)
        for form in posting:
            self.assertIn("csrfmiddlewaretoken", [field.get("name") for field in form.iter("input")])

    def test_a_longer_list_costs_no_more_queries(self):
        organisation = make_organisation()

        def add():
            make_sign_up(self.activity, make_affiliation(organisation).user, organisation)

        add()
        self.client.get(self.url)
        with CaptureQueriesContext(connection) as for_one:
            self.client.get(self.url)
        for _number in range(9):
            add()
        with self.assertNumQueries(len(for_one)):
            self.client.get(self.url)


class CheckInRaceTests(TransactionTestCase):
    def at_two_doors(self):
        activity, by = make_activity_of_today(), make_administrator()
        sign_up = make_sign_up(activity)
        return at_once([lambda: check_in.check_in(activity, sign_up, by)[1] for _door in range(2)])

    def test_of_two_devices_that_scan_one_code_at_once_one_checks_in(self):
        for _round in range(5):
            self.assertEqual(sorted(self.at_two_doors()), [False, True])

    def test_without_the_lock_this_would_be_noticed(self):
        read = check_in.found

        def slowly(pk):
            row = read(pk)
            sleep(0.2)
            return row

        with (
            patch.object(check_in, "locked", lambda pk: Activity.objects.get(pk=pk)),
            patch.object(check_in, "found", slowly),
            deferred_transactions(),
        ):
            outcomes = self.at_two_doors()
        self.assertNotEqual(sorted(map(str, outcomes)), ["False", "True"])
