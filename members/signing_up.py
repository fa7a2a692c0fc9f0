"""Signing up for an activity: every change of who has a seat, each under the lock of the activity's row.

The order in which people get the lock is the order in which they are served. Seats that are free go to the first in
line who may have one, in the same transaction that freed them; nobody has to run a job for that. Until the activity
begins.
"""

from collections import Counter
from datetime import timedelta
from itertools import count

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import audit
from audit.actions import Action

from . import messages, tasks
from .models import Activity, Affiliation, Organisation, SignUp


class Refused(ValidationError):
    """Why somebody cannot do it: one sentence in the reader's language, with a code. Nothing was changed."""


def objection_to_activity(activity, at):
    """Return why nobody can sign up for ``activity`` at ``at`` (Refused), or None."""
    if not activity.takes_sign_ups:
        return Refused(_("This activity does not take sign-ups on-line."), code="not_taken")
    if activity.called_off_at:
        return Refused(_("This activity was called off."), code="called_off")
    if activity.starts_at is None or activity.starts_at <= at:
        return Refused(_("This activity has begun. Signing up is over."), code="begun")
    if activity.sign_up_opens_at and activity.sign_up_opens_at > at:
        text = _("Signing up opens on %(moment)s.") % {"moment": in_words(activity.sign_up_opens_at)}
        return Refused(text, code="not_open")
    if activity.sign_up_closes_at and activity.sign_up_closes_at <= at:
        text = _("Signing up closed on %(moment)s.") % {"moment": in_words(activity.sign_up_closes_at)}
        return Refused(text, code="closed")
    return None


def objection_to_what_is_gone(activity):
    """Return why nobody can sign up for an ``activity`` that was withdrawn since its page was opened (Refused), or None."""
    if activity.is_removed:
        return Refused(_("This activity does not take sign-ups on-line."), code="not_taken")
    return None


def objection_to_organisation(activity, organisation, on):
    """Return why nobody can sign up for ``organisation`` on the day ``on`` (date) (Refused), or None."""
    if activity.is_for_members and not Organisation.objects.members(on).filter(pk=organisation.pk).exists():
        text = _("The membership of %(organisation)s has ended; this activity is for members.")
        return Refused(text % {"organisation": organisation}, code="no_member")
    group = activity.member_group_id
    is_of_group = group is not None and organisation.member_group_id == group
    if activity.sign_up_for == Activity.SignUpFor.GROUP and not is_of_group:
        text = _("This activity is for organisations of %(group)s.")
        return Refused(text % {"group": activity.member_group}, code="other_group")
    return None


def objection_to_person(activity, person, by, organisation, at, is_by_staff=False):
    """Return why ``by`` cannot sign ``person`` up for ``organisation`` (or None) at ``at`` (Refused), or None.

    Staff sign up whom the activity is for, without being a contact of theirs.
    """
    may_speak_for_others = is_by_staff
    today = timezone.localdate(at)
    if organisation is None:
        if activity.is_for_members or activity.seats_per_organisation:
            return Refused(_("Please choose the organisation that you sign up for."), code="no_organisation")
        if person != by and not may_speak_for_others:
            return Refused(_("Colleagues are signed up for an organisation."), code="no_organisation")
    else:
        serving = Affiliation.objects.current(today).filter(organisation=organisation)
        if not serving.filter(user=person).exists():
            text = _("%(person)s does not belong to %(organisation)s.")
            return Refused(text % {"person": person, "organisation": organisation}, code="foreign_organisation")
        may_speak_for_others |= serving.contacts_and_deputies().filter(user=by).exists()
        if person != by and not may_speak_for_others:
            text = _("Only a contact of %(organisation)s signs up colleagues.")
            return Refused(text % {"organisation": organisation}, code="no_contact")
        objection = objection_to_organisation(activity, organisation, today)
        if objection is not None:
            return objection
    live = SignUp.objects.live().filter(activity=activity)
    if live.filter(person=person).exists():
        text = _("You are signed up already.") if person == by else _("%(person)s is signed up already.")
        return Refused(text % {"person": person}, code="already")
    return objection_to_one_more(activity, organisation)


def objection_to_one_more(activity, organisation):
    """Return why ``organisation`` (or None) may sign nobody else up for ``activity`` (Refused), or None."""
    limit = activity.seats_per_organisation
    if not organisation or not limit:
        return None
    if SignUp.objects.live().filter(activity=activity, organisation=organisation).count() < limit:
        return None
    text = ngettext(
        "Each organisation may sign up %(limit)d person; %(organisation)s has done so.",
        "Each organisation may sign up %(limit)d people; %(organisation)s has done so.",
        limit,
    )
    return Refused(text % {"limit": limit, "organisation": organisation}, code="organisation_is_full")


def objection_to_cancelling(activity, sign_up, at):
    """Return why ``sign_up`` cannot be cancelled by people themselves at ``at`` (Refused), or None."""
    if activity.starts_at and activity.starts_at <= at:
        return Refused(_("This activity has begun."), code="begun")
    if sign_up.checked_in_at:
        return Refused(_("This person has checked in."), code="checked_in")
    is_moved = activity.changes.filter(changed_at__gt=sign_up.signed_up_at).exists()
    if sign_up.seat and not is_moved and activity.cancel_until and activity.cancel_until <= at:
        text = _("Sign-ups could be cancelled until %(moment)s. Please call the association.")
        return Refused(text % {"moment": in_words(activity.cancel_until)}, code="too_late")
    return None


def are_signed_up(activity, people):
    """Return whether each of ``people`` (list of User) is signed up for ``activity``."""
    return SignUp.objects.live().filter(activity=activity, person__in=people).count() == len(people)


def in_words(moment):
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def locked(activity_pk):
    """Return the Activity as it stands, held until the transaction ends; SQLite holds everything from its beginning."""
    return Activity.objects.locked().get(pk=activity_pk)


# -- What people do ---------------------------------------------------------------------------------------------------


@transaction.atomic
def sign_up(activity, people, by, organisation=None, answers=None, consent=None, at=None):
    """Sign ``people`` (list of User) up, all or nobody; return their SignUps in that order.

    by: the User who asks, one of them or a contact of ``organisation``, for which all of them are signed up (None: for
    none). answers: {pk of a person: answers} as publishing.questions gives them. consent: the ConsentText agreed to.
    Raise Refused with a code of ``objection_to_activity`` or ``objection_to_person``.
    """
    at = at or timezone.now()
    activity = locked(activity.pk)
    raise_if(objection_to_activity(activity, at) or objection_to_what_is_gone(activity))
    seating = settle(activity, at)
    made = []
    for person in people:
        raise_if(objection_to_person(activity, person, by, organisation, at))
        row = _enter(
            seating,
            person=person,
            organisation=organisation,
            signed_up_by=by,
            consent=consent,
            answers=(answers or {}).get(person.pk, {}),
            approved_at=None if activity.approval == Activity.Approval.STAFF else at,
        )
        made.append(row)
    return made


def _enter(seating, **values):
    """Make a SignUp of ``values`` with a seat, if it is approved and may have one; tell the person; return it."""
    row = SignUp.objects.create(activity=seating.activity, signed_up_at=seating.at, **values)
    if row.approved_at:
        seating.give(row)
    messages.tell(row, row.state_at(seating.at))
    return row


@transaction.atomic
def cancel(sign_up, by, reason="", at=None):
    """End ``sign_up`` because the person, or a contact of his organisation, does not want it any more.

    Its seat goes to the first in line. Cancelling twice is cancelling once. Refused: too late, over, not his to cancel.
    """
    at = at or timezone.now()
    activity = locked(sign_up.activity_id)
    sign_up = SignUp.objects.get(pk=sign_up.pk)
    if not sign_up.may_be_changed_by(by):
        raise Refused(_("This sign-up is not yours to change."), code="not_yours")
    if not sign_up.is_live:
        return sign_up
    raise_if(objection_to_cancelling(activity, sign_up, at))
    end(sign_up, SignUp.Ending.CANCELLED, by, reason, at)
    messages.tell(sign_up, SignUp.State.CANCELLED)
    settle(activity, at)
    return sign_up


@transaction.atomic
def accept(sign_up, by, at=None):
    """Take the seat that was offered. Accepting twice is accepting once; Refused if the offer has lapsed meanwhile."""
    at = at or timezone.now()
    activity = locked(sign_up.activity_id)
    settle(activity, at)
    sign_up = SignUp.objects.get(pk=sign_up.pk)
    if not sign_up.may_be_changed_by(by):
        raise Refused(_("This sign-up is not yours to change."), code="not_yours")
    state = sign_up.state_at(at)
    if state == SignUp.State.CONFIRMED:
        return sign_up
    if state != SignUp.State.OFFERED:
        raise Refused(
            _("This place is not on offer any more. The deadline for accepting it has passed."), code="lapsed"
        )
    sign_up.accepted_at = at
    sign_up.save(update_fields=["accepted_at"])
    messages.tell(sign_up, SignUp.State.CONFIRMED)
    return sign_up


# -- What staff do: audited -------------------------------------------------------------------------------------------


@transaction.atomic
def sign_up_by_staff(activity, person, by, organisation=None, at=None):
    """Sign ``person`` up in the name of the association, before and after the days of signing up too; return the SignUp.

    by: a member of staff. Nobody has to confirm it. Refused as ``sign_up`` otherwise.
    """
    at = at or timezone.now()
    activity = locked(activity.pk)
    objection = objection_to_activity(activity, at)
    if objection is not None and objection.code not in ("not_open", "closed"):
        raise objection
    raise_if(objection_to_what_is_gone(activity))
    seating = settle(activity, at)
    raise_if(objection_to_person(activity, person, by, organisation, at, is_by_staff=True))
    row = _enter(seating, person=person, organisation=organisation, signed_up_by=by, approved_at=at, approved_by=by)
    audit.record(by, Action.SIGN_UP_ADDED, item=activity.pk, sign_up=row.pk)
    return row


@transaction.atomic
def approve(sign_up, by, at=None):
    """Let ``sign_up`` in: it gets a seat, or its place in the line by when it was made."""
    at = at or timezone.now()
    activity = locked(sign_up.activity_id)
    sign_up = SignUp.objects.get(pk=sign_up.pk)
    if not sign_up.is_live:
        raise Refused(_("This sign-up has ended meanwhile."), code="ended")
    if sign_up.approved_at:
        return sign_up
    if activity.called_off_at:
        raise Refused(_("This activity was called off."), code="called_off")
    if activity.starts_at is None or activity.starts_at <= at:
        raise Refused(_("This activity has begun."), code="begun")
    seating = settle(activity, at)
    sign_up.approved_at, sign_up.approved_by = at, by
    sign_up.save(update_fields=["approved_at", "approved_by"])
    seating.give(sign_up)
    messages.tell(sign_up, sign_up.state_at(at))
    audit.record(by, Action.SIGN_UP_APPROVED, item=activity.pk, sign_up=sign_up.pk)
    return sign_up


@transaction.atomic
def refuse(sign_up, by, reason, at=None):
    """Do not accept a sign-up that waits for approval; the person is told the ``reason``."""
    return _end_by_staff(sign_up, SignUp.Ending.REFUSED, Action.SIGN_UP_REFUSED, by, reason, at)


@transaction.atomic
def remove(sign_up, by, reason, at=None):
    """Cancel a sign-up in the name of the association; the person is told the ``reason``."""
    return _end_by_staff(sign_up, SignUp.Ending.REMOVED, Action.SIGN_UP_REMOVED, by, reason, at)


def _end_by_staff(sign_up, ending, action, by, reason, at):
    at = at or timezone.now()
    if not reason.strip():
        raise Refused(_("Please give the reason: the person is told it."), code="no_reason")
    activity = locked(sign_up.activity_id)
    sign_up = SignUp.objects.get(pk=sign_up.pk)
    if not sign_up.is_live:
        raise Refused(_("This sign-up has ended meanwhile."), code="ended")
    if ending == SignUp.Ending.REFUSED and sign_up.approved_at:
        raise Refused(_("This sign-up was accepted meanwhile."), code="approved")
    end(sign_up, ending, by, reason.strip(), at)
    messages.tell(sign_up, SignUp.State(ending))
    settle(activity, at)
    audit.record(by, action, item=activity.pk, sign_up=sign_up.pk, reason=sign_up.reason)
    return sign_up


# -- Seats: within a transaction that holds the activity --------------------------------------------------------------


class Seating:
    """The seats of an activity as they stand under its lock, read at once and kept up to what is given."""

    def __init__(self, activity, at):
        self.activity = activity
        self.at = at
        seated = SignUp.objects.seated().filter(activity=activity)
        self.by_seat = dict(seated.values_list("seat", "organisation__member_group"))
        current = activity.reservations.filter(until__gt=at)
        self.reserved = dict(current.values_list("member_group", "seats"))

    def is_free(self):
        return self.activity.seats is None or len(self.by_seat) < self.activity.seats

    def is_free_for(self, group):
        """Return whether an organisation of the member group with the primary key ``group`` (or None) may have a seat."""
        if self.activity.seats is None:
            return True
        in_groups = Counter(self.by_seat.values())
        kept = sum(max(0, seats - in_groups[other]) for other, seats in self.reserved.items() if other != group)
        return len(self.by_seat) + kept < self.activity.seats

    def give(self, row, is_promotion=False):
        """Give ``row`` (SignUp) the lowest free seat if it may have one; return whether it got one.

        Who moves up from the waiting list must accept in time, where the activity asks for that.
        """
        group = row.organisation and row.organisation.member_group_id
        if not self.is_free_for(group):
            return False
        # With a limit lowered since, seats above it may be held; below it there is a free number all the same.
        row.seat = next(number for number in count(1) if number not in self.by_seat)
        self.by_seat[row.seat] = group
        if is_promotion and self.activity.accept_within_hours:
            within = timedelta(hours=self.activity.accept_within_hours)
            row.accept_by = min(self.at + within, self.activity.starts_at)
            tasks.settle_at(row.accept_by)
        else:
            row.accepted_at = self.at
        row.save(update_fields=["seat", "accept_by", "accepted_at"])
        return True


def settle(activity, at):
    """Take back the seats of offers that lapsed by ``at``, and give every free seat to the first who may have it.

    ``activity`` was read under its lock. Return the Seating that results.
    """
    for row in SignUp.objects.lapsed(at).filter(activity=activity):
        end(row, SignUp.Ending.LAPSED, None, "", at)
        messages.tell(row, SignUp.State.LAPSED)
    seating = Seating(activity, at)
    if activity.called_off_at or activity.starts_at is None or activity.starts_at <= at or not seating.is_free():
        return seating
    for row in SignUp.objects.waiting().filter(activity=activity).select_related("organisation", "person"):
        if not seating.is_free():
            break
        row.activity = activity  # the one that is held, and asked for once
        if seating.give(row, is_promotion=True):
            messages.tell(row, row.state_at(at))
    return seating


def end(row, ending, by, reason, at):
    row.ended_at, row.ending, row.ended_by, row.reason = at, ending, by, reason[:200]
    row.save(update_fields=["ended_at", "ending", "ended_by", "reason"])


def raise_if(objection):
    if objection is not None:
        raise objection
