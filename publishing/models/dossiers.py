"""The dossier of an item: what revisions, files, relations and notes hang on, whatever the item's subject."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import subjects
from .columns import Column


class DossierQuerySet(models.QuerySet):
    def locked(self):
        """Hold what is read until the end of the transaction: nobody else acts on these items meanwhile.

        Others may still name them: whoever ties his item to one may hold what its editor waits for, such as the log.
        """
        return self.select_for_update(no_key=True)

    def nameable_by(self, user):
        """Return what ``user`` may know of: what was published, and what lies where he may look at drafts."""
        columns, allowed = Column.objects.within_reach(user, "view"), Q()
        for model in subjects.models():
            name = model._meta.model_name
            allowed |= Q(**{f"{name}__published_at__isnull": False}) | Q(**{f"{name}__column__in": columns})
        return self.filter(allowed)


class Dossier(models.Model):
    """One plain row per item. Its number is the item's address; the item itself is the row of its subject."""

    subject = models.CharField(max_length=20, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("created by")
    )
    labels = models.ManyToManyField("publishing.Label", blank=True, verbose_name=_("labels"))
    readers = models.ManyToManyField("accounts.ReaderGroup", blank=True, verbose_name=_("reader groups"))
    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")

    def __str__(self):
        item = self.item
        return _("%(title)s (%(kind)s %(number)s)") % {
            "title": item.title,
            "kind": item._meta.verbose_name,
            "number": self.pk,
        }

    @property
    def item(self):
        """The row that readers see: an Article, a Notice, …"""
        return getattr(self, subjects.model_for(self.subject)._meta.model_name)

    @property
    def newest_revision(self):
        return self.revisions.order_by("-number").first()


class Revision(models.Model):
    """What an editor saved: immutable, numbered from 1 within its dossier."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(_("number"))
    base = models.ForeignKey("self", models.CASCADE, null=True, related_name="+")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("author")
    )
    created_at = models.DateTimeField(_("saved at"), auto_now_add=True)
    # {"fields": {name: JSON value}, "labels": [pk], "readers": [pk], "attachments": [{"asset": pk, "caption": str}],
    #  "relations": [{"target": pk, "kind": str}]}; see publishing.content
    content = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["dossier", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="publishing_revision_number_is_unique"),
            models.CheckConstraint(
                condition=Q(number=1, base__isnull=True) | Q(number__gt=1, base__isnull=False),
                name="publishing_revision_has_a_base_unless_it_is_the_first",
            ),
        ]

    def __str__(self):
        return _("revision %(number)s") % {"number": self.number}

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("A revision is never changed; save a new one.")
        super().save(*args, **kwargs)


class FileUse(models.Model):
    """A file that a revision shows: as cover, attachment or picture in the text. It keeps the file from deletion."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="file_uses")
    asset = models.ForeignKey("files.Asset", models.PROTECT, related_name="uses")

    class Meta:
        verbose_name = _("use of a file")
        verbose_name_plural = _("uses of files")
        constraints = [
            models.UniqueConstraint(fields=["revision", "asset"], name="publishing_file_use_is_unique_per_revision")
        ]

    def __str__(self):
        item = self.revision.dossier.item
        return f"{item.title} · {self.revision}"


class Attachment(models.Model):
    """A document that readers can download from the item's page, in the editor's order."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="attachments")
    asset = models.ForeignKey("files.Asset", models.PROTECT, related_name="+", verbose_name=_("file"))
    caption = models.CharField(_("caption"), max_length=120, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["dossier", "order"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "asset"], name="publishing_attachment_is_listed_once")
        ]

    def __str__(self):
        return self.caption or self.asset.title


class Relation(models.Model):
    """A tie between two items, told from the side of the later one."""

    class Kind(models.TextChoices):
        REPORT_OF = "report_of", _("reports on")
        FOLLOWS = "follows", _("follows")
        REPLACES = "replaces", _("replaces")

    source = models.ForeignKey(Dossier, models.CASCADE, related_name="relations")
    target = models.ForeignKey(Dossier, models.PROTECT, related_name="related_from")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        ordering = ["source", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="publishing_relation_is_unique"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="publishing_item_is_not_related_to_itself"),
        ]

    def __str__(self):
        return f"{self.source} {self.get_kind_display()} {self.target}"


class StaffNoteQuerySet(models.QuerySet):
    def unresolved(self):
        return self.filter(resolved_at__isnull=True)


class StaffNote(models.Model):
    """Something about an item that a person must check; staff see it until they tick it off, readers never do."""

    class Code(models.TextChoices):
        PROPOSED_TITLE = "proposed_title", _("The headline was proposed from the first sentence.")
        UNKNOWN_DATE = "unknown_date", _("The date of publication is unknown.")
        DOUBTFUL_KIND = "doubtful_kind", _("The kind of notice could not be read from the title.")
        MISSING_BODY = "missing_body", _("The text has not been entered yet.")
        DOUBTFUL_REPAIR = "doubtful_repair", _("A repair of the garbled text is doubtful.")
        TO_BE_COMPLETED = "to_be_completed", _("This is a starter text to be completed.")
        COMMENT = "comment", _("Somebody has commented on a preview.")

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="staff_notes")
    code = models.CharField(_("what to check"), max_length=20, choices=Code.choices)
    detail = models.CharField(_("detail"), max_length=1200, blank=True)
    created_at = models.DateTimeField(_("noted at"), auto_now_add=True)
    resolved_at = models.DateTimeField(_("ticked off at"), null=True, editable=False)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    objects = StaffNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note to staff")
        verbose_name_plural = _("notes to staff")
        ordering = ["dossier", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "code"],
                condition=Q(resolved_at__isnull=True)
                & ~Q(code="comment"),  # each person's words are a note of their own
                name="publishing_staff_note_is_open_once",
            )
        ]

    def __str__(self):
        return self.get_code_display()

    def resolve(self, by):
        self.resolved_at, self.resolved_by = timezone.now(), by
        self.save(update_fields=["resolved_at", "resolved_by"])
