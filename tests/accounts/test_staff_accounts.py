"""Accounts are made, changed and closed in the admin, without a shell."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.admin import ReaderGroupAdmin
from accounts.models import ReaderGroup, ReaderGroupMembership, User
from publishing import roles
from tests.factories import make_administrator, make_reader_group, make_user

PASSWORD = "sample-of-a-long-password"
LIST = "admin:accounts_user_changelist"
ADD = "admin:accounts_user_add"
CHANGE = "admin:accounts_user_change"
RESET = "admin:auth_user_password_change"
NO_MEMBERSHIPS = {
    "reader_memberships-TOTAL_FORMS": 0,
    "reader_memberships-INITIAL_FORMS": 0,
}


def make_staff(role=roles.ADMINISTRATOR, **overrides):
    user = make_user(is_staff=True, **overrides)
    user.groups.add(Group.objects.get(name=role))
    return user


class StaffAccountTests(TestCase):
    def setUp(self):
        self.manager = make_staff()
        self.client.force_login(self.manager)

    def form(self, **overrides):
        return {
            "username": "liming",
            "name": "样例李明",
            "email": "liming@example.org",
            "phone": "13800000001",
            "is_active": "on",
            "is_staff": "on",
            "groups": [Group.objects.get(name=roles.AUTHOR).pk],
            **overrides,
        }

    def add(self, **overrides):
        return self.client.post(
            reverse(ADD), {**self.form(), "password1": PASSWORD, "password2": PASSWORD, **overrides}
        )

    def change(self, user, **overrides):
        return self.client.post(reverse(CHANGE, args=[user.pk]), {**self.form(), **NO_MEMBERSHIPS, **overrides})

    def test_an_administrator_makes_an_account_with_name_phone_mail_and_role(self):
        self.add()
        user = User.objects.get(username="liming")
        self.assertEqual((user.name, user.email, user.phone), ("样例李明", "liming@example.org", "13800000001"))
        self.assertTrue(user.is_staff)
        self.assertEqual([group.name for group in user.groups.all()], [roles.AUTHOR])
        self.assertTrue(self.client.login(username="liming", password=PASSWORD))
        self.assertEqual(self.client.get(reverse("admin:index")).status_code, 200)

    def test_a_new_account_is_for_staff_unless_somebody_unticks_it(self):
        self.assertTrue(self.client.get(reverse(ADD)).context["adminform"].form["is_staff"].initial)

    def test_an_account_needs_the_persons_name(self):
        response = self.add(name="")
        self.assertIn("name", response.context["adminform"].form.errors)

    def test_an_account_needs_a_password_that_holds(self):
        response = self.add(password1="12345678", password2="12345678")
        self.assertIn("password2", response.context["adminform"].form.errors)

    def test_an_address_that_is_taken_is_refused_with_a_sentence(self):
        make_user(email="liming@example.org")
        response = self.add()
        self.assertContains(response, "已有账号使用这个电子邮箱。")

    def test_two_accounts_may_lack_mail_and_phone(self):
        self.add(email="", phone="")
        self.add(username="wangfang", email="", phone="")
        self.assertTrue(User.objects.filter(username="wangfang").exists())

    def test_an_account_is_closed_and_its_owner_is_out_at_once(self):
        user = make_staff(roles.AUTHOR, password=PASSWORD)
        owner = self.client_class()
        owner.login(username=user.username, password=PASSWORD)
        self.change(user, is_active="")
        self.assertEqual(owner.get(reverse("admin:index")).status_code, 302)
        self.assertFalse(owner.login(username=user.username, password=PASSWORD))

    def test_accounts_are_closed_and_opened_in_the_list_with_a_log_entry(self):
        user = make_staff(roles.AUTHOR)
        for action, is_active in (("deactivate", False), ("activate", True)):
            self.client.post(reverse(LIST), {"action": action, "_selected_action": [user.pk], "index": 0})
            user.refresh_from_db()
            self.assertEqual(user.is_active, is_active)
        history = self.client.get(reverse("admin:accounts_user_history", args=[user.pk]))
        self.assertEqual(len(history.context["action_list"]), 2)

    def test_no_account_is_deleted(self):
        user = make_user()
        response = self.client.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"})
        self.assertEqual(response.status_code, 403)
        self.client.post(
            reverse(LIST), {"action": "delete_selected", "_selected_action": [user.pk], "index": 0, "post": "yes"}
        )
        self.assertTrue(User.objects.filter(pk=user.pk).exists())

    def test_nobody_closes_his_own_account(self):
        self.client.post(reverse(LIST), {"action": "deactivate", "_selected_action": [self.manager.pk], "index": 0})
        self.change(self.manager, is_active="", is_staff="")
        self.manager.refresh_from_db()
        self.assertTrue(self.manager.is_active)
        self.assertTrue(self.manager.is_staff)

    def test_a_password_is_reset_and_old_sessions_end(self):
        user = make_staff(roles.AUTHOR, password="the-password-of-before")
        owner = self.client_class()
        owner.login(username=user.username, password="the-password-of-before")
        response = self.client.post(
            reverse(RESET, args=[user.pk]),
            {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD, "set-password": "1"},
        )
        self.assertRedirects(response, reverse(CHANGE, args=[user.pk]))
        self.assertEqual(owner.get(reverse("admin:index")).status_code, 302)
        self.assertTrue(owner.login(username=user.username, password=PASSWORD))

    def test_a_longer_list_costs_no_more_queries(self):
        make_staff(roles.AUTHOR)
        self.client.get(reverse(LIST))
        with CaptureQueriesContext(connection) as queries_for_few:
            self.client.get(reverse(LIST))
        for _ in range(10):
            make_staff(roles.AUTHOR)
        with self.assertNumQueries(len(queries_for_few)):
            self.client.get(reverse(LIST))


class SuperuserTests(TestCase):
    def setUp(self):
        self.superuser = make_administrator()
        self.manager = make_staff()

    def change(self, user, **overrides):
        form = {"username": user.username, "name": "样例新名", "is_active": "on", "is_staff": "on", **NO_MEMBERSHIPS}
        return self.client.post(reverse(CHANGE, args=[user.pk]), {**form, **overrides})

    def test_only_a_superuser_makes_another_one(self):
        user = make_user()
        self.client.force_login(self.manager)
        self.change(user, is_superuser="on")
        user.refresh_from_db()
        self.assertEqual((user.name, user.is_superuser), ("样例新名", False))
        self.client.force_login(self.superuser)
        self.change(user, is_superuser="on")
        user.refresh_from_db()
        self.assertTrue(user.is_superuser)

    def test_only_a_superuser_sees_who_is_one(self):
        user = make_user()
        for viewer, sees in ((self.manager, False), (self.superuser, True)):
            self.client.force_login(viewer)
            form = self.client.get(reverse(CHANGE, args=[user.pk])).context["adminform"].form
            self.assertEqual("is_superuser" in form.fields, sees)
            self.assertNotIn("user_permissions", form.fields)

    def test_an_administrator_cannot_touch_a_superuser(self):
        self.client.force_login(self.manager)
        self.assertEqual(self.change(self.superuser).status_code, 403)
        reset = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD, "set-password": "1"}
        self.assertEqual(self.client.post(reverse(RESET, args=[self.superuser.pk]), reset).status_code, 403)
        self.client.post(reverse(LIST), {"action": "deactivate", "_selected_action": [self.superuser.pk], "index": 0})
        self.superuser.refresh_from_db()
        self.assertTrue(self.superuser.is_active)
        self.assertFalse(self.superuser.check_password(PASSWORD))

    def test_a_superuser_does_not_take_the_rank_from_himself(self):
        self.client.force_login(self.superuser)
        self.change(self.superuser)
        self.superuser.refresh_from_db()
        self.assertEqual((self.superuser.name, self.superuser.is_superuser), ("样例新名", True))

    def test_other_roles_do_not_reach_the_accounts(self):
        for role in (roles.AUTHOR, roles.REVIEWER, roles.PUBLISHER):
            self.client.force_login(make_staff(role))
            for address in (reverse(LIST), reverse(ADD), reverse(RESET, args=[self.manager.pk])):
                self.assertEqual(self.client.get(address).status_code, 403)


class ReaderGroupTests(TestCase):
    def setUp(self):
        self.client.force_login(make_staff())

    def test_a_group_is_made_with_its_people(self):
        person = make_user()
        self.client.post(
            reverse("admin:accounts_readergroup_add"),
            {
                "name": "全体会员",
                "memberships-TOTAL_FORMS": 1,
                "memberships-INITIAL_FORMS": 0,
                "memberships-0-user": person.pk,
                "memberships-0-first_on": "2025-01-01",
                "memberships-0-last_on": "",
            },
        )
        group = ReaderGroup.objects.get()
        self.assertIn(group, ReaderGroup.objects.for_reader(person, timezone.localdate()))

    def test_a_stay_that_ends_before_it_begins_is_refused_with_a_sentence(self):
        response = self.client.post(
            reverse("admin:accounts_readergroupmembership_add"),
            {
                "group": make_reader_group().pk,
                "user": make_user().pk,
                "first_on": "2025-02-01",
                "last_on": "2025-01-01",
            },
        )
        self.assertContains(response, "最后一天不能早于第一天。")

    def test_the_list_counts_the_people_of_today(self):
        today = timezone.localdate()
        twice, gone = make_user(), make_user()
        group = make_reader_group(twice, twice)
        ReaderGroupMembership.objects.create(
            group=group, user=gone, first_on=today - timedelta(days=9), last_on=today - timedelta(days=1)
        )
        make_reader_group()
        counts = ReaderGroup.objects.with_people_count().order_by("pk").values_list("people_count", flat=True)
        self.assertEqual(list(counts), [1, 0])
        self.assertContains(self.client.get(reverse("admin:accounts_readergroup_changelist")), "1 人")

    def test_the_people_of_a_large_group_have_a_list_of_their_own(self):
        group = make_reader_group(*(make_user() for _ in range(ReaderGroupAdmin.MOST_PEOPLE_INLINE + 1)))
        response = self.client.get(reverse("admin:accounts_readergroup_change", args=[group.pk]))
        self.assertEqual(response.context["inline_admin_formsets"], [])
        address = f"{reverse('admin:accounts_readergroupmembership_changelist')}?group__id__exact={group.pk}"
        self.assertContains(response, address)
        self.assertEqual(self.client.get(address).context["cl"].result_count, ReaderGroupAdmin.MOST_PEOPLE_INLINE + 1)
