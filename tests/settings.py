"""Settings of the test suite: the portal's own, in an environment that no ``.env`` and no shell can colour.

DATABASE_URL alone is taken from outside; without it the tests run on SQLite, in a file, since threads share no
in-memory database.
"""

import atexit
import os
import shutil
import tempfile

_var_dir = tempfile.mkdtemp(prefix="portal-tests-")
atexit.register(shutil.rmtree, _var_dir, ignore_errors=True)

os.environ.update(
    PORTAL_ENV_FILE=os.devnull,
    PORTAL_VAR_DIR=_var_dir,
    DJANGO_SECRET_KEY="for-tests-only-" * 4,
    DJANGO_DEBUG="false",
    DJANGO_ALLOWED_HOSTS="localhost,127.0.0.1",
    PORTAL_URL="http://portal.example",
    STATICFILES_STORAGE="django.contrib.staticfiles.storage.StaticFilesStorage",  # nothing is collected
    TASKS_BACKEND="django_tasks.backends.immediate.ImmediateBackend",
    CACHE_URL="locmem://",
    EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    LOG_LEVEL="WARNING",
    SECOND_FACTOR_REQUIRED_FOR_STAFF="false",  # tests/accounts/test_second_factor.py turns it on
)

from qualitysite.settings import *  # noqa: E402, F403
from qualitysite.settings import DATABASES, STATIC_ROOT  # noqa: E402

STATIC_ROOT.mkdir()  # empty: the live server finds static files where they are written, and WhiteNoise misses nothing

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(_var_dir, "tests.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real ones are slow on purpose
