"""The mail of a message."""

from email.utils import format_datetime, parseaddr
from hashlib import sha256

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.timezone import localtime
from django.utils.translation import gettext as _


def one_line(subject):
    """Return ``subject`` (str) in one line, or the rest would become headers of the mail; PostgreSQL keeps no NUL."""
    return " ".join(subject.replace("\0", "").splitlines()).strip()


def compose(message, connection=None):
    """Return the EmailMessage that tells ``message`` (Message); the same one, whenever it is asked for.

    A worker that dies between mailing and noting it mails again: by the same Message-ID mail programs know the second.
    """
    sender = settings.DEFAULT_FROM_EMAIL
    digest = sha256(f"{message.to_id}:{message.key}".encode()).hexdigest()[:32]
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return EmailMessage(
        message.subject,
        text(message),
        sender,
        [message.sent_to or message.to.email],
        connection=connection,
        headers={
            "Message-ID": f"<{digest}@{domain}>",
            "Date": format_datetime(localtime(message.created_at)),
            "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office reply, please
        },
    )


def text(message):
    """Return the words of the mail: the text and, absolute, the address that leads to it in the portal."""
    lead = _("Open in the portal:")
    footer = _("This message was sent by the portal. Please do not reply to it.")
    return f"{message.body.strip()}\n\n{lead}\n{message.link}\n\n-- \n{footer}\n"
