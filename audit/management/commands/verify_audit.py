from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.verification import Broken, verify


class Command(BaseCommand):
    help = "Walk through the audit log and say whether it is whole; exit with 1 at the first broken place."

    def add_arguments(self, parser):
        parser.add_argument("--since", type=int, metavar="NUMBER", help="start with this entry …")
        parser.add_argument("--digest", help="… which must have this digest, kept elsewhere at an earlier run")

    def handle(self, *args, since, digest, **options):
        if (since is None) != (digest is None):
            raise CommandError(_("--since and --digest belong together."))
        if since is not None and since < 1:
            raise CommandError(_("The entries are numbered from 1."))
        try:
            found = verify(since, digest)
        except Broken as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(
            ngettext("The log is whole: %(count)d entry.", "The log is whole: %(count)d entries.", found.count)
            % {"count": found.count}
        )
        if found.number:
            self.stdout.write(_("Last: --since %(number)d --digest %(digest)s") % vars(found))
