"""The form of an activity: its agenda and its times."""

from django.test import TestCase

from members.models import MemberGroup
from publishing import content_version, roles
from tests.factories import make_activity, make_administrator, make_staff
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
