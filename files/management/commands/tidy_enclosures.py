from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from files import enclosures


class Command(BaseCommand):
    help = "Delete the files that people uploaded with a form and did not hand in: those that nothing uses after a day."

    def handle(self, *args, **options):
        self.stdout.write(_("Deleted: %(count)s files that nothing uses.") % {"count": enclosures.tidy()})
