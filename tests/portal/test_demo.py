"""The sample association: of itself, marked, and kept from a portal at work."""

from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings
from django.urls import reverse

from accounts.models import User
from members.models import Activity, Organisation, SignUp
from portal.demo import people
from tests.factories import make_user


def fill():
    call_command("set_up_portal", verbosity=0)
    call_command("fill_demo", verbosity=0)


class RefusalTests(TestCase):
    def test_a_portal_at_work_takes_no_samples(self):
        with self.assertRaises(CommandError):
            call_command("fill_demo")
        self.assertFalse(User.objects.exists())

    @override_settings(PORTAL_DEMO=True)
    def test_a_portal_with_people_takes_no_samples(self):
        make_user()
        with self.assertRaises(CommandError):
            call_command("fill_demo")


@override_settings(PORTAL_DEMO=True)
class DemoTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        fill()

    def test_every_page_says_that_it_is_a_sample(self):
        for url in (
            reverse("home"),
            Activity.list_url(),
            Activity.objects.filter(audience="everyone").first().get_absolute_url(),
        ):
            self.assertContains(self.client.get(url), "样例数据")

    def test_every_name_says_that_it_is_a_sample(self):
        names = [*User.objects.values_list("name", flat=True), *Organisation.objects.values_list("name", flat=True)]
        self.assertEqual([name for name in names if not name.startswith("样例")], [])

    def test_it_has_activities_and_sign_ups_in_every_state(self):
        self.assertEqual({activity.phase for activity in Activity.objects.all()}, set(Activity.Phase))
        states = {row.state for row in SignUp.objects.all()}
        missing = {SignUp.State.LAPSED, SignUp.State.REMOVED}  # these come when one uses it
        self.assertEqual(states, set(SignUp.State) - missing)

    def test_its_people_sign_in_with_the_password_that_is_told(self):
        for username in ("member", "contact", "former", *people.STAFF):
            self.assertTrue(self.client.login(username=username, password=people.PASSWORD), username)
