"""Tables of organisations and people that staff uploaded: what each row would do, what it did, and whether it was undone."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ImportBatchQuerySet(models.QuerySet):
    def locked(self):
        """Lock the rows until the transaction ends: a batch is applied or undone by one person at a time."""
        return self.select_for_update(no_key=True)

    def expired(self, at):
        """Return those with rows whose content is kept no longer at ``at`` (aware datetime)."""
        kept = ImportRow.objects.kept().filter(batch=OuterRef("pk"))
        last = Coalesce("undone_at", "applied_at", "created_at")
        days = timedelta(days=settings.IMPORT_DATA_DAYS)
        return self.annotate(last_step_at=last).filter(Exists(kept), last_step_at__lte=at - days)


class ImportBatch(models.Model):
    """One uploaded table. It changes nothing until it is applied; afterwards it can be undone, as long as it is kept."""

    class State(models.TextChoices):
        CHECKED = "checked", _("Checked, not imported")
        APPLIED = "applied", _("Imported")
        UNDONE = "undone", _("Undone")

    file_name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(_("digest of the file"), max_length=64)  # SHA-256 in hexadecimal
    is_cut = models.BooleanField(default=False)  # whether the sheet goes on below what was read
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    applied_at = models.DateTimeField(_("imported at"), null=True, editable=False)
    undone_at = models.DateTimeField(_("undone at"), null=True, editable=False)
    invited_at = models.DateTimeField(_("invitations sent at"), null=True, editable=False)
    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(applied_at__isnull=False),
                name="members_only_what_was_imported_is_undone",
            )
        ]

    def __str__(self):
        return self.file_name

    @property
    def state(self):
        if self.undone_at:
            return self.State.UNDONE
        return self.State.APPLIED if self.applied_at else self.State.CHECKED

    @property
    def kept_until(self):
        """When (aware datetime) its rows are emptied, after which nothing can be done with it."""
        return (self.undone_at or self.applied_at or self.created_at) + timedelta(days=settings.IMPORT_DATA_DAYS)

    @property
    def is_kept(self):
        return timezone.now() < self.kept_until

    def counts(self):
        """Return {ImportRow.Kind: number of rows}."""
        rows = self.rows.order_by().values_list("kind").annotate(count=Count("pk"))
        return dict(rows)


class ImportRowQuerySet(models.QuerySet):
    def kept(self):
        """Return those whose content is still there."""
        return self.filter(emptied_at__isnull=True)

    def empty(self, at):
        """Delete what the rows say of organisations and people; what became of them stays. Return how many."""
        return self.kept().update(values={}, plan={}, faults=[], done={}, remark="", emptied_at=at)


class ImportRow(models.Model):
    """A row of the table: one organisation and, if it names one, a person of it."""

    class Kind(models.TextChoices):
        NEW = "new", pgettext_lazy("import", "New")
        CHANGED = "changed", pgettext_lazy("import", "Changed")
        UNCHANGED = "unchanged", pgettext_lazy("import", "Unchanged")
        REFUSED = "refused", pgettext_lazy("import", "Refused")

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", verbose_name=_("import"))
    number = models.PositiveIntegerField(_("row"))  # in the file
    values = models.JSONField(default=dict)  # {key of a column: text}
    kind = models.CharField(_("result"), max_length=10, choices=Kind.choices)
    # What it would do, as members.importing.planning.Plan says it; what it is refused for is [[key of a column, sentence]].
    plan = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    applied_at = models.DateTimeField(null=True, editable=False)
    done = models.JSONField(default=dict)  # what was written, for members.importing.applying.undo
    undone_at = models.DateTimeField(null=True, editable=False)
    remark = models.CharField(max_length=300, blank=True)  # why it was not applied, or not undone
    emptied_at = models.DateTimeField(null=True, editable=False)  # members.importing.forgetting
    objects = ImportRowQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["batch", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="members_a_row_stands_in_an_import_once")
        ]

    def __str__(self):
        return f"{self.batch} {self.number}"
