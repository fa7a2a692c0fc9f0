"""Import saved pages of the old site."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from legacy.captures import MAX_CAPTURE_BYTES, CaptureError
from legacy.importing import NothingImported, import_captures


class Command(BaseCommand):
    help = "Import captured pages: the lead article and the side lists. Idempotent; nothing is invented."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="do everything, then take it back")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write the report as JSON")

    def handle(self, files, dry_run, report, **options):
        try:
            outcomes = import_captures([(path.name, read(path)) for path in files], dry_run)
        except CaptureError as error:
            raise CommandError(explain(error)) from error
        except NothingImported as error:
            raise CommandError(_("Nothing was imported: the pages hold no list that the portal knows.")) from error
        for line in table(outcomes):
            self.stdout.write(line)
        if dry_run:
            self.stdout.write(_("Dry run: nothing was kept."))
        if report:
            text = json.dumps([outcome.as_json() for outcome in outcomes], ensure_ascii=False, indent=2)
            report.write_text(text + "\n", encoding="utf-8")


def read(path):
    """Return the bytes of ``path``; CommandError in the reader's language if it is no readable file of sane size."""
    if path.is_dir():
        raise CommandError(_("%(path)s is a directory; name the files in it.") % {"path": path})
    try:
        with path.open("rb") as file:
            return file.read(MAX_CAPTURE_BYTES + 1)  # one more than is allowed is enough to be refused
    except OSError as error:
        raise CommandError(
            _("%(path)s cannot be read: %(reason)s.") % {"path": path, "reason": error.strerror}
        ) from error


def explain(error):
    """Return the sentence for a CaptureError."""
    sentences = {
        "empty": _("%(name)s is empty."),
        "too_large": _("%(name)s is larger than 5 MB; a saved page is smaller."),
        "binary": _("%(name)s is not a text; save the page as text or HTML."),
        "encoding": _("%(name)s is not in UTF-8; open it in an editor and save it as UTF-8."),
        "not_a_capture": _("%(name)s is not a saved page: it has neither an article nor a list with 更多."),
        "truncated": _("%(name)s is incomplete; it breaks off after: %(last)s"),
    }
    return sentences[error.code] % error.params


def table(outcomes):
    """Return the lines of the report for the terminal."""
    lines = []
    for outcome in outcomes:
        lines.append(outcome.name)
        if outcome.is_known:
            lines.append("  " + _("imported before, nothing changed"))
            continue
        for heading in dict.fromkeys([*outcome.created, *outcome.found]):
            counts = {"new": outcome.created[heading], "known": outcome.found[heading]}
            lines.append(f"  {heading}  " + _("%(new)d new, %(known)d known") % counts)
        lines.extend(
            f"  {heading}  " + _("skipped: the portal has no place for this list")
            for heading in outcome.skipped_headings
        )
        if outcome.unread:
            lines.append("  " + _("lines not understood: %(count)d") % {"count": len(outcome.unread)})
        repairs = ", ".join(f"{rule} {count}" for rule, count in sorted(outcome.repairs.items()))
        lines.append("  " + _("repairs: %(repairs)s") % {"repairs": repairs or 0})
        lines.append("  " + _("doubtful repairs: %(count)d") % {"count": outcome.doubtful_repairs})
        notes = ", ".join(f"{code} {count}" for code, count in sorted(outcome.notes.items()))
        lines.append("  " + _("notes to staff: %(notes)s") % {"notes": notes or 0})
    return lines
