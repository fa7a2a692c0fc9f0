"""Jobs of members."""

import logging

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from outbox.models import PAUSES

from . import mails
from .models import ApplicationVersion, Invitation, SignUp

logger = logging.getLogger(__name__)


@task()
def settle_offers():
    """Take back the seats of offers that have lapsed, and give them to the next in line; return for how many activities.

    People who come before this job find the same: every change of seats begins with it.
    """
    from . import signing_up  # which imports this module

    now = timezone.now()
    due = set(SignUp.objects.lapsed(now).order_by().values_list("activity", flat=True))
    for activity in sorted(due):
        with transaction.atomic():
            signing_up.settle(signing_up.locked(activity), now)
    return len(due)


def settle_at(moment):
    """Settle once more at ``moment`` (aware datetime) where tasks can wait, after the caller's transaction."""
    if settle_offers.get_backend().supports_defer:
        transaction.on_commit(lambda: settle_offers.using(run_after=moment).enqueue(), robust=True)


# -- Mails to people without an account, or whose address must be theirs ----------------------------------------------


@task()
def mail_applicant(version_pk, event, attempt=0):
    """Mail the contact of the ApplicationVersion what happened (see mails.to_applicant)."""
    version = ApplicationVersion.objects.select_related("application").filter(pk=version_pk).first()
    if version:  # else deleted meanwhile
        send(mails.to_applicant(version, event), mail_applicant, attempt, version_pk, event)


@task()
def mail_invitation(invitation_pk, attempt=0):
    """Mail the link of the Invitation to its address, while it holds."""
    invitation = Invitation.objects.open().select_related("organisation", "invited_by").filter(pk=invitation_pk).first()
    if invitation:
        send(mails.to_invited(invitation), mail_invitation, attempt, invitation_pk)


def send(mail, job, attempt, *arguments):
    """Send ``mail``; if that fails, let ``job`` try again with ``arguments`` after a pause, as often as outbox does.

    A job that runs twice mails the same Message-ID, by which mail programs know the second.
    """
    try:
        mail.send()
    except Exception as error:
        logger.warning("The mail “%s” was not sent: %s", mail.subject, error)
        if attempt >= len(PAUSES) or not job.get_backend().supports_defer:
            raise
        job.using(run_after=timezone.now() + PAUSES[attempt]).enqueue(*arguments, attempt + 1)
