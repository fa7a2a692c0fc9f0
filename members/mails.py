"""The mails that go to an address and not to an account.

What an applicant is told stands in ``message_templates``, the mails with a link that proves an address in
templates/members/mail/.
"""

from email.utils import parseaddr
from hashlib import sha256

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from outbox import templates

from .models import CONFIRM_WITHIN


def to_applicant(version, event):
    """Return the EmailMessage that tells the contact of ``version`` (ApplicationVersion) of ``event``.

    event: "confirm", or "received", "returned", "refused", "accepted" as message_templates registers them. What somebody
    typed stands in no mail to an address that is not confirmed: it may be another's.
    """
    application = version.application
    if event == "confirm":
        path = reverse("organisations:confirm", args=[application.confirmation_token()])
        context = {"confirm_url": settings.PORTAL_URL + path, "days": CONFIRM_WITHIN.days}
        subject, body = from_file("application_confirm", context)
    else:
        values = {
            "person": version.contact_name,
            "organisation": version.name,
            "number": application.number,
            "code": application.code,
            "reason": version.reason,
            "address": settings.PORTAL_URL + reverse("organisations:status"),
        }
        subject, body, _channels = templates.wording(f"members.application_{event}", values)
    return compose(subject, body, version.contact_email, f"application:{version.pk}:application_{event}")


def to_invited(invitation):
    """Return the EmailMessage with the link by which an account says that it is the invited person's."""
    path = reverse("mine:invitation", args=[invitation.token])
    subject, body = from_file("invitation", {"invitation": invitation, "url": settings.PORTAL_URL + path})
    return compose(subject, body, invitation.email, f"invitation:{invitation.pk}:invitation")


def from_file(name, context):
    """Return (subject, body) of the text ``name``, whose first line is the subject."""
    lines = render_to_string(f"members/mail/{name}.txt", context).strip().splitlines()
    return lines[0], "\n".join(lines[1:]).strip()


def compose(subject, body, address, key):
    """Return the mail; with the same Message-ID whenever it is asked for with ``key``."""
    sender = settings.DEFAULT_FROM_EMAIL
    digest = sha256(key.encode()).hexdigest()[:32]
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return EmailMessage(
        subject,
        f"{body}\n{render_to_string('members/mail/footer.txt').rstrip()}\n",
        sender,
        [address],
        headers={"Message-ID": f"<{digest}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
