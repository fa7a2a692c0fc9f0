"""Settings of the portal.

What differs between machines is an environment variable, listed in ``.env.example``. An empty environment refuses to
start for want of a secret key; everything else has a safe default.
"""

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from .env import BASE_DIR, LOOPBACK_HOSTS, env, is_loopback_only, portal_url

VAR_DIR = env.path("PORTAL_VAR_DIR", default=BASE_DIR / "var")
VAR_DIR.mkdir(parents=True, exist_ok=True)

# -- Core -------------------------------------------------------------------------------------------------------------

SECRET_KEY = env.str("DJANGO_SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("DJANGO_SECRET_KEY_FALLBACKS", default=[])  # former keys; what they signed holds on
DEBUG = env.bool("DJANGO_DEBUG", default=False)
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=list(LOOPBACK_HOSTS))
CSRF_TRUSTED_ORIGINS = env.list("DJANGO_CSRF_TRUSTED_ORIGINS", default=[])
PORTAL_DEMO = env.bool("PORTAL_DEMO", default=False)  # set by `make demo`: a database of its own, filled with samples
PORTAL_URL = portal_url(ALLOWED_HOSTS)  # what stands before a path in a mail, which no request tells it

INSTALLED_APPS = [
    "qualitysite.apps.PortalAdminConfig",  # django.contrib.admin with our site: dashboard, theme, policy
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "ckeditor",
    "django_tasks",
    "django_tasks_db",
    "accounts",
    "audit",
    "files",
    "outbox",
    "periodic",
    "publishing",
    "notices",
    "members",
    "news",
    "portal",
    "legacy",
]

MIDDLEWARE = [
    "qualitysite.proxy.ForwardedAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "audit.middleware.OriginMiddleware",
    "accounts.middleware.SessionUseMiddleware",
    "accounts.middleware.PrivateWhileSignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.reading.ReadingSizeMiddleware",
]

ROOT_URLCONF = "qualitysite.urls"
WSGI_APPLICATION = "qualitysite.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.chrome.context",
            ],
        },
    },
]

# -- Database and cache -----------------------------------------------------------------------------------------------

DATABASES = {"default": env.dj_db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # Writers take the lock at BEGIN, so that two of them queue instead of failing with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What is kept here is keyed by the content version, so a cache of each process is never stale; a shared one saves work.
CACHES = {"default": env.dj_cache_url("CACHE_URL", default="locmem://")}

TASKS = {"default": {"BACKEND": env.str("TASKS_BACKEND", default="django_tasks_db.DatabaseBackend")}}

# What manage.py run_periodic does: {name: (dotted path of a function or task, or the name of a command; every N minutes)}.
A_DAY = 24 * 60
PERIODIC = {
    "settle_offers": ("members.tasks.settle_offers", 5),
    "send_reminders": ("members.reminders.send_due", 5),
    "remind_of_renewal": ("members.renewal.remind", A_DAY),
    "deliver_messages": ("outbox.tasks.deliver", 5),
    "purge_trash": ("purge_trash", A_DAY),
    "purge_applications": ("members.joining.purge", A_DAY),
    "purge_imports": ("members.importing.forgetting.purge", A_DAY),
    "purge_personal_data": ("purge_personal_data", A_DAY),
    "tidy_enclosures": ("tidy_enclosures", A_DAY),
    "clear_sessions": ("accounts.sessions.clear_expired", A_DAY),
}
if TASKS["default"]["BACKEND"] == "django_tasks_db.DatabaseBackend":  # the others keep no results
    PERIODIC["prune_task_results"] = ("prune_db_task_results", A_DAY)

# -- People -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "publishing.permissions.ColumnRoleBackend",  # what a role in a column allows; it signs nobody in
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "mine:home"  # of people without staff rights; see accounts.views
LOGOUT_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 60 * 60  # seconds; Django's three days are long for a link that lies in a mailbox
# False lets staff work with a password alone: for machines that only show or test the portal.
SECOND_FACTOR_REQUIRED_FOR_STAFF = env.bool("SECOND_FACTOR_REQUIRED_FOR_STAFF", default=True)
PASSWORD_HASHERS = [
    "accounts.hashers.TunedArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "accounts.validators.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Days after the end of a membership on which its people still read as members; a change asks for rebuild_reader_groups.
MEMBERSHIP_GRACE_DAYS = env.int("MEMBERSHIP_GRACE_DAYS", default=30)
PERSONAL_DATA_DAYS = env.int("PERSONAL_DATA_DAYS", default=180)  # after an activity, where it says nothing else
APPLICATION_DATA_DAYS = env.int("APPLICATION_DATA_DAYS", default=180)  # after an application came to nothing
IMPORT_DATA_DAYS = env.int("IMPORT_DATA_DAYS", default=30)  # after the last step of an import; so long it can be undone
# Who keeps what about people, from the ground floor up; see accounts.personal_data.
PERSONAL_DATA = [
    "accounts.personal_data",
    "outbox.personal_data",
    "audit.personal_data",
    "members.personal_data",
]

# -- Language and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# -- Files ------------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"  # no MEDIA_URL: files leave through a view that asks who may see them
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": env.str("STATICFILES_STORAGE", default="qualitysite.storage.StaticFilesStorage")},
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # a long article with its form; files are streamed and not counted

# -- Rich text --------------------------------------------------------------------------------------------------------

RICHTEXT_WIDGET = "publishing.richtext.CKEditorWidget"
SILENCED_SYSTEM_CHECKS = [
    # CKEditor 4 is end of life. It is confined to the admin under its own policy, and every write is sanitised on the
    # server (docs/decisions/0003-ckeditor-behind-our-own-field.md).
    "ckeditor.W001",
]

# -- Security ---------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_ENGINE = "accounts.sessions"  # in the database, and telling whose they are and where they are used
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14

# Plain http is for this machine only; any other host name turns on the redirect, secure cookies and HSTS.
PLAIN_HTTP = is_loopback_only(ALLOWED_HOSTS)
SECURE_SSL_REDIRECT = not PLAIN_HTTP
SESSION_COOKIE_SECURE = not PLAIN_HTTP
CSRF_COOKIE_SECURE = not PLAIN_HTTP
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 60 * 60 * 24 * 365
SECURE_HSTS_INCLUDE_SUBDOMAINS = not PLAIN_HTTP
SECURE_HSTS_PRELOAD = not PLAIN_HTTP
BEHIND_PROXY = env.bool("DJANGO_BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True

# -- Mail and logs ----------------------------------------------------------------------------------------------------

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 30  # seconds; Django would wait for ever, and the job worker with it
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="webmaster@localhost")
OUTBOX_CHANNELS = env.list("OUTBOX_CHANNELS", default=[])  # dotted paths of classes; see outbox/channels.py

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.log_level("LOG_LEVEL", default="INFO")},
}

env.seal()
