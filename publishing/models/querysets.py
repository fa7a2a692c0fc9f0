"""Every question that lists ask of items: who may see what, in which state, behind which review."""

from datetime import timedelta

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from .. import permissions, visibility
from .dossiers import Revision
from .questions import Question
from .reviews import Review

PURGED_AFTER = timedelta(days=30)  # in the trash


class PublishableQuerySet(models.QuerySet):
    """Every rule about who may see what; all public output starts at ``listed`` or ``reachable``."""

    def locked(self):
        """Lock the rows until the transaction ends; naming them stays free. See Publishable.hold."""
        return self.select_for_update(no_key=True)

    def listed(self, user, at=None):
        """Return what appears in lists, counts, feeds and sitemaps for ``user`` at ``at`` (aware, default now)."""
        return self.filter(visibility.listed(user, at or timezone.now()))

    def reachable(self, user, at=None):
        """Return what ``user`` may open by its address: ``listed``, and expired or repealed items."""
        return self.filter(visibility.reachable(user, at or timezone.now()))

    def teased(self, at=None):
        """Return what shows its title and summary, at its address, to those who may not read it."""
        return self.filter(visibility.teaser(at or timezone.now()))

    def tombstones(self, user, at=None):
        """Return what ``user`` could once open and was withdrawn or trashed since."""
        return self.filter(visibility.tombstone(user, at or timezone.now()))

    def pinned(self, at=None):
        """Return what stands on top of lists at ``at``, highest rank first."""
        return self.filter(pinned_until__gt=at or timezone.now()).order_by("-pin_rank", *self.model._meta.ordering)

    def pinned_first(self, at=None):
        """Order for a short list: what is pinned at ``at`` by its rank, then the newest."""
        is_pinned = Case(When(pinned_until__gt=at or timezone.now(), then=F("pin_rank") + 1), default=0)
        return self.order_by(is_pinned.desc(), *self.model._meta.ordering)

    def unpinned(self, at=None):
        return self.filter(visibility.unpinned(at or timezone.now()))

    def in_status(self, status, at=None):
        """Return the items whose ``status_at(at)`` is ``status``."""
        at = at or timezone.now()
        Status = self.model.Status
        stays = ~visibility.removed()
        is_out = Q(published_at__lte=at) & stays
        is_repealed, is_expired = Q(repealed_at__lte=at), Q(expires_at__lte=at)
        conditions = {
            Status.TRASHED: Q(trashed_at__isnull=False),
            Status.WITHDRAWN: Q(withdrawn_at__isnull=False, trashed_at__isnull=True),
            Status.DRAFT: Q(published_at__isnull=True) & stays,
            Status.SCHEDULED: Q(published_at__gt=at) & stays,
            Status.REPEALED: is_out & is_repealed,
            Status.EXPIRED: is_out & ~is_repealed & is_expired,
            Status.PUBLISHED: is_out & ~is_repealed & ~is_expired,
        }
        return self.filter(conditions[status])

    def asking(self):
        """Return the items that ask people something."""
        return self.filter(Exists(Question.objects.filter(dossier=OuterRef("pk"))))

    def with_pending_changes(self):
        """Return the items that have a newer revision behind the live one."""
        return self.filter(Exists(Revision.objects.filter(base=OuterRef("live_revision"))))

    def with_last_save(self):
        """Add ``newest_revision_id``, ``saved_at`` and ``saved_by`` (a name) of each item's newest revision."""
        newest = Revision.objects.filter(dossier=OuterRef("pk")).order_by("-number")
        name = Coalesce(NullIf("author__name", Value("")), "author__username")
        return self.annotate(
            newest_revision_id=Subquery(newest.values("pk")[:1]),
            saved_at=Subquery(newest.values("created_at")[:1]),
            saved_by=Subquery(newest.annotate(author_label=name).values("author_label")[:1]),
        )

    def with_last_review(self):
        """Add ``review_stage`` and ``review_outcome`` of each item's newest review, and ``is_owed`` (see Review.owed)."""
        newest = Review.objects.filter(dossier=OuterRef("pk")).order_by("-pk")
        return self.annotate(
            review_stage=Subquery(newest.values("stage")[:1]),
            review_outcome=Subquery(newest.values("outcome")[:1]),
            is_owed=Exists(Review.objects.owed().filter(dossier=OuterRef("pk"))),
        )

    def within_reach(self, user, action):
        """Return the items on which the roles of ``user`` allow ``action``, such as "change" (see publishing.permissions)."""
        columns = permissions.reach(user).columns(permissions.codename(self.model, action))
        return self.all() if columns is permissions.EVERYWHERE else self.filter(column__in=columns)

    def to_purge(self, at=None):
        """Return what has lain in the trash long enough to be deleted for good."""
        return self.filter(trashed_at__lte=(at or timezone.now()) - PURGED_AFTER)

    def in_column(self, column):
        """Return the items of ``column`` and of all columns below it."""
        return self.filter(column__in=column.subtree_pks())

    def for_lists(self):
        """Join what a row of a list shows and leave the text behind."""
        return self.select_related("column", *self.model.list_related).defer(*self.model.rich_text_names())

    def for_pages(self):
        """Join what an item's page shows."""
        return self.select_related("column__parent__parent", *self.model.page_related)
