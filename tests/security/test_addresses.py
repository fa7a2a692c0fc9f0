"""Whatever stands in an address, the answer is a page, never a fault of the server."""

from django.test import TestCase

from tests.factories import (
    make_activity,
    make_administrator,
    make_article,
    make_label,
    make_notice,
    make_open_activity,
    make_page,
    make_user,
)

ODD_VALUES = [
    "0", "-1", "1.5", "1e5", "abc", "", "null", "1", "4301", "99999", "999999999", "9" * 19, "9" * 30, "9" * 5000,
    "\uff11", "²", "\x00", "a\x00b", "\U0001f600", "%00", "' OR 1=1 --", "<script>", "%", "_", "\\", "//evil.example",
    "x" * 100_000,
]  # fmt: skip
ODD_NUMBERS = ["0", "-1", "9" * 18, "9" * 19, "9" * 25, "9" * 4301, "9" * 10_000, "\uff11\uff12", "1.5", "abc"]
FILTERS = ["column", "label", "year"]


class AddressTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.items = [make(labels=[make_label()]) for make in (make_article, make_notice, make_activity, make_page)]

    def setUp(self):
        self.client.raise_request_exception = False

    def assert_no_fault(self, path, query=None):
        response = self.client.get(path, query or {})
        self.assertLess(response.status_code, 500, (path[:60], str(query)[:60]))

    def test_odd_parameters_of_public_pages(self):
        every_page = ["zihao", "unknown"]
        parameters = {
            "/": every_page,
            "/missing/": every_page,
            "/accounts/login/": ["next", *every_page],
            "/news/": ["page", *FILTERS, *every_page],
            "/notices/": ["kind", "term", "words", "year"],
            "/activities/": ["phase", "year", "month"],
            "/members/": ["page", "level", "group", "district", "industry", "words", *every_page],
            **{item.get_absolute_url(): every_page for item in self.items},
        }
        for path, names in parameters.items():
            for name in names:
                for value in ODD_VALUES:
                    self.assert_no_fault(path, {name: value})

    def test_doubled_and_very_many_parameters(self):
        for path in ("/news/", "/notices/", "/activities/", "/members/"):
            for name in ("page", *FILTERS, "kind", "term", "words", "phase"):
                self.assert_no_fault(path, {name: ["1", "x"]})
                self.assert_no_fault(path, {name: ["x", "1"]})
            self.assert_no_fault(path, {f"p{number}": "1" for number in range(1500)})

    def test_odd_numbers_in_the_path(self):
        shapes = [
            "/news/%s/", "/notices/%s/", "/activities/%s/", "/activities/%s/calendar.ics", "/activities/%s/check-in/", "/pages/%s/",
            "/activities/%s/sign-up/", "/activities/%s/sign-up/box/", "/activities/sign-ups/%s/cancel/",
            "/members/%s/", "/members/council/%s/", "/members/groups/%s/",
            "/me/replies/%s/", "/me/replies/1/%s/1/",
            "/files/%s/", "/files/%s/480.webp", "/files/1/%s.webp", "/files/1/480.%s",
        ]  # fmt: skip
        for user in (None, make_user()):
            if user:
                self.client.force_login(user)
            for shape in shapes:
                for number in ODD_NUMBERS:
                    self.assert_no_fault(shape % number)

    def test_odd_cookies(self):
        for value in ('"\\000aaaaaaaaaa"', '"\\355\\240\\200aaaaaaaa"', "\xff" * 9, "a" * 50_000, "=;" * 99):
            cookies = "; ".join(f"{name}={value}" for name in ("sessionid", "csrftoken", "messages", "signed_in"))
            for path in ("/", "/me/", "/accounts/me/", "/members/join/status/"):
                answer = self.client.get(path, headers={"cookie": cookies})
                self.assertLess(answer.status_code, 500, (path, value[:20]))

    def test_odd_choices_in_signing_up(self):
        self.client.force_login(make_user())
        path = f"/activities/{make_open_activity().pk}/sign-up/"
        for value in ODD_VALUES:
            for name in ("organisation", "people"):
                self.assert_no_fault(path, {name: value})
                for data in ({name: value}, {name: value, "agrees": "on", "agreed_text": value}):
                    self.assertLess(self.client.post(path, data).status_code, 500, (name, value[:60]))

    def test_odd_parameters_and_numbers_in_the_admin(self):
        self.client.force_login(make_administrator())
        path = "/admin/notices/notice/"
        for name in ("p", "q", "kind__exact", *FILTERS, "status", "to_do"):
            for value in ODD_VALUES[:-1]:  # the long one is repeated in every link of the filters
                self.assert_no_fault(path, {name: value})
        for page in ("change", "preview", "preview/1", "history", "compare", "verb/trash"):
            for number in ODD_NUMBERS:
                self.assert_no_fault(f"{path}{number}/{page}/")
