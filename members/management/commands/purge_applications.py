from django.core.management.base import BaseCommand

from members import joining


class Command(BaseCommand):
    help = "Delete the applications for membership whose address nobody confirmed within a week."

    def handle(self, *args, **options):
        self.stdout.write(f"deleted {joining.purge()}")
