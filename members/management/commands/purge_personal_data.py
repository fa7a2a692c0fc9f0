from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from members import personal_data


class Command(BaseCommand):
    help = "Delete names and answers from the sign-ups of activities whose time is over; the numbers stay."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")

    def handle(self, *args, dry_run, **options):
        total = 0
        for activity in personal_data.due():
            count = activity.sign_ups.filter(anonymised_at__isnull=True).count()
            total += count if dry_run else personal_data.purge(activity)
            self.stdout.write(f"{activity.pk} {activity.data_kept_until} {activity.title}: {count}")
        text = _("Would be deleted: %(count)d sign-ups.") if dry_run else _("Deleted: %(count)d sign-ups.")
        self.stdout.write(text % {"count": total})
