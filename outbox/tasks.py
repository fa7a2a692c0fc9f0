"""The job that sends what is due: mails, and what goes by other channels."""

import logging
from contextlib import closing
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.core import mail
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from . import channels
from .channels import Undeliverable
from .mails import compose
from .models import ChannelDelivery, Message, why_not_mailed

logger = logging.getLogger(__name__)


@task()
def deliver():
    """Send everything that is due, whoever's it is, so that one whose own task was lost goes with the next.

    Return the numbers {"mailed", "put_off", "given_up", "by_channels"}.
    """
    at = timezone.now()
    counts = {"mailed": 0, "put_off": 0, "given_up": 0, "by_channels": 0}
    mail_what_is_due(at, counts)
    send_by_channels(at, counts)
    return counts


def mail_what_is_due(at, counts):
    """A mail server that does not answer ends the run: to ask it for the sake of every message would take hours, and
    each message has a task of its own."""
    with closing(mail.get_connection()) as server:
        while message := Message.objects.claim_next(at):
            if reason := why_not_mailed(message.to):
                message.note_not_sent(reason)
                continue
            try:
                server.open()  # once a run, and not at all if nothing is due
                server.send_messages([compose(message, server)])
            except Exception as error:  # whatever it is, it must not keep the message claimed and its reason hidden
                logger.warning("Message %s was not mailed: %s", message.pk, error)
                note_failure(message, error, counts)
                if not concerns_one_message(error):
                    break
            else:
                message.note_sent(message.to.email)
                counts["mailed"] += 1


def send_by_channels(at, counts):
    """Channels fail each for themselves; one that failed is not asked again in this run."""
    failing = set()
    while delivery := ChannelDelivery.objects.exclude(channel__in=failing).claim_next(at):
        channel, message = channels.configured().get(delivery.channel), delivery.message
        reason = channel.why_not(message.to) if channel else str(_("The portal has no such channel any more."))
        if reason:
            delivery.note_not_sent(reason)
            continue
        address = channel.address_of(message.to)
        try:
            channel.send(message, address, f"outbox-{delivery.pk}")
        except Exception as error:  # as above
            logger.warning("Message %s was not sent by %s: %s", message.pk, delivery.channel, error)
            note_failure(delivery, error, counts)
            if not concerns_one_message(error):
                failing.add(delivery.channel)
        else:
            delivery.note_sent(address)
            counts["by_channels"] += 1


def note_failure(delivery, error, counts):
    next_attempt_at = delivery.note_failure(words_of(error), is_final(error))
    if next_attempt_at:
        put_off(next_attempt_at)
    counts["put_off" if next_attempt_at else "given_up"] += 1


def put_off(moment):
    """Deliver once more at ``moment`` (aware datetime), where tasks can wait; else the next delivery does it."""
    if deliver.get_backend().supports_defer:
        deliver.using(run_after=moment).enqueue()


def concerns_one_message(error):
    return isinstance(error, (SMTPRecipientsRefused, SMTPDataError, Undeliverable, ValueError))


def is_final(error):
    """Return whether another attempt is of no use: address or message were refused for good, or are none."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _reply in error.recipients.values())
    if isinstance(error, SMTPDataError):
        return error.smtp_code >= 500
    return isinstance(error, (Undeliverable, ValueError))


def words_of(error):
    """Return what the mail server said to our one recipient, or the error itself, as text of at most 500 characters."""
    if isinstance(error, SMTPRecipientsRefused):
        [(code, reply)] = error.recipients.values()
    elif hasattr(error, "smtp_code"):
        code, reply = error.smtp_code, error.smtp_error
    elif isinstance(error, Undeliverable):
        return str(error).replace("\0", "")[:500]
    else:
        return f"{type(error).__name__}: {error}".replace("\0", "")[:500]
    reply = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return f"{code} {reply}".replace("\0", "")[:500]
