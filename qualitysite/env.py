"""Typed readers of the environment; an odd or missing value stops the start with its name."""

import os
import re
from pathlib import Path

from environs import Env, ValidationError

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
# `make serve` writes the ignored file .env; a variable that is already set wins over it.
env.read_env(os.environ.get("PORTAL_ENV_FILE", BASE_DIR / ".env"), recurse=False)

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


def is_loopback_only(hosts):
    """Return whether every name in ``hosts`` (list of str) is this machine itself."""
    return all(host in LOOPBACK_HOSTS for host in hosts)


def portal_url(hosts):
    """Return the portal's own address without a slash at its end: PORTAL_URL, else made of the first of ``hosts``."""
    if is_loopback_only(hosts):
        default = {"default": f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"}  # where `make serve` listens
    else:
        # From "*" no address can be made: then PORTAL_URL must be set, or the start stops with its name.
        default = {} if hosts[0] == "*" else {"default": f"https://{hosts[0].lstrip('.')}"}
    return env.str("PORTAL_URL", validate=_is_an_origin, **default).rstrip("/")


def _is_an_origin(url):
    if not re.fullmatch(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?/?", url):
        raise ValidationError("must be an address such as https://www.example.org, without a path")
