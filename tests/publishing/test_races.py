"""Editors at the same moment: real threads, each with a connection of its own, on both databases."""

from unittest import mock

from django.db import transaction
from django.test import Client, TransactionTestCase

from audit.models import Entry
from news.models import Article
from publishing import content, content_version, roles
from publishing.forms import PublishableForm
from publishing.models import ContentVersion, Dossier, Refused, Relation, Review, Revision
from tests.factories import make_administrator, make_article, make_column, make_label, make_review, make_staff
from tests.parallel import at_once
from tests.publishing.test_admin_form import typed_form, url_of

EDITORS = 12


def titled(item, title, labels=()):
    """Return the content of ``item`` under another title and with other labels."""
    row = content.of_row(item)
    return {**row, "fields": {**row["fields"], "title": title}, "labels": [label.pk for label in labels]}


class ParallelSaveTests(TransactionTestCase):
    def save_on_one_base(self, item):
        """Let all editors save on the newest revision; return the Revisions that were saved and the refusals."""
        base = item.dossier.newest_revision

        def save(number):
            mine = Article.objects.get(pk=item.pk)
            return mine.record_revision(titled(mine, f"第{number}稿"), author=None, base=base)

        outcomes = at_once([lambda number=number: save(number) for number in range(EDITORS)])
        saved = [outcome for outcome in outcomes if isinstance(outcome, Revision)]
        refused = [outcome for outcome in outcomes if isinstance(outcome, content.StaleBase)]
        self.assertEqual(len(saved) + len(refused), EDITORS, outcomes)
        return saved, refused

    def test_of_many_saves_on_one_base_one_is_kept_and_all_others_are_told(self):
        for published_at in (None, "now"):
            with self.subTest(published_at=published_at):
                item = make_article(**({"published_at": None} if published_at is None else {}))
                before = list(item.dossier.revisions.values_list("pk", flat=True))
                saved, refused = self.save_on_one_base(item)
                self.assertEqual((len(saved), len(refused)), (1, EDITORS - 1))
                self.assertTrue(all(refusal.newest == saved[0] for refusal in refused))
                kept = list(item.dossier.revisions.order_by("number").values_list("pk", flat=True))
                self.assertEqual(kept, [*before, saved[0].pk])

    def test_without_the_look_at_the_base_the_same_saves_would_bury_each_other(self):
        item = make_article()
        careful = content.add_revision

        def careless(dossier, new_content, author, base):
            return careful(dossier, new_content, author, dossier.newest_revision)

        with mock.patch.object(content, "add_revision", careless):
            saved, refused = self.save_on_one_base(item)
        self.assertEqual((len(saved), len(refused)), (EDITORS, 0))  # so the test above can fail


class ParallelFormTests(TransactionTestCase):
    """The same by the form: what twelve browsers send at once."""

    def save_at_once(self, item):
        """Let all editors open the form, type and save at once; return their answers."""
        editors = []
        for number in range(EDITORS):
            client = Client()
            client.force_login(make_administrator(name=f"样例编辑{number}"))
            data = typed_form(client, item, title=f"第{number}稿", body=f"<p>第{number}位所写。</p>")
            editors.append((client, {**data, "_continue": "1"}))
        return at_once([lambda client=client, data=data: client.post(url_of(item), data) for client, data in editors])

    def test_one_is_saved_and_eleven_are_told_with_their_text_and_the_winners_beside_it(self):
        item = make_article()
        answers = self.save_at_once(item)
        statuses = [answer.status_code for answer in answers]
        self.assertEqual((statuses.count(302), statuses.count(200)), (1, EDITORS - 1), answers)
        self.assertEqual(item.dossier.revisions.count(), 2)
        winner = item.dossier.newest_revision
        for number, answer in enumerate(answers):
            if answer.status_code == 200:
                conflict = answer.context["conflict"]
                self.assertEqual(conflict.theirs, winner)
                self.assertEqual([part.title for part in conflict.differences], ["标题", "正文"])
                self.assertContains(answer, str(winner.author))
                self.assertContains(answer, f"第{number}位所写。")

    def test_without_the_look_at_the_base_all_would_be_saved(self):
        item = make_article()
        careful = content.add_revision

        def careless(dossier, new_content, author, base):
            return careful(dossier, new_content, author, dossier.newest_revision)

        with (
            mock.patch.object(PublishableForm, "_clean_base", return_value=None),
            mock.patch.object(content, "add_revision", careless),
        ):
            answers = self.save_at_once(item)
        self.assertEqual([answer.status_code for answer in answers], [302] * EDITORS)
        self.assertEqual(item.dossier.revisions.count(), EDITORS + 1)


class ParallelPublicationTests(TransactionTestCase):
    def test_two_publications_leave_one_revision_whole(self):
        labels = [make_label("甲"), make_label("乙")]
        item = make_article()
        revisions = [item.dossier.newest_revision]
        for label in labels:
            row = titled(item, f"标题{label.name}", [label])
            revisions.append(item.record_revision(row, author=None, base=revisions[-1]))
        before = content_version.current()
        outcomes = at_once(
            [
                lambda revision=revision: Article.objects.get(pk=item.pk).publish(revision, by=None)
                for revision in revisions[1:]
            ]
        )
        self.assertEqual(outcomes, [None, None])
        item.refresh_from_db()
        self.assertIn(item.live_revision, revisions[1:])
        self.assertEqual(content.of_row(item), item.live_revision.content)
        self.assertEqual(content_version.current(), before + 2)

    def test_items_that_name_each_other_are_saved_and_published_at_once(self):
        """Who holds an item's dossier must not keep others from naming the item: they may hold what he waits for."""
        items = [make_article(), make_article()]

        def save_and_publish(item, other, number):
            mine = Article.objects.get(pk=item.pk)
            with transaction.atomic():
                Dossier.objects.locked().get(pk=item.pk)
                row = {**titled(mine, f"第{number}稿"), "relations": [{"target": other.pk, "kind": "follows"}]}
                revision = mine.record_revision(row, author=None, base=mine.dossier.newest_revision)
                mine.publish(revision, by=None)

        pairs = [(item, other) for item, other in (items, items[::-1])] * (EDITORS // 2)
        outcomes = at_once(
            [lambda pair=pair, number=number: save_and_publish(*pair, number) for number, pair in enumerate(pairs)]
        )
        self.assertEqual(set(outcomes), {None})
        self.assertEqual(Relation.objects.count(), 2)

    def test_a_withdrawal_during_publications_stands(self):
        item = make_article()
        base = item.dossier.newest_revision
        newer = item.record_revision(titled(item, "新标题"), author=None, base=base)

        def publish(revision):
            return Article.objects.get(pk=item.pk).publish(revision, by=None)

        tasks = [lambda: Article.objects.get(pk=item.pk).withdraw("样例原因", by=None)]
        tasks += [lambda revision=revision: publish(revision) for revision in (base, newer) * 3]
        self.assertEqual(set(at_once(tasks)), {None})
        item.refresh_from_db()
        self.assertEqual((item.status, item.withdrawal_reason), (Article.Status.WITHDRAWN, "样例原因"))

    def test_every_publication_counts_from_the_very_first(self):
        column = make_column()
        drafts = [make_article(published_at=None, column=column) for _number in range(EDITORS)]
        ContentVersion.objects.all().delete()
        outcomes = at_once(
            [lambda draft=draft: draft.publish(draft.dossier.newest_revision, by=None) for draft in drafts]
        )
        self.assertEqual(set(outcomes), {None})
        self.assertEqual(content_version.current(), EDITORS)


class ParallelReviewTests(TransactionTestCase):
    REVIEWERS = 6

    def setUp(self):
        roles.grant_permissions()

    def decide_at_once(self):
        """Let every reviewer pass the same step of one review; return (the review afterwards, who did, the refusals)."""
        review = make_review(steps=3)
        reviewers = [make_staff(roles.REVIEWER) for _ in range(self.REVIEWERS)]
        copies = [Review.objects.get(pk=review.pk) for _ in reviewers]
        pairs = zip(copies, reviewers, strict=True)
        outcomes = at_once([lambda copy=copy, by=by: copy.pass_stage(by) for copy, by in pairs])
        refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        self.assertEqual(len(refused) + outcomes.count(None), self.REVIEWERS, outcomes)
        review.refresh_from_db()
        return review, Entry.objects.filter(item=review.dossier_id, action="passed").count(), refused

    def test_of_many_who_pass_one_step_at_once_one_does_and_the_others_are_told(self):
        review, passes, refused = self.decide_at_once()
        self.assertEqual((review.stage, passes, len(refused)), ("second", 1, self.REVIEWERS - 1))

    def test_without_the_look_at_the_step_they_would_all_pass_it(self):
        with mock.patch.object(Review, "_lock", return_value=None):
            _review, passes, refused = self.decide_at_once()
        self.assertEqual((passes, len(refused)), (self.REVIEWERS, 0))  # so the test above can fail
