"""Keep the message catalogues: extract, add translations, check that they are complete, compile.

Django's own commands need the gettext programs, which a bare machine lacks; Babel does the same work from Python.

    python tools/messages.py update            extract the messages of the code into every catalogue
    python tools/messages.py add FILE.json     add translations, {"English id": "中文", ...}, then update and compile
    python tools/messages.py check             fail if a catalogue misses a message or holds one that is gone
    python tools/messages.py compile           write the .mo files
"""

import fcntl
import io
import json
import sys
from contextlib import contextmanager
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ["zh_Hans"]
ROOMS = [
    "accounts", "audit", "files", "hanzi", "legacy", "members", "news", "notices", "outbox", "periodic", "portal",
    "publishing", "qualitysite",
]  # fmt: skip
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "_": None,
}


def catalogue_path(locale):
    return ROOT / "locale" / locale / "LC_MESSAGES" / "django.po"


@contextmanager
def locked():
    """Hold the catalogues for this process: two people may add translations at once."""
    (ROOT / "var").mkdir(exist_ok=True)
    with open(ROOT / "var" / "messages.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sources():
    """Yield (path, bytes of Python) for every module and, translated by Django itself, every template."""
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
    from django.utils.translation.template import templatize

    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_bytes()
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            # Indented markup is no indented Python: without this Babel's tokenizer stops at the first outdent.
            lines = templatize(path.read_text("utf-8"), origin=str(path)).splitlines()
            yield path, "\n".join(line.strip() for line in lines).encode("utf-8")


def extract():
    """Return a catalogue (babel Catalog) of every message in the code, without line numbers, so that diffs stay small."""
    template = Catalog(charset="utf-8")
    for path, source in sources():
        for _line, function, message, _comments in extract_python(io.BytesIO(source), KEYWORDS, [], {}):
            context = None
            spec = KEYWORDS.get(function)
            parts = message if isinstance(message, tuple) else (message,)
            if spec and isinstance(spec[0], tuple):
                context, parts = parts[0], parts[1:]
            if not all(
                isinstance(part, str) and part
                for part in parts[: 2 if "ngettext" in function or "npgettext" in function else 1]
            ):
                continue
            ident = parts[:2] if function[0] == "n" or function.startswith("np") else parts[0]
            template.add(
                tuple(ident) if isinstance(ident, tuple) else ident,
                context=context,
                locations=[(str(path.relative_to(ROOT)), 0)],
                flags=["python-format"] if "%(" in str(ident) else [],
            )
    return template


def load(locale):
    path = catalogue_path(locale)
    if not path.exists():
        return Catalog(locale=locale, charset="utf-8", fuzzy=False)
    with open(path, "rb") as file:
        return read_po(file, locale=locale)


def save(locale, catalogue):
    path = catalogue_path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        write_po(
            file, catalogue, width=120, no_location=True, omit_header=False, sort_output=True, ignore_obsolete=True
        )


def key_of(message):
    ident = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
    return f"{message.context}\x04{ident}" if message.context else ident


def update(translations=None):
    """Bring every catalogue up to the code, keeping translations; ``translations`` (dict) is for the first locale."""
    template = extract()
    for locale in LOCALES:
        known = {key_of(message): message.string for message in load(locale) if message.id}
        if translations and locale == LOCALES[0]:
            known.update(translations)
        fresh = Catalog(
            locale=locale,
            charset="utf-8",
            fuzzy=False,
            project="qualitysite",
            copyright_holder="the authors",
            msgid_bugs_address="",
            last_translator="",
            language_team="",
        )
        fresh.header_comment = (
            "# Messages of the portal. Kept by tools/messages.py: add translations with it, not by hand."
        )
        for message in template:
            if not message.id:
                continue
            string = known.get(key_of(message), "")
            if message.pluralizable and isinstance(string, str):
                string = (string,) if string else ("",)
            if not message.pluralizable and isinstance(string, (tuple, list)):
                string = string[0]
            fresh.add(message.id, string, context=message.context, flags=message.flags)
        save(locale, fresh)
    return template


def compile_catalogues():
    for locale in LOCALES:
        catalogue = load(locale)
        buffer = io.BytesIO()
        write_mo(buffer, catalogue)
        target = catalogue_path(locale).with_suffix(".mo")
        if not target.exists() or target.read_bytes() != buffer.getvalue():
            target.write_bytes(buffer.getvalue())


def problems():
    """Return a list of sentences on what is missing, left over or broken."""
    found = []
    wanted = {key_of(message): message for message in extract() if message.id}
    for locale in LOCALES:
        have = {key_of(message): message for message in load(locale) if message.id}
        for key in sorted(wanted.keys() - have.keys()):
            found.append(f"{locale}: not in the catalogue: {key!r}")
        for key in sorted(have.keys() - wanted.keys()):
            found.append(f"{locale}: no longer in the code: {key!r}")
        for key in sorted(wanted.keys() & have.keys()):
            message = have[key]
            strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
            if not all(strings):
                found.append(f"{locale}: not translated: {key!r}")
            for error in message.check():
                found.append(f"{locale}: {key!r}: {error}")
    return found


def main(arguments):
    command = arguments[0] if arguments else ""
    with locked():
        if command == "update":
            update()
            compile_catalogues()
        elif command == "add" and len(arguments) == 2:
            additions = json.loads(Path(arguments[1]).read_text("utf-8"))
            update(additions)
            compile_catalogues()
            unused = additions.keys() - {key_of(message) for message in load(LOCALES[0]) if message.id}
            for key in sorted(unused):
                print(f"not in the code, left out: {key!r}")
        elif command == "compile":
            compile_catalogues()
        elif command == "check":
            found = problems()
            print("\n".join(found) or "Message catalogues are complete.")
            return 1 if found else 0
        else:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
