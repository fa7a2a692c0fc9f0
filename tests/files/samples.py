"""Files to upload, honest and hostile, made on the spot; and ordinary rows of the library."""

import io
import shutil
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from docx import Document
from openpyxl import Workbook
from PIL import Image, ImageDraw

from files.models import Asset

PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
MAIN_PARTS = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
}


def upload(name, content):
    return SimpleUploadedFile(name, content)


def picture(width=800, height=500, mode="RGB", format="PNG", colour="teal", **options):
    """Return an encoded picture (bytes): a plain ground with a white square in the upper left corner."""
    image = Image.new(mode, (width, height), colour)
    if mode in ("RGB", "RGBA"):
        ImageDraw.Draw(image).rectangle((0, 0, min(width, height) // 4, min(width, height) // 4), fill="white")
    return encoded(image, format, **options)


def photograph(width=800, height=500, format="JPEG", **options):
    """Return an encoded picture (bytes) of many colours."""
    gradients = [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L").rotate(90)]
    return encoded(Image.merge("RGB", gradients).resize((width, height)), format, **options)


def encoded(image, format, **options):
    content = io.BytesIO()
    image.save(content, format, **options)
    return content.getvalue()


def png_header(width, height):
    """Return a PNG (bytes) that says it is ``width`` × ``height`` and holds hardly any data."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def docx(text="质量月活动通知"):
    document, content = Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(content)
    return content.getvalue()


def xlsx():
    workbook, content = Workbook(), io.BytesIO()
    workbook.active.append(["单位", "得分"])
    workbook.save(content)
    return content.getvalue()


def package(main_part="word/document.xml", content_type=None, extra=(), compression=zipfile.ZIP_DEFLATED):
    """Return a minimal Office package (bytes); extra: (name, bytes) of further members."""
    declaration = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{main_part}" ContentType="{content_type or MAIN_PARTS[main_part]}"/></Types>'
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        archive.writestr("[Content_Types].xml", declaration)
        archive.writestr(main_part, "<document/>")
        for name, data in extra:
            archive.writestr(name, data)
    return content.getvalue()


def compound(*streams, storages=(), sector_shift=9):
    """Return a compound file (bytes) with empty streams of these names, and {storage: (names inside)} as pairs."""
    free, end, table_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    sector_bytes = 1 << sector_shift
    entries = [["Root Entry", 5, free, free, free]]

    def add(parent, name, kind):
        entries.append([name, kind, free, free, free])
        number = len(entries) - 1
        # The newest child becomes the first and points on to the one before it: a list is a tree, too.
        entries[number][3], entries[parent][4] = entries[parent][4], number
        return number

    for name in streams:
        add(0, name, 2)
    for storage, names in storages:
        parent = add(0, storage, 1)
        for name in names:
            add(parent, name, 2)

    directory = b"".join(
        struct.pack("<64sHBB3I", name.encode("utf-16-le"), 2 * len(name) + 2, kind, 1, left, right, child) + bytes(48)
        for name, kind, left, right, child in entries
    )
    directory += bytes(-len(directory) % sector_bytes)
    directory_sectors = len(directory) // sector_bytes
    table = [table_mark, *range(2, directory_sectors + 1), end]
    table += [free] * (sector_bytes // 4 - len(table))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,
        3 if sector_shift == 9 else 4,
        0xFFFE,
        sector_shift,
        6,
        b"",
        0,
        1,
        1,
        0,
        4096,
        end,
        0,
        end,
        0,
    ) + struct.pack("<109I", 0, *[free] * 108)
    header += bytes(sector_bytes - len(header))
    return header + struct.pack(f"<{sector_bytes // 4}I", *table) + directory


def make_image(content=None, name="合影.png", **overrides):
    words = {"title": "样例图片", "alt_text": "会员代表在会场前合影", **overrides}
    return Asset.objects.store(upload(name, content or photograph(format="PNG")), **words)


def make_document(content=PDF, name="样例文件.pdf", **overrides):
    return Asset.objects.store(upload(name, content), **{"title": "样例文件", **overrides})


class OwnMediaFolder:
    """Mixin of TestCase: the media of each test lie in a folder of their own."""

    def setUp(self):
        super().setUp()
        folder = tempfile.mkdtemp(prefix="portal-media-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        overridden = override_settings(MEDIA_ROOT=folder)
        overridden.enable()
        self.addCleanup(overridden.disable)
        self.media_folder = Path(folder)

    def stored_names(self):
        """Return the names (set of str) of all files in the storage."""
        return {str(path.relative_to(self.media_folder)) for path in self.media_folder.rglob("*") if path.is_file()}
