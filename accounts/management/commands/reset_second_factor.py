from django.core.management.base import BaseCommand, CommandError

from accounts import second_factor, sessions
from accounts.models import User


class Command(BaseCommand):
    help = "Take two-step verification from an account: for an administrator whom no other one can help."

    def add_arguments(self, parser):
        parser.add_argument("name", help="user name, e-mail address or phone")

    def handle(self, name, **options):
        try:
            user = User.objects.get_by_natural_key(name)
        except User.DoesNotExist as error:
            raise CommandError("There is no such account.") from error
        if not second_factor.remove(user, by=None):
            raise CommandError("This account has no two-step verification.")
        sessions.end(user)
        self.stdout.write(f"{user.username} signs in with the password alone until the app is set up again.")
