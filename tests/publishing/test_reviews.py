"""三审三校 through the pages of the admin: submitted, passed by three people, sent back, urgent, and never gone round."""

from datetime import timedelta
from unittest import mock

from django.contrib.auth.models import Group
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from news.models import Article
from outbox.models import Message
from publishing import content, roles
from publishing.admin import sheets
from publishing.models import ColumnRole, ProofCheck, Refused, Review, Revision, StandIn
from tests.factories import (
    has_pending_changes,
    make_activity,
    make_administrator,
    make_article,
    make_column,
    make_review,
    make_staff,
    make_user,
)
from tests.publishing.test_admin_form import typed_form

HOUR = timedelta(hours=1)


class ReviewTestCase(TestCase):
    def setUp(self):
        self.column = make_column(review_steps=3)
        self.author = make_staff(roles.AUTHOR, name="样例作者")
        self.first = make_staff(roles.REVIEWER, name="样例初审")
        self.second = make_staff(roles.REVIEWER, name="样例复审")
        self.last = make_staff(roles.PUBLISHER, name="样例终审")

    def url(self, item, page="review", *args):
        return reverse(f"admin:news_article_{page}", args=[item.pk, *args])

    def submit(self, item, by=None, **answers):
        self.client.force_login(by or self.author)
        return self.client.post(self.url(item, "verb", "submit"), {"urgency": "", **answers})

    def decide(self, review, by, button, **answers):
        """Post the decision of ``by`` as the page of ``review`` stands now, every check ticked."""
        self.client.force_login(by)
        page = self.client.get(self.url(review.dossier))
        self.assertEqual(page.status_code, 200)
        typed = {
            "revision": review.revision.number,
            "stage": Review.objects.get(pk=review.pk).stage,
            "checks": [check.pk for check in Review.objects.get(pk=review.pk).checks()],
            "reason": "",
            "to_stage": "",
            **answers,
        }
        answer = self.client.post(self.url(review.dossier), {**typed, button: "1"})
        review.refresh_from_db()
        return answer

    def reader_sees(self, item):
        self.client.logout()
        return self.client.get(f"/news/{item.pk}/")


class ThreeStepsTests(ReviewTestCase):
    def test_a_text_reaches_readers_after_three_people_passed_it(self):
        item = make_article(published_at=None, column=self.column, title="样例标题")
        self.submit(item)
        review = item.open_review
        for person, stage in ((self.first, "first"), (self.second, "second"), (self.last, "final")):
            self.assertEqual(review.stage, stage)
            self.assertEqual(self.reader_sees(item).status_code, 404)
            self.decide(review, person, "_pass")
        self.assertEqual(review.outcome, Review.Outcome.PASSED)
        self.assertContains(self.reader_sees(item), "样例标题")

    def test_readers_keep_the_old_text_while_its_successor_is_reviewed(self):
        item = make_article(column=self.column, title="样例旧标题")
        live = item.live_revision
        fields = {**live.content["fields"], "title": "样例新标题"}
        item.record_revision({**live.content, "fields": fields}, self.author, live)
        self.submit(item)
        review = item.open_review
        self.decide(review, self.first, "_pass")
        self.decide(review, self.second, "_pass")
        self.assertContains(self.reader_sees(item), "样例旧标题")
        self.decide(review, self.last, "_pass")
        self.assertContains(self.reader_sees(item), "样例新标题")
        self.assertFalse(has_pending_changes(item))

    def test_a_column_may_have_one_step_or_two(self):
        for steps, stages in ((1, ["final"]), (2, ["first", "final"])):
            with self.subTest(steps=steps):
                review = make_review(by=self.author, stage=stages[0], steps=steps)
                self.assertEqual([stage.value for stage in review.stages], stages)
                for stage in stages:
                    self.assertEqual(review.stage, stage)
                    self.decide(review, self.first if stage == "first" else self.last, "_pass")
                self.assertEqual(review.outcome, "passed")

    def test_the_planned_moment_schedules_the_first_publication(self):
        item = make_article(published_at=None, column=self.column)
        tomorrow = timezone.localtime() + timedelta(days=1)
        self.submit(item, publish_at_0=f"{tomorrow:%Y-%m-%d}", publish_at_1="09:00")
        review = item.open_review
        for person in (self.first, self.second, self.last):
            self.decide(review, person, "_pass")
        item.refresh_from_db()
        self.assertEqual(item.status, Article.Status.SCHEDULED)
        self.assertEqual(f"{timezone.localtime(item.published_at):%H:%M}", "09:00")

    def test_a_planned_moment_that_has_passed_publishes_at_once(self):
        review = make_review(by=self.author, stage="final", publish_at=timezone.now() + HOUR)
        Review.objects.filter(pk=review.pk).update(publish_at=timezone.now() - HOUR)
        self.decide(review, self.last, "_pass")
        self.assertEqual(review.dossier.item.status, Article.Status.PUBLISHED)

    def test_a_moment_in_the_past_is_refused_and_stays_in_the_form(self):
        item = make_article(published_at=None, column=self.column)
        answer = self.submit(item, publish_at_0="2020-01-01", publish_at_1="09:00", urgency="样例原因")
        self.assertContains(answer, "请选择将来的时间。")
        self.assertContains(answer, "样例原因")
        self.assertIsNone(item.open_review)


class WhoMayTests(ReviewTestCase):
    def test_nobody_reviews_a_text_that_he_wrote_or_submitted(self):
        item = make_article(published_at=None, column=self.column)
        item.record_revision(content.of_row(item), self.first, item.dossier.newest_revision)
        self.submit(item)
        review = item.open_review
        answer = self.decide(review, self.first, "_pass")
        self.assertContains(answer, "本稿由您撰写或提交")
        self.assertEqual(review.stage, "first")

    def test_every_step_takes_another_person(self):
        review = make_review(by=self.author, column=self.column)
        self.decide(review, self.first, "_pass")
        self.assertContains(self.decide(review, self.first, "_pass"), "每一步须由不同的人审核")
        self.assertEqual(review.stage, "second")

    def test_an_administrator_is_bound_by_the_same_rules(self):
        chief = make_administrator()
        review = make_review(by=chief, column=self.column)
        self.decide(review, chief, "_pass")
        self.assertEqual(review.stage, "first")

    def test_a_step_that_is_not_among_ones_roles_is_refused(self):
        review = make_review(by=self.author, column=self.column)
        self.assertContains(self.decide(review, self.last, "_pass"), "您没有这个栏目的初审角色。")
        self.assertEqual(review.stage, "first")

    def test_a_person_without_any_reviewing_role_is_turned_away(self):
        review = make_review(by=self.author, column=self.column)
        self.assertEqual(self.decide(review, make_staff(roles.AUTHOR), "_pass").status_code, 403)

    def test_a_stand_in_reviews_on_the_days_an_administrator_named(self):
        review = make_review(by=self.author, column=self.column)
        helper = make_staff(roles.AUTHOR, name="样例代审人")
        today = timezone.localdate()
        chief = make_administrator()
        named = StandIn.objects.create(
            absent=self.first, person=helper, first_on=today - timedelta(days=3), last_on=today - timedelta(days=1),
            named_by=chief,
        )  # fmt: skip
        self.assertEqual(self.decide(review, helper, "_pass").status_code, 403)
        StandIn.objects.filter(pk=named.pk).update(last_on=today)
        self.decide(review, type(helper).objects.get(pk=helper.pk), "_pass")
        self.assertEqual((review.stage, review.first_by), ("second", helper))
        self.assertContains(self.client.get(self.url(review.dossier, "sheet")), "代样例初审审核")

    def test_only_an_administrator_names_a_stand_in(self):
        form = {"absent": self.first.pk, "person": self.second.pk, "first_on": "2026-11-01", "last_on": "2026-11-30"}
        for person, status in ((self.last, 403), (make_administrator(), 302)):
            self.client.force_login(person)
            self.assertEqual(self.client.post("/admin/publishing/standin/add/", form).status_code, status)
        self.assertEqual(StandIn.objects.get().named_by, person)

    def test_a_deactivated_reviewer_leaves_the_step_to_others_and_nobody_left_is_said(self):
        review = make_review(by=self.author, column=self.column)
        type(self.first).objects.filter(pk=self.first.pk).update(is_active=False)
        self.assertEqual(set(review.people_for("first")), {self.second})
        type(self.second).objects.filter(pk=self.second.pk).update(is_active=False)
        self.client.force_login(self.author)
        self.assertContains(self.client.get(self.url(review.dossier)), "目前没有人可以进行这一步审核")

    def test_who_submits_is_told_at_once_that_nobody_can_review(self):
        type(self.first).objects.filter(pk__in=[self.first.pk, self.second.pk]).update(is_active=False)
        item = make_article(published_at=None, column=self.column)
        self.client.force_login(self.author)
        answer = self.client.post(self.url(item, "verb", "submit"), {"urgency": ""}, follow=True)
        self.assertContains(answer, "目前没有人可以初审")

    def test_a_column_that_is_moved_meanwhile_keeps_its_review_and_gets_the_reviewers_of_its_new_place(self):
        here, there = make_column(review_steps=3), make_column(review_steps=1)
        column = make_column(review_steps=3, parent=here)
        old, new = make_user(is_staff=True), make_user(is_staff=True)
        for person, place in ((old, here), (new, there)):
            ColumnRole.objects.create(user=person, role=Group.objects.get(name=roles.REVIEWER), column=place)
        review = make_review(by=self.author, column=column)
        self.assertIn(old, review.people_for("first"))
        type(column).objects.filter(pk=column.pk).update(parent=there)
        review = Review.objects.get(pk=review.pk)
        self.assertEqual((review.steps, review.stage), (3, "first"))
        self.assertIn(new, review.people_for("first"))
        self.assertNotIn(old, review.people_for("first"))
        self.decide(review, new, "_pass")
        self.assertEqual(review.stage, "second")


class SendingBackTests(ReviewTestCase):
    def test_it_goes_back_to_its_author_with_a_reason(self):
        review = make_review(by=self.author, column=self.column)
        self.decide(review, self.first, "_return", reason="样例：请补充来源。")
        self.assertEqual(review.outcome, Review.Outcome.RETURNED)
        self.client.force_login(self.author)
        self.assertContains(self.client.get(self.url(review.dossier, "change")), "样例：请补充来源。")
        self.assertContains(self.client.get(reverse("admin:index")), review.dossier.item.title)

    def test_without_a_reason_nothing_happens_and_the_ticks_are_kept(self):
        ProofCheck.objects.create(stage="first", text="样例校对项")
        review = make_review(by=self.author, column=self.column)
        answer = self.decide(review, self.first, "_return", reason="  ")
        self.assertContains(answer, "请写明要修改什么。")
        self.assertContains(answer, "checked")
        self.assertTrue(review.is_open)

    def test_it_goes_back_to_an_earlier_step_and_is_passed_again_from_there(self):
        review = make_review(by=self.author, column=self.column, stage="final")
        self.decide(review, self.last, "_return", reason="样例原因", to_stage="first")
        self.assertEqual((review.stage, review.first_by, review.second_by), ("first", None, None))
        for person in (self.first, self.second, self.last):
            self.decide(review, person, "_pass")
        self.assertEqual(review.outcome, "passed")

    def test_it_never_goes_forward_or_nowhere(self):
        review = make_review(by=self.author, column=self.column, stage="second")
        for stage in ("final", "second", "样例"):
            self.decide(review, self.second, "_return", reason="样例原因", to_stage=stage)
            self.assertEqual(review.stage, "second")

    def test_a_corrected_text_starts_from_the_first_step(self):
        review = make_review(by=self.author, column=self.column, stage="final")
        self.decide(review, self.last, "_return", reason="样例原因")
        item = review.dossier.item
        item.record_revision(content.of_row(item), self.author, item.dossier.newest_revision)
        self.submit(item)
        self.assertEqual((item.open_review.stage, item.open_review.first_by), ("first", None))
        self.client.force_login(self.first)
        self.assertContains(self.client.get(self.url(item)), "退回后改了什么")


class ChecksTests(ReviewTestCase):
    def test_a_step_is_passed_with_every_check_ticked(self):
        check = ProofCheck.objects.create(stage="first", text="样例：人名无误")
        review = make_review(by=self.author, column=self.column)
        self.assertContains(self.decide(review, self.first, "_pass", checks=[]), "请逐项核对并勾选后再通过")
        self.assertEqual(review.stage, "first")
        self.decide(review, self.first, "_pass", checks=[check.pk])
        self.assertEqual(review.stage, "second")

    def test_the_model_refuses_it_too(self):
        ProofCheck.objects.create(stage="first", text="样例：人名无误")
        review = make_review(by=self.author, column=self.column)
        with self.assertRaises(Refused):
            review.pass_stage(self.first)

    def test_the_sheet_tells_the_checks_as_they_were(self):
        check = ProofCheck.objects.create(stage="first", text="样例：人名无误")
        review = make_review(by=self.author, column=self.column)
        self.decide(review, self.first, "_pass")
        check.delete()
        self.assertContains(self.client.get(self.url(review.dossier, "sheet")), "样例：人名无误")


class UrgentTests(ReviewTestCase):
    def test_a_publisher_lets_an_urgent_text_out_and_the_review_stays_owed(self):
        review = make_review(by=self.author, column=self.column, urgency="样例：台风")
        item = review.dossier.item
        self.decide(review, self.last, "_early")
        self.assertEqual(self.reader_sees(item).status_code, 200)
        self.assertEqual(list(Review.objects.owed()), [review])
        self.client.force_login(self.first)
        self.assertContains(self.client.get(reverse("admin:index")), "紧急先发，待补审")
        for person in (self.first, self.second, self.last):
            self.decide(review, person, "_pass")
        self.assertFalse(Review.objects.owed().exists())

    def test_a_text_that_was_not_submitted_as_urgent_waits(self):
        review = make_review(by=self.author, column=self.column)
        self.decide(review, self.last, "_early")
        self.assertEqual(self.reader_sees(review.dossier).status_code, 404)

    def test_its_author_does_not_let_it_out(self):
        author = make_staff(roles.PUBLISHER)
        review = make_review(by=author, column=self.column, urgency="样例：台风")
        self.decide(review, author, "_early")
        self.assertEqual(self.reader_sees(review.dossier).status_code, 404)

    def test_a_newer_revision_does_not_pay_the_debt(self):
        review = make_review(by=self.author, column=self.column, urgency="样例：台风")
        self.decide(review, self.last, "_early")
        item = review.dossier.item
        other = make_staff(roles.AUTHOR)
        item.record_revision(content.of_row(item), other, item.dossier.newest_revision)
        self.assertEqual(list(Review.objects.owed()), [review])
        self.submit(item, by=other)
        self.assertIn(self.author, item.open_review.authors.all())  # what he wrote was never reviewed
        for person in (self.first, self.second, self.last):
            self.decide(item.open_review, person, "_pass")
        self.assertFalse(Review.objects.owed().exists())

    def test_a_debt_whose_review_was_taken_back_can_still_be_paid(self):
        review = make_review(by=self.author, column=self.column, urgency="样例：台风")
        self.decide(review, self.last, "_early")
        item = review.dossier.item
        review.recall(self.author)
        self.submit(item)
        self.assertIn(self.author, item.open_review.authors.all())
        again = item.open_review
        for person in (self.first, self.second, self.last):
            self.assertEqual(list(Review.objects.owed()), [review])
            self.decide(again, person, "_pass")
        self.assertFalse(Review.objects.owed().exists())
        self.client.force_login(self.last)
        self.assertNotContains(self.client.get(f"/admin/news/article/?q={item.pk}"), "待补审</span>")
        self.assertEqual(Entry.objects.filter(item=item.pk, action="published").count(), 1)


class EndingTests(ReviewTestCase):
    def test_a_newer_revision_ends_the_review(self):
        review = make_review(by=self.author, column=self.column)
        item = review.dossier.item
        item.record_revision(content.of_row(item), self.author, item.dossier.newest_revision)
        review.refresh_from_db()
        self.assertEqual(review.outcome, Review.Outcome.SUPERSEDED)
        self.assertContains(self.decide(review, self.first, "_pass"), "本次审核已结束")

    def test_an_author_takes_it_back(self):
        review = make_review(by=self.author, column=self.column)
        self.client.force_login(self.author)
        self.client.post(self.url(review.dossier, "verb", "recall"))
        review.refresh_from_db()
        self.assertEqual(review.outcome, Review.Outcome.RECALLED)

    def test_the_trash_ends_it(self):
        review = make_review(by=self.author, column=self.column)
        review.dossier.item.trash("样例原因", by=self.author)
        review.refresh_from_db()
        self.assertEqual(review.outcome, Review.Outcome.RECALLED)

    def test_who_decides_second_is_told_and_keeps_his_words(self):
        review = make_review(by=self.author, column=self.column)
        self.client.force_login(self.second)
        late = {"revision": review.revision.number, "stage": "first", "reason": "样例：我的意见", "_return": "1"}
        review.pass_stage(self.first)
        answer = self.client.post(self.url(review.dossier), late)
        self.assertContains(answer, "在您阅读期间，这一步已有人处理")
        self.assertContains(answer, "样例：我的意见")
        review.refresh_from_db()
        self.assertEqual((review.stage, review.outcome), ("second", ""))

    def test_a_column_that_asks_for_less_meanwhile_changes_nothing(self):
        review = make_review(by=self.author, column=self.column)
        type(self.column).objects.filter(pk=self.column.pk).update(review_steps=0)
        self.decide(review, self.first, "_pass")
        self.assertEqual((review.steps, review.stage), (3, "second"))

    def test_a_text_under_review_is_not_published_past_it_where_its_column_asks_for_less_meanwhile(self):
        review = make_review(by=self.author, column=self.column)
        type(self.column).objects.filter(pk=self.column.pk).update(review_steps=0)
        item = review.dossier.item
        self.client.force_login(self.last)
        later = timezone.localtime() + timedelta(days=1)
        self.client.post(self.url(item, "verb", "publish"), {"at_0": f"{later:%Y-%m-%d}", "at_1": "09:00"})
        answer = self.client.post(self.url(item, "change"), {**typed_form(self.client, item), "_publish": "1"})
        self.assertContains(answer, "正在审核")
        item.refresh_from_db()
        self.assertIsNone(item.published_at)
        with self.assertRaises(Refused):
            item.publish(review.revision, by=self.last)

    def test_what_shows_at_once_is_settled_while_it_is_reviewed(self):
        activity = make_activity(published_at=None, column=make_column("members", review_steps=3), place="样例地点")
        activity.submit(activity.dossier.newest_revision, by=self.author)
        self.client.force_login(self.author)
        url = reverse("admin:members_activity_change", args=[activity.pk])
        form = {**typed_form(self.client, activity), "place": "样例别处"}
        self.client.post(url, form)
        activity.refresh_from_db()
        self.assertEqual(activity.place, "样例地点")
        self.client.force_login(self.last)  # who may change it once readers see it may do so before
        self.client.post(url, {**typed_form(self.client, activity), "place": "样例别处"})
        activity.refresh_from_db()
        self.assertEqual(activity.place, "样例别处")

    def test_a_column_that_is_deleted_before_the_submission_leaves_the_text_where_it_is(self):
        item, gone = make_article(column=self.column), make_column(review_steps=3)
        live = item.live_revision
        fields = {**live.content["fields"], "column": gone.pk}
        item.record_revision({**live.content, "fields": fields}, self.author, live)
        gone.delete()
        self.submit(item)
        self.assertEqual(item.open_review.column, self.column)
        for person in (self.first, self.second, self.last):
            self.decide(item.dossier.reviews.get(), person, "_pass")
        item.refresh_from_db()
        self.assertEqual(item.column, self.column)

    def test_who_wrote_a_text_does_not_review_it_when_another_restores_it(self):
        item = make_article(column=self.column)
        live = item.live_revision
        fields = {**live.content["fields"], "title": "样例新标题"}
        written = item.record_revision({**live.content, "fields": fields}, self.first, live)
        item.show(item.record_revision(live.content, None, written), by=None)
        self.client.force_login(self.author)
        self.client.post(self.url(item, "restore", written.number))
        self.submit(item)
        self.assertEqual(set(item.open_review.authors.all()), {self.author, self.first})

    def test_a_last_step_that_cannot_publish_says_why_and_passes_nothing(self):
        review = make_review(by=self.author, column=self.column, stage="final")
        review.dossier.item.withdraw("样例原因", by=None)
        answer = self.decide(review, self.last, "_pass")
        self.assertContains(answer, "已撤回")
        self.assertEqual((review.outcome, review.final_by), ("", None))
        self.assertFalse(Entry.objects.filter(item=review.dossier_id, action="published").exists())


class SheetsOfAMonthTests(ReviewTestCase):
    def queries_of_the_bundle(self):
        url = reverse("admin:publishing_review_sheets") + f"?month={timezone.localdate():%Y-%m}"
        with CaptureQueriesContext(connection) as queries:
            answer = self.client.get(url)
        return len(answer.context["sheets"]), queries.captured_queries

    def test_a_sheet_costs_one_query_and_reads_only_the_revisions_that_were_submitted(self):
        self.client.force_login(self.last)
        make_review(by=self.author, column=self.column, stage="second")
        self.queries_of_the_bundle()
        _one, queries_for_one = self.queries_of_the_bundle()
        for _ in range(5):
            review = make_review(by=self.author, column=self.column, stage="second")
        count, queries = self.queries_of_the_bundle()
        self.assertEqual((count, len(queries)), (6, len(queries_for_one) + 5))
        item = review.dossier.item
        item.record_revision(content.of_row(item), self.author, item.dossier.newest_revision)
        with mock.patch.object(Revision, "from_db", wraps=Revision.from_db) as read:
            self.client.get(self.url(item, "sheet"))
        self.assertEqual(read.call_count, 1)


class StricterTests(ReviewTestCase):
    def test_a_text_that_moves_is_reviewed_as_the_stricter_column_asks(self):
        free = make_column(review_steps=0)
        for source, target in ((self.column, free), (free, self.column)):
            with self.subTest(source=source.review_steps):
                item = make_article(column=source)
                live = item.live_revision
                fields = {**live.content["fields"], "column": target.pk}
                revision = item.record_revision({**live.content, "fields": fields}, self.author, live)
                with self.assertRaises(Refused):
                    item.publish(revision, by=self.last)
                self.assertEqual(item.submit(revision, by=self.author).steps, 3)


class TellingTests(ReviewTestCase):
    def subjects_for(self, person):
        return [message.subject for message in Message.objects.filter(to=person).order_by("pk")]

    def test_whose_turn_it_is_is_told_and_authors_learn_the_end(self):
        self.first.email = "first@example.com"
        self.first.save()
        with self.captureOnCommitCallbacks(execute=True):
            review = make_review(by=self.author, column=self.column, title="样例标题")
        self.assertEqual(self.subjects_for(self.first), ["待初审：《样例标题》"])
        self.assertEqual(self.subjects_for(self.last), [])
        self.assertEqual([message.to for message in mail.outbox], [["first@example.com"]])
        self.decide(review, self.first, "_pass")
        self.assertEqual(self.subjects_for(self.second), ["待初审：《样例标题》", "待复审：《样例标题》"])
        self.assertEqual(self.subjects_for(self.first), ["待初审：《样例标题》"])
        self.decide(review, self.second, "_pass")
        self.decide(review, self.last, "_pass")
        self.assertEqual(self.subjects_for(self.author), ["审核通过：《样例标题》"])

    def test_a_return_is_told_with_its_reason(self):
        review = make_review(by=self.author, column=self.column, title="样例标题")
        self.decide(review, self.first, "_return", reason="样例：请补充来源。")
        message = Message.objects.get(to=self.author)
        self.assertEqual(message.subject, "退回修改：《样例标题》")
        self.assertIn("样例：请补充来源。", message.body)
        self.client.force_login(self.author)
        self.assertEqual(self.client.get(message.url).status_code, 200)


class ConstraintTests(ReviewTestCase):
    """What the database itself refuses."""

    def assert_refused(self, name, **values):
        review = make_review(by=self.author, column=self.column, stage="second")
        with self.assertRaisesMessage(IntegrityError, name), transaction.atomic():
            Review.objects.filter(pk=review.pk).update(**values)

    def test_two_steps_by_one_person(self):
        person = make_administrator()
        self.assert_refused("publishing_review_is_passed_by_distinct_people", second_by=person, final_by=person)

    def test_passed_without_every_step(self):
        now = timezone.now()
        values = {"outcome": "passed", "closed_at": now, "final_by": self.last}
        self.assert_refused("publishing_review_passed_every_step", **values)

    def test_an_outcome_without_an_end(self):
        self.assert_refused("publishing_review_is_closed_with_an_outcome", outcome="returned")

    def test_four_steps(self):
        self.assert_refused("publishing_review_has_one_to_three_steps", steps=4)

    def test_out_ahead_of_its_review_without_a_reason(self):
        self.assert_refused("publishing_review_overtaken_has_a_reason", published_early_at=timezone.now())

    def test_two_open_reviews_of_one_item(self):
        review = make_review(by=self.author, column=self.column)
        with self.assertRaises(IntegrityError), transaction.atomic():
            Review.objects.create(
                dossier=review.dossier, revision=review.revision, column=self.column, steps=1, stage="final",
                waiting_since=timezone.now(), submitted_by=self.author, submitted_at=timezone.now(),
            )  # fmt: skip

    def test_a_check_that_is_listed_twice(self):
        ProofCheck.objects.create(stage="first", text="样例")
        with self.assertRaises(IntegrityError), transaction.atomic():
            ProofCheck.objects.create(stage="first", text="样例")

    def test_a_column_with_four_reviews(self):
        with (
            self.assertRaisesMessage(IntegrityError, "publishing_column_has_at_most_three_reviews"),
            transaction.atomic(),
        ):
            type(self.column).objects.filter(pk=self.column.pk).update(review_steps=4)

    def test_a_stand_in_for_oneself_or_for_less_than_a_day(self):
        today = timezone.localdate()
        for name, values in (
            ("publishing_nobody_stands_in_for_himself", {"absent": self.first, "person": self.first, "last_on": today}),
            (
                "publishing_stand_in_ends_after_its_start",
                {"absent": self.first, "person": self.second, "last_on": today - timedelta(days=1)},
            ),
        ):
            with self.assertRaisesMessage(IntegrityError, name), transaction.atomic():
                StandIn.objects.create(named_by=self.last, first_on=today, **values)


class MonthTests(ReviewTestCase):
    def month(self, **query):
        self.client.force_login(self.last)
        return self.client.get(reverse("admin:publishing_review_sheets"), query)

    def test_the_sheets_of_a_month_stand_on_one_page_to_be_printed(self):
        for title in ("样例甲", "样例乙"):
            make_review(by=self.author, column=self.column, title=title).pass_stage(self.first)
        make_review(by=self.author, column=self.column, title="样例未审")
        answer = self.month(month=f"{timezone.localdate():%Y-%m}")
        self.assertContains(answer, 'class="sheet"', count=2)
        self.assertNotContains(answer, "样例未审")
        self.assertContains(self.month(month="2020-01"), "这个月没有审核记录。")

    def test_many_come_in_parts(self):
        sheets.MOST_SHEETS, most = 1, sheets.MOST_SHEETS
        self.addCleanup(setattr, sheets, "MOST_SHEETS", most)
        for title in ("样例甲", "样例乙"):
            make_review(by=self.author, column=self.column, title=title).pass_stage(self.first)
        month = f"{timezone.localdate():%Y-%m}"
        self.assertContains(self.month(month=month), "第 1 部分，共 2 部分")
        self.assertContains(self.month(month=month, part="2"), "样例乙")
        self.assertContains(self.month(month=month, part="样例"), "样例甲")

    def test_an_odd_month_is_asked_for_again(self):
        for odd in ("", "2026-13", "0001-01", "样例", "9999-12"):
            answer = self.client.get(reverse("admin:publishing_review_sheets"), {"month": odd})
            self.assertEqual(answer.status_code, 302)
