from datetime import datetime, timedelta

from django.test import TestCase
from django.utils import timezone

from publishing import content_version
from tests.factories import make_article, make_notice


class AdvanceTests(TestCase):
    def test_every_verb_that_readers_notice_advances_it(self):
        item = make_article()
        verbs = [
            lambda: item.publish(item.live_revision, by=None),
            lambda: item.pin(timezone.now() + timedelta(days=1), by=None),
            lambda: item.expire(timezone.now() + timedelta(days=1), by=None),
            lambda: item.date(timezone.now() - timedelta(days=400), by=None),
            lambda: item.repeal("已有新规定", by=None),
            lambda: item.withdraw("内容有误", by=None),
            lambda: item.reinstate(by=None),
            lambda: item.trash("重复", by=None),
            lambda: item.restore(by=None),
        ]
        for verb in verbs:
            before = content_version.current()
            verb()
            self.assertEqual(content_version.current(), before + 1)

    def test_saving_a_draft_does_not(self):
        before = content_version.current()
        make_article(published_at=None)
        self.assertEqual(content_version.current(), before)


class RememberTests(TestCase):
    def test_a_value_is_built_once_for_a_version(self):
        built = []
        for _turn in range(3):
            content_version.remember("once", 1, lambda: built.append(1) or "value")
        self.assertEqual(len(built), 1)

    def test_a_new_version_builds_it_again(self):
        values = iter(["old", "new"])
        self.assertEqual(content_version.remember("again", 1, lambda: next(values)), "old")
        self.assertEqual(content_version.remember("again", 2, lambda: next(values)), "new")

    def test_it_is_built_again_after_the_next_boundary(self):
        now = timezone.now()
        boundary = content_version.next_boundary(now)
        values = iter(["before", "after"])
        content_version.remember("boundary", 3, lambda: next(values), at=now)
        self.assertEqual(content_version.remember("boundary", 3, lambda: next(values), at=boundary), "after")

    def test_the_boundary_is_the_next_moment_at_which_an_item_changes_by_time(self):
        noon = timezone.make_aware(datetime(2025, 6, 2, 12))
        self.assertEqual(content_version.next_boundary(noon), timezone.make_aware(datetime(2025, 6, 3)))
        make_notice(published_at=noon - timedelta(days=1), deadline_at=noon + timedelta(hours=5))
        self.assertEqual(content_version.next_boundary(noon), noon + timedelta(hours=5))
        make_article(published_at=noon + timedelta(hours=1))
        self.assertEqual(content_version.next_boundary(noon), noon + timedelta(hours=1))
