from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from members import joining


class Command(BaseCommand):
    help = "Delete the applications for membership and the invitations whose time is over."

    def handle(self, *args, **options):
        self.stdout.write(_("Deleted: %(applications)d applications, %(invitations)d invitations.") % joining.purge())
