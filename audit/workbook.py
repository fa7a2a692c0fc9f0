"""The log as a sheet for Excel."""

import json

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

from .wording import in_words

# What a spreadsheet takes for the beginning of a formula, at once or after a detour as CSV, or for an error of its own.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "#")
MOST_CHARACTERS = 32767  # in a cell
WIDTHS = (9, 20, 9, 14, 18, 18, 9, 18, 50, 50, 20, 20)


def write(entries, file):
    """Write ``entries`` (queryset of Entry) row by row into ``file`` (binary, writable); return the last one and their count."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Audit log"))
    sheet.freeze_panes = "A2"
    for position, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    sheet.append(
        [
            _("number"),
            _("time (Shanghai)"),
            _("person (id)"),
            _("person"),
            _("action (word)"),
            _("action"),
            _("item"),
            _("address of origin"),
            _("facts"),
            _("facts (JSON)"),
            _("digest of the entry before"),
            _("digest"),
        ]
    )
    last, count = None, 0
    for last in entries.select_related("by").iterator(chunk_size=2000):
        sheet.append(row_of(sheet, last))
        count += 1
    book.save(file)
    return last, count


def row_of(sheet, entry):
    at = WriteOnlyCell(sheet, timezone.localtime(entry.at).replace(tzinfo=None))
    at.number_format = "yyyy-mm-dd hh:mm:ss"
    texts = [
        entry.action,
        str(entry.action_label),
        entry.origin,
        in_words(entry.facts),
        json.dumps(entry.facts, ensure_ascii=False, sort_keys=True) if entry.facts else "",
        entry.previous,
        entry.digest,
    ]
    action, label, origin, words, facts, previous, digest = (text_cell(sheet, text) for text in texts)
    name = text_cell(sheet, str(entry.by)) if entry.by_id else _("the system")
    return [
        entry.number, at, entry.by_id, name, action, label, entry.item, origin, words, facts, previous, digest,
    ]  # fmt: skip


def text_cell(sheet, text):
    """Return ``text`` (str) for a cell that spreadsheets take for a text, whatever it begins with."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)[:MOST_CHARACTERS]
    if not text.startswith(FORMULA):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.quotePrefix = True  # survives that somebody edits the cell
    return cell
