"""One number for "what readers can see": raised by explicit call, the key of everything remembered between requests."""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.core.cache import cache
from django.db.models import F, Min, Q
from django.utils import timezone

from . import subjects
from .models.content_version import ContentVersion


def advance():
    """Raise the content version. Call it last in the transaction of a change that readers can notice."""
    rows = ContentVersion.objects.filter(pk=1)
    if not rows.update(number=F("number") + 1):
        ContentVersion.objects.get_or_create(pk=1)  # another first change may have made it, and counts for itself
        rows.update(number=F("number") + 1)


def current():
    """Return the content version (int), one query; 0 before the first change."""
    return ContentVersion.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def next_boundary(at):
    """Return the next moment (aware datetime) after ``at`` at which pages change by time alone.

    That is the nearest of the items' own boundaries (publication, expiry, end of a pin, a deadline …) and of midnight
    in Shanghai, when a page that prints days grows old.
    """
    local = timezone.localtime(at)
    midnight = timezone.make_aware(datetime.combine(local.date() + timedelta(days=1), datetime.min.time()))
    moments = [midnight]
    for model in subjects.models():
        soon = {name: Q(**{f"{name}__gt": at, f"{name}__lt": midnight}) for name in model.boundary_fields}
        nearest = model.objects.filter(reduce(or_, soon.values())).aggregate(
            **{f"{name}_next": Min(name, filter=condition) for name, condition in soon.items()}
        )
        moments.extend(moment for moment in nearest.values() if moment)
    return min(moments)


def remember(key, version, build, at=None):
    """Return ``build()``, kept in the cache for this content ``version`` until the next boundary.

    key: str, unique for what is built and its parameters. The value must hold nothing personal.
    """
    at = at or timezone.now()
    cache_key = f"portal:{version}:{key}"
    kept = cache.get(cache_key)
    if kept is not None and at < kept[0]:
        return kept[1]
    value = build()
    until = next_boundary(at)
    cache.set(cache_key, (until, value), timeout=max(1, int((until - at).total_seconds())))
    return value


def current_for(request):
    """Return ``current()``, asked once per request."""
    if not hasattr(request, "_content_version"):
        request._content_version = current()
    return request._content_version
