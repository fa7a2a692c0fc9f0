from io import StringIO

from django.core.management import CommandError, call_command
from django.test import TestCase

from accounts.models import User
from tests.factories import make_administrator, make_user


def create_first_administrator():
    output = StringIO()
    call_command("create_first_administrator", stdout=output)
    return output.getvalue()


class FirstAdministratorTests(TestCase):
    def test_the_printed_password_opens_the_account(self):
        output = create_first_administrator()
        password = output.split()[-1]
        self.assertTrue(self.client.login(username="admin", password=password))
        self.assertTrue(User.objects.get(username="admin").is_superuser)

    def test_a_second_run_changes_and_says_nothing(self):
        create_first_administrator()
        before = User.objects.values_list("password", flat=True).get()
        self.assertEqual(create_first_administrator(), "")
        self.assertEqual(User.objects.values_list("password", flat=True).get(), before)

    def test_another_administrator_is_enough(self):
        make_administrator()
        self.assertEqual(create_first_administrator(), "")
        self.assertFalse(User.objects.filter(username="admin").exists())

    def test_an_ordinary_account_of_that_name_is_not_raised(self):
        make_user(username="admin")
        with self.assertRaisesMessage(CommandError, "createsuperuser"):
            create_first_administrator()
        self.assertFalse(User.objects.get(username="admin").is_superuser)
