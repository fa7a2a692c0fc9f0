"""A file that staff upload, as rows of texts. Nothing in it is computed, and nothing is believed about its size.

XLSX is read row by row; what would unpack to too much, or declares entities, is refused before it is parsed. CSV is
UTF-8, with or without a byte order mark, or GB18030, as Excel writes it in China.
"""

import csv
import io
import re
import unicodedata
import warnings
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from .columns import BY_HEADING, BY_KEY, COLUMNS, REQUIRED

MOST_BYTES = 5 * 1024 * 1024  # of the file
MOST_UNPACKED_BYTES = 60 * 1024 * 1024
MOST_PART_BYTES = 20 * 1024 * 1024  # of each part but the sheets: they are held in memory
MOST_UNSIZED_BYTES = 5 * 1024 * 1024  # of a sheet that does not say its size: openpyxl looks for it in all of it
MOST_PARTS = 500
MOST_LINES = 2000  # with something in them
LAST_LINE = 10_000  # what lies below is not looked at
MOST_CHARACTERS = 2000  # in a cell
MOST_COLUMNS = 60
CHUNK = 1024 * 1024


class Unreadable(ValidationError):
    """The file as a whole is refused; the message says why and what to do."""


@dataclass
class Line:
    """A row: its number in the file, {key of a column: text} without empty cells, [(key, sentence)] on odd cells."""

    number: int
    values: dict
    faults: list = field(default_factory=list)


@dataclass
class Table:
    lines: list
    is_cut: bool = False  # whether the sheet goes on below LAST_LINE


def read(upload):
    """Return the Table in ``upload`` (a seekable django File); Unreadable for the words if it is none of ours."""
    if upload.size > MOST_BYTES:
        raise Unreadable(_("The file is larger than 5 MB. Please split it and import the parts one by one."))
    upload.seek(0)
    head = upload.read(8)
    upload.seek(0)
    if not head:
        raise Unreadable(_("The file is empty. Please check it and upload it again."))
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise Unreadable(
            _(
                "This is an old Excel file (.xls), or one protected by a password. "
                "Please save it in Excel as .xlsx without a password and upload that."
            )
        )
    rows = rows_of_xlsx(upload) if head.startswith(b"PK") else rows_of_csv(upload)
    return table_of(rows)


def table_of(rows):
    """Return the Table of ``rows``: an iterator of (number, list of cells), whose first row holds the headings.

    A cell is a str, already stripped, or a Fault.
    """
    first = next(((number, cells) for number, cells in rows if any(cells)), None)
    keys = keys_of(first[1] if first else [])
    table = Table([])
    for number, cells in rows:
        if number > LAST_LINE:
            table.is_cut = True
            break
        if not any(cells):
            continue
        if len(table.lines) == MOST_LINES:
            raise Unreadable(
                _("The table has more than %(most)d rows. Please split it and import the parts one by one.")
                % {"most": MOST_LINES}
            )
        table.lines.append(line_of(number, cells, keys))
    if not table.lines:
        raise Unreadable(_("There is no row below the headings. Please fill in the table and upload it again."))
    return table


def keys_of(cells):
    """Return the key of each column by its heading; Unreadable if they are not those of our table."""
    headings = [str(cell) for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    wanted = "、".join(column.heading for column in COLUMNS)
    if REQUIRED not in {BY_HEADING[heading].key for heading in headings if heading in BY_HEADING}:
        raise Unreadable(
            _("The first row must hold the headings, at least %(required)s. The headings are: %(wanted)s.")
            % {"required": BY_KEY[REQUIRED].heading, "wanted": wanted}
        )
    unknown = [heading or _("(empty)") for heading in headings if heading not in BY_HEADING]
    if unknown:
        raise Unreadable(
            _(
                "These columns are not part of the table: %(unknown)s. Please delete or rename them, so that nothing "
                "is left out unnoticed. The headings are: %(wanted)s."
            )
            % {"unknown": "、".join(heading[:40] for heading in unknown[:10]), "wanted": wanted}
        )
    twice = sorted({heading for heading in headings if headings.count(heading) > 1})
    if twice:
        raise Unreadable(
            _("These columns stand twice: %(twice)s. Please keep one of each.") % {"twice": "、".join(twice)}
        )
    return [BY_HEADING[heading].key for heading in headings]


def line_of(number, cells, keys):
    line = Line(number, {})
    for position, cell in enumerate(cells):
        key = keys[position] if position < len(keys) else "row"
        if isinstance(cell, Fault):
            line.faults.append((key, cell.sentence))
        elif key == "row" and cell:
            line.faults.append(
                (key, _("There is something to the right of the last column: %(text)s") % {"text": cell[:40]})
            )
        elif cell:
            line.values[key] = cell
    return line


@dataclass
class Fault:
    """A cell that cannot be taken as it is."""

    sentence: str

    def __str__(self):
        return ""


def text_cell(text):
    """Return ``text`` (str) of a cell: without what cannot be seen, or a Fault."""
    text = unicodedata.normalize("NFC", text)
    # Our own CSV guards texts that look like formulas or long numbers with a sign in front.
    text = "".join(
        mark for mark in text if mark in "\n\t" or unicodedata.category(mark) not in ("Cc", "Cf", "Cs", "Co")
    )
    text = text.strip()
    if len(text) > MOST_CHARACTERS:
        return Fault(_("The cell has more than %(most)d characters.") % {"most": MOST_CHARACTERS})
    return text


# -- CSV --------------------------------------------------------------------------------------------------------------


def rows_of_csv(upload):
    content = upload.read(MOST_BYTES + 1)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(_("The file is coded in UTF-16. Please save it as “CSV UTF-8” or as .xlsx."))
    if b"\0" in content:
        raise Unreadable(_("This is no table. Please upload an Excel file (.xlsx) or a CSV file."))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Unreadable(_("The text is coded neither in UTF-8 nor in GB18030. Please save the table as .xlsx."))
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
            yield number, [csv_cell(cell) for cell in cells[:MOST_COLUMNS]]
    except csv.Error:
        raise Unreadable(
            _("The CSV file is damaged: a quotation mark is missing, or a cell is far too long. Please save it again.")
        ) from None


def csv_cell(text):
    if text.startswith("="):
        return Fault(_("The cell holds a formula. Please put its result there as a plain text."))
    return text_cell(text.removeprefix("'"))


# -- XLSX -------------------------------------------------------------------------------------------------------------


def rows_of_xlsx(upload):
    """Yield the rows of the first sheet. Its values are taken as they were typed, dates as dates, formulas as faults."""
    try:
        check_package(upload)
        upload.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are of no interest here
            book = load_workbook(upload, read_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what the file says of its size is not believed
            rows = sheet.iter_rows(max_row=LAST_LINE + 1, max_col=MOST_COLUMNS)
            for number, cells in enumerate(rows, 1):
                yield number, [xlsx_cell(cell) for cell in cells]
    except Unreadable:
        raise
    except Exception:  # the archive, the parser and openpyxl raise many things on hostile bytes
        raise Unreadable(
            _("The file is damaged, or it is no Excel file. Please open it in Excel, save it as .xlsx and upload that.")
        ) from None


def check_package(upload):
    """Raise Unreadable for what would unpack to too much, declares entities, or merges cells."""
    with zipfile.ZipFile(upload) as package:
        parts = package.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
            raise too_much()
        if any(part.flag_bits & 0x1 for part in parts):
            raise Unreadable(_("The file is protected by a password. Please remove it and upload the file again."))
        for part in parts:
            is_sheet = part.filename.startswith("xl/worksheets/")
            if not is_sheet and part.file_size > MOST_PART_BYTES:
                raise too_much()
            if part.filename.endswith((".xml", ".rels")):
                check_part(package, part, is_sheet)


def check_part(package, part, is_sheet):
    rest = b""
    with package.open(part) as file:
        if is_sheet and part.file_size > MOST_UNSIZED_BYTES:
            beginning = file.read(4096).partition(b"sheetData")[0]
            if not re.search(rb"<(\w+:)?dimension\s", beginning):
                raise too_much()
            file.seek(0)
        while chunk := file.read(CHUNK):  # zipfile gives no more than the part says of its size
            text = rest + chunk
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\0" in chunk:
                raise Unreadable(
                    _("The file holds what no Excel writes. Please save it again in Excel and upload that.")
                )
            if is_sheet and re.search(rb"<(\w+:)?mergeCell[\s>]", text):
                raise Unreadable(
                    _(
                        "The table has merged cells, so that it is not clear to which rows they belong. "
                        "Please unmerge them, fill every row and upload the file again."
                    )
                )
            rest = text[-20:]


def too_much():
    return Unreadable(
        _("The file would unpack to far more than a table of this size. Please copy the rows into a new table.")
    )


def xlsx_cell(cell):
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if value is None:
        return ""
    if kind == "f":
        return Fault(_("The cell holds a formula. Please put its result there as a plain text."))
    if kind == "e":
        return Fault(_("The cell holds an error of Excel: %(error)s") % {"error": str(value)[:20]})
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # 13800000000 is a telephone number, not 13800000000.0
    return text_cell(str(value))
