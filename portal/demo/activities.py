"""Sample activities in every state, with the sign-ups that make them so."""

from datetime import timedelta
from itertools import cycle

from django.utils import timezone

from members import reader_rows, signing_up
from members.models import Activity, ReservedSeats, SignUp
from publishing.models import Column, Question

from .items import publish

AGENDA = "13:30–14:00 签到\n  请出示报名二维码\n14:00–15:30 样例参观\n15:30–16:30 样例交流"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def fill(staff, members, now):
    """Return the activities made, in the order in which they begin."""
    maker = Maker(staff, members, now)
    return [
        maker.past(), maker.running(), maker.closing(), maker.full(), maker.open(), maker.by_approval(), maker.of_group(),
        maker.called_off(), maker.moved(), maker.online(), maker.not_open(), maker.for_members_only(),
    ]  # fmt: skip


class Maker:
    def __init__(self, staff, members, now):
        self.by = staff["publisher"]
        self.members = members
        self.now = now
        self.column = Column.objects.filter(subject="members").first()
        # One person of each organisation in turn, and never one whose membership has ended.
        current = members.all[1:-3]
        self.queue = [
            (members.people[organisation][place], organisation) for place in range(3) for organisation in current
        ]

    def make(self, title, starts_in, **values):
        """Return a published activity of three hours that begins in ``starts_in`` (timedelta) and takes sign-ups."""
        starts_at = timezone.localtime(self.now + starts_in).replace(minute=30, second=0, microsecond=0)
        if abs(starts_in) >= DAY:
            starts_at = starts_at.replace(hour=13)
        readers = values.pop("readers", ())
        common = {
            "title": f"样例活动：{title}",
            "kind": Activity.Kind.VISIT,
            "starts_at": starts_at,
            "ends_at": starts_at + 3 * HOUR,
            "place": "样例会议中心",
            "address": "样例路 1 号三楼",
            "organiser": "样例质量协会",
            "participants": "会员单位质量负责人",
            "fee": "免费",
            "contact": "样例会员部 000-00000000",
            "agenda": AGENDA,
            "speakers": "样例嘉宾甲 样例研究院 研究员\n样例嘉宾乙 样例机械厂 总工程师",
            "sign_up_notes": "<ul><li>样例须知：请携带有效证件。</li><li>如不能参加，请及时取消报名。</li></ul>",
            "takes_sign_ups": True,
            "seats": 60,
        }
        published_at = min(self.now - 10 * DAY, starts_at - 20 * DAY)
        return publish(Activity, self.column, self.by, published_at, readers=readers, **{**common, **values})

    def sign_up(self, activity, count, before=None):
        """Sign ``count`` people up, one of each organisation in turn, at a moment before the activity; return the rows."""
        at = before or min(self.now, activity.starts_at) - 5 * DAY
        rows = []
        for person, organisation in self.queue[:count]:
            rows += signing_up.sign_up(activity, [person], by=person, organisation=organisation, at=at)
        return rows

    def past(self):
        activity = self.make(
            "质量工具交流会（已结束）", -30 * DAY, seats=20, credit_hours=3, report="<p>样例报道：活动顺利结束。</p>"
        )
        rows = self.sign_up(activity, 16)
        rows += signing_up.sign_up(
            activity, [self.members.member], self.members.member, self.members.all[0], at=rows[0].signed_up_at
        )
        for row, came in zip(rows, cycle([True, True, True, False]), strict=False):
            if came:
                SignUp.objects.filter(pk=row.pk).update(checked_in_at=activity.starts_at, checked_in_by=self.by)
        return activity

    def running(self):
        activity = self.make("现场管理参观（正在签到）", -HOUR, ends_at=self.now + 3 * HOUR, seats=20)
        rows = self.sign_up(activity, 12)
        rows += signing_up.sign_up(
            activity, [self.members.member], self.members.member, self.members.all[0], at=rows[0].signed_up_at
        )
        for row in rows[:5]:
            SignUp.objects.filter(pk=row.pk).update(checked_in_at=self.now, checked_in_by=self.by)
        return activity

    def closing(self):
        activity = self.make("统计方法培训（报名已截止）", 2 * DAY, kind=Activity.Kind.TRAINING, seats=30)
        self.sign_up(activity, 14)
        Activity.objects.filter(pk=activity.pk).update(sign_up_closes_at=self.now - HOUR)
        return activity

    def full(self):
        activity = self.make("质量信得过班组经验分享（候补）", 6 * DAY, seats=8, accept_within_hours=24)
        rows = self.sign_up(activity, 12)
        signing_up.sign_up(activity, [self.members.member], self.members.member, self.members.all[0])
        signing_up.cancel(rows[0], rows[0].person, "样例原因：出差")  # so that one place is on offer
        return activity

    def open(self):
        activity = self.make("智能工厂参观交流（报名中）", 9 * DAY, seats=60, seats_per_organisation=2)
        self.sign_up(activity, 18)
        signing_up.sign_up(activity, [self.members.member], self.members.contact, self.members.all[0])
        return activity

    def by_approval(self):
        activity = self.make("质量奖自评师研修班（需确认）", 12 * DAY, approval=Activity.Approval.STAFF, seats=20)
        Question.objects.create(dossier=activity.dossier, order=0, text="您从事质量工作几年？", kind=Question.Kind.TEXT)
        Question.objects.create(
            dossier=activity.dossier, order=1, text="是否需要午餐？", kind=Question.Kind.YES_NO, is_required=False
        )
        rows = self.sign_up(activity, 6)
        for row in rows[:2]:
            signing_up.approve(row, self.by)
        signing_up.refuse(rows[2], self.by, "样例原因：本期面向已完成基础班的学员。")
        return activity

    def of_group(self):
        group = self.members.groups[0]
        activity = self.make("机械大组专场（大组预留名额）", 15 * DAY, seats=12, member_group=group)
        ReservedSeats.objects.create(activity=activity, member_group=group, seats=4, until=self.now + 5 * DAY)
        self.sign_up(activity, 9)
        return activity

    def called_off(self):
        activity = self.make("户外拓展（已取消）", 4 * DAY)
        self.sign_up(activity, 5)
        activity.call_off("样例原因：天气不适宜。", by=self.by)
        return activity

    def moved(self):
        activity = self.make("标准化沙龙（已改期）", 16 * DAY, kind=Activity.Kind.MEETING, seats=None)
        self.sign_up(activity, 7)
        activity.starts_at += 2 * DAY
        activity.ends_at += 2 * DAY
        activity.place = "样例图书馆报告厅"
        activity.change_at_once(["starts_at", "ends_at", "place"], by=self.by)
        return activity

    def online(self):
        activity = self.make(
            "在线直播：质量管理入门", 18 * DAY, kind=Activity.Kind.ONLINE, sign_up_for=Activity.SignUpFor.EVERYONE,
            seats=500, place="线上直播", address="", online_link="https://example.org/live",
        )  # fmt: skip
        self.sign_up(activity, 10)
        return activity

    def not_open(self):
        return self.make("年度总结大会（报名未开始）", 40 * DAY, sign_up_opens_at=self.now + 10 * DAY, seats=300)

    def for_members_only(self):
        return self.make(
            "会员座谈会（仅会员可见）", 20 * DAY, seats=20,
            audience=Activity.Audience.GROUPS, readers=[reader_rows.readers_of()],
        )  # fmt: skip
