"""Bring database, static files and catalogues up to the code; on the first run, also fill the portal.

One process does it all, since each start of Django costs a good part of the 3 s that `make serve` may take. What is up to
date is left alone and not mentioned.
"""

import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError
from environs import EnvError

from tools.environment import ROOT, say

SEED = ROOT / "seeds" / "portal-page.txt"


def compile_catalogues():
    for catalogue in (ROOT / "locale").rglob("*.po"):
        compiled = catalogue.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime:
            from tools import messages  # Babel takes a while to import

            messages.compile_catalogues()
            compiled.touch()  # an unchanged one is not rewritten


def collect_static_files():
    """Collect and compress the static files if ours, the packages or the way of storing them have changed."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    digest.update((ROOT / "qualitysite" / "storage.py").read_bytes())
    digest.update(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for path in sorted((ROOT / "static").rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(ROOT)} {path.stat().st_size} {path.stat().st_mtime_ns}\n".encode())
    stamp = Path(settings.VAR_DIR) / "static-files.txt"
    if stamp.exists() and stamp.read_text() == digest.hexdigest() and Path(settings.STATIC_ROOT).is_dir():
        return
    say("Collecting the static files …")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest.hexdigest())


def migrate():
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Preparing the database …")
        call_command("migrate", interactive=False, verbosity=0)


def fill():
    """Set the portal up and import the seed or, for `make demo`, the samples, once: the administrator comes last and tells that all of it was done."""
    from django.contrib.auth import get_user_model

    if get_user_model().objects.filter(is_superuser=True).exists():
        return
    say("Setting up the portal …")
    call_command("set_up_portal")
    if settings.PORTAL_DEMO:
        say("Filling in the sample association …")
        call_command("fill_demo")
        call_command("create_first_administrator")
        return
    say("Importing the captured page …")
    call_command("import_capture", str(SEED))
    call_command("create_first_administrator")


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qualitysite.settings")
    compile_catalogues()
    try:
        django.setup()
        migrate()
        collect_static_files()
        fill()
    except (CommandError, EnvError, ImproperlyConfigured, OperationalError) as error:
        return str(error)  # a matter of this machine or its settings: one sentence, no traceback
    return 0


if __name__ == "__main__":
    sys.exit(main())
