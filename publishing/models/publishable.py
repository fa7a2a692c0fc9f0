"""The row that readers see, and the verbs that change what they see."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import content, content_version, richtext, visibility
from ..richtext import RichTextField
from .dossiers import Dossier, Relation, Revision


class PublishableQuerySet(models.QuerySet):
    """Every rule about who may see what; all public output starts at ``listed`` or ``reachable``."""

    def listed(self, user, at=None):
        """Return what appears in lists, counts, feeds and sitemaps for ``user`` at ``at`` (aware, default now)."""
        return self.filter(visibility.listed(user, at or timezone.now()))

    def reachable(self, user, at=None):
        """Return what ``user`` may open by its address: ``listed``, and expired or repealed items."""
        return self.filter(visibility.reachable(user, at or timezone.now()))

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

    def in_column(self, column):
        """Return the items of ``column`` and of all columns below it."""
        return self.filter(column__in=column.subtree_pks())

    def for_lists(self):
        """Join what a row of a list shows and leave the text behind."""
        return self.select_related("column", *self.model.list_related).defer(*self.model.rich_text_names())

    def for_pages(self):
        """Join what an item's page shows."""
        return self.select_related("column__parent__parent", *self.model.page_related)


def cover_field():
    """Return the field of the picture that stands for an item, for subjects whose items have one."""
    return models.ForeignKey(
        "files.Asset",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"kind": "image"},
        verbose_name=_("cover picture"),
        help_text=_("At least 1200 pixels wide, 16:10. Without one the portal draws a cover of its own."),
    )


class Publishable(models.Model):
    """An item with a dossier. Subclasses say ``class Meta(Publishable.Meta)``, or they lose the constraints.

    ``published_at`` and its fellows below are the lifecycle: they change at once, by a verb. What ``versioned`` names
    changes for readers only when a revision is published. What ``immediate`` names changes with the editor's save.
    """

    Audience = visibility.Audience

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHED = "published", _("Published")
        EXPIRED = "expired", _("No longer in force")
        REPEALED = "repealed", _("Repealed")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        TRASHED = "trashed", _("In the trash")

    versioned = ("title", "summary", "body", "column", "audience")
    immediate = ()
    boundary_fields = ("published_at", "expires_at", "repealed_at", "pinned_until")
    deadline_fields = ()  # dates or moments after which readers can no longer act; staff are reminded of them
    list_related = ()
    page_related = ()
    is_listed_beside = True  # whether the newest of its subject stand beside every item

    dossier = models.OneToOneField(Dossier, models.CASCADE, primary_key=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(
        _("summary"), max_length=500, blank=True, help_text=_("One or two sentences for lists and shared links.")
    )
    body = RichTextField(_("text"), blank=True)
    column = models.ForeignKey("publishing.Column", models.PROTECT, related_name="+", verbose_name=_("column"))
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience.choices, default=Audience.EVERYONE, db_index=True
    )

    live_revision = models.ForeignKey(
        "publishing.Revision", models.PROTECT, null=True, editable=False, related_name="+"
    )
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    is_dated = models.BooleanField(
        _("date is known"),
        default=True,
        editable=False,
        help_text=_("Off for imported items whose date of publication is unknown: none is shown."),
    )
    text_changed_at = models.DateTimeField(_("text changed at"), null=True, editable=False)
    expires_at = models.DateTimeField(_("in force until"), null=True, blank=True, editable=False)
    repealed_at = models.DateTimeField(_("repealed at"), null=True, editable=False)
    repeal_reason = models.CharField(_("reason for the repeal"), max_length=200, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawal_reason = models.CharField(_("reason for the withdrawal"), max_length=200, blank=True, editable=False)
    trashed_at = models.DateTimeField(_("trashed at"), null=True, editable=False)
    trash_reason = models.CharField(_("reason for the deletion"), max_length=200, blank=True, editable=False)
    pinned_until = models.DateTimeField(_("pinned until"), null=True, blank=True, editable=False)
    pin_rank = models.PositiveSmallIntegerField(
        _("rank among the pinned"), default=0, editable=False, help_text=_("The highest stands first.")
    )
    objects = PublishableQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-published_at", "-pk"]  # a total order, or pages repeat rows
        default_permissions = ("add", "change", "delete", "view", "publish")
        indexes = [
            models.Index(fields=["column", "-published_at", "-dossier"], name="%(app_label)s_%(class)s_column"),
            models.Index(fields=["-published_at", "-dossier"], name="%(app_label)s_%(class)s_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("published_at")) | Q(expires_at__isnull=True),
                name="%(app_label)s_%(class)s_expires_after_publication",
                violation_error_message=_("An item can only expire after it is published."),
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(live_revision__isnull=False),
                name="%(app_label)s_%(class)s_published_text_is_a_revision",
            ),
            models.CheckConstraint(
                condition=Q(repealed_at__isnull=True) | ~Q(repeal_reason=""),
                name="%(app_label)s_%(class)s_repeal_has_a_reason",
                violation_error_message=_("Say why the document is repealed."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawal_reason=""),
                name="%(app_label)s_%(class)s_withdrawal_has_a_reason",
                violation_error_message=_("Say why the item is withdrawn."),
            ),
        ]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        if self.dossier_id is None:
            with transaction.atomic():
                self.dossier = Dossier.objects.create(subject=self.subject(), created_by=getattr(self, "author", None))
                return super().save(*args, **kwargs)
        return super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse(f"{self._meta.app_label}:{self._meta.model_name}_detail", args=[self.pk])

    # -- What the class knows of itself ---------------------------------------------------------------------------

    @classmethod
    def subject(cls):
        return cls._meta.app_label

    @classmethod
    def list_url(cls):
        return reverse(f"{cls._meta.app_label}:{cls._meta.model_name}_list")

    @classmethod
    def rich_text_names(cls):
        return [field.name for field in cls._meta.concrete_fields if isinstance(field, RichTextField)]

    # -- State, derived from dates --------------------------------------------------------------------------------

    def status_at(self, at=None):
        """Return the Status at ``at`` (aware datetime, default now)."""
        at = at or timezone.now()
        if self.trashed_at:
            return self.Status.TRASHED
        if self.withdrawn_at:
            return self.Status.WITHDRAWN
        if self.published_at is None:
            return self.Status.DRAFT
        if self.published_at > at:
            return self.Status.SCHEDULED
        if self.repealed_at and self.repealed_at <= at:
            return self.Status.REPEALED
        if self.expires_at and self.expires_at <= at:
            return self.Status.EXPIRED
        return self.Status.PUBLISHED

    @property
    def status(self):
        return self.status_at()

    @property
    def is_removed(self):
        return bool(self.withdrawn_at or self.trashed_at)

    @property
    def is_pinned(self):
        return self.pinned_until is not None and self.pinned_until > timezone.now()

    # -- Promises of a published text ------------------------------------------------------------------------------

    def clean_for_publication(self):
        """Raise ValidationError if the text in memory must not be published yet. Drafts may lack anything.

        Subjects add what their readers rely on.
        """
        if self.is_removed:
            raise ValidationError(_("The item is withdrawn or in the trash: reinstate or restore it first."))
        for name in self.rich_text_names():
            if richtext.has_undescribed_picture(getattr(self, name)):
                message = _("A picture in the text has no alternative text: double-click it and say what it shows.")
                raise ValidationError({name: message})

    # -- Verbs ----------------------------------------------------------------------------------------------------

    def record_revision(self, new_content, author, base):
        """Save ``new_content`` (dict, see publishing.content) as the next revision and return it.

        base: the Revision the editor started from, or None for the first. Raises content.StaleBase if someone saved in
        between. While nothing was published yet the row follows; afterwards only ``publish`` changes what readers see.
        """
        with transaction.atomic():
            Dossier.objects.select_for_update().get(pk=self.dossier_id)
            revision = content.add_revision(self.dossier, new_content, author, base)
            if not type(self).objects.filter(pk=self.pk, live_revision__isnull=False).exists():
                content.apply(self, revision.content)
                self.save(update_fields=self.versioned)
                content.write_children(self, revision.content)
        return revision

    def publish(self, revision, at=None, is_dated=True):
        """Let readers see ``revision`` from ``at`` on (aware datetime, default now).

        The first publication sets the date; later ones replace the text at once and never move the date.
        """
        with transaction.atomic():
            Dossier.objects.select_for_update().get(pk=self.dossier_id)
            self.refresh_from_db()
            had_text = {name: getattr(self, name) for name in ("title", *self.rich_text_names())}
            content.apply(self, revision.content)
            if self.published_at is None:
                self.published_at, self.is_dated = at or timezone.now(), is_dated
            elif any(getattr(self, name) != text for name, text in had_text.items()):
                self.text_changed_at = timezone.now()
            self.live_revision = revision
            lifecycle = ("published_at", "is_dated", "text_changed_at", "live_revision")
            self.save(update_fields=[*self.versioned, *lifecycle])  # a withdrawal at the same time survives
            content.write_children(self, revision.content)
            content_version.advance()

    def _change(self, **values):
        """Set only ``values``, so that another person's save of other fields survives, and tell the readers' caches."""
        with transaction.atomic():
            for name, value in values.items():
                setattr(self, name, value)
            self.save(update_fields=list(values))
            content_version.advance()

    def date(self, published_at):
        """Set the true date of publication of an item that was scheduled, or imported without one."""
        self._change(published_at=published_at, is_dated=True)

    def expire(self, at):
        """Let the item leave the lists at ``at`` (None: never); its page stays, with a ribbon."""
        self._change(expires_at=at)

    def repeal(self, reason, at=None):
        """Declare the document void from ``at`` on; it leaves the lists, its page stays with the reason."""
        self._change(repealed_at=at or timezone.now(), repeal_reason=reason)

    def relate(self, target, kind, author):
        """Tie this item to ``target`` (Dossier) for readers at once, and in its newest revision, which would lose the tie."""
        with transaction.atomic():
            Dossier.objects.select_for_update().get(pk=self.dossier_id)
            newest = self.dossier.newest_revision
            relations = [row for row in newest.content["relations"] if row != {"target": target.pk, "kind": kind}]
            relations.append({"target": target.pk, "kind": kind})
            revision = self.record_revision({**newest.content, "relations": relations}, author, base=newest)
            if self.live_revision_id == newest.pk:
                self.publish(revision)
            else:
                Relation.objects.get_or_create(source=self.dossier, target=target, kind=kind)
                content_version.advance()

    def withdraw(self, reason):
        """Take the item from all readers now; its address keeps a tombstone. ``reason``: shown to readers."""
        self._change(withdrawn_at=timezone.now(), withdrawal_reason=reason)

    def reinstate(self):
        """Undo a withdrawal or a repeal."""
        self._change(withdrawn_at=None, withdrawal_reason="", repealed_at=None, repeal_reason="")

    def trash(self, reason):
        self._change(trashed_at=timezone.now(), trash_reason=reason)

    def restore(self):
        self._change(trashed_at=None, trash_reason="")

    def pin(self, until, rank=0):
        """Keep the item on top of its lists until ``until`` (aware datetime; None takes it down)."""
        self._change(pinned_until=until, pin_rank=rank)
