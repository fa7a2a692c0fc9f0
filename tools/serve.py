"""Run the portal on this machine: environment, database, seed and administrator on the first run, then the processes.

    PORT=8000 python -m tools.serve

Standard library only. Everything that was started ends with this process: by Ctrl-C, by TERM, or when one part dies.
"""

import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

from tools.environment import PYTHON, ROOT, install, say

HOST = "127.0.0.1"
# Each worker is a process with threads of its own. Two are enough for the readers of a small association, and SQLite
# takes one writer at a time in any case.
WORKERS = max(1, min(2, os.cpu_count() or 1))
THREADS_PER_WORKER = 4
READY_WITHIN_SECONDS = 60
STOP_WITHIN_SECONDS = 10
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def chosen_port():
    """Return the port (int) that PORT names; SystemExit with one sentence if it is no port or somebody listens there."""
    text = os.environ.get("PORT") or "8000"
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) < 65536:
        sys.exit(f"PORT must be a number from 1 to 65535, not {text!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(text)))
        except PermissionError:
            sys.exit(f"Port {text} needs an administrator's rights; choose one above 1023: make serve PORT=8000")
        except OSError:
            sys.exit(f"Port {text} is in use; choose another one: make serve PORT={int(text) % 65535 + 1}")
    return int(text)


def ensure_secret_key():
    """Write a secret key into .env, readable by its owner alone, unless there or in the environment is one already."""
    path = ROOT / ".env"
    text = path.read_text("utf-8") if path.exists() else ""
    if os.environ.get("DJANGO_SECRET_KEY") or re.search(
        r"^[ \t]*DJANGO_SECRET_KEY[ \t]*=[ \t]*[^\s#]", text, re.MULTILINE
    ):
        return
    end_of_line = "\n" if text and not text.endswith("\n") else ""
    with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{end_of_line}DJANGO_SECRET_KEY={secrets.token_urlsafe(50)}\n")
    say("Wrote a secret key into .env.")


class Stopped(Exception):
    """Somebody asked the portal to end, or one of its parts did."""


def stop_on_signals():
    def stop(number, frame):
        ignore_signals()
        raise Stopped

    for number in STOPPING:
        signal.signal(number, stop)


def ignore_signals():
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def processes():
    """Give a function that starts a process; on the way out, whatever still runs is ended with all its children."""
    running = {}

    def start(name, *arguments):
        # Between its start and its entry here nothing may interrupt, or it would be left behind.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        running[name] = subprocess.Popen(
            [PYTHON, *arguments],
            cwd=ROOT,
            start_new_session=True,  # Ctrl-C reaches this process alone, and the parts end in order
            preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING),
        )
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        return running[name]

    try:
        yield start, running
    finally:
        ignore_signals()
        for process in running.values():
            signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN_SECONDS
        for process in running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0, deadline - time.monotonic()))
            signal_group(process, signal.SIGKILL)


def signal_group(process, number):
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def wait_until_ready(port, running):
    """Return once the portal answers; SystemExit if it does not in time."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        give_up_if_one_ended(running)
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse()  # whatever it says: where DJANGO_ALLOWED_HOSTS names other hosts, a refusal
            return
        except OSError:
            pass
        time.sleep(0.05)
    sys.exit(f"The portal did not answer within {READY_WITHIN_SECONDS} seconds.")


def give_up_if_one_ended(running):
    for name, process in running.items():
        if process.poll() is not None:
            sys.exit(f"The {name} ended by itself (exit code {process.returncode}); its words are above.")


def main():
    port = chosen_port()
    stop_on_signals()
    try:
        install("requirements.txt")
        ensure_secret_key()
        with processes() as (start, running):
            preparing = start("preparation", "-m", "tools.prepare")
            if preparing.wait():
                sys.exit("The portal could not be prepared; the reason is above.")
            del running["preparation"]
            start(
                "server", "-m", "granian", "qualitysite.wsgi:application", "--interface", "wsgi", "--no-ws",
                "--host", HOST, "--port", str(port), "--workers", str(WORKERS),
                "--blocking-threads", str(THREADS_PER_WORKER), "--log-level", "warning",
            )  # fmt: skip
            wait_until_ready(port, running)
            say(
                f"\nThe portal:         http://{HOST}:{port}/\nAdministration:     http://{HOST}:{port}/admin/\nEnd it with Ctrl-C."
            )
            start("job worker", "manage.py", "db_worker")  # only now, so that it slows no first page
            start("periodic runner", "manage.py", "run_periodic", "--stay")
            while True:
                time.sleep(0.5)
                give_up_if_one_ended(running)
    except Stopped:
        say("\nThe portal has ended.")


if __name__ == "__main__":
    main()
