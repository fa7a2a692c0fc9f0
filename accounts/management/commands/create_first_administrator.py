from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.crypto import get_random_string

NAME = "admin"
# Without letters and digits that are read as each other.
ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class Command(BaseCommand):
    help = "Create the administrator 'admin' with a random password, printed this once, unless there is one already."
    requires_system_checks = []

    def handle(self, **options):
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            return
        if users.filter(username=NAME).exists():
            raise CommandError(f"There is an ordinary account named {NAME!r}: run createsuperuser with another name.")
        password = get_random_string(16, ALPHABET)
        users.create_superuser(NAME, password=password)
        self.stdout.write(
            "\nAn administrator was created. The password is shown this once:\n"
            f"    name      {NAME}\n"
            f"    password  {password}"
        )
