"""What staff do to activities: calling off and back, copying, beginning a report."""

from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.test import TestCase
from django.utils import timezone

from audit.models import Entry
from members.models import Activity, SignUp
from news.models import Article
from outbox.models import Message
from publishing import content_version, roles
from publishing.models import Column, ColumnRole, Relation
from tests.factories import (
    has_pending_changes,
    make_activity,
    make_column,
    make_member_group,
    make_open_activity,
    make_organisation,
    make_question,
    make_reader_group,
    make_sign_up,
    make_staff,
    make_user,
)
from tests.publishing.test_admin_form import url_of
from tests.publishing.test_admin_verbs import VerbTestCase, verb_url

DAY = timedelta(days=1)


def told(person):
    return list(Message.objects.filter(to=person).order_by("-pk").values_list("body", flat=True))


def shanghai(*parts):
    return timezone.make_aware(datetime(*parts))


class CallingOffTests(VerbTestCase):
    def test_the_page_says_how_many_are_told_before_anything_is_done(self):
        activity = make_open_activity()
        make_sign_up(activity), make_sign_up(activity)
        self.assertContains(self.client.get(verb_url(activity, "call-off")), "2 人已报名")
        activity.refresh_from_db()
        self.assertIsNone(activity.called_off_at)

    def test_everybody_is_told_the_reason_and_the_log_knows_it(self):
        activity = make_open_activity()
        row = make_sign_up(activity)
        version = content_version.current()
        self.do(activity, "call-off", reason="样例：台风")
        self.assertEqual(activity.phase, Activity.Phase.CALLED_OFF)
        self.assertIn("样例：台风", told(row.person)[0])
        entry = Entry.objects.latest("number")
        self.assertEqual((entry.by, entry.action, entry.item), (self.staff, "called_off", activity.pk))
        self.assertGreater(content_version.current(), version)

    def test_it_needs_a_reason(self):
        activity = make_open_activity()
        self.assertEqual(self.do(activity, "call-off", reason=" ").status_code, 200)
        self.assertIsNone(activity.called_off_at)

    def test_what_is_over_or_was_never_published_is_not_called_off(self):
        for activity in (make_activity(starts_at=timezone.now() - 2 * DAY), make_open_activity(published_at=None)):
            self.do(activity, "call-off", reason="样例原因")
            self.assertIsNone(activity.called_off_at)

    def test_it_is_undone_and_everybody_told(self):
        activity = make_open_activity(seats=1)
        _first, second = make_sign_up(activity), make_sign_up(activity)
        self.do(activity, "call-off", reason="样例原因")
        self.do(activity, "resume")
        self.assertEqual(activity.phase, Activity.Phase.UPCOMING)
        self.assertEqual(activity.call_off_reason, "")
        self.assertIn("照常举行", told(second.person)[0])
        self.assertEqual(SignUp.objects.live().filter(activity=activity).count(), 2)

    def test_called_off_twice_it_is_told_twice(self):
        activity = make_open_activity()
        row = make_sign_up(activity)
        for reason in ("样例原因一", "样例原因二"):
            self.do(activity, "call-off", reason=reason)
            self.do(activity, "resume")
        self.assertEqual(sum("样例原因" in body for body in told(row.person)), 2)

    def test_an_activity_with_sign_ups_is_neither_withdrawn_nor_trashed_before_it_begins(self):
        activity = make_open_activity()
        make_sign_up(activity)
        for name in ("withdraw", "trash"):
            with self.subTest(verb=name):
                self.assertContains(self.do(activity, name, reason="样例原因"), "请先取消活动")
                self.assertFalse(activity.is_removed)

    def test_called_off_or_over_it_may_go(self):
        called_off, over = make_open_activity(), make_open_activity()
        for activity in (called_off, over):
            make_sign_up(activity)
        self.do(called_off, "call-off", reason="样例原因")
        Activity.objects.filter(pk=over.pk).update(starts_at=timezone.now() - 2 * DAY)
        for activity in (called_off, over):
            self.do(activity, "withdraw", reason="样例原因")
            self.assertTrue(activity.is_removed)


class CopyingTests(VerbTestCase):
    def setUp(self):
        super().setUp()
        self.activity = make_open_activity(
            title="样例月会",
            report="<p>样例报道。</p>",
            seats=30,
            starts_at=shanghai(2026, 12, 1, 13, 30),
            ends_at=shanghai(2026, 12, 1, 16, 0),
            sign_up_closes_at=shanghai(2026, 11, 28, 17, 0),
            personal_data_until=datetime(2027, 3, 1).date(),
        )

    def copy(self, activity=None, **answers):
        activity = activity or self.activity
        answers = answers or {"starts_at_0": "2027-01-05", "starts_at_1": "09:00"}
        self.answer = self.do(activity, "copy", **answers)
        return Activity.objects.exclude(pk=activity.pk).order_by("-pk").first()

    def test_the_copy_is_a_draft_with_the_same_text_and_settings(self):
        copy = self.copy()
        self.assertRedirects(self.answer, url_of(copy))
        self.assertEqual((copy.title, copy.seats, copy.published_at), ("样例月会", 30, None))
        self.assertEqual(copy.report, "")
        self.assertFalse(copy.sign_ups.exists())

    def test_all_dates_move_as_the_start_does_on_shanghai_clocks(self):
        copy = self.copy()
        self.assertEqual(copy.starts_at, shanghai(2027, 1, 5, 9, 0))
        self.assertEqual(copy.ends_at, shanghai(2027, 1, 5, 11, 30))
        self.assertEqual(copy.sign_up_closes_at, shanghai(2027, 1, 2, 12, 30))
        self.assertEqual(copy.personal_data_until.isoformat(), "2027-04-05")

    def test_the_clock_is_kept_across_summer_time(self):
        """Shanghai had summer time until 1991."""
        activity = make_activity(starts_at=shanghai(1991, 7, 1, 9, 0), ends_at=shanghai(1991, 7, 1, 11, 0))
        copy = self.copy(activity, starts_at_0="2026-07-01", starts_at_1="09:00")
        self.assertEqual(timezone.localtime(copy.ends_at).hour, 11)

    def test_the_newest_text_is_taken_not_the_one_that_readers_see(self):
        content = self.activity.live_revision.content
        fields = {**content["fields"], "title": "样例新题"}
        self.activity.record_revision({**content, "fields": fields}, None, self.activity.live_revision)
        self.assertTrue(has_pending_changes(self.activity))
        self.assertEqual(self.copy().title, "样例新题")

    def test_questions_and_reserved_places_come_along(self):
        make_question(self.activity, "样例问题：参观车间吗")
        self.activity.reservations.create(member_group=make_member_group(), seats=3, until=shanghai(2026, 11, 25, 8, 0))
        copy = self.copy()
        self.assertEqual([question.text for question in copy.dossier.questions.all()], ["样例问题：参观车间吗"])
        self.assertEqual(copy.reservations.get().until, shanghai(2026, 12, 30, 3, 30))

    def test_calling_off_is_not_copied(self):
        make_sign_up(self.activity)
        self.activity.call_off("样例原因", by=self.staff)
        self.assertIsNone(self.copy().called_off_at)

    def test_who_may_not_write_in_the_column_of_the_newest_text_makes_no_copy(self):
        self.client.force_login(make_staff(roles.REVIEWER))
        self.assertEqual(self.client.get(verb_url(self.activity, "copy")).status_code, 403)


class ReportTests(VerbTestCase):
    def setUp(self):
        super().setUp()
        self.column = make_column("news")
        self.activity = make_open_activity(title="样例参观", place="样例园区")
        organisation = make_organisation()
        self.rows = [make_sign_up(self.activity, organisation=None) for _number in range(3)]
        SignUp.objects.filter(pk=self.rows[0].pk).update(organisation=organisation, checked_in_at=timezone.now())
        Activity.objects.filter(pk=self.activity.pk).update(starts_at=timezone.now() - 2 * DAY)

    def write(self):
        return self.do(self.activity, "report", column=self.column.pk)

    def test_the_draft_tells_how_many_signed_up_and_came(self):
        answer = self.write()
        article = Article.objects.get()
        self.assertRedirects(answer, url_of(article))
        self.assertIsNone(article.published_at)
        for words in ("样例参观", "样例园区", "3 人报名", "1 人到场", "1 家单位"):
            self.assertIn(words, article.body)

    def test_both_pages_show_each_other_once_it_is_published(self):
        self.write()
        article = Article.objects.get()
        self.assertNotContains(self.client.get(self.activity.get_absolute_url()), article.get_absolute_url())
        article.publish(article.dossier.newest_revision, by=self.staff)
        self.assertContains(self.client.get(self.activity.get_absolute_url()), article.get_absolute_url())
        self.assertContains(self.client.get(article.get_absolute_url()), self.activity.get_absolute_url())

    def test_a_title_is_no_markup(self):
        fields = {**self.activity.live_revision.content["fields"], "title": "样例<b>参观</b>"}
        content = {**self.activity.live_revision.content, "fields": fields}
        self.activity.publish(self.activity.record_revision(content, None, self.activity.live_revision), by=None)
        self.write()
        self.assertIn("&lt;b&gt;", Article.objects.get().body)

    def test_a_second_click_makes_no_second_report(self):
        self.write()
        self.assertContains(self.write(), "已经有一篇报道")
        self.assertEqual(Article.objects.count(), 1)

    def test_before_the_activity_begins_there_is_nothing_to_report(self):
        self.do(make_open_activity(), "report", column=self.column.pk)
        self.assertFalse(Article.objects.exists())

    def test_a_report_on_a_reserved_activity_is_reserved(self):
        self.activity = make_activity(starts_at=timezone.now() - 2 * DAY, readers=[make_reader_group()])
        self.write()
        article = Article.objects.get()
        self.assertEqual(article.audience, "groups")
        self.assertEqual(article.dossier.readers.count(), 1)

    def test_it_is_written_only_where_the_person_may_write(self):
        author = make_user(is_staff=True)
        own = make_column("news")
        group = Group.objects.get(name=roles.AUTHOR)
        ColumnRole.objects.create(user=author, role=group, column=own)
        ColumnRole.objects.create(user=author, role=group, column=self.activity.column)
        self.client.force_login(author)
        self.write()
        self.assertFalse(Article.objects.exists())
        self.column = own
        self.write()
        self.assertEqual(Article.objects.get().column, own)
        self.assertEqual(Relation.objects.get().target_id, self.activity.pk)


class WhoMayTests(TestCase):
    def test_each_role_is_offered_its_verbs(self):
        make_column("news")
        expected = {
            roles.AUTHOR: {"copy"},
            roles.REVIEWER: set(),
            roles.PUBLISHER: {"call-off", "copy"},
            roles.ADMINISTRATOR: {"call-off", "copy"},
        }
        activity = make_open_activity()
        for role, verbs in expected.items():
            with self.subTest(role=role):
                self.client.force_login(make_staff(role))
                offered = {verb.name for verb, _url in self.client.get(url_of(activity)).context["verbs"]}
                self.assertEqual(offered & {"call-off", "resume", "copy", "report"}, verbs)
                status = 200 if "call-off" in verbs else 403
                self.assertEqual(self.client.get(verb_url(activity, "call-off")).status_code, status)

    def test_a_publisher_of_another_column_calls_nothing_off(self):
        activity, person = make_open_activity(column=make_column("members")), make_user(is_staff=True)
        other = Column.objects.create(subject="members", title="样例别栏")
        ColumnRole.objects.create(user=person, role=Group.objects.get(name=roles.PUBLISHER), column=other)
        self.client.force_login(person)
        self.assertEqual(self.client.post(verb_url(activity, "call-off"), {"reason": "样例"}).status_code, 403)
        activity.refresh_from_db()
        self.assertIsNone(activity.called_off_at)
