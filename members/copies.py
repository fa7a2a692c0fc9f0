"""Another activity after the pattern of one: the next year's, the next month's."""

from django.db import models, transaction
from django.utils import timezone

import audit
from audit.actions import Action
from publishing import content
from publishing.models import Question

from .models import Activity, ReservedSeats

QUESTION = ("order", "kind", "text", "hint", "is_required", "choices")
# What belongs to the one activity and not to its pattern.
LEFT_OUT = {"report": "", "corrections": []}


@transaction.atomic
def copy_of(activity, starts_at, by):
    """Make a draft with the newest text of ``activity`` and all its settings that begins at ``starts_at``; return it.

    All its dates are moved by as much, so that they keep their time of day in Shanghai. Nobody is signed up for it.
    Without a known start of ``activity`` nothing says by how much: then only the start is set.
    """
    newest = activity.dossier.newest_revision.content
    pattern = {**newest, "fields": {**newest["fields"], **LEFT_OUT}}
    copy = Activity(**{name: getattr(activity, name) for name in activity.immediate})
    copy.starts_at = starts_at
    content.apply(copy, pattern)
    copy.author = by
    for field in Activity._meta.concrete_fields:
        if field.name in activity.immediate and field.name != "starts_at" and isinstance(field, models.DateField):
            setattr(copy, field.name, moved(getattr(activity, field.name), activity.starts_at, starts_at))
    copy.save()
    copy.record_revision(content.of_revision(copy, pattern), by, base=None)
    Question.objects.bulk_create(
        Question(dossier=copy.dossier, **{name: getattr(question, name) for name in QUESTION})
        for question in activity.dossier.questions.all()
    )
    ReservedSeats.objects.bulk_create(
        ReservedSeats(
            activity=copy,
            member_group=row.member_group,
            seats=row.seats,
            until=moved(row.until, activity.starts_at, starts_at) or row.until,
        )
        for row in activity.reservations.select_related("member_group")
    )
    audit.record(by, Action.COPIED, item=copy.pk, of=activity.pk)
    return copy


def moved(value, old, new):
    """Return ``value`` (date, aware datetime or None) moved by what lies between ``old`` and ``new`` on Shanghai's clocks."""
    if value is None or old is None:
        return None
    distance = timezone.make_naive(new) - timezone.make_naive(old)
    if hasattr(value, "tzinfo"):
        return timezone.make_aware(timezone.make_naive(value) + distance)
    return value + (timezone.localdate(new) - timezone.localdate(old))
