"""Every address that the portal answers, found by itself: a new door is tried without being named here."""

import re

from django.test import Client, TestCase
from django.urls import URLResolver, get_resolver, reverse

from tests.factories import (
    make_administrator,
    make_affiliation,
    make_open_activity,
    make_organisation,
    make_question,
    make_sign_up,
    make_user,
)

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
WHOLE_NUMBERS = ("1", "0", "9" * 18, "9" * 19)
WORDS = ("x", "a:b:c", "%00", "%ED%A0%80", "%3Cscript%3E", "9" * 30, "%F0%9F%98%80" * 60)
ODD = "\x00" + "9" * 25
QUERY = dict.fromkeys(
    ("code", "organisation", "page", "p", "words", "kind", "people", "next", "state", "month", "phase", "change"), ODD
)
FORM = dict.fromkeys(
    (
        *("organisation", "people", "sign_up", "undo", "code", "number", "reason", "only", "action", "person", "words"),
        *(
            "name",
            "role",
            "email",
            "stamp",
            "columns",
            "format",
            "text",
            "order",
            "note",
            "version",
            "step",
            "next",
            "do",
        ),
        *("subject", "body", "agrees", "agreed_text", "licence-kept", "attachments-kept", "submission", "base", "_do"),
    ),
    ODD,
)
PRIVATE = ("/me/", "/messages/", "/accounts/me/")


def routes(resolver=None, before=""):
    """Yield every route (str) that the portal answers, parameters as Django writes them."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        elif "(?P<" not in route:  # previews, whose tokens are tried elsewhere, and what catches the rest of the admin
            yield route


def addresses(beginnings=("",), numbers=WHOLE_NUMBERS, words=WORDS):
    """Yield addresses of every route below one of ``beginnings``, its parameters filled with each odd value in turn."""
    for route in routes():
        if not route.startswith(tuple(name.lstrip("/") for name in beginnings)):
            continue
        kinds = {kind for kind, _name in PARAMETER.findall(route)}
        longest = range(max(len(numbers) if kinds <= {"number", "int"} else len(words), 1) if kinds else 1)
        for turn in longest:

            def value(match, turn=turn):
                odd = numbers if match[1] in ("number", "int") else words
                return odd[turn % len(odd)]

            yield "/" + PARAMETER.sub(value, route)


class EveryDoorTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.person, cls.administrator = make_user(), make_administrator()
        organisation = make_organisation()
        make_affiliation(organisation, cls.person, role="contact")
        activity = make_open_activity()
        make_question(activity)
        make_sign_up(activity, cls.person, organisation)

    def test_nothing_odd_in_address_query_or_form_is_a_fault(self):
        of_readers = [
            "news/",
            "notices/",
            "activities/",
            "members/",
            "me/",
            "pages/",
            "files/",
            "accounts/",
            "messages/",
        ]
        for user in (None, self.person):
            client = Client(raise_request_exception=False)
            if user:
                client.force_login(user)
            for address in addresses(of_readers):
                for send in (
                    lambda: client.get(address, QUERY),  # noqa: B023 called at once
                    lambda: client.post(address, FORM),  # noqa: B023
                    lambda: client.put(address),  # noqa: B023
                ):
                    self.assertLess(send().status_code, 500, address[:120])
                if user and address == reverse("accounts:logout"):
                    client.force_login(user)

    def test_nothing_odd_is_a_fault_in_the_admin(self):
        client = Client(raise_request_exception=False)
        client.force_login(self.administrator)
        for address in addresses(["admin/members/", "admin/outbox/", "admin/periodic/"], ("1", "9" * 18), WORDS[:3]):
            self.assertLess(client.get(address, QUERY).status_code, 500, address)
            self.assertLess(client.post(address, FORM).status_code, 500, address)

    def test_no_door_takes_a_post_without_its_token(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.administrator)
        for address in addresses(numbers=("1",), words=("x",)):
            self.assertEqual(client.post(address).status_code, 403, address)

    def test_what_is_a_persons_own_is_shown_to_nobody_else_and_kept_nowhere(self):
        """A secret address asks for no sign-in; here it is a wrong one."""
        for address in addresses(PRIVATE, ("1",), ("x",)):
            self.assertIn(
                self.client.get(address).status_code, (302, 404, 405) if address != "/accounts/me/" else (200,)
            )
        self.client.force_login(self.person)
        for address in addresses(PRIVATE, (str(self.person.pk),), ("x",)):
            answer = self.client.get(address)
            if answer.status_code == 200:
                self.assertIn("no-store", answer.headers["Cache-Control"], address)

    def test_the_admin_opens_nothing_to_others(self):
        """Neither to visitors and members, nor to staff without a role but for the pages that all staff have."""
        for_all_staff = [
            reverse(f"admin:{name}") for name in ("index", "password_change", "handbook", "jsi18n", "login")
        ]
        for user, shut in ((None, {302}), (self.person, {302, 403}), (make_user(is_staff=True), {302, 403, 404, 405})):
            client = Client()
            if user:
                client.force_login(user)
            for address in addresses(["admin/"], ("1",), ("x",)):
                if address not in for_all_staff:
                    self.assertIn(client.get(address).status_code, shut, (user, address))
                    self.assertIn(
                        client.post(address, {"_do": "on", "reason": "样例"}).status_code, shut, (user, address)
                    )
