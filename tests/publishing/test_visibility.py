from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from accounts.models import ReaderGroupMembership
from news.models import Article
from tests.factories import make_administrator, make_article, make_reader_group, make_user

NOW = timezone.now()
YESTERDAY, TOMORROW = NOW - timedelta(days=1), NOW + timedelta(days=1)


class ListedAndReachableTests(TestCase):
    """The two querysets, tried by a visitor at one moment."""

    def assert_doors(self, item, *, listed, reachable, user=None, at=NOW):
        self.assertEqual(Article.objects.listed(user, at).filter(pk=item.pk).exists(), listed, "listed")
        self.assertEqual(Article.objects.reachable(user, at).filter(pk=item.pk).exists(), reachable, "reachable")

    def test_a_published_item_is_listed_and_reachable(self):
        self.assert_doors(make_article(published_at=YESTERDAY), listed=True, reachable=True)

    def test_a_draft_is_neither_listed_nor_reachable(self):
        self.assert_doors(make_article(published_at=None), listed=False, reachable=False)

    def test_a_scheduled_item_appears_at_its_moment_without_a_job(self):
        item = make_article(published_at=TOMORROW)
        self.assert_doors(item, listed=False, reachable=False)
        self.assert_doors(item, listed=True, reachable=True, at=TOMORROW)

    def test_an_expired_item_leaves_lists_and_keeps_its_address(self):
        item = make_article(published_at=YESTERDAY, expires_at=NOW)
        self.assert_doors(item, listed=False, reachable=True)
        self.assert_doors(item, listed=True, reachable=True, at=NOW - timedelta(seconds=1))

    def test_a_repealed_item_leaves_lists_and_keeps_its_address(self):
        item = make_article(published_at=YESTERDAY, repealed_at=NOW, repeal_reason="由新办法代替")
        self.assert_doors(item, listed=False, reachable=True)

    def test_a_withdrawn_item_leaves_everything_but_a_tombstone(self):
        item = make_article(published_at=YESTERDAY, withdrawn_at=NOW, withdrawal_reason="内容有误")
        self.assert_doors(item, listed=False, reachable=False)
        self.assertIn(item, Article.objects.tombstones(None, NOW))

    def test_a_trashed_item_leaves_everything_but_a_tombstone(self):
        item = make_article(published_at=YESTERDAY, trashed_at=NOW)
        self.assert_doors(item, listed=False, reachable=False)
        self.assertIn(item, Article.objects.tombstones(None, NOW))

    def test_a_draft_in_the_trash_leaves_no_tombstone(self):
        item = make_article(published_at=None, trashed_at=NOW)
        self.assertNotIn(item, Article.objects.tombstones(None, NOW))


class AudienceTests(TestCase):
    def setUp(self):
        self.member = make_user()
        self.group = make_reader_group(self.member)
        self.item = make_article(readers=[self.group])

    def visible_to(self, user, at=None):
        return Article.objects.listed(user, at).filter(pk=self.item.pk).exists()

    def test_visitors_do_not_see_an_item_for_a_group(self):
        self.assertFalse(self.visible_to(None))

    def test_a_member_of_the_group_sees_it(self):
        self.assertTrue(self.visible_to(self.member))

    def test_a_member_of_another_group_does_not(self):
        stranger = make_user()
        make_reader_group(stranger)
        self.assertFalse(self.visible_to(stranger))

    def test_an_administrator_gets_no_exception(self):
        self.assertFalse(self.visible_to(make_administrator()))

    def test_membership_ends_by_its_last_day_alone(self):
        today = timezone.localdate()
        ReaderGroupMembership.objects.update(first_on=today - timedelta(days=9), last_on=today)
        self.assertTrue(self.visible_to(self.member))
        self.assertFalse(self.visible_to(self.member, at=timezone.now() + timedelta(days=1)))

    def test_membership_begins_on_its_first_day(self):
        ReaderGroupMembership.objects.update(first_on=timezone.localdate() + timedelta(days=1))
        self.assertFalse(self.visible_to(self.member))

    def test_an_item_for_groups_without_a_group_is_seen_by_nobody(self):
        self.item.dossier.readers.clear()
        self.assertFalse(self.visible_to(self.member))
        self.assertFalse(self.visible_to(None))

    def test_two_groups_of_one_reader_show_the_item_once(self):
        self.item.dossier.readers.add(make_reader_group(self.member))
        self.assertEqual(list(Article.objects.listed(self.member)), [self.item])

    def test_a_withdrawn_item_for_a_group_leaves_no_tombstone_for_visitors(self):
        self.item.withdraw("内容有误", by=None)
        self.assertNotIn(self.item, Article.objects.tombstones(None))
        self.assertIn(self.item, Article.objects.tombstones(self.member))
