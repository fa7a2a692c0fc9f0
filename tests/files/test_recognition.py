"""What an upload is, by its content."""

import io
import warnings
import zipfile

from django.test import SimpleTestCase

from files import recognition
from files.recognition import RefusedFile, recognise

from . import samples
from .samples import upload


class RecognitionTests(SimpleTestCase):
    def assert_recognised(self, name, content, format):
        self.assertIs(recognise(upload(name, content)), format)

    def assert_refused(self, name, content, code):
        with self.assertRaises(RefusedFile) as caught:
            recognise(upload(name, content))
        self.assertEqual(caught.exception.code, code, caught.exception.messages)
        return caught.exception.messages[0]


class TakenFileTests(RecognitionTests):
    def test_pictures_are_known_by_their_content(self):
        for name, format in (("a.jpg", "JPEG"), ("a.png", "PNG"), ("a.webp", "WEBP"), ("a.gif", "GIF")):
            with self.subTest(format):
                expected = getattr(recognition, format)
                self.assert_recognised(name, samples.picture(format=format), expected)

    def test_a_picture_named_as_another_kind_of_picture_is_taken_for_what_it_is(self):
        self.assert_recognised("微信图片.png", samples.picture(format="JPEG"), recognition.JPEG)

    def test_a_picture_without_an_extension_is_taken(self):
        self.assert_recognised("blob", samples.picture(), recognition.PNG)

    def test_office_documents_as_written_by_real_libraries_are_taken(self):
        self.assert_recognised("通知.docx", samples.docx(), recognition.DOCX)
        self.assert_recognised("名单.xlsx", samples.xlsx(), recognition.XLSX)
        self.assert_recognised("讲义.pptx", samples.package("ppt/presentation.xml"), recognition.PPTX)

    def test_old_office_and_wps_documents_are_known_by_their_streams(self):
        for name, stream, format in (
            ("a.doc", "WordDocument", recognition.DOC),
            ("a.wps", "WordDocument", recognition.DOC),
            ("a.xls", "Workbook", recognition.XLS),
            ("a.et", "Workbook", recognition.XLS),
            ("a.ppt", "PowerPoint Document", recognition.PPT),
            ("a.dps", "PowerPoint Document", recognition.PPT),
        ):
            with self.subTest(name):
                self.assert_recognised(name, samples.compound("\x05SummaryInformation", stream), format)

    def test_a_spreadsheet_that_embeds_a_text_document_is_a_spreadsheet(self):
        content = samples.compound("Workbook", storages=[("MBD0001", ["WordDocument"])])
        self.assert_recognised("a.xls", content, recognition.XLS)

    def test_a_compound_file_with_large_sectors_and_a_long_directory_is_read(self):
        content = samples.compound(*[f"stream {number}" for number in range(40)], "WordDocument", sector_shift=12)
        self.assert_recognised("a.doc", content, recognition.DOC)

    def test_pdf_and_ofd_are_taken(self):
        self.assert_recognised("a.PDF", samples.PDF, recognition.PDF)
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("OFD.xml", "<ofd:OFD xmlns:ofd='http://www.ofdspec.org/2016'/>")
        self.assert_recognised("a.ofd", content.getvalue(), recognition.OFD)

    def test_text_is_taken_in_both_chinese_encodings(self):
        for encoding in ("utf-8", "utf-8-sig", "gb18030"):
            with self.subTest(encoding):
                self.assert_recognised("a.txt", "PK赛名单\r\n沪质协〔2025〕8号\t1".encode(encoding), recognition.TXT)
                self.assert_recognised("a.csv", "单位,得分\r\n甲,1".encode(encoding), recognition.CSV)

    def test_a_long_text_may_break_inside_a_character_where_it_is_read_in_pieces(self):
        self.assert_recognised("a.txt", b"1" + "质".encode() * 200_000, recognition.TXT)

    def test_the_file_is_left_at_its_start(self):
        file = upload("a.docx", samples.docx())
        recognise(file)
        self.assertEqual(file.tell(), 0)


class HostileFileTests(RecognitionTests):
    def test_a_picture_with_script_behind_it_is_no_web_page(self):
        message = self.assert_refused("evil.html", samples.picture() + b"<script>alert(1)</script>", "mismatch")
        self.assertIn("PNG", message)
        self.assertIn(".html", message)

    def test_svg_is_refused_whatever_its_name_and_wherever_its_tag_begins(self):
        drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        for prefix in (b"", b"\xef\xbb\xbf\n ", b'<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE svg>\n'):
            for name in ("a.svg", "a.png", "a.txt"):
                with self.subTest(prefix=prefix, name=name):
                    self.assertIn("SVG", self.assert_refused(name, prefix + drawing, "foreign"))

    def test_a_web_page_is_refused_whatever_its_name(self):
        for content in (
            b"<!DOCTYPE html><title>x</title>",
            b"\xef\xbb\xbf  <HTML>",
            b"words first <script>alert(1)</script>",
            b"<!-- %PDF-1.4 --><html>",
        ):
            for name in ("a.html", "a.jpg", "a.txt", "a.pdf", "a.csv"):
                with self.subTest(content=content, name=name):
                    self.assert_refused(name, content, "foreign")

    def test_a_program_is_refused_whatever_its_name(self):
        for content in (b"MZ\x90\0\x03\0\0\0" + bytes(200), b"\x7fELF\x02\x01" + bytes(90), b"#!/bin/sh\nrm -rf /\n"):
            for name in ("a.exe", "报告.pdf", "a.txt", "a"):
                with self.subTest(content=content, name=name):
                    self.assert_refused(name, content, "foreign")

    def test_foreign_formats_are_named_with_advice(self):
        for content in (
            b"\0\0\0\x18ftypheic" + bytes(40),
            b"Rar!\x1a\x07\0",
            b"7z\xbc\xaf\x27\x1c",
            b"{\\rtf1 x}",
            b"II*\0" + bytes(20),
            b"\0\0\0\x18ftypqt  " + bytes(40),
        ):
            with self.subTest(content):
                self.assert_refused("a.jpg", content, "foreign")

    def test_a_plain_archive_is_refused(self):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("报告.docx", b"x")
        self.assert_refused("a.zip", content.getvalue(), "foreign")
        self.assert_refused("a.docx", content.getvalue(), "foreign")

    def test_a_right_document_under_a_wrong_name_is_refused(self):
        self.assertIn("DOCX", self.assert_refused("a.pdf", samples.docx(), "mismatch"))
        self.assert_refused("a.docx", samples.PDF, "mismatch")
        self.assert_refused("a.xlsx", samples.docx(), "mismatch")
        self.assert_refused("a.jpg", samples.PDF, "mismatch")
        self.assert_refused("a.js", b"alert(1)", "mismatch")

    def test_an_empty_file_is_refused(self):
        self.assert_refused("a.txt", b"", "empty")

    def test_binary_noise_is_refused(self):
        for name in ("a.txt", "a.pdf", "a"):
            self.assert_refused(name, bytes(range(256)) * 4, "unknown")

    def test_text_with_null_bytes_is_refused(self):
        self.assert_refused("a.txt", b"abc\0def", "unknown")

    def test_too_large_a_file_is_refused_before_it_is_read(self):
        class Endless(io.BytesIO):
            name, size = "a.pdf", recognition.MAX_DOCUMENT_BYTES + 1

            def read(self, *args):
                raise AssertionError("was read")

        with self.assertRaises(RefusedFile) as caught:
            recognise(Endless())
        self.assertEqual(caught.exception.code, "too_large")

    def test_too_large_a_picture_is_refused(self):
        file = upload("a.png", samples.picture())
        file.size = recognition.MAX_IMAGE_BYTES + 1
        with self.assertRaises(RefusedFile) as caught:
            recognise(file)
        self.assertEqual(caught.exception.code, "too_large")


class HostilePictureTests(RecognitionTests):
    def test_a_picture_of_too_many_pixels_is_refused_by_its_header(self):
        self.assert_refused("a.png", samples.png_header(30_000, 30_000), "too_many_pixels")
        with warnings.catch_warnings(action="ignore"):  # Pillow's own limit, above ours, only warns at first
            self.assert_refused("a.png", samples.png_header(10_000, 10_000), "too_many_pixels")
        self.assert_refused("a.png", samples.png_header(8_000, 8_000), "too_many_pixels")

    def test_a_script_that_begins_like_a_picture_is_refused(self):
        self.assert_refused("a.gif", b"GIF89a=1;/*" + b"x" * 40 + b"*/=alert(1)", "damaged")
        self.assert_refused("a.jpg", b"\xff\xd8\xff<script>alert(1)</script>", "damaged")


class HostileDocumentTests(RecognitionTests):
    def test_a_document_that_unpacks_to_far_too_much_is_refused(self):
        bomb = samples.package(extra=[("word/media/a.xml", bytes(40 * 1024 * 1024))])
        self.assertLess(len(bomb), 100_000)
        self.assert_refused("a.docx", bomb, "bomb")

    def test_a_document_of_too_many_parts_is_refused(self):
        parts = [(f"word/media/{number}.xml", b"") for number in range(recognition.MAX_PACKAGE_MEMBERS)]
        self.assert_refused("a.docx", samples.package(extra=parts), "bomb")

    def test_macros_are_refused_whatever_the_name_says(self):
        macro_type = "application/vnd.ms-word.document.macroEnabled.main+xml"
        for name in ("a.docm", "a.docx"):
            self.assert_refused(name, samples.package(content_type=macro_type), "macros")
            self.assert_refused(name, samples.package(extra=[("word/vbaProject.bin", b"x")]), "macros")
        self.assert_refused("a.docx", samples.package(content_type=macro_type.replace("E", "&#69;")), "macros")
        for storage in ("Macros", "_VBA_PROJECT_CUR"):
            self.assert_refused("a.doc", samples.compound("WordDocument", storages=[(storage, ["PROJECT"])]), "macros")

    def test_documents_under_a_password_are_refused(self):
        self.assert_refused("a.docx", samples.compound("EncryptionInfo", "EncryptedPackage"), "locked")
        locked = bytearray(samples.package())
        locked[locked.index(b"PK\x01\x02") + 8] |= 1
        self.assert_refused("a.docx", bytes(locked), "locked")

    def test_a_package_with_foreign_bytes_before_or_behind_it_is_refused(self):
        for content in (
            samples.package() + b"<script>alert(1)</script>",
            b"PK\x03\x04" + b"x" * 100 + samples.package(),
        ):
            self.assert_refused("a.docx", content, "damaged")

    def test_a_package_that_declares_entities_or_nonsense_is_refused(self):
        for declaration in (b'<!DOCTYPE x [<!ENTITY e "x">]><Types/>', b"<Types", b"\xff\xfe\0"):
            content = io.BytesIO()
            with zipfile.ZipFile(content, "w") as archive:
                archive.writestr("[Content_Types].xml", declaration)
            with self.subTest(declaration):
                self.assert_refused("a.docx", content.getvalue(), "damaged")

    def test_a_package_of_another_kind_is_refused(self):
        self.assert_refused("a.docx", samples.package(content_type="application/x-something"), "unknown")
        self.assert_refused("a.doc", samples.compound("Something"), "unknown")

    def test_cut_off_documents_are_refused(self):
        self.assert_refused("a.docx", samples.docx()[:-200], "damaged")
        self.assert_refused("a.pdf", samples.PDF[:-8], "damaged")
        for length in (40, 512, 600, 1100):
            self.assert_refused("a.doc", samples.compound("WordDocument")[:length], "damaged")

    def test_a_compound_directory_that_runs_in_a_circle_is_refused(self):
        content = bytearray(samples.compound("WordDocument"))
        content[512 + 4 : 512 + 8] = b"\1\0\0\0"  # the directory's own sector follows itself
        self.assert_refused("a.doc", bytes(content), "damaged")

    def test_a_pdf_that_is_something_else_too_is_refused(self):
        self.assert_refused("a.pdf", b"<html><!--" + samples.PDF, "foreign")
        self.assert_refused("a.pdf", b"var x = 1; //" + samples.PDF, "mismatch")
        self.assert_refused("a.pdf", samples.PDF + b"<script>alert(1)</script>", "damaged")
        self.assert_refused("a.pdf", samples.PDF + samples.package(), "damaged")
        self.assert_refused("a.pdf", samples.PDF[:-7] + samples.package() + b"\n%%EOF\n", "damaged")
