"""What is done again and again: when it is due, once, whatever becomes of the others."""

import io
from datetime import datetime, timedelta
from threading import Lock
from unittest import mock

from django.conf import settings
from django.core.management import call_command, get_commands
from django.test import SimpleTestCase, TestCase, TransactionTestCase, override_settings
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from periodic.models import Job, JobQuerySet
from periodic.running import run_due
from publishing import roles
from tests.factories import make_staff
from tests.parallel import at_once

NOON = datetime(2026, 9, 1, 12, tzinfo=timezone.get_default_timezone())
MINUTE = timedelta(minutes=1)
RUNNERS = 4
runs, lock = [], Lock()


def often():
    with lock:
        runs.append("often")


def daily():
    runs.append("daily")


def broken():
    raise OSError("样例故障")


def jobs(**minutes):
    return override_settings(PERIODIC={name: (f"{__name__}.{name}", every) for name, every in minutes.items()})


class RunningTests(TestCase):
    def setUp(self):
        runs.clear()

    def run_at(self, *moments):
        for moment in moments:
            run_due(moment)

    @jobs(often=5, daily=24 * 60)
    def test_each_runs_at_once_and_then_when_its_minutes_have_passed(self):
        self.run_at(NOON, NOON + MINUTE, NOON + 5 * MINUTE, NOON + 9 * MINUTE, NOON + 1440 * MINUTE)
        self.assertEqual(runs, ["often", "daily", "often", "often", "daily"])

    @jobs(often=5)
    def test_a_cron_that_is_a_little_early_misses_no_turn(self):
        self.run_at(NOON + timedelta(seconds=3), NOON + 5 * MINUTE)
        self.assertEqual(len(runs), 2)

    @jobs(broken=5, often=5)
    def test_one_that_fails_is_logged_stops_no_other_and_has_its_next_turn(self):
        with self.assertLogs("periodic.running", "ERROR") as log:
            self.assertEqual(run_due(NOON), {"broken": False, "often": True})
        self.assertIn("样例故障", log.output[0])
        self.assertEqual(Job.objects.get(pk="broken").error, "OSError: 样例故障")
        with mock.patch(f"{__name__}.broken", daily):
            self.run_at(NOON + 5 * MINUTE)
        self.assertEqual(runs, ["often", "daily", "often"])
        self.assertEqual(Job.objects.get(pk="broken").error, "")

    @jobs(often=5)
    def test_a_runner_that_died_keeps_the_job_from_no_later_one(self):
        with mock.patch(f"{__name__}.often", side_effect=SystemExit), self.assertRaises(SystemExit):
            run_due(NOON)
        self.run_at(NOON + 5 * MINUTE)
        self.assertEqual(len(runs), 1)

    @jobs(often=5)
    def test_the_command_says_what_it_did(self):
        for wanted in ("often: done\n", ""):
            out = io.StringIO()
            call_command("run_periodic", stdout=out)
            self.assertEqual(out.getvalue(), wanted)

    def test_all_jobs_of_the_portal_run(self):
        results = run_due()
        self.assertEqual(set(results), set(settings.PERIODIC))
        self.assertTrue(all(results.values()), results)


class SettingsTests(SimpleTestCase):
    def test_every_job_names_something_that_is_there(self):
        for name, (what, minutes) in settings.PERIODIC.items():
            with self.subTest(name=name):
                self.assertGreaterEqual(minutes, 1)
                if "." in what:
                    import_string(what)
                else:
                    self.assertIn(what, get_commands())


class ParallelTests(TransactionTestCase):
    def run_at_once(self):
        runs.clear()
        with jobs(often=5):
            outcomes = at_once([lambda: run_due(NOON)] * RUNNERS)
        self.assertTrue(all(isinstance(outcome, dict) for outcome in outcomes), outcomes)
        return len(runs)

    def test_of_runners_side_by_side_one_runs_a_job(self):
        self.assertEqual(self.run_at_once(), 1)

    def test_without_the_claim_all_of_them_would(self):
        Job.objects.create(name="often")
        with (
            mock.patch.object(JobQuerySet, "due", return_value=["often"]),
            mock.patch.object(JobQuerySet, "claim", lambda self, name, at: self.get(name=name)),
        ):
            self.assertEqual(self.run_at_once(), RUNNERS)  # so the test above can fail


class JobAdminTests(TestCase):
    LIST = reverse("admin:periodic_job_changelist")

    def test_administrators_see_how_each_went_and_change_nothing(self):
        self.client.force_login(make_staff(roles.ADMINISTRATOR))
        now = timezone.now()
        with jobs(often=5, daily=24 * 60, broken=60):
            Job.objects.create(name="often", started_at=now, ended_at=now)
            Job.objects.create(name="daily", started_at=now - timedelta(days=3), ended_at=now)
            Job.objects.create(name="broken", started_at=now, ended_at=now, error="OSError: 样例故障")
            Job.objects.create(name="gone", started_at=now, ended_at=now)
            page = self.client.get(self.LIST)
        for words in ("每 5 分钟", "每 24 小时", "每 1 小时", "已完成", "逾期未运行", "OSError: 样例故障"):
            self.assertContains(page, words)
        self.assertNotContains(page, "gone")
        self.assertEqual(self.client.get(reverse("admin:periodic_job_add")).status_code, 403)

    def test_others_do_not_look(self):
        self.client.force_login(make_staff(roles.PUBLISHER))
        self.assertEqual(self.client.get(self.LIST).status_code, 403)
