import http.client
import os
import signal
import socket
import stat
import subprocess
import sys

import pytest
from django.db import connection

from tools import serve


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(serve, "ROOT", tmp_path)
    monkeypatch.delenv("DJANGO_SECRET_KEY", raising=False)
    return tmp_path


def test_a_secret_key_is_written_for_the_owner_alone(root):
    serve.ensure_secret_key()
    assert len((root / ".env").read_text().removeprefix("DJANGO_SECRET_KEY=").strip()) >= 50
    assert stat.S_IMODE((root / ".env").stat().st_mode) == 0o600


def test_a_secret_key_that_is_there_stays(root):
    (root / ".env").write_text("DJANGO_SECRET_KEY=mine\n")
    serve.ensure_secret_key()
    assert (root / ".env").read_text() == "DJANGO_SECRET_KEY=mine\n"


def test_a_copied_example_gets_its_key(root):
    (root / ".env").write_text("DJANGO_SECRET_KEY=\n#LOG_LEVEL=INFO")
    serve.ensure_secret_key()
    assert (root / ".env").read_text().startswith("DJANGO_SECRET_KEY=\n#LOG_LEVEL=INFO\nDJANGO_SECRET_KEY=")


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "８０００"])
def test_a_port_that_is_none_is_refused_with_a_sentence(port, monkeypatch):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SystemExit, match="from 1 to 65535"):
        serve.chosen_port()


def test_a_port_in_use_is_refused_with_a_sentence(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        monkeypatch.setenv("PORT", str(somebody.getsockname()[1]))
        with pytest.raises(SystemExit, match="in use; choose another"):
            serve.chosen_port()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def serve_until_ready(var_dir):
    """Start the portal on a database of its own; return the process, what it printed and the status of its home page."""
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "PORTAL_VAR_DIR": str(var_dir), "PYTHONUNBUFFERED": "1"}
    for name in ("DATABASE_URL", "STATICFILES_STORAGE", "TASKS_BACKEND", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.serve"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    printed = []
    for line in process.stdout:
        printed.append(line)
        if line.startswith("The portal:"):
            home = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            home.request("GET", "/")
            return process, "".join(printed), home.getresponse().status
    raise AssertionError("".join(printed))


def end(process):
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=30)
    return rest


@pytest.mark.skipif(connection.vendor != "sqlite", reason="says nothing about the database of the suite")
def test_the_first_run_fills_the_portal_and_the_second_changes_nothing(tmp_path):
    process, printed, status = serve_until_ready(tmp_path)
    assert "The portal has ended." in end(process)
    assert status == 200
    assert "Importing the captured page" in printed
    assert "password" in printed

    process, printed, status = serve_until_ready(tmp_path)
    assert "The portal has ended." in end(process)
    assert status == 200
    assert printed.lstrip().startswith("The portal:")  # nothing was done before
