from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from members import reader_rows
from publishing import content_version


class Command(BaseCommand):
    help = "Write the reader groups of members anew from organisations, people and periods; changes what differs only."

    def handle(self, *args, **options):
        changed = reader_rows.rebuild()
        if changed:
            with transaction.atomic():
                content_version.advance()
        self.stdout.write(_("Reader groups of members: %(count)s rows changed.") % {"count": changed})
