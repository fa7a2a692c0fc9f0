"""Where Chromium is on this machine, and whether it can be driven."""

import shutil
import subprocess

from playwright._impl._driver import compute_driver_executable

NAMES = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]
DEBIAN_PACKAGES = ["chromium", "fonts-noto-cjk", "libatomic1"]  # the last is for Playwright's driver, which is Node


def find():
    """Return the path (str) of a Chromium or Chrome, None if there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def what_is_missing():
    """Return a sentence on what keeps the browser tests from running here, empty if nothing does."""
    remedy = f"(Debian: apt install {' '.join(DEBIAN_PACKAGES)})"
    if find() is None:
        return f"Chromium is not installed {remedy}."
    node, _ = compute_driver_executable()
    if subprocess.run([node, "--version"], capture_output=True, check=False).returncode:
        return f"Playwright's driver does not start, a library is missing {remedy}."
    return ""
