"""Lists for spreadsheets: XLSX, and CSV that Excel opens as UTF-8. No cell of either is taken for a formula."""

import csv
import io
import unicodedata
from datetime import date, datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from audit.workbook import FORMULA, text_cell

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
FORMATS = tuple(CONTENT_TYPES)
NARROWEST, WIDEST = 8, 60  # of a column, in digits
MOST_EXACT_DIGITS = 10  # of a text: a spreadsheet rounds longer ones, or shows them as 1.38E+10

# A cell is a str, int, bool, date, aware datetime (told in Shanghai time) or None. A phone number is a str: both formats
# keep it as it is.


def to_xlsx(title, columns, rows):
    """Return a sheet called ``title`` (str) as bytes; columns: list of str; rows: iterable of lists of cells."""
    rows = [list(row) for row in rows]
    book = Workbook(write_only=True)
    # What Excel allows in the name of a sheet.
    name = "".join(mark if mark.isprintable() and mark not in r"[]:*?/\'" else " " for mark in title)
    sheet = book.create_sheet(name[:31].strip() or "1")
    sheet.freeze_panes = "A2"
    for position, cells in enumerate(zip(columns, *rows, strict=True), 1):
        width = max(_width(in_words(cell)) for cell in cells)
        sheet.column_dimensions[get_column_letter(position)].width = min(max(width + 2, NARROWEST), WIDEST)
    sheet.append([text_cell(sheet, str(column)) for column in columns])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def to_csv(columns, rows):
    """Return the same as bytes of CSV with a byte order mark, without which Excel would read Chinese as another code."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in (columns, *rows):
        writer.writerow([_harmless(in_words(value)) for value in row])
    return text.getvalue().encode("utf-8-sig")


def response(name, format, columns, rows):
    """Return the list as a download called ``name`` (str without extension) in ``format``, one of FORMATS."""
    content = to_xlsx(name, columns, rows) if format == "xlsx" else to_csv(columns, rows)
    answer = HttpResponse(content, content_type=CONTENT_TYPES[format])
    answer.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.{format}")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def in_words(value):
    """Return a cell as people read it (str)."""
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
    return str(value)


def _cell(sheet, value):
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, timezone.localtime(value).replace(tzinfo=None))
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    if isinstance(value, date) or type(value) is int:
        return value
    return text_cell(sheet, in_words(value))


def _harmless(text):
    """Return ``text`` so that a spreadsheet that reads CSV shows it and neither computes nor rounds it.

    Source: OWASP, "CSV Injection".
    """
    text = text.replace("\0", "")
    if text.startswith(FORMULA):
        return f"'{text}"
    is_number = text.isascii() and text.isdigit()
    if is_number and (len(text) > MOST_EXACT_DIGITS or (text.startswith("0") and text != "0")):
        return f"\t{text}"
    return text


def _width(text):
    """Return the width of the longest line of ``text``, a Chinese character counting as two."""
    lines = text.splitlines() or [""]
    return max(sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in line) for line in lines)
