from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from publishing import subjects


class Command(BaseCommand):
    help = (
        "Delete for good what has lain in the trash for 30 days; jobs do it one by one, this catches up with lost ones."
    )

    def handle(self, *args, **options):
        count = 0
        for model in subjects.models():
            for item in model.objects.to_purge().iterator():
                item.purge(by=None)
                count += 1
        self.stdout.write(_("Deleted for good: %(count)s items.") % {"count": count})
