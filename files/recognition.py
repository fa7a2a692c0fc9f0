"""What an upload is: its content decides, never its name or what the browser says of it."""

import codecs
import re
import struct
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from xml.etree import ElementTree

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from . import videos

MAX_IMAGE_BYTES = 20 * 1024 * 1024
MAX_IMAGE_PIXELS = 60_000_000
MAX_DOCUMENT_BYTES = 50 * 1024 * 1024
MAX_VIDEO_BYTES = 300 * 1024 * 1024
# An Office document is a zip archive; what it may unpack to in the reader's program. Spreadsheets reach 1:30 honestly.
MAX_PACKAGE_MEMBERS = 5_000
MAX_PACKAGE_BYTES = 300 * 1024 * 1024
MAX_PACKAGE_RATIO = 100

IMAGE, DOCUMENT, VIDEO = "image", "document", "video"
MAX_BYTES = {IMAGE: MAX_IMAGE_BYTES, DOCUMENT: MAX_DOCUMENT_BYTES, VIDEO: MAX_VIDEO_BYTES}


@dataclass(frozen=True)
class Format:
    """A kind of file that the library takes; ``extensions``: what its name may end in, our own choice first."""

    kind: str
    name: str
    content_type: str
    extensions: tuple

    @property
    def extension(self):
        return self.extensions[0]


JPEG = Format(IMAGE, "JPEG", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"))
PNG = Format(IMAGE, "PNG", "image/png", ("png",))
WEBP = Format(IMAGE, "WebP", "image/webp", ("webp",))
GIF = Format(IMAGE, "GIF", "image/gif", ("gif",))
PDF = Format(DOCUMENT, "PDF", "application/pdf", ("pdf",))
# The Office programs of WPS write the old containers under names of their own.
DOC = Format(DOCUMENT, "DOC", "application/msword", ("doc", "wps"))
XLS = Format(DOCUMENT, "XLS", "application/vnd.ms-excel", ("xls", "et"))
PPT = Format(DOCUMENT, "PPT", "application/vnd.ms-powerpoint", ("ppt", "dps"))
DOCX = Format(DOCUMENT, "DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",))
XLSX = Format(DOCUMENT, "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",))
PPTX = Format(DOCUMENT, "PPTX", "application/vnd.openxmlformats-officedocument.presentationml.presentation", ("pptx",))
OFD = Format(DOCUMENT, "OFD", "application/ofd", ("ofd",))  # GB/T 33190, the layout format of official documents
TXT = Format(DOCUMENT, "TXT", "text/plain", ("txt",))
CSV = Format(DOCUMENT, "CSV", "text/csv", ("csv",))
MP4 = Format(VIDEO, "MP4", "video/mp4", ("mp4", "m4v"))

IMAGES = (JPEG, PNG, WEBP, GIF)
DOCUMENTS = (PDF, DOC, DOCX, XLS, XLSX, PPT, PPTX, OFD, TXT, CSV)
VIDEOS = (MP4,)
FORMATS = IMAGES + DOCUMENTS + VIDEOS


def extensions(kind=None):
    """Return what the names of files of ``kind`` (all kinds, if None) may end in: ``["jpg", "jpeg", …]``."""
    return [extension for format in FORMATS if kind in (None, format.kind) for extension in format.extensions]


class RefusedFile(ValidationError):
    """An upload that the library does not take; its message says what happened and what to do."""


def recognise(upload):
    """Return the Format of ``upload`` (a seekable django File), its position back at the start.

    Raises RefusedFile for everything that is not wholly what it claims to be: foreign formats, a name that says
    something else, damage, macros, passwords, bombs, and files that are two formats at once.
    """
    if not upload.size:
        raise RefusedFile(_("The file is empty. Please check it and upload it again."), code="empty")
    claimed = extension_of(upload.name)
    limit = MAX_VIDEO_BYTES if claimed in MP4.extensions else MAX_DOCUMENT_BYTES
    if upload.size > limit:
        raise too_large(limit)
    upload.seek(0)
    head = upload.read(4096)
    if upload.size > MAX_DOCUMENT_BYTES and not MP4_SIGNATURE.match(head):
        raise too_large(MAX_DOCUMENT_BYTES)
    try:
        format = _recognise_content(upload, head)
    finally:
        upload.seek(0)
    if claimed in format.extensions or not claimed:
        return format
    if format in IMAGES and any(claimed in other.extensions for other in IMAGES):
        # Pictures saved from a chat or a web page are often misnamed. They are written anew under the right name.
        return format
    raise RefusedFile(
        _(
            "The content of the file is %(content)s, but its name ends in .%(claimed)s. Please upload the original file."
        ),
        code="mismatch",
        params={"content": format.name, "claimed": claimed[:20]},
    )


def extension_of(name):
    """Return what ``name`` ends in, in lower case without the dot: ``"pdf"``; empty if nothing."""
    return PurePath(name or "").suffix[1:].strip().lower()


def _recognise_content(upload, head):
    for format, signature in (
        (JPEG, rb"\xff\xd8\xff"),
        (PNG, rb"\x89PNG\r\n\x1a\n"),
        (GIF, rb"GIF8[79]a"),
        (WEBP, rb"RIFF.{4}WEBP"),
    ):
        if re.match(signature, head, re.DOTALL):
            _check_image(upload)
            return format
    if head.startswith(b"%PDF-"):
        _check_pdf(upload)
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _recognise_package(upload)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _recognise_compound(upload)
    if MP4_SIGNATURE.match(head):
        _check_video(upload, head)
        return MP4
    for foreign, pattern in FOREIGN:
        if re.match(pattern, head, re.DOTALL):
            raise _foreign(foreign)
    return _recognise_text(upload)


# -- What we refuse, by its name --------------------------------------------------------------------------------------

PICTURE_ADVICE = gettext_lazy("Please save the picture as JPEG or PNG and upload that.")
DOCUMENT_ADVICE = gettext_lazy("Please save it as PDF or DOCX and upload that.")
ARCHIVE_ADVICE = gettext_lazy("Please unpack it and upload the documents one by one.")
VIDEO_ADVICE = gettext_lazy("Please export it as MP4 (H.264 and AAC) and upload that.")
OTHER_ADVICE = gettext_lazy(
    "Please upload a picture, a video (MP4) or a PDF, OFD, Word, Excel, PowerPoint, WPS or text document."
)

ARCHIVE = (gettext_lazy("a compressed archive"), ARCHIVE_ADVICE)
# (what it is, what to do instead), how it begins
FOREIGN = (
    ((gettext_lazy("a HEIC or AVIF picture"), PICTURE_ADVICE), rb".{4}ftyp(hei|hev|mif1|msf1|avi)"),
    ((gettext_lazy("a BMP, TIFF, ICO or PSD picture"), PICTURE_ADVICE), rb"BM.{4}\0\0|II\*\0|MM\0\*|\0\0\x01\0|8BPS\0"),
    (ARCHIVE, rb"Rar!\x1a|7z\xbc\xaf|\x1f\x8b|BZh\d|\xfd7zXZ|PK[\x01-\x08]"),
    ((gettext_lazy("an RTF document"), DOCUMENT_ADVICE), rb"\{\\rtf"),
    ((gettext_lazy("a sound"), OTHER_ADVICE), rb".{4}ftypM4[AB]|ID3[\x02-\x04]|RIFF.{4}WAVE|OggS\0"),
    (
        (gettext_lazy("a video of another format than MP4"), VIDEO_ADVICE),
        rb".{4}(ftyp|moov|mdat|wide)|RIFF.{4}AVI |\x1aE\xdf\xa3|FLV\x01|\x30\x26\xb2\x75\x8e\x66\xcf\x11",
    ),
    (
        (gettext_lazy("a program"), OTHER_ADVICE),
        rb"MZ.{0,60}\0|\x7fELF|\xca\xfe\xba\xbe|\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|#!",
    ),
    ((gettext_lazy("an SVG drawing"), PICTURE_ADVICE), rb"(?i)(\xef\xbb\xbf)?\s*<(.{0,1023}<)?svg[\s>]"),
    (
        (gettext_lazy("a web page or other markup"), OTHER_ADVICE),
        rb"(?i)(\xef\xbb\xbf)?\s*<[a-z!?/]|.{0,1023}<(!doctype|html|script|iframe|body|svg)[\s>]",
    ),
)


def _foreign(foreign):
    content, advice = foreign
    return RefusedFile(
        _("The content of the file is %(content)s, which cannot be taken. %(advice)s"),
        code="foreign",
        params={"content": content, "advice": advice},
    )


def _unknown():
    return RefusedFile(_("This kind of file is not known. %(advice)s"), code="unknown", params={"advice": OTHER_ADVICE})


def too_large(limit):
    """Return the RefusedFile for a file of more than ``limit`` bytes."""
    return RefusedFile(
        _("The file is larger than %(limit)s. Please make it smaller and upload it again."),
        code="too_large",
        params={"limit": f"{limit // 1024**2} MB"},
    )


def damaged(format_name):
    """Return the RefusedFile for a file that begins like ``format_name`` (str) and does not go on like it."""
    return RefusedFile(
        _(
            "The file begins like %(content)s but is damaged or holds something else. Please save it again and upload that."
        ),
        code="damaged",
        params={"content": format_name},
    )


def _hidden_macros():
    return RefusedFile(
        _("The document holds macros, which can harm readers. Please save it without macros or as PDF."), code="macros"
    )


def _locked():
    return RefusedFile(
        _("The document is protected by a password, so readers could not open it. Please remove the password."),
        code="locked",
    )


# -- Pictures ---------------------------------------------------------------------------------------------------------


def open_image(file):
    """Return the Pillow image in ``file``, its header read and its size judged but nothing decoded yet.

    Raises RefusedFile if it is none of our formats or has more than MAX_IMAGE_PIXELS.
    """
    file.seek(0)
    try:
        image = Image.open(file, formats=["JPEG", "PNG", "WEBP", "GIF"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception:  # decoders raise many things on hostile bytes
        raise damaged(_("a picture")) from None
    if image.width * image.height > MAX_IMAGE_PIXELS:
        raise _too_many_pixels()
    return image


def _check_image(upload):
    if upload.size > MAX_IMAGE_BYTES:
        raise too_large(MAX_IMAGE_BYTES)
    open_image(upload)


def _too_many_pixels():
    return RefusedFile(
        _(
            "The picture has more than %(limit)d million pixels. Please make it smaller; 2400 pixels of width are enough."
        ),
        code="too_many_pixels",
        params={"limit": MAX_IMAGE_PIXELS // 1_000_000},
    )


# -- Videos -----------------------------------------------------------------------------------------------------------

# By the brand that stands first; Apple's own films (qt) are a format of their own.
MP4_SIGNATURE = re.compile(rb".{4}ftyp(isom|iso[2-9]|mp4[12]|avc1|M4V.|MSNV|XAVC|3g[p2].)", re.DOTALL)
MARKUP = re.compile(rb"(?i)<(!doctype|html|script|iframe|body|svg)[\s>]")


def _check_video(upload, head):
    try:
        videos.read_video(upload)
    except videos.ForeignCoding as error:
        raise RefusedFile(
            _("The video is coded in a way that not every browser plays (%(coding)s). %(advice)s"),
            code="coding",
            params={"coding": error.args[0], "advice": VIDEO_ADVICE},
        ) from None
    except videos.DamagedVideo:
        raise damaged(MP4.name) from None
    if MARKUP.search(head):
        raise damaged(MP4.name)


# -- Documents --------------------------------------------------------------------------------------------------------


def _check_pdf(upload):
    """Refuse a PDF that is cut off, or that goes on as something else, such as a zip archive or a web page."""
    upload.seek(max(0, upload.size - 2048))
    tail = upload.read(2048)
    end = tail.rfind(b"%%EOF")
    if end < 0 or tail[end + 5 :].strip(b"\0\t\n\f\r ") or zipfile.is_zipfile(upload):
        raise damaged(PDF.name)


OFFICE_MAIN_PARTS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": DOCX,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": XLSX,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml": PPTX,
}


def _recognise_package(upload):
    """Return DOCX, XLSX, PPTX or OFD.

    Source of the layout: ECMA-376 part 2, "Open Packaging Conventions"; GB/T 33190, 6 "file structure".
    """
    try:
        with zipfile.ZipFile(upload) as package:
            members = package.infolist()
            _check_package(package, members, upload)
            names = [member.filename for member in members]
            if "OFD.xml" in names:
                return OFD
            if "[Content_Types].xml" not in names:
                raise _foreign(ARCHIVE)
            # Read by our limit, not by what the member says of itself.
            with package.open("[Content_Types].xml") as member:
                declaration = member.read(1024 * 1024 + 1)
    except RefusedFile:
        raise
    except Exception:  # the archive and its decompressors raise many things on hostile bytes
        raise damaged("DOCX, XLSX, PPTX") from None
    content_types = _declared_content_types(declaration)
    if any("macroenabled" in declared or "vbaproject" in declared for declared in content_types) or any(
        "vbaproject" in name.lower() for name in names
    ):
        raise _hidden_macros()
    found = {OFFICE_MAIN_PARTS[declared] for declared in content_types if declared in OFFICE_MAIN_PARTS}
    if len(found) != 1:
        raise _unknown()
    return found.pop()


def _check_package(package, members, upload):
    """Refuse what unpacks to too much, needs a password, or has foreign bytes before or after it."""
    unpacked_bytes = sum(member.file_size for member in members)
    if (
        len(members) > MAX_PACKAGE_MEMBERS
        or unpacked_bytes > MAX_PACKAGE_BYTES
        or unpacked_bytes > max(20 * 1024 * 1024, MAX_PACKAGE_RATIO * upload.size)
    ):
        raise RefusedFile(
            _("The document would unpack to far more than it is. Please save it again, or as PDF, and upload that."),
            code="bomb",
        )
    if any(member.flag_bits & 0x1 for member in members):
        raise _locked()
    upload.seek(upload.size - 22)
    ends_with_directory = upload.read(4) == b"PK\x05\x06"
    begins_with_member = members and min(member.header_offset for member in members) == 0
    has_unique_names = len({member.filename for member in members}) == len(members)
    if not (ends_with_directory and begins_with_member and has_unique_names):
        raise damaged("DOCX, XLSX, PPTX")


def _declared_content_types(declaration):
    """Return the content types (set of lower-case str) that a package declares for its parts."""
    # Real packages declare no entities; without them the parser cannot be made to read or to grow.
    if len(declaration) > 1024 * 1024 or b"<!" in declaration or b"\0" in declaration:
        raise damaged("DOCX, XLSX, PPTX")
    try:
        root = ElementTree.fromstring(declaration)  # noqa: S314
    except (ElementTree.ParseError, ValueError, LookupError):
        raise damaged("DOCX, XLSX, PPTX") from None
    return {element.get("ContentType", "").strip().lower() for element in root}


def _recognise_compound(upload):
    """Return DOC, XLS or PPT by the streams of the container; VBA in a PPT hides inside its one stream, unseen here."""
    try:
        names, outer_names = _compound_names(upload)
    except (struct.error, ValueError, IndexError):
        raise damaged("DOC, XLS, PPT") from None
    if outer_names & {"EncryptedPackage", "EncryptionInfo"}:
        raise _locked()
    if names & {"Macros", "VBA", "_VBA_PROJECT", "_VBA_PROJECT_CUR"}:
        raise _hidden_macros()
    for format, streams in ((DOC, {"WordDocument"}), (XLS, {"Workbook", "Book"}), (PPT, {"PowerPoint Document"})):
        if outer_names & streams:
            return format
    raise _unknown()


NO_SECTOR = 0xFFFFFFFA  # this and all above it are marks, not numbers


def _compound_names(upload):
    """Return (all names, names on the outermost level) in the directory of a compound file, as sets of str.

    Raises ValueError, IndexError or struct.error for a directory that cannot be. Source: [MS-CFB], 2.2 header,
    2.3 allocation table, 2.6 directory entries.
    """
    upload.seek(0)
    header = upload.read(512)
    (shift,) = struct.unpack_from("<H", header, 30)
    (directory_sector,) = struct.unpack_from("<I", header, 48)
    chained_sector, chained_count = struct.unpack_from("<2I", header, 68)
    if shift not in (9, 12):
        raise ValueError("odd sector size")
    sector_bytes = 1 << shift

    # The allocation table: its first 109 sectors are named in the header, the others in a chain of sectors.
    table_sectors = [number for number in struct.unpack_from("<109I", header, 76) if number < NO_SECTOR]
    for _round in range(min(chained_count, upload.size // sector_bytes)):
        if chained_sector >= NO_SECTOR:
            break
        *numbers, chained_sector = struct.unpack(
            f"<{sector_bytes // 4}I", _sector(upload, chained_sector, sector_bytes)
        )
        table_sectors += [number for number in numbers if number < NO_SECTOR]

    entries, sector, seen = [], directory_sector, set()
    while sector < NO_SECTOR:
        if sector in seen or len(seen) > 4096:
            raise ValueError("endless directory")
        seen.add(sector)
        block = _sector(upload, sector, sector_bytes)
        for offset in range(0, sector_bytes, 128):
            name_bytes, kind, _colour, left, right, child = struct.unpack_from("<HBB3I", block, offset + 64)
            name = block[offset : offset + max(0, min(name_bytes, 64) - 2)].decode("utf-16-le", "replace")
            entries.append((name if kind else "", left, right, child))
        table = _sector(upload, table_sectors[sector // (sector_bytes // 4)], sector_bytes)
        (sector,) = struct.unpack_from("<I", table, sector % (sector_bytes // 4) * 4)

    # The children of the root, entry 0, are a binary tree of siblings.
    outer, waiting = set(), [entries[0][3]]
    while waiting:
        number = waiting.pop()
        if number < NO_SECTOR and number not in outer:
            outer.add(number)
            waiting += entries[number][1:3]
    return {name for name, *_links in entries}, {entries[number][0] for number in outer}


def _sector(upload, number, sector_bytes):
    upload.seek((number + 1) * sector_bytes)
    content = upload.read(sector_bytes)
    if len(content) < sector_bytes:
        raise ValueError("sector beyond the end")
    return content


def _recognise_text(upload):
    """Return CSV or TXT for UTF-8 or GB18030 without control characters; text has no signature, so the name chooses."""
    if not any(_is_text(upload, encoding) for encoding in ("utf-8", "gb18030")):
        raise _unknown()
    return CSV if extension_of(upload.name) in CSV.extensions else TXT


CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def _is_text(upload, encoding):
    decode = codecs.getincrementaldecoder(encoding)().decode
    upload.seek(0)
    try:
        while chunk := upload.read(256 * 1024):
            if CONTROL_CHARACTERS.search(decode(chunk)):
                return False
        decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
