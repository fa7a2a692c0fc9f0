"""Codes that change with time."""

from datetime import UTC, datetime
from unittest import TestCase
from urllib.parse import parse_qs, urlsplit

from accounts import totp

# RFC 6238, appendix B, SHA-1; RFC 4226, appendix D, gives the same secret.
SECRET = b"12345678901234567890"
VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}


def at(seconds):
    return datetime.fromtimestamp(seconds, UTC)


class CodeTests(TestCase):
    def test_the_codes_are_those_of_the_standard(self):
        for seconds, code in VECTORS.items():
            self.assertEqual(totp.code_of(SECRET, totp.step_at(at(seconds)), digits=8), code)
            self.assertEqual(totp.code_of(SECRET, totp.step_at(at(seconds))), code[2:])

    def test_a_code_is_good_in_its_step_and_one_beside_it(self):
        code = totp.code_of(SECRET, 100)
        for step, found in ((98, None), (99, 100), (100, 100), (101, 100), (102, None)):
            self.assertEqual(totp.matching_step(SECRET, code, at(step * 30 + 29)), found)

    def test_what_is_no_code_matches_nothing(self):
        for typed in ("", "12345", "\u0661\u0662\u0663\u0664\u0665\u0666", "abcdef", "1" * 1000):
            self.assertIsNone(totp.matching_step(SECRET, typed, at(59)))

    def test_the_address_for_apps_holds_secret_and_names(self):
        parts = urlsplit(totp.address_of(SECRET, "portal.example", "wang:li"))
        self.assertEqual((parts.scheme, parts.netloc, parts.path), ("otpauth", "totp", "/portal.example:wang%3Ali"))
        self.assertEqual(parse_qs(parts.query)["secret"], ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"])
