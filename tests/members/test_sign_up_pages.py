"""Signing up, cancelling and accepting, as people do it on their own pages."""

from datetime import date, timedelta

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members import signing_up
from members.models import ConsentText, ReservedSeats, SignUp
from tests.factories import (
    answers_to,
    make_administrator,
    make_affiliation,
    make_member_group,
    make_open_activity,
    make_organisation,
    make_question,
    make_reader_group,
    make_sign_up,
    make_user,
)
from tests.html import addresses, all_of, assert_valid_html, words

State = SignUp.State


def from_now(**period):
    return timezone.now() + timedelta(**period)


class SignUpTestCase(TestCase):
    def setUp(self):
        self.person = make_user(name="样例本人")
        self.client.force_login(self.person)

    def url(self, activity):
        return reverse("members:sign_up", args=[activity.pk])

    def get(self, activity, **query):
        response = self.client.get(self.url(activity), query)
        self.assertIn("no-store", response.headers["Cache-Control"])
        return assert_valid_html(response)

    def send(self, activity, follow=True, **data):
        form = {"agrees": "on", "agreed_text": ConsentText.objects.current().text, **data}
        return self.client.post(self.url(activity), form, follow=follow)

    def assert_signed_up(self, activity, *people, **data):
        """Send the form; the page that follows must show ``people`` as signed up. Return it."""
        page = assert_valid_html(self.send(activity, **data))
        live = SignUp.objects.live().filter(activity=activity)
        self.assertEqual({row.person for row in live}, set(people))
        return page

    def assert_refused(self, sentence, activity, **data):
        """Send the form; it must come back with ``sentence`` above it, and nothing be changed. Return the page."""
        before = list(SignUp.objects.values())
        page = assert_valid_html(self.send(activity, **data))
        said = " ".join(words(part) for css_class in ("errors", "stop") for part in all_of(page, css_class))
        self.assertIn(sentence, said)
        self.assertEqual(list(SignUp.objects.values()), before)
        return page


class OnePersonTests(SignUpTestCase):
    def test_strangers_sign_in_first_and_come_back(self):
        self.client.logout()
        activity = make_open_activity()
        login = f"{reverse('accounts:login')}?next={self.url(activity)}"
        self.assertRedirects(self.client.get(self.url(activity)), login)

    def test_whoever_sends_the_form_has_a_place_and_reads_so(self):
        page = self.assert_signed_up(activity := make_open_activity(), self.person)
        [standing] = all_of(page, "standing")
        self.assertIn("已报名", words(standing))
        self.assertIn(reverse("members:cancel_sign_up", args=[activity.sign_ups.get().pk]), addresses(standing))

    def test_the_consent_that_was_given_is_kept(self):
        activity = make_open_activity()
        self.send(activity)
        self.assertEqual(activity.sign_ups.get().consent, ConsentText.objects.current())

    def test_without_consent_nothing_is_done(self):
        self.assert_refused("请阅读个人信息说明，并勾选同意。", make_open_activity(), agrees="")

    def test_whoever_agreed_to_another_text_is_asked_again(self):
        activity = make_open_activity()
        page = self.assert_refused("个人信息说明刚刚有更新，请重新阅读。", activity, agreed_text="样例旧文本")
        values = {field.get("name"): field for field in page.iter("input")}
        self.assertEqual(values["agreed_text"].get("value"), ConsentText.objects.current().text)
        self.assertIsNone(values["agrees"].get("checked"))

    def test_when_all_places_are_taken_it_says_how_many_stand_before(self):
        activity = make_open_activity(seats=1)
        for _number in range(4):
            make_sign_up(activity)
        [standing] = all_of(self.assert_signed_up_among(activity), "standing")
        self.assertIn("候补中", words(standing))
        self.assertIn("前面还有 3 人。", words(standing))

    def assert_signed_up_among(self, activity):
        page = assert_valid_html(self.send(activity))
        self.assertTrue(SignUp.objects.live().filter(activity=activity, person=self.person).exists())
        return page

    def test_where_staff_confirm_it_says_so(self):
        [standing] = all_of(self.assert_signed_up(make_open_activity(approval="staff"), self.person), "standing")
        self.assertIn("待确认", words(standing))

    def test_a_form_that_is_sent_twice_is_one_sign_up_and_says_so(self):
        activity = make_open_activity()
        self.send(activity)
        response = self.send(activity)
        self.assertContains(response, "您已报名，无需重复提交。")
        self.assertEqual(activity.sign_ups.count(), 1)

    def test_a_limit_that_was_lowered_meanwhile_leads_to_the_waiting_list(self):
        activity = make_open_activity(seats=2)
        make_sign_up(activity)
        self.get(activity)
        activity.seats = 1
        activity.change_at_once(["seats"], by=make_administrator())
        self.assertContains(self.send(activity), "候补中")

    def test_the_link_to_take_part_on_line_is_for_who_has_a_place(self):
        link = "https://example.org/room"
        activity = make_open_activity(online_link=link, seats=1)
        self.assertNotContains(self.client.get(self.url(activity)), link)
        self.assertContains(self.send(activity), link)
        waiting = make_user()
        self.client.force_login(waiting)
        self.assertNotContains(self.send(activity), link)

    def test_reserved_places_are_given_to_the_organisations_of_the_group(self):
        group = make_member_group()
        organisation = make_organisation(people=[self.person], member_group=group)
        activity = make_open_activity(seats=2)
        make_sign_up(activity)
        ReservedSeats.objects.create(activity=activity, member_group=group, seats=1, until=from_now(days=1))
        self.send(activity)
        row = activity.sign_ups.get(person=self.person)
        self.assertEqual((row.organisation, row.seat), (organisation, 2))


class RefusalTests(SignUpTestCase):
    def test_it_is_missing_where_the_page_of_the_activity_is(self):
        for activity in (make_open_activity(published_at=None), make_open_activity(readers=[make_reader_group()])):
            for answer in (self.client.get(self.url(activity)), self.send(activity)):
                self.assertEqual(answer.status_code, 404)

    def test_it_says_why_nobody_can_sign_up_and_shows_no_form(self):
        cancelled = make_open_activity()
        cancelled.call_off("样例原因", by=make_administrator())
        cases = [
            (make_open_activity(takes_sign_ups=False), "本活动"),
            (cancelled, "取消"),
            (make_open_activity(starts_at=from_now(minutes=-1)), "已开始"),
            (make_open_activity(sign_up_opens_at=from_now(days=1)), "报名将于"),
            (make_open_activity(sign_up_closes_at=from_now(minutes=-1)), "截止"),
        ]
        for activity, sentence in cases:
            with self.subTest(sentence):
                self.assert_refused(sentence, activity)
                page = self.get(activity)
                self.assertEqual(len(all_of(page, "stop")), 1)
                self.assertEqual(list(page.find(".//main").iter("form")), [])

    def test_an_activity_of_members_asks_for_an_organisation(self):
        self.assert_refused("您的账号尚未关联会员单位", make_open_activity(sign_up_for="members"))

    def test_nobody_signs_up_for_an_organisation_of_others(self):
        foreign = make_organisation(people=[make_user()])
        make_organisation(people=[self.person])
        for key in (str(foreign.pk), "x", "9" * 20, "-1", "\x00"):
            with self.subTest(key):
                self.assert_refused("您不在这家单位任职", make_open_activity(), organisation=key)

    def test_an_ended_membership_is_told(self):
        former = make_organisation(people=[self.person], period=(date(2020, 1, 1), date(2020, 12, 31)))
        activity = make_open_activity(sign_up_for="members")
        self.assert_refused("会籍已到期", activity, organisation=former.pk)

    def test_who_serves_two_organisations_chooses_one(self):
        first, second = (make_organisation(people=[self.person]) for _number in range(2))
        activity = make_open_activity(sign_up_for="members")
        [choices] = all_of(self.get(activity), "choices")
        self.assertEqual(addresses(choices), [f"?organisation={first.pk}", f"?organisation={second.pk}"])
        self.assert_refused("请选择为哪家单位报名", activity)
        self.assert_signed_up(activity, self.person, organisation=second.pk)
        self.assertEqual(activity.sign_ups.get().organisation, second)


class QuestionTests(SignUpTestCase):
    def setUp(self):
        super().setUp()
        self.activity = make_open_activity()
        self.question = make_question(self.activity, "样例：是否用餐？")
        self.prefix = f"answers-{self.person.pk}"

    def test_answers_are_kept(self):
        self.assert_signed_up(
            self.activity, self.person, **answers_to(self.activity, {self.question: "样例回答"}, self.prefix)
        )
        self.assertEqual(self.activity.sign_ups.get().answers, {str(self.question.pk): "样例回答"})

    def test_a_missing_answer_is_asked_for_and_nothing_typed_is_lost(self):
        other = make_question(self.activity)
        page = assert_valid_html(
            self.send(self.activity, **answers_to(self.activity, {other: "样例回答"}, self.prefix))
        )
        self.assertFalse(self.activity.sign_ups.exists())
        self.assertIn("样例：是否用餐？", words(all_of(page, "errors")[0]))
        fields = {field.get("name"): field for field in page.iter("input")}
        self.assertEqual(fields[f"{self.prefix}-q{other.pk}"].get("value"), "样例回答")
        self.assertIsNotNone(fields["agrees"].get("checked"))

    def test_a_forged_answer_is_refused(self):
        question = make_question(self.activity, kind="choice", choices="样例甲\n样例乙")
        forged = answers_to(self.activity, {self.question: "样例", question: "样例丙"}, self.prefix)
        self.send(self.activity, **forged)
        self.assertFalse(self.activity.sign_ups.exists())


class ContactTests(SignUpTestCase):
    def setUp(self):
        super().setUp()
        self.organisation = make_organisation()
        make_affiliation(self.organisation, self.person, role="contact")
        self.colleagues = [
            make_affiliation(self.organisation, make_user(name=f"样例同事{letter}")).user for letter in "甲乙丙"
        ]
        self.keys = [colleague.pk for colleague in self.colleagues]

    def test_a_contact_ticks_colleagues_and_signs_them_up_at_once(self):
        activity = make_open_activity()
        page = self.assert_signed_up(activity, *self.colleagues, people=self.keys)
        self.assertEqual({row.signed_up_by for row in activity.sign_ups.all()}, {self.person})
        self.assertEqual(len(all_of(page, "standing")), 3)

    def test_who_is_signed_up_already_stands_there_with_his_state(self):
        activity = make_open_activity()
        make_sign_up(activity, self.colleagues[0], self.organisation)
        page = self.get(activity)
        [there] = all_of(page, "there")
        self.assertEqual(words(there), "样例同事甲 已报名")
        self.assertNotIn(str(self.keys[0]), [field.get("value") for field in page.iter("input")])

    def test_beyond_the_limit_of_the_organisation_nobody_is_signed_up_and_the_ticks_stay(self):
        activity = make_open_activity(seats_per_organisation=2)
        page = self.assert_refused("限报", activity, people=self.keys)
        ticked = [field.get("value") for field in page.iter("input") if field.get("checked") is not None]
        self.assertEqual(set(ticked) - {None}, {str(key) for key in self.keys})

    def test_somebody_from_elsewhere_cannot_be_chosen(self):
        stranger = make_user(name="样例外人")
        page = self.assert_refused("请重新勾选", make_open_activity(), people=[stranger.pk])
        self.assertNotIn("样例外人", words(page))

    def test_nobody_ticked_is_said(self):
        self.assert_refused("请至少勾选一人。", make_open_activity())

    def test_a_batch_that_is_sent_twice_is_one(self):
        activity = make_open_activity()
        self.send(activity, people=self.keys)
        self.assertContains(self.send(activity, people=self.keys), "您已报名，无需重复提交。")
        self.assertEqual(activity.sign_ups.count(), 3)

    def test_each_colleague_has_questions_of_his_own(self):
        activity = make_open_activity()
        question = make_question(activity)
        first = self.get(activity)
        self.assertEqual(first.find(".//main//form").get("method"), "get")
        second = self.get(activity, organisation=self.organisation.pk, people=self.keys[:2])
        self.assertEqual(len(all_of(second, "asked")), 2)
        answers = {}
        for key in self.keys[:2]:
            answers |= answers_to(activity, {question: f"样例回答{key}"}, f"answers-{key}")
        self.assert_signed_up(activity, *self.colleagues[:2], people=self.keys[:2], **answers)
        for row in activity.sign_ups.all():
            self.assertEqual(row.answers, {str(question.pk): f"样例回答{row.person_id}"})

    def test_who_is_no_contact_is_asked_for_himself_alone(self):
        self.client.force_login(self.colleagues[0])
        activity = make_open_activity()
        self.assertEqual(all_of(self.get(activity), "people"), [])
        self.assert_signed_up(activity, self.colleagues[0], people=self.keys[1:])

    def test_a_contact_manages_what_colleagues_signed_up_themselves(self):
        activity = make_open_activity()
        row = make_sign_up(activity, self.colleagues[0], self.organisation)
        [standing] = all_of(self.get(activity), "standing")
        cancel = reverse("members:cancel_sign_up", args=[row.pk])
        self.assertIn(cancel, addresses(standing))
        self.client.post(cancel)
        row.refresh_from_db()
        self.assertEqual((row.state, row.ended_by), (State.CANCELLED, self.person))

    def test_more_colleagues_cost_no_more_queries(self):
        activity = make_open_activity()
        make_sign_up(activity, self.colleagues[0], self.organisation)
        self.get(activity)
        with CaptureQueriesContext(connection) as for_few:
            self.get(activity)
        for _number in range(9):
            make_affiliation(self.organisation)
        make_sign_up(activity, self.colleagues[1], self.organisation)
        with self.assertNumQueries(len(for_few)):
            self.get(activity)


class CancelTests(SignUpTestCase):
    def cancel(self, row, **data):
        return self.client.post(reverse("members:cancel_sign_up", args=[row.pk]), data, follow=True)

    def test_asking_changes_nothing_and_tells_what_follows(self):
        row = make_sign_up(make_open_activity(), self.person)
        page = assert_valid_html(self.client.get(reverse("members:cancel_sign_up", args=[row.pk])))
        self.assertIn("名额将立即转给候补的第一位。", words(page))
        row.refresh_from_db()
        self.assertEqual(row.state, State.CONFIRMED)

    def test_cancelling_keeps_the_reason_and_gives_the_place_to_the_next(self):
        activity = make_open_activity(seats=1)
        row, waiting = make_sign_up(activity, self.person), make_sign_up(activity)
        response = self.cancel(row, reason="样例原因：出差")
        self.assertContains(response, "报名已取消。")
        row.refresh_from_db()
        waiting.refresh_from_db()
        self.assertEqual((row.state, row.reason, waiting.state), (State.CANCELLED, "样例原因：出差", State.CONFIRMED))

    def test_cancelling_twice_is_cancelling_once(self):
        row = make_sign_up(make_open_activity(), self.person)
        self.cancel(row)
        self.assertContains(self.cancel(row), "这项报名已经结束。")

    def test_too_late_is_said_and_nothing_is_changed(self):
        row = make_sign_up(make_open_activity(cancel_until=from_now(hours=-1)), self.person)
        self.assertContains(self.cancel(row), "请致电协会")
        row.refresh_from_db()
        self.assertEqual(row.state, State.CONFIRMED)

    def test_what_is_somebody_elses_is_missing(self):
        row = make_sign_up(make_open_activity())
        for name in ("cancel_sign_up", "accept_sign_up"):
            self.assertEqual(self.client.post(reverse(f"members:{name}", args=[row.pk])).status_code, 404)

    def test_who_may_no_longer_read_the_activity_can_still_cancel(self):
        activity = make_open_activity(readers=[make_reader_group()])
        row = make_sign_up(activity, self.person)
        self.assertRedirects(self.client.post(reverse("members:cancel_sign_up", args=[row.pk])), reverse("mine:home"))

    def test_hostile_reasons_do_no_harm(self):
        for reason in ("a\x00b", "x" * 100_000, "<script>"):
            row = make_sign_up(make_open_activity(), self.person)
            self.assertEqual(self.cancel(row, reason=reason).status_code, 200)


class AcceptTests(SignUpTestCase):
    def setUp(self):
        super().setUp()
        self.activity = make_open_activity(seats=1, accept_within_hours=24)
        first = make_sign_up(self.activity)
        self.row = make_sign_up(self.activity, self.person)
        signing_up.cancel(first, first.person)

    def accept(self):
        return self.client.post(reverse("members:accept_sign_up", args=[self.row.pk]), follow=True)

    def test_who_accepts_has_the_place(self):
        self.assertIn("确认参加", words(self.get(self.activity)))
        self.assertContains(self.accept(), "已确认参加。")
        self.row.refresh_from_db()
        self.assertEqual(self.row.state, State.CONFIRMED)

    def test_too_late_is_said(self):
        SignUp.objects.filter(pk=self.row.pk).update(accept_by=from_now(hours=-1))
        self.assertContains(self.accept(), "期限已过")
        self.row.refresh_from_db()
        self.assertNotEqual(self.row.state, State.CONFIRMED)

    def test_it_takes_a_post(self):
        self.assertEqual(self.client.get(reverse("members:accept_sign_up", args=[self.row.pk])).status_code, 405)


class FormerContactTests(SignUpTestCase):
    """Whoever signed a colleague up and is no contact any more, or is staff, has no say in it here."""

    def setUp(self):
        super().setUp()
        self.organisation = make_organisation()
        self.service = make_affiliation(self.organisation, self.person, role="contact")
        self.colleague = make_affiliation(self.organisation, make_user(name="样例同事")).user
        self.activity = make_open_activity(seats=1, accept_within_hours=24)
        self.before = make_sign_up(self.activity)
        [self.row] = signing_up.sign_up(self.activity, [self.colleague], self.person, self.organisation)
        self.service.last_on = timezone.localdate() - timedelta(days=1)
        self.service.save()

    def test_he_neither_sees_nor_cancels_what_he_made_for_a_colleague(self):
        self.assertNotIn("样例同事", words(self.get(self.activity)))
        self.assertEqual(self.client.get(reverse("members:own_sign_up", args=[self.activity.pk])).status_code, 204)
        for verb in ("cancel", "accept"):
            url = reverse(f"members:{verb}_sign_up", args=[self.row.pk])
            self.assertEqual(self.client.post(url).status_code, 404)
        with self.assertRaises(signing_up.Refused):
            signing_up.cancel(self.row, self.person)
        self.row.refresh_from_db()
        self.assertTrue(self.row.is_live)

    def test_he_is_not_told_of_a_place_that_is_offered_to_the_colleague(self):
        signing_up.cancel(self.before, self.before.person)
        self.row.refresh_from_db()
        self.assertEqual(self.row.state, State.OFFERED)
        self.assertTrue(self.colleague.messages.filter(key__endswith=":offered").exists())
        self.assertFalse(self.person.messages.exists())

    def test_whom_staff_signed_up_is_not_theirs_to_cancel_without_the_log(self):
        staff, guest = make_administrator(), make_user()
        row = signing_up.sign_up_by_staff(make_open_activity(), guest, staff)
        self.client.force_login(staff)
        url = reverse("members:cancel_sign_up", args=[row.pk])
        self.assertEqual(self.client.post(url).status_code, 404)
