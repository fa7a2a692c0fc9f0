"""The first page of the admin shows what waits for the person who opens it."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from publishing import content, dashboard, roles
from publishing.models import StaffNote
from tests.factories import (
    make_activity,
    make_administrator,
    make_article,
    make_notice,
    make_page,
    make_review,
    make_user,
)

NOON = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)
Code = StaffNote.Code


def make_author(**overrides):
    user = make_user(is_staff=True, **overrides)
    user.groups.add(Group.objects.get(name=roles.AUTHOR))
    return user


def make_draft(author, **overrides):
    draft = make_article(published_at=None, **overrides)
    draft.record_revision(content.of_row(draft), author, draft.dossier.newest_revision)
    return draft


def note(item, code=Code.UNKNOWN_DATE):
    return StaffNote.objects.create(dossier=item.dossier, code=code)


class PanelTests(TestCase):
    def setUp(self):
        self.author = make_author()

    def panel(self, slug):
        panels = dashboard.panels(self.author, NOON)
        [panel] = [panel for column in panels for panel in column if panel.slug == slug]
        return panel

    def assertShows(self, slug, *items):
        self.assertEqual([(row.subject, row.pk) for row in self.panel(slug).rows], [(i.subject(), i.pk) for i in items])

    def test_notes_are_gathered_by_item_and_counted(self):
        old = make_notice(title="样例旧公告")
        new = make_page(title="样例新页面")
        note(old), note(new, Code.TO_BE_COMPLETED), note(old, Code.MISSING_BODY)
        panel = self.panel("to-check")
        self.assertEqual(panel.count, 3)
        self.assertEqual([row.title for row in panel.rows], ["样例新页面", "样例旧公告"])
        self.assertEqual(panel.rows[1].words, [Code.MISSING_BODY.label, Code.UNKNOWN_DATE.label])

    def test_what_is_ticked_off_or_trashed_needs_no_check(self):
        ticked, trashed = make_article(), make_article()
        note(ticked).resolve(self.author)
        note(trashed)
        trashed.trash("样例", by=None)
        self.assertShows("to-check")
        self.assertEqual(self.panel("to-check").count, 0)

    def test_drafts_are_those_that_the_person_has_saved_newest_first(self):
        mine = make_draft(self.author)
        also_mine = make_draft(self.author)
        make_draft(make_author())
        make_draft(self.author).trash("样例", by=None)
        published = make_article()
        published.record_revision(content.of_row(published), self.author, published.live_revision)
        self.assertShows("drafts", also_mine, mine)

    def test_changes_wait_while_a_newer_revision_than_the_live_one_exists(self):
        first, second = make_notice(), make_article()
        for item in (first, second):
            item.record_revision(content.of_row(item), None, item.live_revision)
        make_article()
        make_draft(self.author)
        self.assertShows("pending", second, first)
        second.publish(second.dossier.newest_revision, by=None)
        self.assertShows("pending", first)

    def test_scheduled_items_are_listed_soonest_first(self):
        later, sooner = make_article(published_at=NOON + 2 * DAY), make_activity(published_at=NOON + DAY)
        make_article(published_at=NOON + DAY).withdraw("样例", by=None)
        self.assertShows("scheduled", sooner, later)

    def test_published_today_are_the_dated_items_since_midnight(self):
        early = make_article(published_at=NOON - timedelta(hours=11))
        late = make_notice(published_at=NOON - timedelta(hours=1))
        make_article(published_at=NOON - timedelta(hours=13))
        make_article(published_at=NOON + timedelta(hours=1))
        make_article(published_at=NOON - timedelta(hours=1), is_dated=False)
        self.assertShows("today", late, early)

    def test_an_empty_panel_says_so_in_words(self):
        self.client.force_login(self.author)
        response = self.client.get(reverse("admin:index"))
        for column in dashboard.panels(self.author):
            for panel in column:
                self.assertContains(response, panel.when_empty)

    def test_no_panel_is_longer_than_ten_rows(self):
        for _ in range(12):
            note(make_article(published_at=NOON - timedelta(hours=1)))
        self.assertEqual(len(self.panel("today").rows), 10)
        self.assertEqual((len(self.panel("to-check").rows), self.panel("to-check").count), (10, 12))


class EndingSoonTests(TestCase):
    def setUp(self):
        self.author = make_author()

    def rows(self):
        [ending_soon] = [panel for panel in dashboard.panels(self.author, NOON)[1] if panel.slug == "ending-soon"]
        return ending_soon.rows

    def make_notice(self, **overrides):
        return make_notice(**{"published_at": NOON - DAY, **overrides})

    def test_deadlines_reviews_and_sign_ups_of_the_coming_week_are_listed_soonest_first(self):
        sign_up = make_activity(sign_up_closes_at=NOON + 6 * DAY, published_at=NOON - DAY)
        review = self.make_notice(objections_until=NOON.date())
        deadline = self.make_notice(deadline_at=NOON + 3 * DAY)
        found = [(row.pk, row.days_left, str(row.words[0])) for row in self.rows()]
        self.assertEqual(found, [(review.pk, 0, "公示截止"), (deadline.pk, 3, "截止时间"), (sign_up.pk, 6, "报名截止")])

    def test_what_is_over_far_away_or_not_public_is_left_out(self):
        self.make_notice(deadline_at=NOON - timedelta(minutes=1))
        self.make_notice(deadline_at=NOON + 8 * DAY)
        self.make_notice(objections_until=(NOON - DAY).date())
        self.make_notice(deadline_at=NOON + DAY, published_at=None)
        self.make_notice(deadline_at=NOON + DAY, published_at=NOON + timedelta(hours=1))
        self.make_notice(deadline_at=NOON + DAY).withdraw("样例", by=None)
        self.make_notice(deadline_at=NOON + DAY).repeal("样例", at=NOON - timedelta(minutes=1), by=None)
        self.assertEqual(self.rows(), [])

    def test_of_two_terms_only_the_near_one_is_told(self):
        self.make_notice(deadline_at=NOON + DAY, objections_until=(NOON + 30 * DAY).date())
        self.assertEqual([str(row.words[0]) for row in self.rows()], ["截止时间"])


class DashboardPageTests(TestCase):
    def fill(self, author):
        note(make_article(published_at=timezone.now()))
        make_draft(author)
        item = make_page()
        item.record_revision(content.of_row(item), author, item.live_revision)
        make_review(by=make_author(), stage="final")
        make_review(by=author, urgency="样例").publish_early(make_administrator())
        make_review(by=author).send_back(make_administrator(), "样例")
        make_activity(published_at=timezone.now() + DAY)
        make_notice(deadline_at=timezone.now() + DAY, objections_until=timezone.localdate())
        make_activity(sign_up_closes_at=timezone.now() + DAY)

    def test_each_row_leads_to_the_form_of_its_item(self):
        administrator = make_administrator()
        self.client.force_login(administrator)
        self.fill(administrator)
        response = self.client.get(reverse("admin:index"))
        for column in dashboard.panels(administrator):
            for panel in column:
                self.assertTrue(panel.rows, panel.slug)
                for row in panel.rows:
                    self.assertContains(response, f'href="{row.url}"')
                    self.assertEqual(self.client.get(row.url).status_code, 200)

    def test_ten_times_the_rows_cost_no_more_queries_than_their_counts(self):
        author = make_author()
        self.client.force_login(author)
        self.fill(author)
        self.client.get(reverse("admin:index"))
        with CaptureQueriesContext(connection) as queries_for_few:
            self.client.get(reverse("admin:index"))
        for _ in range(9):
            self.fill(author)
        with CaptureQueriesContext(connection) as queries_for_many:
            self.client.get(reverse("admin:index"))
        self.assertLessEqual(len(queries_for_few), 17)
        self.assertLessEqual(len(queries_for_many), len(queries_for_few) + 2)  # a full panel is counted

    def test_staff_without_a_role_see_no_panels(self):
        self.client.force_login(make_user(is_staff=True))
        self.fill(make_author())
        response = self.client.get(reverse("admin:index"))
        self.assertEqual(response.context["panels"], [])
        self.assertNotContains(response, "待核对")
