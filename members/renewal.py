"""Renewing a membership: another period beside the former ones, never in their place, and notices around its end."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

import audit
from audit.actions import Action
from publishing import content_version
from publishing.models import Refused

from . import membership_messages, reader_rows
from .models import Affiliation, MembershipPeriod, Organisation, RenewalRequest
from .models.spans import ONE_DAY

# Days before the last day on which the main contact is told (negative: after it). One that was missed is caught up with
# for a week, unless the next is due as well.
NOTICES = (30, 7, -1, -15)
CATCH_UP = timedelta(days=7)


def a_year_from(day):
    """Return the last day (date) of the year that begins on ``day``."""
    try:
        return day.replace(year=day.year + 1) - ONE_DAY
    except ValueError:  # 29 February
        return date(day.year + 1, 2, 28)


def next_first_day(organisation, on=None):
    """Return the first day (date) of the period that a renewal on the day ``on`` (default today) adds.

    The day after the last period; from ``on`` if the membership has lapsed, its days of grace included, or never began.
    Refused if the last period has no end.
    """
    on = on or timezone.localdate()
    newest = organisation.periods.order_by("-first_on").first()
    if newest is None:
        return on
    if newest.last_on is None:
        raise Refused(_("The membership has no last day, so there is nothing to renew."))
    return newest.last_on + ONE_DAY if newest.reads_until >= on else on


@transaction.atomic
def renew(organisation, by, last_on=None, payment="", paid_on=None, on=None):
    """Add the next MembershipPeriod of ``organisation`` and return it; an open request is answered by it.

    last_on: date, default a year from its first day. payment, paid_on: what was paid (str) and when (date or None).
    Refused with the reason, and nothing is changed.
    """
    organisation = Organisation.objects.locked().get(pk=organisation.pk)
    first_on = next_first_day(organisation, on)
    last_on = last_on or a_year_from(first_on)
    if last_on < first_on:
        raise Refused(_("The new period begins on %(day)s; its last day cannot lie before that.") % {"day": first_on})
    period = MembershipPeriod.objects.create(
        organisation=organisation, first_on=first_on, last_on=last_on, payment=payment, paid_on=paid_on
    )
    request = RenewalRequest.objects.open().locked().filter(organisation=organisation).first()
    if request:
        request.accepted_at, request.answered_by, request.period = timezone.now(), by, period
        request.save(update_fields=["accepted_at", "answered_by", "period"])
    reader_rows.bring_up(Affiliation.objects.people_of([organisation]))
    membership_messages.renewed(period)
    audit.record(
        by,
        Action.RENEWED,
        organisation=organisation.pk,
        first_on=first_on,
        last_on=last_on,
        payment=payment,
        paid_on=paid_on,
    )
    content_version.advance()
    return period


@transaction.atomic
def ask(organisation, by, note=""):
    """Note that ``by`` (User), its contact, asks for a renewal; once while no answer was given. Refused with the reason."""
    organisation = Organisation.objects.locked().get(pk=organisation.pk)
    next_first_day(organisation)
    request = RenewalRequest.objects.open().filter(organisation=organisation).first()
    if request:
        return request
    request = RenewalRequest.objects.create(organisation=organisation, asked_by=by, note=note)
    membership_messages.renewal_waits(request)
    audit.record(by, Action.RENEWAL_ASKED, organisation=organisation.pk)
    return request


@transaction.atomic
def refuse(organisation, by, reason):
    """Refuse the open request of ``organisation``; ``reason`` (str) is told to its contact."""
    organisation = Organisation.objects.locked().get(pk=organisation.pk)
    request = RenewalRequest.objects.open().locked().filter(organisation=organisation).first()
    if request is None:
        raise Refused(_("There is no open request for renewal."))
    if not reason.strip():
        raise Refused(_("Please say why: the member reads it."))
    request.refused_at, request.answered_by, request.reason = timezone.now(), by, reason.strip()
    request.save(update_fields=["refused_at", "answered_by", "reason"])
    membership_messages.renewal_refused(request)
    audit.record(by, Action.RENEWAL_REFUSED, organisation=organisation.pk, reason=request.reason)
    return request


def ending(on=None):
    """Return the MembershipPeriods that a notice may be due for on the day ``on``: no later one follows them."""
    on = on or timezone.localdate()
    later = MembershipPeriod.objects.filter(organisation=OuterRef("organisation"), first_on__gt=OuterRef("last_on"))
    first, last = on + timedelta(days=min(NOTICES)) - CATCH_UP, on + timedelta(days=max(NOTICES))
    return MembershipPeriod.objects.filter(~Exists(later), last_on__range=(first, last))


def remind(on=None):
    """Tell the main contacts of memberships that end or ended around ``on`` (date, default today); return how many.

    Each notice once, however often this runs: it has a key by period and rule.
    """
    on = on or timezone.localdate()
    told = 0
    for period in ending(on).select_related("organisation").order_by("pk"):
        due = [days for days in NOTICES if on >= period.last_on - timedelta(days=days)]
        if not due:
            continue
        days = min(due)
        if on >= period.last_on - timedelta(days=days) + CATCH_UP:
            continue
        key = f"renewal:{period.pk}:{days}"
        contacts = Affiliation.objects.contacts().current(on).filter(organisation=period.organisation_id)
        with transaction.atomic():
            for contact in contacts.select_related("user"):
                if not contact.user.messages.filter(key=key).exists():
                    membership_messages.ends_soon(period, contact.user, key, (period.last_on - on).days)
                    told += 1
    return told
