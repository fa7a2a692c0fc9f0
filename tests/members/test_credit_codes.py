"""统一社会信用代码 by GB 32100-2015; all codes here are invented, with check characters that are computed."""

from django.core.exceptions import ValidationError
from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from members import credit_codes
from tests.factories import make_credit_code

# GB 32100-2015, table B.2: the weights of the places 1 to 17.
PUBLISHED_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
SAMPLE = "9100000000000000"  # sixteen characters of a code whose division does not exist

beginnings = st.tuples(
    st.text(credit_codes.ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(credit_codes.ALPHABET, min_size=9, max_size=9),
).map("".join)


class CreditCodeTests(SimpleTestCase):
    def test_the_weights_are_those_of_the_standard(self):
        self.assertEqual(credit_codes.WEIGHTS, PUBLISHED_WEIGHTS)

    def test_the_alphabet_is_that_of_the_standard(self):
        self.assertEqual(len(credit_codes.ALPHABET), 31)
        self.assertFalse(set("IOSVZ") & set(credit_codes.ALPHABET))

    @given(beginnings)
    def test_the_check_character_makes_the_weighted_sum_divisible(self, beginning):
        values = [credit_codes.ALPHABET.index(character) for character in beginning]
        last = credit_codes.ALPHABET.index(credit_codes.check_character(beginning))
        weighted = sum(value * weight for value, weight in zip(values, PUBLISHED_WEIGHTS, strict=True))
        self.assertEqual((weighted + last) % 31, 0)
        self.assertEqual(credit_codes.fault(beginning + credit_codes.ALPHABET[last]), "")

    @given(beginnings, st.integers(8, 17), st.sampled_from(credit_codes.ALPHABET))
    def test_one_mistyped_character_never_passes(self, beginning, place, character):
        code = beginning + credit_codes.check_character(beginning)
        mistyped = code[:place] + character + code[place + 1 :]
        self.assertEqual(bool(credit_codes.fault(mistyped)), mistyped != code)

    def test_spaces_width_hyphens_and_case_do_not_matter(self):
        code = SAMPLE + "A" + credit_codes.check_character(SAMPLE + "A")
        wide = "".join(chr(ord(character) + 0xFEE0) for character in code.lower())
        for typed in (f" {code[:8]} {code[8:]}\u3000", f"{code[:8]}-{code[8:]}", code.lower(), wide):
            with self.subTest(typed):
                self.assertEqual(credit_codes.normalise(typed), code)

    def test_each_fault_has_a_sentence_that_says_what_is_wrong(self):
        code = make_credit_code()
        other = credit_codes.ALPHABET[(credit_codes.ALPHABET.index(code[-1]) + 1) % 31]
        for wrong, words in (
            (code[:-1], "17 个字符"),
            (code + "0", "19 个字符"),
            (code[:8] + "OZ" + code[10:], "OZ"),
            (code[:2] + "A" + code[3:], "第 3 至第 8 位"),
            (code[:-1] + other, "最后一位"),
        ):
            with self.subTest(wrong):
                with self.assertRaises(ValidationError) as raised:
                    credit_codes.validate(wrong)
                self.assertIn(words, raised.exception.messages[0])
