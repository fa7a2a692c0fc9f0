from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from hanzi.fold import fold

han = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=12)


class FoldTests(TestCase):
    def test_all_spellings_of_a_document_number_fold_to_one(self):
        spellings = [
            "沪质协〔2025〕28号",
            "滬質協【２０２５】28號",
            "沪质协[2025]28号",
            "沪质协（2025）28号",
            "沪质协(2025)28号",
        ]
        self.assertEqual({fold(spelling) for spelling in spellings}, {"沪质协(2025)28号"})

    def test_case_and_width_do_not_matter(self):
        self.assertEqual(fold("ＩＳＯ ９００１"), fold("iso 9001"))

    def test_both_scripts_fold_to_one(self):
        self.assertEqual(fold("質量協會後來乾燥"), fold("质量协会后来干燥"))

    @settings(max_examples=100, deadline=None)
    @given(st.text(max_size=20))
    def test_folding_twice_is_folding_once(self, text):
        self.assertEqual(fold(fold(text)), fold(text))

    @settings(max_examples=100, deadline=None)
    @given(han, han)
    def test_a_part_folds_to_a_part(self, before, after):
        self.assertEqual(fold(before) + fold(after), fold(before + after))

    def test_a_word_is_found_in_every_context(self):
        for text in ("乾隆", "乾燥", "宮商角徵羽", "著名", "執著"):
            for character in text:
                self.assertIn(fold(character), fold(text))
