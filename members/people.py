"""The people of an organisation: inviting them, giving them roles, ending their service. Reader rows follow at once.

Whoever changes them holds the organisation's row (``Organisation.objects.locked()``), so that there is one main contact.
"""

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

import audit
from accounts import invitations
from accounts.models import User
from accounts.names import PHONE, folded
from audit.actions import Action
from publishing import content_version
from publishing.models import Refused

from . import reader_rows, tasks
from .models import Affiliation, Invitation, Organisation
from .models.spans import ONE_DAY


def account_of(email):
    """Return who has the address ``email`` (str), whatever its case, or None."""
    return User.objects.filter(email__iexact=email).order_by("pk").first()


@transaction.atomic
def invite(organisation, name, email, role, by, phone=""):
    """Invite who has ``email`` to serve ``organisation`` in ``role`` (Affiliation.Role).

    Nobody has the address: an account is made, which serves at once, and a link to its first password is mailed.
    Somebody has it: a link is mailed that makes the account that opens it serve, since only its owner can say that the
    address is still his; whose account waits for its first password gets a link to that as well. Either way the page that
    invites says the same. Refused with the reason.
    """
    organisation = Organisation.objects.locked().get(pk=organisation.pk)
    email = email.strip()
    user = account_of(email)
    if user and Affiliation.objects.current().filter(organisation=organisation, user=user).exists():
        raise Refused(_("This person serves the organisation already."))
    made = make_account(name, email, phone) if user is None else None
    if made:
        begin_service(organisation, made, role)
    else:
        invitation = Invitation.objects.create(
            organisation=organisation, email=email, name=name, role=role, invited_by=by
        )
        transaction.on_commit(lambda: tasks.mail_invitation.enqueue(invitation.pk), robust=True)
    waiting = made or user
    if waiting and invitations.objection_to(waiting) is None:
        invitations.invite(waiting, by)
    audit.record(by, Action.PERSON_INVITED, organisation=organisation.pk, role=str(role))


def make_account(name, email, phone=""):
    """Return a new account without a password, or None if somebody else has just got one with this address."""
    phone = folded(phone)
    if not PHONE.fullmatch(phone) or User.objects.filter(phone=phone).exists():
        phone = ""
    user = User(username=f"m{get_random_string(9, '0123456789')}", name=name, email=email, phone=phone)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        return None
    return user


def begin_service(organisation, user, role, on=None):
    """Let ``user`` serve ``organisation`` in ``role`` from ``on`` (date, default today) on; under its lock."""
    on = on or timezone.localdate()
    if role == Affiliation.Role.CONTACT:
        step_back(organisation, on)
    affiliation = Affiliation.objects.create(organisation=organisation, user=user, role=role, first_on=on)
    reader_rows.bring_up([user.pk])
    return affiliation


def step_back(organisation, on):
    """Make who is its main contact on the day ``on`` a deputy from then on; nobody serves as a contact beside another."""
    contacts = Affiliation.objects.contacts().filter(organisation=organisation)
    for contact in contacts.filter(Q(last_on__isnull=True) | Q(last_on__gte=on)):
        turn_into(contact, Affiliation.Role.DEPUTY, on)


def turn_into(affiliation, role, on):
    """Give ``affiliation`` another ``role`` from ``on`` on: its former days stay what they were."""
    if affiliation.first_on >= on:
        affiliation.role = role
        affiliation.save(update_fields=["role"])
        return affiliation
    last_on, affiliation.last_on = affiliation.last_on, on - ONE_DAY
    affiliation.save(update_fields=["last_on"])
    return Affiliation.objects.create(
        organisation=affiliation.organisation, user=affiliation.user, role=role, first_on=on, last_on=last_on
    )


@transaction.atomic
def give_role(affiliation, role, by, on=None):
    """Give a person of an organisation another role; a new main contact makes the former one a deputy."""
    on = on or timezone.localdate()
    organisation = Organisation.objects.locked().get(pk=affiliation.organisation_id)
    affiliation = current_or_refused(affiliation.pk, on)
    if affiliation.role == role:
        return affiliation
    if affiliation.role == Affiliation.Role.CONTACT:
        raise Refused(_("An organisation has a main contact: make another person the main contact instead."))
    before = affiliation.role
    if role == Affiliation.Role.CONTACT:
        step_back(organisation, on)
    affiliation = turn_into(affiliation, role, on)
    reader_rows.bring_up([affiliation.user_id])
    audit.record(
        by,
        Action.ROLE_GIVEN,
        organisation=organisation.pk,
        account=affiliation.user_id,
        before=str(before),
        after=str(role),
    )
    content_version.advance()
    return affiliation


@transaction.atomic
def end_service(affiliation, by, on=None):
    """End the service of a person, who reads as a member to the end of today; the main contact hands over first."""
    on = on or timezone.localdate()
    organisation = Organisation.objects.locked().get(pk=affiliation.organisation_id)
    affiliation = current_or_refused(affiliation.pk, on)
    if affiliation.role == Affiliation.Role.CONTACT:
        raise Refused(_("An organisation has a main contact: make another person the main contact first."))
    affiliation.last_on = max(on, affiliation.first_on)
    affiliation.save(update_fields=["last_on"])
    reader_rows.bring_up([affiliation.user_id])
    audit.record(by, Action.SERVICE_ENDED, organisation=organisation.pk, account=affiliation.user_id)
    return affiliation


def current_or_refused(pk, on):
    affiliation = Affiliation.objects.current(on).filter(pk=pk).first()
    if affiliation is None:
        raise Refused(_("This person no longer serves the organisation in this role. The list below is up to date."))
    return affiliation


@transaction.atomic
def accept(invitation, user):
    """Let ``user`` serve as the Invitation says; return the Affiliation. Refused if the invitation holds no more."""
    organisation = Organisation.objects.locked().get(pk=invitation.organisation_id)
    invitation = Invitation.objects.open().select_for_update(no_key=True).filter(pk=invitation.pk).first()
    if invitation is None:
        raise Refused(_("This invitation no longer holds. Please ask the organisation for another one."))
    if Affiliation.objects.current().filter(organisation=organisation, user=user).exists():
        raise Refused(_("You serve this organisation already."))
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    affiliation = begin_service(organisation, user, invitation.role)
    audit.record(user, Action.SERVICE_BEGUN, organisation=organisation.pk, role=invitation.role)
    content_version.advance()
    return affiliation


@transaction.atomic
def call_back(invitation, by):
    """Take the Invitation back; once accepted it stays."""
    Organisation.objects.locked().get(pk=invitation.organisation_id)
    if Invitation.objects.open().filter(pk=invitation.pk).update(withdrawn_at=timezone.now()):
        audit.record(by, Action.SERVICE_ENDED, organisation=invitation.organisation_id, invitation=invitation.pk)
