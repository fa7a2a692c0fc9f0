"""Typed readers of the environment; an odd or missing value stops the start with its name."""

import os
from pathlib import Path

from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
# `make serve` writes the ignored file .env; a variable that is already set wins over it.
env.read_env(os.environ.get("PORTAL_ENV_FILE", BASE_DIR / ".env"), recurse=False)

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


def is_loopback_only(hosts):
    """Return whether every name in ``hosts`` (list of str) is this machine itself."""
    return all(host in LOOPBACK_HOSTS for host in hosts)
