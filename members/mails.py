"""The mails that go to an address and not to an account: the texts are in templates/members/mail/."""

from email.utils import parseaddr
from hashlib import sha256

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from .models import CONFIRM_WITHIN

EVENTS = ("confirm", "received", "returned", "refused", "accepted")  # of an application


def to_applicant(version, event):
    """Return the EmailMessage that tells the contact of ``version`` (ApplicationVersion) of ``event`` (one of EVENTS).

    What somebody typed stands in no mail to an address that is not confirmed: it may be another's.
    """
    application = version.application
    context = {
        "version": version,
        "application": application,
        "status_url": settings.PORTAL_URL + reverse("organisations:status"),
        "days": CONFIRM_WITHIN.days,
    }
    if event == "confirm":
        path = reverse("organisations:confirm", args=[application.confirmation_token()])
        context["confirm_url"] = settings.PORTAL_URL + path
    return compose(f"application_{event}", context, version.contact_email, f"application:{version.pk}")


def to_invited(invitation):
    """Return the EmailMessage with the link by which an account says that it is the invited person's."""
    path = reverse("mine:invitation", args=[invitation.token])
    context = {"invitation": invitation, "url": settings.PORTAL_URL + path}
    return compose("invitation", context, invitation.email, f"invitation:{invitation.pk}")


def compose(name, context, address, key):
    """Return the mail of the text ``name``, whose first line is its subject; with the same Message-ID whenever asked."""
    lines = render_to_string(f"members/mail/{name}.txt", context).strip().splitlines()
    sender = settings.DEFAULT_FROM_EMAIL
    digest = sha256(f"{key}:{name}".encode()).hexdigest()[:32]
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return EmailMessage(
        lines[0],
        "\n".join(lines[1:]).strip() + "\n",
        sender,
        [address],
        headers={"Message-ID": f"<{digest}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
