"""Run a portal of its own with a sample association: other database, other files than those of `make serve`.

    PORT=8000 python -m tools.demo

Everything lies in var/demo; `make demo-remove` deletes it. Standard library only.
"""

import os

from tools.environment import ROOT, say

PLACE = ROOT / "var" / "demo"


def main():
    PLACE.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        PORTAL_DEMO="true",
        PORTAL_VAR_DIR=str(PLACE),
        DATABASE_URL=f"sqlite:///{PLACE / 'portal.sqlite3'}",
        CACHE_URL="locmem://",
        DJANGO_ALLOWED_HOSTS="localhost,127.0.0.1",
        LOG_LEVEL="WARNING",
        SECOND_FACTOR_REQUIRED_FOR_STAFF="false",  # nobody keeps a second factor for samples
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",  # messages are read in the portal
    )
    os.environ.pop("PORTAL_URL", None)
    say(
        "The sample association. People: member, contact, former; staff: author, reviewer, publisher, office, service, secretary, council."
    )
    say("The password of each is demo-2026-sample. `make demo-remove` deletes it all.")
    from tools import serve

    serve.main()


if __name__ == "__main__":
    main()
