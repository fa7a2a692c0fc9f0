"""Check what no test runs: format, lint, templates, floors, migrations, deployment settings, catalogues, house rules.

python -m tools.check
"""

import fnmatch
import os
import re
import subprocess
import sys
import tempfile
import tomllib

from tools.environment import ENVIRONMENT, PYTHON, ROOT, say

BIN = ENVIRONMENT / "bin"
NO_ROOMS = {"tests", "tools"}
LOCAL = {"var", "__pycache__"}
# The places where packages come from, and the folders of one machine, are nobody else's business.
FOREIGN = re.compile(
    r"(?:pypi|pythonhosted|npmjs|debian)\.(?:org|com)/(?:simple|packages|debian)|(?<![\w.:/-])/(?:work|root|home|Users)/\w"
)
DEPLOYED = {
    "PORTAL_ENV_FILE": os.devnull,
    "DJANGO_SECRET_KEY": "only-for-the-check-of-deployment-settings-" + "0123456789abcdefghij",
    "DJANGO_ALLOWED_HOSTS": "www.example.org",
    "DJANGO_DEBUG": "false",
}


def source_files(pattern="*"):
    """Return the paths (str, relative) of our own files that match; without git, which a bare machine may lack."""
    names = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name == ".ci" or name not in LOCAL and not name.startswith(".")]
        names += [os.path.relpath(os.path.join(folder, name), ROOT) for name in files if name != ".env"]
    return sorted(fnmatch.filter(names, pattern))


def program(*command):
    """Return a check that runs ``command``; what it prints are the problems if it fails."""

    def check():
        with tempfile.TemporaryDirectory() as var_dir:
            environment = {**os.environ, **DEPLOYED, "PORTAL_VAR_DIR": var_dir}
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return [done.stdout + done.stderr] if done.returncode else []

    return check


def templates():
    return program(BIN / "djade", "--check", *source_files("templates/*.html"))()


def named_migrations():
    return [
        f"{name}: give it a name that says what it does (makemigrations --name …)"
        for name in source_files("*/migrations/*.py")
        if "_auto_" in name
    ]


def every_room_has_a_floor():
    rooms = {name.split("/")[0] for name in source_files("*/__init__.py") if name.count("/") == 1} - NO_ROOMS
    with open(ROOT / "pyproject.toml", "rb") as file:
        on_floors = set(tomllib.load(file)["tool"]["importlinter"]["root_packages"])
    return [f"{room}: name it in tool.importlinter of pyproject.toml" for room in sorted(rooms ^ on_floors)]


def nothing_of_this_machine():
    found = []
    for name in source_files():
        try:
            text = (ROOT / name).read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if match := FOREIGN.search(line):
                found.append(f"{name}:{number}: {match[0]}")
    return found


CHECKS = {
    "format": program(BIN / "ruff", "format", "--check", "--output-format", "concise", "."),
    "lint": program(BIN / "ruff", "check", "--output-format", "concise", "."),
    "templates": templates,
    "floors": program(BIN / "lint-imports", "--no-cache"),
    "rooms": every_room_has_a_floor,
    "missing migrations": program(PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"),
    "named migrations": named_migrations,
    "deployment": program(PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"),
    "catalogues": program(PYTHON, "tools/messages.py", "check"),
    "nothing of one machine": nothing_of_this_machine,
}


def main():
    """Run every check, print the problems of each; return the numbers (passed, failed)."""
    failed = 0
    for name, check in CHECKS.items():
        problems = check()
        say(f"  {name:<24}{'FAILED' if problems else 'ok'}")
        for problem in problems:
            say("    " + problem.rstrip().replace("\n", "\n    "))
        failed += bool(problems)
    return len(CHECKS) - failed, failed


if __name__ == "__main__":
    sys.exit(1 if main()[1] else 0)
