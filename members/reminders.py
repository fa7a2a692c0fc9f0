"""Reminders of activities: what is due by the rules, each person once by each rule, and never late."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from outbox import templates
from outbox.models import Message

from . import messages
from .models import Activity, ReminderRule
from .models.reminders import LATEST

ONE_DAY = timedelta(days=1)


def send_due(at=None):
    """Send what is due at ``at`` (aware datetime, default now); return how many people were reminded."""
    at = at or timezone.now()
    told = 0
    for rule in ReminderRule.objects.active():
        for activity in activities_near(rule, at):
            if rule.is_due(activity, at) and unreminded(rule, activity, at):
                told += remind(rule, activity.pk, at)
    return told


def activities_near(rule, at):
    """Return the activities for which ``rule`` may be due at ``at``: those whose dates lie about right."""
    earliest, latest = at - LATEST - rule.distance, at - rule.distance
    near = {
        rule.Anchor.BEFORE_START: Q(starts_at__range=(earliest, latest)),
        rule.Anchor.BEFORE_CLOSING: Q(closing__range=(earliest, latest)),
        # Without an end it lasts until its first day is over.
        rule.Anchor.AFTER_END: Q(ends_at__range=(earliest, latest))
        | Q(ends_at__isnull=True, starts_at__range=(earliest - ONE_DAY, latest)),
    }[rule.anchor]
    activities = Activity.objects.filter(
        takes_sign_ups=True,
        starts_at__isnull=False,
        called_off_at__isnull=True,
        withdrawn_at__isnull=True,
        trashed_at__isnull=True,
        published_at__lte=at,
    )
    if rule.activity_id:
        activities = activities.filter(pk=rule.activity_id)
    return activities.annotate(closing=Coalesce(F("sign_up_closes_at"), F("starts_at"))).filter(near)


def unreminded(rule, activity, at):
    """Return the sign-ups (list) that ``rule`` is meant for and that were not reminded by it yet."""
    sign_ups = {key_of(rule, row): row for row in rule.sign_ups(activity, at).select_related("person")}
    people = [row.person_id for row in sign_ups.values()]
    known = set(Message.objects.filter(to__in=people, key__in=list(sign_ups)).values_list("key", flat=True))
    return [row for key, row in sign_ups.items() if key not in known]


@transaction.atomic
def remind(rule, activity_pk, at):
    """Look once more under the activity's lock, so that nobody is reminded who cancels at this moment; return how many
    were reminded."""
    activity = Activity.objects.locked().get(pk=activity_pk)
    if activity.called_off_at or activity.starts_at is None or not rule.is_due(activity, at):
        return 0
    sign_ups = unreminded(rule, activity, at)
    kind = rule.template.name
    subject, body, _channels = templates.text_of(rule.template)
    text = (rule.subject or subject, rule.body or body)
    closing = activity.sign_up_closes_at or activity.starts_at
    for row in sign_ups:
        values = {
            **messages.facts(activity),
            "person": str(row.person),
            "address": messages.shown(activity.address),
            "closing": messages.shown(closing),
        }
        templates.send(kind, row.person, key_of(rule, row), values, messages.url_of(activity), text)
    return len(sign_ups)


def key_of(rule, sign_up):
    return f"reminder:{rule.pk}:{sign_up.pk}"
