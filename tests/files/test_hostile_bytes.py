"""Whatever bytes arrive, the answer is a format or a refusal, never another error."""

from contextlib import suppress

from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from files import storing
from files.recognition import RefusedFile

from . import samples

HONEST = {
    "a.jpg": samples.photograph(60, 40),
    "a.png": samples.picture(60, 40),
    "b.png": samples.picture(60, 40, mode="P", colour=3),
    "a.gif": samples.picture(60, 40, format="GIF"),
    "a.webp": samples.photograph(60, 40, format="WEBP"),
    "a.docx": samples.package(),
    "a.xlsx": samples.xlsx(),
    "a.doc": samples.compound("WordDocument", storages=[("ObjectPool", ["Workbook"])]),
    "a.pdf": samples.PDF,
    "a.mp4": samples.mp4(32, 16, 1),
    "a.txt": "质量月活动通知".encode("gb18030"),
}


class HostileBytesTests(SimpleTestCase):
    @settings(max_examples=400, deadline=None)
    @given(data=st.data())
    def test_a_damaged_file_is_taken_or_refused(self, data):
        name = data.draw(st.sampled_from(sorted(HONEST)))
        content = bytearray(HONEST[name])
        changes = st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=12)
        for position, value in data.draw(changes):
            content[position] = value
        length = data.draw(st.integers(1, len(content)) | st.just(len(content)))
        with suppress(RefusedFile):
            storing.prepare(samples.upload(name, bytes(content[:length])))

    @settings(max_examples=200, deadline=None)
    @given(
        head=st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"%PDF-",
                              b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]),
        rest=st.binary(max_size=1500),
        name=st.text(max_size=20),
    )  # fmt: skip
    def test_arbitrary_bytes_under_an_arbitrary_name_are_taken_or_refused(self, head, rest, name):
        file = samples.upload("x", head + rest)
        file._name = name
        with suppress(RefusedFile):
            content = storing.prepare(file)
            self.assertRegex(content.original_name, r"^[^/\\\x00-\x1f]+\.[a-z]+$")
