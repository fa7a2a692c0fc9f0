from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from portal import demo


class Command(BaseCommand):
    help = "Fill the portal of `make demo` with a sample association; refused anywhere else."

    def handle(self, **options):
        if not settings.PORTAL_DEMO:
            raise CommandError("This is no portal for samples: run make demo, which makes one of its own.")
        if User.objects.exists():
            raise CommandError("There are people already: the sample association goes into an empty portal only.")
        made = demo.fill()
        self.stdout.write(", ".join(f"{count} {what}" for what, count in made.items()))
