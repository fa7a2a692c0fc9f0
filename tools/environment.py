"""Make the virtual environment .venv and install a lock file into it. Standard library only: it runs before anything else.

    python -m tools.environment requirements.txt

An environment that already holds the lock is left alone, at the price of one digest.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / "installed-locks.txt"
# The development lock is resolved together with the runtime one and holds all of it.
INCLUDES = {
    "requirements.txt": ["requirements.txt"],
    "requirements-dev.txt": ["requirements.txt", "requirements-dev.txt"],
}
REMEDY = "install python3-venv (Debian, Ubuntu: apt install python3-venv) or uv, then run make again."


def say(line):
    print(line, flush=True)


def stamps(lock):
    """Return the lines that the stamp holds once ``lock`` (a file name) is installed."""
    return [f"{hashlib.sha256((ROOT / name).read_bytes()).hexdigest()}  {name}" for name in INCLUDES[lock]]


def is_installed(lock):
    return PYTHON.exists() and STAMP.exists() and set(stamps(lock)) <= set(STAMP.read_text().splitlines())


def install(lock):
    """Bring the environment up to ``lock``; SystemExit with one sentence if this machine lacks what that takes."""
    if is_installed(lock):
        return
    installer = with_uv() if shutil.which("uv") else with_pip()
    total = len(re.findall(r"^[a-z0-9][^ ]*==", (ROOT / lock).read_text(), re.MULTILINE))
    say(f"Installing {total} packages from {lock} …")
    STAMP.unlink(missing_ok=True)
    run([*installer, "--require-hashes", "-r", lock], total)
    STAMP.write_text("\n".join(stamps(lock)) + "\n")


def with_uv():
    """Make the environment if there is none; return the command (list) that installs into it."""
    if not PYTHON.exists():
        say("Creating the environment .venv …")
        subprocess.run(["uv", "venv", "--quiet", "--clear", "--python", sys.executable, ENVIRONMENT], check=True)
    return ["uv", "pip", "install", "--python", str(PYTHON)]


def with_pip():
    """Do the same with what Python brings; SystemExit with one sentence if it was split off and not installed."""
    if not pip():
        say("Creating the environment .venv …")
        if not create("--clear") and not create("--clear", "--without-pip"):
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)  # half an environment would pass for a whole one
            sys.exit(f"Python's venv module does not work: {REMEDY}")
    if not pip():
        shutil.rmtree(ENVIRONMENT)
        sys.exit(f"There is no pip: {REMEDY}")
    return [*pip(), "install", "--disable-pip-version-check"]


def works(*command):
    return bool(shutil.which(command[0])) and not subprocess.run(command, capture_output=True, check=False).returncode


def create(*options):
    return works(sys.executable, "-m", "venv", *options, str(ENVIRONMENT))


def pip():
    """Return the command (list) of a pip that installs into the environment, its own or the system's, else None."""
    python = str(PYTHON)
    if works(python, "-m", "pip", "--version"):
        return [python, "-m", "pip"]
    if not works(python, "-c", ""):
        return None
    for command in ([sys.executable, "-m", "pip"], ["pip3"], ["pip"]):
        command = [*command, "--python", python]
        if works(*command, "--version"):
            return command
    return None


def run(command, total):
    """Run the installer, telling which package it is at; its own words are shown only if it fails."""
    words, begun = [], 0
    show = sys.stdout.isatty()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # pip runs itself once more below: both must end if somebody interrupts
    )
    try:
        for line in process.stdout:
            words.append(line)
            if show and line.startswith("Collecting "):
                begun += 1
                print(f"\r\033[K  {begun} of {total}: {line.split()[1]}", end="", flush=True)
            elif show and line.startswith("Installing collected"):
                print("\r\033[K  all fetched, unpacking", end="", flush=True)
        process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    if show:
        print("\r\033[K", end="", flush=True)
    if process.returncode:
        sys.exit("".join(words[-30:]) + f"{command[0]} could not install the packages; its last words are above.")


if __name__ == "__main__":
    install(sys.argv[1])
