"""The environment is made anew, over the network: minutes, where that is slow."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tools.environment import ENVIRONMENT, ROOT

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="says nothing about the database of the suite"),
]


@pytest.fixture
def clone(tmp_path):
    """A folder with just what makes the environment."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    shutil.copy(ROOT / "requirements-dev.txt", tmp_path)
    return tmp_path


def install(clone, path):
    """Install the runtime lock with the programs of ``path`` (str, as PATH); return the finished process."""
    python = os.path.realpath(sys.executable)  # not the one of our own environment
    command = [python, "-m", "tools.environment", "requirements.txt"]
    return subprocess.run(
        command, cwd=clone, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )


def path_with(tmp_path_factory, *programs):
    folder = tmp_path_factory.mktemp("programs")
    for program in programs:
        (folder / program.name).symlink_to(program)
    return str(folder)


@pytest.mark.parametrize("programs", [[], [ENVIRONMENT / "bin" / "uv"]], ids=["pip", "uv"])
def test_an_environment_is_made_once(clone, programs, tmp_path_factory):
    path = path_with(tmp_path_factory, *programs)
    first = install(clone, path)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Creating the environment" in first.stdout
    subprocess.run([clone / ".venv/bin/python", "-c", "import django, granian, psycopg2"], check=True)
    assert install(clone, path).stdout == ""


def test_a_package_with_another_digest_is_refused(clone, tmp_path_factory):
    lock = clone / "requirements.txt"
    name = re.search(r"^nh3==", lock.read_text(), re.MULTILINE)
    head, tail = lock.read_text()[: name.start()], lock.read_text()[name.start() :]
    ours, others = re.split(r"\n(?=[a-z])", tail, maxsplit=1)
    lock.write_text(head + re.sub(r"sha256:\w{8}", "sha256:00000000", ours) + "\n" + others)
    done = install(clone, path_with(tmp_path_factory))
    assert done.returncode
    assert "could not install the packages" in done.stderr
    assert not Path(clone / ".venv/installed-locks.txt").exists()
