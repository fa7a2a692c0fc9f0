"""Who reads as a member: the group memberships that follow from people's organisations.

A person reads as one of all members, and as one of the organisation's member group, on the days on which he serves the
organisation and its membership holds, days of grace included. Rows end by date alone: no job has to run. What is past
stays as it was; today and the days to come are brought up to what is entered. Whoever changes people, periods or the
member group of an organisation calls ``bring_up`` in the same transaction. Rows that staff made by hand are left alone.
"""

from collections import defaultdict
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import ReaderGroup, ReaderGroupMembership, User

from .models import ALL_MEMBERS, Affiliation, MemberGroup, ReaderRow, ReadersOfMembers
from .models.spans import ONE_DAY

PEOPLE_AT_ONCE = 200


def readers_of(member_group=None):
    """Return the ReaderGroup of ``member_group`` (default: of all members), made and named after it where needed.

    A reader group of that name which stands for nothing else is taken over, with whom it has.
    """
    found = ReadersOfMembers.objects.select_related("reader_group").filter(member_group=member_group).first()
    name = member_group.name if member_group else ALL_MEMBERS
    if found is None:
        group, _created = ReaderGroup.objects.get_or_create(name=name)
        found, _created = ReadersOfMembers.objects.get_or_create(
            member_group=member_group, defaults={"reader_group": group}
        )
    elif member_group and found.reader_group.name != name:
        found.reader_group.name = name
        found.reader_group.save(update_fields=["name"])
    return found.reader_group


def hold(people):
    """Lock the rows of ``people`` (iterable of primary keys of users) until the transaction ends; return their keys (list).

    In one order: whoever serves two organisations may be brought up twice at once, and nobody must wait in a circle. Who
    writes rows of people before he brings them up holds all of them before the first.
    """
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=set(people)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


@transaction.atomic
def bring_up(people, on=None):
    """Make the rows of ``people`` (iterable of primary keys of users) say who reads from ``on`` (date, default today) on.

    Returns how many rows were made, changed and deleted (int). Call it in the transaction of what they follow from.
    """
    on = on or timezone.localdate()
    people = hold(people)
    wanted = days_of_reading(people, on)
    existing = defaultdict(list)
    rows = ReaderGroupMembership.objects.filter(user__in=people, of_members__isnull=False)
    for row in rows.order_by("first_on", "pk"):
        if row.last_on is None or row.last_on >= on:
            existing[row.user_id, row.group_id].append(row)
    return sum(bring_up_pair(*pair, existing[pair], wanted.get(pair, []), on) for pair in sorted({*wanted, *existing}))


def bring_up_pair(user_pk, group_pk, rows, days, on):
    """Make ``rows`` (of one person in one group, not ended before ``on``) say ``days`` (list of first and last day)."""
    changed = 0
    running = [row for row in rows if row.first_on < on]
    coming = [row for row in rows if row.first_on >= on]
    if running and days and days[0][0] == on:
        kept = running.pop()
        changed += change(kept, kept.first_on, days.pop(0)[1])
    for row in running:
        changed += change(row, row.first_on, on - ONE_DAY)
    for row, (first_on, last_on) in zip(coming, days, strict=False):
        changed += change(row, first_on, last_on)
    for row in coming[len(days) :]:
        row.delete()
        changed += 1
    for first_on, last_on in days[len(coming) :]:
        row = ReaderGroupMembership.objects.create(
            user_id=user_pk, group_id=group_pk, first_on=first_on, last_on=last_on
        )
        ReaderRow.objects.create(membership=row)
        changed += 1
    return changed


def change(row, first_on, last_on):
    """Give ``row`` its days; return 1 if it had others, else 0."""
    if (row.first_on, row.last_on) == (first_on, last_on):
        return 0
    row.first_on, row.last_on = first_on, last_on
    row.save(update_fields=["first_on", "last_on"])
    return 1


def days_of_reading(people, on):
    """Return {(user, reader group) primary keys: [(first day, last day or None)]} from ``on`` on, without overlaps."""
    affiliations = (
        Affiliation.objects.filter(user__in=people)
        .select_related("organisation__member_group")
        .prefetch_related("organisation__periods")
    )
    groups = {}  # asked once each

    def reader_group(member_group):
        key = member_group and member_group.pk
        if key not in groups:
            groups[key] = readers_of(member_group).pk
        return groups[key]

    days = defaultdict(list)
    for affiliation in affiliations:
        organisation = affiliation.organisation
        for period in organisation.periods.all():
            first_on = max(affiliation.first_on, period.first_on, on)
            last_on = min(affiliation.last_on or date.max, period.reads_until or date.max)
            if first_on <= last_on:
                days[affiliation.user_id, reader_group(None)].append((first_on, last_on))
                if organisation.member_group:
                    days[affiliation.user_id, reader_group(organisation.member_group)].append((first_on, last_on))
    return {pair: united(spans) for pair, spans in days.items()}


def united(spans):
    """Return ``spans`` (list of first and last day) in order, those that touch or overlap as one; no end becomes None."""
    merged = []
    for first_on, last_on in sorted(spans):
        if merged and (merged[-1][1] == date.max or first_on <= merged[-1][1] + ONE_DAY):
            merged[-1] = (merged[-1][0], max(merged[-1][1], last_on))
        else:
            merged.append((first_on, last_on))
    return [(first_on, None if last_on == date.max else last_on) for first_on, last_on in merged]


def rebuild(on=None):
    """Bring up everybody who serves an organisation or has rows of ours, and every group; return the number of changes.

    For when the rows were changed past this module, or the days of grace were.
    """
    for member_group in [None, *MemberGroup.objects.all()]:
        readers_of(member_group)
    served = Affiliation.objects.values_list("user", flat=True)
    written = ReaderRow.objects.values_list("membership__user", flat=True)
    people = sorted({*served, *written})
    changed = 0
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        changed += bring_up(people[start : start + PEOPLE_AT_ONCE], on)
    return changed
