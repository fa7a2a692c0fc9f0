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


# -- Videos -----------------------------------------------------------------------------------------------------------


def box(kind, *content, size=None):
    """Return a box (bytes) of an MP4; size: what it says of itself, if that is not the truth."""
    payload = b"".join(content)
    return struct.pack(">I4s", len(payload) + 8 if size is None else size, kind) + payload


def full_box(kind, *content, version=0, flags=0):
    return box(kind, struct.pack(">I", version << 24 | flags), *content)


class _Bits:
    """The bits of an H.264 unit. Source: ITU-T H.264, 7.2 and 9.1."""

    def __init__(self):
        self.bits = ""

    def put(self, value, count):
        self.bits += f"{value:0{count}b}" if count else ""
        return self

    def exp(self, *values):
        for value in values:
            self.put(value + 1, 2 * (value + 1).bit_length() - 1)
        return self

    def raw(self, content):
        self.bits += "0" * (-len(self.bits) % 8) + "".join(f"{byte:08b}" for byte in content)
        return self

    def unit(self, header):
        bits = self.bits + "1"
        bits += "0" * (-len(bits) % 8)
        content = int(bits, 2).to_bytes(len(bits) // 8, "big")
        escaped, zeros = bytearray([header]), 0
        for byte in content:
            if zeros >= 2 and byte <= 3:
                escaped.append(3)
                zeros = 0
            escaped.append(byte)
            zeros = zeros + 1 if byte == 0 else 0
        return bytes(escaped)


def _frame(width, height, number):
    """Return a picture of H.264 without any compression: a grey ground, lighter from picture to picture."""
    bits = _Bits().exp(0, 7, 0).put(0, 4).exp(number % 2).put(0, 2).exp(0, 1)
    for block in range(width // 16 * (height // 16)):
        bits.exp(25).raw(bytes([60 + 20 * (number % 8) + block % 16]) * 256 + bytes([110]) * 64 + bytes([140]) * 64)
    unit = bits.unit(0x65)
    return struct.pack(">I", len(unit)) + unit


def mp4(
    width=64,
    height=48,
    seconds=2,
    *,
    brand=b"isom",
    coding=b"avc1",
    rotated=False,
    index_first=True,
    inner=b"",
    extra=b"",
):
    """Return a video (bytes) that browsers play, two pictures a second. Width and height: multiples of 16.

    inner: further boxes of the index; extra: bytes of the data behind the pictures.
    """
    frames = [_frame(width, height, number) for number in range(2 * seconds)]
    settings = _Bits().put(66, 8).put(0xC0, 8).put(30, 8).exp(0, 0, 2, 0).put(0, 1)
    settings = settings.exp(width // 16 - 1, height // 16 - 1).put(0b1000, 4).unit(0x67)
    picture_settings = _Bits().exp(0, 0).put(0, 2).exp(0, 0, 0).put(0, 3).exp(0, 0, 0).put(0b100, 3).unit(0x68)
    decoder = struct.pack(">5BBH", 1, 66, 0xC0, 30, 0xFF, 0xE1, len(settings)) + settings
    decoder += struct.pack(">BH", 1, len(picture_settings)) + picture_settings
    plain = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    turned = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, height << 16, 0, 0x40000000)
    file_type = box(b"ftyp", brand, bytes(4), brand, b"avc1mp41")

    def index(first_place):
        description = struct.pack(">6xH16xHHIIIH32xHh", 1, width, height, 0x480000, 0x480000, 0, 1, 24, -1)
        table = box(
            b"stbl",
            full_box(b"stsd", struct.pack(">I", 1), box(coding, description, box(b"avcC", decoder))),
            full_box(b"stts", struct.pack(">III", 1, len(frames), 500)),
            full_box(b"stsc", struct.pack(">IIII", 1, 1, len(frames), 1)),
            full_box(b"stsz", struct.pack(">II", 0, len(frames)), *(struct.pack(">I", len(frame)) for frame in frames)),
            full_box(b"stco", struct.pack(">II", 1, first_place)),
        )
        data_reference = box(b"dinf", full_box(b"dref", struct.pack(">I", 1), full_box(b"url ", flags=1)))
        media = box(
            b"mdia",
            full_box(b"mdhd", struct.pack(">IIIIHH", 0, 0, 1000, 1000 * seconds, 0x55C4, 0)),
            full_box(b"hdlr", bytes(4), b"vide", bytes(13)),
            box(b"minf", full_box(b"vmhd", bytes(8), flags=1), data_reference, table),
        )
        track_header = full_box(
            b"tkhd",
            struct.pack(">IIIII8xHHHH", 0, 0, 1, 0, 1000 * seconds, 0, 0, 0, 0),
            turned if rotated else plain,
            struct.pack(">II", width << 16, height << 16),
            flags=7,
        )
        movie_header = full_box(
            b"mvhd",
            struct.pack(">IIIIIH10x", 0, 0, 1000, 1000 * seconds, 0x10000, 0x100),
            plain,
            bytes(24),
            b"\0\0\0\2",
        )
        return box(b"moov", movie_header, box(b"trak", track_header, media), inner)

    data = box(b"mdat", *frames, extra)
    if index_first:
        return file_type + index(len(file_type) + len(index(0)) + 8) + data
    return file_type + data + index(len(file_type) + 8)


def make_image(content=None, name="合影.png", **overrides):
    words = {"title": "样例图片", "alt_text": "会员代表在会场前合影", **overrides}
    return Asset.objects.store(upload(name, content or photograph(format="PNG")), **words)


def make_document(content=PDF, name="样例文件.pdf", **overrides):
    return Asset.objects.store(upload(name, content), **{"title": "样例文件", **overrides})


def make_video(content=None, name="升旗仪式.mp4", **overrides):
    return Asset.objects.store(upload(name, content or mp4()), **{"title": "样例视频", **overrides})


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
