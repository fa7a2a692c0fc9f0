"""The pages of an organisation for its own people: details, changes that staff look at, colleagues."""

import json
import re
from datetime import date, timedelta

from django.core import mail
from django.test import TestCase, TransactionTestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import ReaderGroup, User
from audit.models import Entry
from members import people, profiles, roles
from members.models import Affiliation, Invitation, ProfileChange
from outbox.models import Message
from publishing import content_version
from publishing.models import Refused
from tests.factories import (
    make_administrator,
    make_affiliation,
    make_credit_code,
    make_organisation,
    make_staff,
    make_user,
)
from tests.files import samples
from tests.files.samples import OwnMediaFolder, upload
from tests.parallel import at_once

Role = Affiliation.Role
MINE = reverse("mine:organisation")


class MyOrganisationTestCase(OwnMediaFolder, TestCase):
    def setUp(self):
        super().setUp()
        self.organisation = make_organisation(credit_code=make_credit_code())
        self.contact = make_affiliation(self.organisation, role=Role.CONTACT).user
        self.page = self.address("detail")
        self.client.force_login(self.contact)

    def address(self, door, *arguments):
        return reverse(f"mine:organisation_{door}", args=[self.organisation.pk, *arguments])

    def post(self, door, *arguments, **data):
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(self.address(door, *arguments), data)


class DoorTests(MyOrganisationTestCase):
    def test_who_serves_one_is_led_there_and_who_serves_none_is_told(self):
        self.assertRedirects(self.client.get(MINE), self.page)
        self.client.force_login(make_user())
        self.assertContains(self.client.get(MINE), "申请入会")

    def test_who_serves_two_chooses(self):
        other = make_organisation(people=[self.contact])
        page = self.client.get(MINE)
        self.assertContains(page, self.organisation.name)
        self.assertContains(page, other.name)

    def test_strangers_former_people_and_colleagues_without_that_role_get_no_answer(self):
        former = make_affiliation(self.organisation, last_on=date(2020, 12, 31)).user
        colleague = make_affiliation(self.organisation)
        doors = ["details", "change", "invite"]
        for user in (make_user(), former, make_administrator()):
            self.client.force_login(user)
            self.assertEqual(self.client.get(self.page).status_code, 404)
        self.client.force_login(colleague.user)
        self.assertEqual(self.client.get(self.page).status_code, 200)
        for name in doors:
            self.assertEqual(self.client.get(self.address(name)).status_code, 404)
            self.assertEqual(self.client.post(self.address(name)).status_code, 404)
        for name in ("person_end", "person_role"):
            self.assertEqual(self.client.post(self.address(name, colleague.pk)).status_code, 404)
        self.client.logout()
        self.assertEqual(self.client.get(self.page).status_code, 302)

    def test_pages_are_kept_by_nobody(self):
        self.assertIn("no-store", self.client.get(self.page).headers["Cache-Control"])


class DetailsTests(MyOrganisationTestCase):
    def test_harmless_fields_change_at_once_and_are_logged(self):
        before = content_version.current()
        self.post("details", address="样例新址", website="example.com", public_fields=["address"], introduction="样例")
        self.organisation.refresh_from_db()
        self.assertEqual(self.organisation.address, "样例新址")
        self.assertEqual(self.organisation.website, "https://example.com")
        self.assertEqual(self.organisation.public_fields, ["address"])
        self.assertFalse(self.organisation.is_in_directory)
        self.assertIn("address", Entry.objects.get(action="profile_changed").facts["changed"])
        self.assertGreater(content_version.current(), before)

    def test_name_code_and_level_do_not_change_by_this_door(self):
        name = self.organisation.name
        self.post("details", name="假名", level="honorary", credit_code=make_credit_code(), address="x")
        self.organisation.refresh_from_db()
        self.assertEqual((self.organisation.name, self.organisation.level), (name, "ordinary"))

    def test_hostile_words_are_answered_with_a_page(self):
        for odd in ("\0", "x" * 50_000, "javascript:alert(1)", "\U0001f600" * 500):
            for door, name in (
                ("details", "website"),
                ("details", "address"),
                ("details", "public_fields"),
                ("change", "name"),
                ("change", "level"),
                ("invite", "email"),
                ("invite", "role"),
            ):
                self.assertLess(self.post(door, **{name: odd}).status_code, 500)


class ChangeTests(MyOrganisationTestCase):
    def ask(self, **data):
        given = {"name": self.organisation.name, "credit_code": self.organisation.credit_code, "level": "ordinary"}
        return self.post("change", **{**given, **data})

    def ask_for_a_name(self, name="样例新名厂"):
        self.ask(name=name, licence=upload("新执照.pdf", samples.PDF))
        return ProfileChange.objects.get()

    def answer(self, change, button, **data):
        self.client.force_login(make_staff(roles.MEMBER_SERVICE))
        seen = json.dumps({name: getattr(change.organisation, name) for name in change.new})
        return self.client.post(
            reverse("admin:members_profilechange_change", args=[change.pk]), {button: "x", "seen": seen, **data}
        )

    def test_a_new_name_waits_for_staff_and_then_stands_with_the_former_one_beside_it(self):
        old = self.organisation.name
        change = self.ask_for_a_name()
        self.organisation.refresh_from_db()
        self.assertEqual(self.organisation.name, old)
        self.assertContains(self.client.get(self.page), "样例新名厂")
        self.answer(change, "_accept")
        self.organisation.refresh_from_db()
        self.assertEqual((self.organisation.name, self.organisation.former_names), ("样例新名厂", old))
        self.assertEqual(Message.objects.filter(to=self.contact).count(), 1)
        self.assertEqual(Entry.objects.get(action="change_accepted").facts["after"], {"name": "样例新名厂"})

    def test_a_new_name_takes_the_new_licence(self):
        self.assertContains(self.ask(name="样例新名厂"), "营业执照")
        self.assertFalse(ProfileChange.objects.exists())

    def test_one_change_waits_at_a_time_and_can_be_taken_back(self):
        change = self.ask_for_a_name()
        self.assertContains(self.ask(level="senior"), "已有一项变更")
        self.post("change_withdraw", change.pk)
        self.ask(level="senior")
        self.assertEqual(ProfileChange.objects.open().get().new, {"level": "senior"})

    def test_nothing_new_is_said_so(self):
        self.assertContains(self.ask(), "没有需要变更的内容")

    def test_to_refuse_takes_a_reason(self):
        change = self.ask_for_a_name()
        self.assertContains(self.answer(change, "_refuse"), "请写明原因")
        self.answer(change, "_refuse", reason="执照看不清")
        self.assertIn("执照看不清", Message.objects.get(to=self.contact).body)

    def test_what_changed_meanwhile_is_shown_and_an_answer_to_what_was_read_before_is_refused(self):
        change, read = self.ask_for_a_name(), json.dumps({"name": self.organisation.name})
        self.organisation.name = "样例别名厂"
        self.organisation.save()
        page = self.answer(change, "_accept", seen=read)
        self.assertContains(page, "样例别名厂")
        self.assertContains(page, "又有别的改动")
        self.organisation.refresh_from_db()
        self.assertEqual(self.organisation.name, "样例别名厂")

    def test_a_name_that_another_has_taken_meanwhile_is_not_given(self):
        change = self.ask_for_a_name()
        make_organisation(name="样例新名厂")
        self.assertEqual(self.answer(change, "_accept").status_code, 200)
        self.assertTrue(ProfileChange.objects.open().exists())

    def test_who_may_not_answer_does_not(self):
        change = self.ask_for_a_name()
        door = reverse("admin:members_profilechange_change", args=[change.pk])
        self.client.force_login(make_staff(roles.SECRETARY))
        self.assertEqual(self.client.get(door).status_code, 200)
        self.assertEqual(self.client.post(door, {"_accept": "x", "seen": "{}"}).status_code, 403)
        self.client.force_login(make_user(is_staff=True))
        self.assertEqual(self.client.get(door).status_code, 403)

    def test_the_licence_leaves_for_staff_and_the_contacts_alone(self):
        change = self.ask_for_a_name()
        door = self.address("change_licence", change.pk)
        self.assertEqual(self.client.get(door).status_code, 200)
        other = make_organisation()
        self.client.force_login(make_affiliation(other, role=Role.CONTACT).user)
        self.assertEqual(self.client.get(door).status_code, 404)
        foreign = reverse("mine:organisation_change_licence", args=[other.pk, change.pk])
        self.assertEqual(self.client.get(foreign).status_code, 404)


class PeopleTests(MyOrganisationTestCase):
    def invite(self, **data):
        return self.post("invite", **{"name": "样例同事", "email": "c@example.com", "role": "other", **data})

    def test_a_colleague_without_an_account_gets_one_and_reads(self):
        self.invite()
        user = User.objects.get(email="c@example.com")
        self.assertFalse(user.has_usable_password())
        self.assertTrue(ReaderGroup.objects.for_reader(user, timezone.localdate()).exists())
        self.assertEqual([message.to for message in mail.outbox], [["c@example.com"]])

    def test_who_has_an_account_serves_by_his_own_yes(self):
        user = make_user(email="C@example.com", password="a long password 9")
        self.invite()
        self.assertFalse(Affiliation.objects.filter(user=user).exists())
        link = re.search(r"/me/invitation/\S+", mail.outbox[0].body)[0]
        self.client.force_login(user)
        self.client.get(link)
        self.assertFalse(Affiliation.objects.filter(user=user).exists())
        self.assertRedirects(self.client.post(link), self.page)
        self.assertEqual(Affiliation.objects.get(user=user).role, "other")
        self.assertEqual(self.client.post(link).status_code, 404)

    def test_who_came_by_another_organisation_and_has_no_password_yet_is_asked_as_well(self):
        user = make_user(email="c@example.com", name="样例别家的人")
        user.set_unusable_password()
        user.save()
        self.invite(name="样例甲")
        self.assertFalse(Affiliation.objects.filter(user=user).exists())
        self.assertNotContains(self.client.get(self.page), "样例别家的人")
        self.assertEqual(len(mail.outbox), 2)
        self.client.force_login(user)
        self.client.post(reverse("mine:invitation", args=[Invitation.objects.get().token]))
        self.assertEqual(Affiliation.objects.get(user=user).organisation, self.organisation)

    def test_known_and_unknown_addresses_get_the_same_answer(self):
        make_user(email="known@example.com", password="a long password 9")
        answers = []
        for email in ("known@example.com", "new@example.com"):
            self.invite(email=email)
            answers.append(self.client.get(self.page).content.decode().split('role="status">')[1].split("<")[0])
        self.assertEqual(*(answer.replace("known", "").replace("new", "") for answer in answers))

    def test_an_invitation_taken_back_or_grown_old_holds_no_more(self):
        make_user(email="c@example.com", password="a long password 9")
        self.invite()
        invitation = Invitation.objects.get()
        link = reverse("mine:invitation", args=[invitation.token])
        self.post("invitation_withdraw", invitation.pk)
        self.assertEqual(self.client.get(link).status_code, 404)
        Invitation.objects.update(withdrawn_at=None, invited_at=timezone.now() - timedelta(days=15))
        self.assertEqual(self.client.get(link).status_code, 404)
        self.assertEqual(self.client.get(link.replace("invitation/", "invitation/x")).status_code, 404)

    def test_no_more_than_a_few_are_invited_and_no_main_contact(self):
        self.assertEqual(self.invite(role="contact").status_code, 200)
        for number in range(20):
            self.invite(email=f"c{number}@example.com")
        self.invite(email="late@example.com")
        self.assertFalse(User.objects.filter(email="late@example.com").exists())

    def test_a_service_ends_by_date_and_reading_with_it(self):
        colleague = make_affiliation(self.organisation)
        self.post("person_end", colleague.pk)
        colleague.refresh_from_db()
        today = timezone.localdate()
        self.assertEqual(colleague.last_on, today)
        self.assertFalse(ReaderGroup.objects.for_reader(colleague.user, today + timedelta(days=1)).exists())

    def test_the_main_contact_hands_over_and_the_days_before_stay(self):
        colleague = make_affiliation(self.organisation)
        self.post("person_role", colleague.pk, role="contact")
        now = {one.user_id: one.role for one in Affiliation.objects.current().filter(organisation=self.organisation)}
        self.assertEqual(now, {colleague.user_id: "contact", self.contact.pk: "deputy"})
        former = Affiliation.objects.get(user=self.contact, role="contact")
        self.assertEqual(former.last_on, timezone.localdate() - timedelta(days=1))
        self.assertEqual(self.post("person_role", colleague.pk, role="other").status_code, 404)

    def test_the_main_contact_is_neither_ended_nor_made_less_by_himself(self):
        own = Affiliation.objects.get(user=self.contact)
        self.post("person_end", own.pk)
        self.post("person_role", own.pk, role="other")
        own.refresh_from_db()
        self.assertEqual((own.role, own.last_on), ("contact", None))

    def test_people_of_another_organisation_are_out_of_reach(self):
        foreign = make_affiliation(make_organisation())
        for name in ("person_end", "person_role"):
            self.assertEqual(self.post(name, foreign.pk, role="deputy").status_code, 404)


class RaceTests(TransactionTestCase):
    def test_two_hand_overs_at_once_leave_one_main_contact(self):
        organisation = make_organisation()
        contact = make_affiliation(organisation, role=Role.CONTACT).user
        colleagues = [make_affiliation(organisation) for _ in range(4)]
        outcomes = at_once([lambda one=one: people.give_role(one, Role.CONTACT, contact) for one in colleagues])
        self.assertFalse(
            [outcome for outcome in outcomes if isinstance(outcome, Exception) and not isinstance(outcome, Refused)]
        )
        self.assertEqual(Affiliation.objects.contacts().current().filter(organisation=organisation).count(), 1)

    def test_of_two_answers_at_once_one_counts(self):
        organisation = make_organisation()
        contact = make_affiliation(organisation, role=Role.CONTACT).user
        change = profiles.ask(organisation, {"level": "senior"}, contact)
        staff = [make_administrator() for _ in range(4)]
        tasks = [lambda by=by: profiles.accept(change.pk, by, {"level": "ordinary"}) for by in staff[:2]]
        tasks += [lambda by=by: profiles.refuse(change.pk, by, "样例") for by in staff[2:]]
        outcomes = at_once(tasks)
        self.assertEqual(sum(isinstance(outcome, ProfileChange) for outcome in outcomes), 1, outcomes)
        self.assertEqual(sum(isinstance(outcome, Refused) for outcome in outcomes), 3, outcomes)

    def test_one_address_invited_six_times_at_once_is_one_account(self):
        organisation, by = make_organisation(), make_administrator()
        outcomes = at_once(
            [lambda: people.invite(organisation, "样例同事", "c@example.com", Role.OTHER, by) for _ in range(6)]
        )
        self.assertEqual(User.objects.filter(email="c@example.com").count(), 1)
        self.assertEqual(Affiliation.objects.filter(organisation=organisation).count(), 1)
        self.assertEqual(sum(isinstance(outcome, Refused) for outcome in outcomes), 5, outcomes)
