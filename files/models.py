"""The media library: images, documents and videos, recognised by content, named by us, immutable until replaced as a whole."""

from pathlib import PurePosixPath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Case, Q, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from . import pictures, storing, uses
from .descriptions import name_instead_of_description, validate_description
from .recognition import RefusedFile


class AssetQuerySet(models.QuerySet):
    def images(self):
        return self.filter(kind=Asset.Kind.IMAGE)

    def duplicates_of(self, digest):
        """Return the assets whose content has ``digest`` (of an Asset or of a Content), the oldest first."""
        return self.filter(digest=digest).order_by("pk")

    def with_use(self):
        """Annotate ``is_used``: whether a row of another room refers to the asset and keeps it from deletion."""
        return self.annotate(
            is_used=Case(When(uses.is_used(Asset), then=True), default=False, output_field=models.BooleanField())
        )

    def store(self, upload, *, title, alt_text="", is_decorative=False, awaits_description=False, by=None):
        """Store ``upload`` (a django File or a prepared Content) as a new asset and return it.

        An image needs an ``alt_text``, or is declared decorative, or awaits its description. Raises RefusedFile for a
        file that we do not take, ValidationError for the words; by: User or None.
        """
        asset = self.model(
            title=title, alt_text=alt_text, is_decorative=is_decorative, awaits_description=awaits_description
        )
        asset.admit(upload, by)
        return asset

    def lock_stored_names(self):
        """Lock the rows and return the storage names (list of str) of all that belongs to them, as of now."""
        assets = self.select_for_update().order_by("pk").prefetch_related("superseded_files")
        return [name for asset in assets for name in asset.stored_names()]

    def delete(self):
        """Delete the rows and, once that is through, their files; ProtectedError if one is in use."""
        with transaction.atomic():
            names = Asset.objects.filter(pk__in=list(self.values_list("pk", flat=True))).lock_stored_names()
            deleted = super().delete()
            storing.remove_on_commit(names)
        return deleted

    delete.alters_data = True
    delete.queryset_only = True


class Asset(models.Model):
    """One image, document or video of the library. Its number is its address; replacing its content keeps the address."""

    class Kind(models.TextChoices):
        IMAGE = "image", _("Image")
        DOCUMENT = "document", _("Document")
        VIDEO = "video", _("Video")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, editable=False)
    title = models.CharField(_("title"), max_length=120, help_text=_("What the file is, as readers see it."))
    alt_text = models.CharField(
        _("alternative text"),
        max_length=200,
        blank=True,
        validators=[validate_description],
        help_text=_("What the picture or video shows, for people who cannot see it."),
    )
    is_decorative = models.BooleanField(
        _("decorative"), default=False, help_text=_("The picture adds nothing that is not said in words beside it.")
    )
    # A picture pasted into a text comes without words of its own: the text describes it where it stands. Calling it
    # decorative would be untrue, so the library says that its description is still due and asks for it here.
    awaits_description = models.BooleanField(_("description is missing"), default=False, editable=False)

    storage_name = models.CharField(max_length=120, unique=True, editable=False)
    original_name = models.CharField(_("file name"), max_length=200, editable=False)
    content_type = models.CharField(_("content type"), max_length=100, editable=False)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    digest = models.CharField(_("SHA-256"), max_length=64, db_index=True, editable=False)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True, editable=False)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True, editable=False)
    duration_seconds = models.PositiveIntegerField(_("duration in seconds"), null=True, blank=True, editable=False)
    # No program here decodes videos, so that a person chooses what stands for one until it plays. A text keeps the
    # poster it was given; this is the one offered to the next.
    poster = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"kind": "image"},
        related_name="videos",
        verbose_name=_("poster"),
        help_text=_("The picture that a page shows until the video is played."),
    )
    # {"480": {"webp": storage name, "jpg": storage name}, …}; empty until the worker has made them.
    renditions = models.JSONField(default=dict, blank=True, editable=False)

    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True, db_index=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, verbose_name=_("uploaded by")
    )
    objects = AssetQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["-uploaded_at", "-pk"]
        indexes = [models.Index(fields=["kind", "-id"], name="files_asset_of_a_kind_newest")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="image") | ~Q(alt_text="") | Q(is_decorative=True) | Q(awaits_description=True),
                name="files_image_has_alternative_text_or_is_decorative",
                violation_error_message=_("Describe the picture, or declare it decorative."),
            ),
            models.CheckConstraint(
                condition=Q(awaits_description=False) | Q(kind="image", alt_text="", is_decorative=False),
                name="files_only_an_undescribed_image_awaits_description",
            ),
            models.CheckConstraint(
                # A comparison with NULL would pass.
                condition=~Q(kind="image") | Q(width__isnull=False, width__gt=0, height__isnull=False, height__gt=0),
                name="files_image_has_dimensions",
            ),
            models.CheckConstraint(
                condition=~Q(kind="video")
                | Q(
                    width__isnull=False,
                    width__gt=0,
                    height__isnull=False,
                    height__gt=0,
                    duration_seconds__isnull=False,
                    duration_seconds__gt=0,
                ),
                name="files_video_has_dimensions_and_duration",
            ),
            models.CheckConstraint(
                condition=Q(poster__isnull=True) | Q(kind="video"), name="files_only_a_video_has_a_poster"
            ),
        ]

    def __str__(self):
        return self.title

    def clean(self):
        """Hold the words to the kind: an image needs a description that is none of its file name, a document none.

        What a video shows may be said here; the text that shows it must say it.
        """
        if self.kind != self.Kind.VIDEO:
            self.poster = None
        if self.kind == self.Kind.DOCUMENT:
            self.alt_text, self.is_decorative, self.awaits_description = "", False, False
        elif self.kind == self.Kind.VIDEO:
            self.is_decorative = self.awaits_description = False
        elif self.kind == self.Kind.IMAGE:
            if self.alt_text or self.is_decorative:
                self.awaits_description = False
            elif not self.awaits_description:
                raise ValidationError(
                    {"alt_text": ValidationError(_("Describe the picture, or declare it decorative."), code="required")}
                )
            if self.alt_text and self.alt_text == PurePosixPath(self.original_name).stem:
                raise ValidationError({"alt_text": name_instead_of_description()})

    def get_absolute_url(self):
        return reverse("files:download", args=[self.pk])

    # -- Content ------------------------------------------------------------------------------------------------------

    def admit(self, upload, by):
        """Store ``upload`` as the first content of this new asset and save both, or neither; raises as ``store``."""
        content = storing.prepare(upload)
        self.kind, self.uploaded_by = content.kind, by
        self._describe(content)
        self.full_clean(exclude=["storage_name"])  # named below, when nothing else can be refused
        with transaction.atomic():
            self.storage_name = storing.write(content.kind, content.extension, content.file)
            self.save()
            self._request_renditions()

    def replace(self, upload, by):
        """Give the asset new content under its old address and keep the former; the same content changes nothing.

        upload: django File or prepared Content. Raises RefusedFile, also where the kind would change.
        """
        content = storing.prepare(upload)
        self.check_replacement(content)
        with transaction.atomic():
            former = Asset.objects.select_for_update().get(pk=self.pk)
            if former.digest == content.digest:
                return
            SupersededFile.objects.create(
                asset=former,
                storage_name=former.storage_name,
                original_name=former.original_name,
                content_type=former.content_type,
                size_bytes=former.size_bytes,
                digest=former.digest,
                replaced_by=by,
            )
            storing.remove_on_commit(former.rendition_names())
            self._describe(content)
            self.storage_name = storing.write(content.kind, content.extension, content.file)
            self.renditions = {}
            self.save(update_fields=[*self.DESCRIBED, "storage_name", "renditions"])
            self._request_renditions()

    def check_replacement(self, content):
        """Raise RefusedFile if ``content`` (Content) is of another kind: its address stands in pages as what it is."""
        if content.kind != self.kind:
            raise RefusedFile(
                _(
                    "An image can only be replaced by an image, a document by a document, a video by a video. "
                    "Please add this one as a new file."
                ),
                code="kind",
            )

    DESCRIBED = ("original_name", "content_type", "size_bytes", "digest", "width", "height", "duration_seconds")

    def _describe(self, content):
        for name in self.DESCRIBED:
            setattr(self, name, getattr(content, name))

    def _request_renditions(self):
        from .tasks import make_renditions  # which imports this module

        if self.kind == self.Kind.IMAGE:
            pk, digest = self.pk, self.digest
            # Robust: pages do without renditions, and an upload that is already committed must not end as an error.
            transaction.on_commit(lambda: make_renditions.enqueue(asset_id=pk, digest=digest), robust=True)

    def delete(self, *args, **kwargs):
        """Delete the row and, once that is through, its files; ProtectedError if it is in use."""
        with transaction.atomic():
            # Asked anew: the worker may have added renditions since this instance was read.
            names = Asset.objects.filter(pk=self.pk).lock_stored_names()
            deleted = super().delete(*args, **kwargs)
            storing.remove_on_commit(names)
        return deleted

    def open(self):
        """Return the content (django File, open for reading); FileNotFoundError if the storage has lost it."""
        return default_storage.open(self.storage_name)

    def rendition_names(self):
        return [name for names in self.renditions.values() for name in names.values()]

    def stored_names(self):
        """Return the storage names (list of str) of all that belongs to the asset, former contents included."""
        superseded = [file.storage_name for file in self.superseded_files.all()]
        return [self.storage_name, *self.rendition_names(), *superseded]

    # -- Use ----------------------------------------------------------------------------------------------------------

    def find_uses(self):
        """Return what keeps the file from deletion: a list of (model, queryset of its rows), empty ones left out."""
        found = []
        for relation in uses.protecting_relations(Asset):
            rows = relation.field.model._base_manager.filter(**{relation.field.name: self})
            if rows.exists():
                found.append((relation.field.model, rows))
        return found

    # -- What a <picture> needs ---------------------------------------------------------------------------------------
    # These depend on the size of the master alone, not on what the worker has made so far: an address whose rendition
    # is still missing answers with the master, so that a page can be kept and never has to change for the worker.

    @property
    def extension(self):
        """``"jpg"``, ``"png"``, ``"pdf"``: of the content, whatever its name says."""
        return PurePosixPath(self.storage_name).suffix[1:]

    @property
    def alt(self):
        """The text for the ``alt`` attribute; empty for a decorative image."""
        return "" if self.is_decorative else self.alt_text

    @property
    def src(self):
        """The address for browsers that do not choose: the widest that is offered, in the master's own format."""
        if self.kind == self.Kind.VIDEO:
            return reverse("files:video", args=[self.pk])
        return self._address(self._offered_widths[-1], self.extension)

    @property
    def srcset_webp(self):
        return self._srcset("webp")

    @property
    def srcset_fallback(self):
        return self._srcset(self.extension)

    @property
    def _offered_widths(self):
        return pictures.rendition_widths(self.width)

    def _srcset(self, extension):
        return ", ".join(f"{self._address(width, extension)} {width}w" for width in self._offered_widths)

    def _address(self, width, extension):
        return reverse("files:image", args=[self.pk, width, extension])

    def stored_image(self, width, extension):
        """Return the storage name of what answers the address with ``width`` (pixels) and ``extension``.

        It is the narrowest rendition that is as wide or wider, else the master. A replaced image may be smaller or of
        another format than the one whose address stands in old texts, so every width and format is answered.
        """
        wanted = "webp" if extension == "webp" else self.extension
        wide_enough = sorted(
            int(key) for key, names in self.renditions.items() if wanted in names and int(key) >= width
        )
        return self.renditions[str(wide_enough[0])][wanted] if wide_enough else self.storage_name


class SupersededFile(models.Model):
    """A former content of an asset, kept so that what readers once saw can be shown again."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="superseded_files")
    storage_name = models.CharField(max_length=120)
    original_name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    replaced_at = models.DateTimeField(auto_now_add=True)
    replaced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)

    class Meta:
        verbose_name = _("superseded file")
        verbose_name_plural = _("superseded files")
        ordering = ["-replaced_at", "-pk"]

    def __str__(self):
        return self.original_name


class EnclosureQuerySet(models.QuerySet):
    def unused(self):
        """Return those to which no row of another room refers."""
        return self.exclude(uses.is_used(Enclosure))

    def delete(self):
        """Delete the rows and, once that is through, their files; ProtectedError if one is in use."""
        with transaction.atomic():
            names = list(self.values_list("storage_name", flat=True))
            deleted = super().delete()
            storing.remove_on_commit(names)
        return deleted

    delete.alters_data = True
    delete.queryset_only = True


class Enclosure(models.Model):
    """A file that a person hands in: a licence, an answer. See files.enclosures; the library knows nothing of it.

    Whoever takes one refers to it by a foreign key that protects it, and lets it go with what it belongs to.
    """

    storage_name = models.CharField(max_length=120, unique=True, editable=False)
    original_name = models.CharField(_("file name"), max_length=200, editable=False)
    content_type = models.CharField(_("content type"), max_length=100, editable=False)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    digest = models.CharField(_("SHA-256"), max_length=64, editable=False)
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True, db_index=True)
    uploaded_by = models.ForeignKey(  # none: an applicant, who has no account
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, verbose_name=_("uploaded by")
    )
    objects = EnclosureQuerySet.as_manager()

    class Meta:
        default_permissions = ()  # the page of what it belongs to asks who may see it
        verbose_name = _("enclosure")
        verbose_name_plural = _("enclosures")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.original_name

    def delete(self, *args, **kwargs):
        """Delete the row and, once that is through, its file; ProtectedError if it is in use."""
        with transaction.atomic():
            deleted = super().delete(*args, **kwargs)
            storing.remove_on_commit([self.storage_name])
        return deleted
