import logging
import time

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from periodic.running import run_due

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 30


class Command(BaseCommand):
    help = "Run the periodic jobs that are due, once each however many runners there are; for cron, or to stay with --stay."

    def add_arguments(self, parser):
        parser.add_argument(
            "--stay", action="store_true", help="Go on until the process is ended, looking twice a minute."
        )

    def handle(self, *args, stay, **options):
        if not stay:
            for name, succeeded in run_due().items():
                self.stdout.write(f"{name}: {'done' if succeeded else 'failed, see the log'}")
            return
        while True:
            close_old_connections()  # as a request does: a database that was restarted is found again
            try:
                run_due()
            except Exception:  # the database is away; it may be back the next time
                logger.exception("The periodic jobs could not be looked through")
            time.sleep(PAUSE_SECONDS)
