"""What waits for a member of staff: the panels of the admin's first page, each read with one query over all subjects."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import reduce
from itertools import groupby
from operator import or_

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import permissions, subjects, visibility
from .models import Review, Revision, StaffNote

MOST_ROWS = 10
SOON_DAYS = 7


@dataclass
class Row:
    """An item in a panel, with what the panel tells of it."""

    subject: str
    pk: int
    title: str
    moment: date | None = None  # a datetime where the time of day matters
    days_left: int | None = None
    words: list[str] = field(default_factory=list)
    page: str = "change"  # the page of the item that the row leads to
    days_waited: int | None = None
    is_urgent: bool = False

    @property
    def has_time(self):
        return isinstance(self.moment, datetime)

    @property
    def kind(self):
        return subjects.model_for(self.subject)._meta.verbose_name

    @property
    def url(self):
        return reverse(
            f"admin:{self.subject}_{subjects.model_for(self.subject)._meta.model_name}_{self.page}", args=[self.pk]
        )


@dataclass
class Panel:
    """Rows under a heading, at most MOST_ROWS; ``count`` tells how many there are in all, where that is known."""

    slug: str
    title: str
    when_empty: str
    rows: list[Row]
    count: int | None = None


def panels(user, at=None):
    """Return two lists of Panel: what ``user`` has to do; what ends or appears around ``at`` (aware, default now).

    Only subjects whose items ``user`` may change. The number of queries does not depend on the number of items.
    """
    at = at or timezone.now()
    items = [
        model.objects.filter(~visibility.removed()).within_reach(user, "change")
        for model in subjects.models()
        if user.has_perm(permissions.codename(model, "change"))
    ]
    reviews = [waiting_for(user, at), returned_to(user), *owed(user)]
    if not items:
        return [reviews, []] if reviews[0].rows else []
    return [
        [*reviews, drafts(items, user), to_check(items), pending(items)],
        [ending_soon(items, at), scheduled(items, at), published_today(items, at)],
    ]


def waiting_for(user, at):
    """Return the Panel of the reviews whose present step ``user`` may decide; the urgent and the longest waiting first."""
    found = Review.objects.waiting_for(user)
    none = _("No text waits for your review.")
    first = found.select_related("submitted_by").order_by(
        Case(When(urgency="", then=1), default=0), "waiting_since", "pk"
    )
    shown = [
        review_row(
            review,
            moment=None,
            words=[review.get_stage_display(), str(review.submitted_by)],
            days_waited=(timezone.localdate(at) - timezone.localdate(review.waiting_since)).days,
            is_urgent=review.is_urgent,
        )
        for review in first.with_titles()[:MOST_ROWS]
    ]
    return Panel("waiting", _("Waits for my review"), none, shown, count=count_of(found, shown))


def returned_to(user):
    found = Review.objects.returned_to(user).order_by("-closed_at", "-pk")
    shown = [review_row(review, moment=review.closed_at, page="change") for review in found.with_titles()[:MOST_ROWS]]
    return Panel("returned", _("Returned to me"), _("No text was returned to you."), shown, count_of(found, shown))


def owed(user):
    """Return a list with the Panel of the texts that readers see ahead of their review, or an empty one if there is none."""
    found = Review.objects.owed().within_reach(user).order_by("published_early_at", "pk")
    shown = [
        review_row(review, moment=review.published_early_at, words=[review.urgency])
        for review in found.with_titles()[:MOST_ROWS]
    ]
    return [Panel("owed", _("Published, review owed"), "", shown, count_of(found, shown))] if shown else []


def count_of(found, shown):
    """Return how many there are in all; only a list that was cut off has to be counted."""
    return len(shown) if len(shown) < MOST_ROWS else found.count()


def review_row(review, page="review", **values):
    return Row(review.subject, review.dossier_id, review.title, page=page, **values)


def to_check(items):
    open_note = Q(dossier__staff_notes__isnull=False, dossier__staff_notes__resolved_at__isnull=True)
    notes = union((item.filter(open_note) for item in items), code=F("dossier__staff_notes__code"))
    by_item = [
        Row(*item, words=[StaffNote.Code(code).label for *_item, code in group])
        for item, group in groupby(notes.order_by("-pk", "code")[:MOST_ROWS], key=lambda row: row[:3])
    ]
    return Panel("to-check", _("To check"), _("There is nothing to check."), by_item, count=notes.count())


def drafts(items, user):
    saved = Revision.objects.filter(dossier=OuterRef("pk"), author=user).order_by("-number")
    mine = union(
        (item.filter(Exists(saved), published_at__isnull=True) for item in items),
        moment=Subquery(saved.values("created_at")[:1]),
    )
    return Panel("drafts", _("My drafts"), _("You have no drafts."), rows(mine.order_by("-moment", "-pk")))


def pending(items):
    newest = Revision.objects.filter(dossier=OuterRef("pk")).order_by("-number")
    waiting = union((item.with_pending_changes() for item in items), moment=Subquery(newest.values("created_at")[:1]))
    none = _("No published item has changes that wait.")
    return Panel("pending", _("Changes to publish"), none, rows(waiting.order_by("-moment", "-pk")))


def scheduled(items, at):
    coming = union((item.filter(published_at__gt=at) for item in items), moment=F("published_at"))
    return Panel("scheduled", _("Scheduled"), _("Nothing is scheduled."), rows(coming.order_by("moment", "pk")))


def published_today(items, at):
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    today = union(
        (item.filter(published_at__range=(midnight, at), is_dated=True) for item in items), moment=F("published_at")
    )
    none = _("Nothing was published today.")
    return Panel("today", _("Published today"), none, rows(today.order_by("-moment", "-pk")))


def ending_soon(items, at):
    """Return the Panel of what readers can act on for at most SOON_DAYS more: one query a subject that has deadlines."""
    today = timezone.localdate(at)
    windows = {
        models.DateField: (today, today + timedelta(days=SOON_DAYS)),
        models.DateTimeField: (at, at + timedelta(days=SOON_DAYS)),
    }
    found = []
    for item in items:
        deadlines = [item.model._meta.get_field(name) for name in item.model.deadline_fields]
        if not deadlines:
            continue
        ending = reduce(or_, (Q(**{f"{deadline.name}__range": windows[type(deadline)]}) for deadline in deadlines))
        in_force = item.filter(ending, ~visibility.ended_by(at), published_at__lte=at)
        for row in in_force.values_list("pk", "title", *item.model.deadline_fields):
            pk, title, *moments = row
            for deadline, moment in zip(deadlines, moments, strict=True):
                first, last = windows[type(deadline)]
                if moment is not None and first <= moment <= last:
                    day = timezone.localdate(moment) if isinstance(moment, datetime) else moment
                    left = (day - today).days
                    found.append(Row(item.model.subject(), pk, title, moment, left, [deadline.verbose_name]))
    found.sort(key=lambda row: (row.days_left, row.pk))
    none = _("No deadline, public review or sign-up ends soon.")
    return Panel("ending-soon", _("Ending soon"), none, found[:MOST_ROWS])


def union(querysets, **column):
    """Return (subject, pk, title, the named column) of all ``querysets``, one a subject, as one queryset."""
    first, *others = (
        queryset.order_by()
        .annotate(subject=Value(queryset.model.subject(), models.CharField()), **column)
        .values_list("subject", "pk", "title", *column)
        for queryset in querysets
    )
    return first.union(*others, all=True)


def rows(queryset):
    """Return the first Rows of a ``union`` whose column is a moment."""
    return [Row(*values) for values in queryset[:MOST_ROWS]]
