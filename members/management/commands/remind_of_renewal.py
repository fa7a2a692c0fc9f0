from datetime import date

from django.core.management.base import BaseCommand

from members import renewal


class Command(BaseCommand):
    help = "Tell the main contacts of memberships that end or ended around a day; each notice once."

    def add_arguments(self, parser):
        parser.add_argument("--on", type=date.fromisoformat, help="the day, such as 2026-11-24 (default: today)")

    def handle(self, *args, **options):
        self.stdout.write(f"notices {renewal.remind(options['on'])}")
