"""Joining: how an application is sent, confirmed, mended and withdrawn, and what staff decide on it.

Every step locks the application's row first, so that of two people who act at once one comes first and the other is told
what he did. Mails go to the applicant, who has no account, by jobs (tasks.py).
"""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import audit
from audit.actions import Action
from publishing import content_version
from publishing.models import Refused

from . import membership_messages, people, tasks
from .models import Affiliation, Application, Invitation, MembershipPeriod, Organisation

State, Step = Application.State, Application.Step


# -- The applicant ----------------------------------------------------------------------------------------------------


def apply(submission, content, licence, attachments):
    """Make the application that the form ``submission`` (UUID) sends; return it, and whether it is new.

    content: {field of ApplicationVersion: value}; licence: Enclosure; attachments: list of Enclosure. A form that arrives
    twice is one application. Staff see it when the address is confirmed.
    """
    try:
        with transaction.atomic():
            application = Application.objects.create(submission=submission)
            application.record_version(content, licence, attachments)
            audit.record(None, Action.APPLIED, application=application.pk, number=application.number)
            tell(application, "confirm")
    except IntegrityError:
        return Application.objects.get(submission=submission), False
    return application, True


@transaction.atomic
def confirm(application):
    """Note that the address is the applicant's; from now on staff see the application. Once; later calls do nothing."""
    application = locked(application.pk)
    if application.confirmed_at or application.newest.withdrawn_at:
        return application
    application.confirmed_at = timezone.now()
    application.save(update_fields=["confirmed_at"])
    tell_staff(application)
    audit.record(None, Action.APPLICATION_CONFIRMED, application=application.pk, number=application.number)
    tell(application, "received")
    return application


@transaction.atomic
def mend(application, base, content, licence, attachments):
    """Send what was returned once more, mended. ``base``: the number of the version that the form showed.

    Return whether it was sent; False if a form sent twice has done so already. Refused if it does not wait for that.
    """
    application = locked(application.pk)
    if application.newest.number == base + 1 and application.state != State.RETURNED:
        return False
    if application.state != State.RETURNED or application.newest.number != base:
        raise Refused(_("The application is not waiting for changes. Its state is shown below."))
    application.record_version(content, licence, attachments)
    tell_staff(application)
    audit.record(
        None,
        Action.APPLIED,
        application=application.pk,
        number=application.number,
        version=application.newest.number,
    )
    return True


@transaction.atomic
def withdraw(application):
    """Let the applicant take the application back; Refused if it is decided."""
    application = locked(application.pk)
    if application.state == State.WITHDRAWN:
        return
    if not application.may_be_withdrawn:
        raise Refused(_("The application is decided. Its state is shown below."))
    version = application.newest
    if version.returned_at:  # that version has ended: the one that takes it back is another
        content = {name: getattr(version, name) for name in version.CONTENT}
        version = application.record_version(content, version.licence, list(version.attachments.all()))
    version.withdrawn_at = timezone.now()
    version.save(update_fields=["withdrawn_at"])
    audit.record(None, Action.APPLICATION_WITHDRAWN, application=application.pk, number=application.number)


# -- Staff ------------------------------------------------------------------------------------------------------------


def locked(pk):
    """Return the Application, its row locked. Its version is read afterwards: joined, it would be that of before the wait."""
    return Application.objects.locked().get(pk=pk)


def check_turn(application, by, version_number, step):
    """Raise Refused unless the version that ``by`` (User) read still waits for the ``step`` (str) that he decides."""
    if application.newest.number != version_number or application.step != step:
        raise Refused(
            _("Meanwhile the application has moved on: %(state)s. Nothing was changed; what you typed is kept below.")
            % {"state": application.state.label}
        )
    if not by.has_perm(Step(step).permission):
        raise Refused(_("Your roles do not allow you to decide this step."))


@transaction.atomic
def pass_step(pk, by, version_number, step):
    """Pass the check or the secretary-general's step of the application ``pk``; the next step is told that it is its turn."""
    application = locked(pk)
    check_turn(application, by, version_number, step)
    version = application.newest
    if step == Step.CHECK:
        version.checked_at, version.checked_by = timezone.now(), by
        version.save(update_fields=["checked_at", "checked_by"])
    elif step == Step.ENDORSE:
        version.endorsed_at, version.endorsed_by = timezone.now(), by
        version.save(update_fields=["endorsed_at", "endorsed_by"])
    else:
        raise Refused(_("The last step accepts, refuses or returns the application."))
    tell_staff(application)
    record_decision(application, by, Action.APPLICATION_PASSED, step)
    return application


@transaction.atomic
def send_back(pk, by, version_number, step, reason):
    """Return the application to its applicant, who may mend it; ``reason`` (str) is told to him."""
    return _end(pk, by, version_number, step, reason, "returned_at", Action.APPLICATION_RETURNED, "returned")


@transaction.atomic
def refuse(pk, by, version_number, step, reason):
    return _end(pk, by, version_number, step, reason, "refused_at", Action.APPLICATION_REFUSED, "refused")


def _end(pk, by, version_number, step, reason, ending, action, mail):
    application = locked(pk)
    check_turn(application, by, version_number, step)
    if not reason.strip():
        raise Refused(_("Please say why: the applicant reads it."))
    version = application.newest
    setattr(version, ending, timezone.now())
    version.ended_by, version.reason = by, reason.strip()
    version.save(update_fields=[ending, "ended_by", "reason"])
    record_decision(application, by, action, step, reason=version.reason)
    tell(application, mail)
    return application


@transaction.atomic
def accept(pk, by, version_number, first_on, last_on=None, level=Organisation.Level.ORDINARY, member_group=None):
    """Accept the application for the council: the organisation, its first period and its contact come into being at once.

    The contact gets an account and a link to its first password; who has an account already gets a link that makes it
    serve the organisation, since only he can say that both are his. Refused, ValidationError: nothing was changed.
    """
    application = locked(pk)
    check_turn(application, by, version_number, Step.DECIDE)
    version = application.newest
    organisation = Organisation(
        **{name: getattr(version, name) for name in ("name", "credit_code", "district", "address", "website")},
        telephone=version.contact_phone,
        email=version.contact_email,
        level=level,
        member_group=member_group,
        joined_on=first_on,
    )
    period = MembershipPeriod(first_on=first_on, last_on=last_on, organisation=organisation)
    period.full_clean(exclude=["organisation"])
    organisation.check_and_save()  # name or code may belong to another organisation by now
    period.organisation = organisation
    period.save()
    version.accepted_at, version.ended_by = timezone.now(), by
    version.save(update_fields=["accepted_at", "ended_by"])
    application.organisation = organisation
    application.save(update_fields=["organisation"])
    people.invite(
        organisation,
        name=version.contact_name,
        email=version.contact_email,
        phone=version.contact_phone,
        role=Affiliation.Role.CONTACT,
        by=by,
    )
    record_decision(application, by, Action.APPLICATION_ACCEPTED, Step.DECIDE, organisation=organisation.pk)
    content_version.advance()
    tell(application, "accepted")
    return application


def record_decision(application, by, action, step, **facts):
    audit.record(
        by,
        action,
        application=application.pk,
        number=application.number,
        version=application.newest.number,
        step_of_joining=str(step),
        **facts,
    )


# -- Who is told ------------------------------------------------------------------------------------------------------


def tell(application, event):
    """Mail the applicant what happened, once the transaction is through."""
    version_pk = application.newest.pk
    transaction.on_commit(lambda: tasks.mail_applicant.enqueue(version_pk, event), robust=True)


def tell_staff(application):
    """Tell those who may decide the present step that it is theirs; once for each version and step."""
    if application.step:
        membership_messages.application_waits(application)


def objection_to_accepting(application):
    """Return why the application cannot be accepted as it stands (str), or None."""
    version = application.newest
    taken = Organisation.objects.filter(name=version.name) | Organisation.objects.filter(
        credit_code=version.credit_code
    )
    organisation = taken.first()
    if organisation is None:
        return None
    return _(
        "“%(name)s” is among the organisations already, by this name or this credit code. If it joins anew, renew its "
        "membership there and refuse this application with that reason."
    ) % {"name": organisation.name}


@transaction.atomic
def purge(at=None):
    """Delete the applications and invitations whose time is over at ``at`` (aware, default now).

    Return {"applications": how many, "invitations": how many}; the log keeps these numbers. Files follow with what else
    nobody needs (files.enclosures.tidy).
    """
    at = at or timezone.now()
    applications = list(Application.objects.expired(at).locked().values_list("pk", flat=True))
    invitations = list(Invitation.objects.expired(at).values_list("pk", flat=True))
    Application.objects.filter(pk__in=applications).delete()
    Invitation.objects.filter(pk__in=invitations).delete()
    deleted = {"applications": len(applications), "invitations": len(invitations)}
    if any(deleted.values()):
        audit.record(None, Action.PERSONAL_DATA_PURGED, **deleted)
    return deleted
