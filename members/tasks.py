"""Jobs of members."""

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from .models import SignUp


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
