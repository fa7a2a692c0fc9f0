"""Whose address a request has: our own proxy tells it, and nobody else."""

from django.test import RequestFactory, SimpleTestCase, TestCase, override_settings
from django.urls import reverse

from audit.models import Entry
from qualitysite.proxy import ForwardedAddressMiddleware


class ForwardedAddressTests(SimpleTestCase):
    def address(self, forwarded):
        request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
        return ForwardedAddressMiddleware(lambda request: request.META["REMOTE_ADDR"])(request)

    def test_without_a_proxy_a_forwarded_address_is_not_believed(self):
        self.assertEqual(self.address("203.0.113.1"), "127.0.0.1")

    @override_settings(BEHIND_PROXY=True)
    def test_behind_a_proxy_the_address_that_it_added_counts_and_no_other(self):
        self.assertEqual(self.address("203.0.113.1"), "203.0.113.1")
        self.assertEqual(self.address("198.51.100.9, 203.0.113.1"), "203.0.113.1")
        self.assertEqual(self.address("203.0.113.1, <script>"), "127.0.0.1")
        self.assertEqual(self.address(""), "127.0.0.1")


class LoggedAddressTests(TestCase):
    @override_settings(BEHIND_PROXY=True)
    def test_the_log_tells_the_address_that_the_proxy_added(self):
        wrong = {"username": "nobody", "password": "wrong"}
        self.client.post(reverse("accounts:login"), wrong, HTTP_X_FORWARDED_FOR="198.51.100.9, 203.0.113.1")
        self.assertEqual(Entry.objects.get().origin, "203.0.113.1")
