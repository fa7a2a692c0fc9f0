"""The media library: images and documents, recognised by content, named by us, immutable until replaced as a whole."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class AssetQuerySet(models.QuerySet):
    def images(self):
        return self.filter(kind=Asset.Kind.IMAGE)

    def documents(self):
        return self.filter(kind=Asset.Kind.DOCUMENT)


class Asset(models.Model):
    """One image or document of the library. Its number is its address; replacing its content keeps the address."""

    class Kind(models.TextChoices):
        IMAGE = "image", _("Image")
        DOCUMENT = "document", _("Document")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, editable=False)
    title = models.CharField(_("title"), max_length=120, help_text=_("What the file is, as readers see it."))
    alt_text = models.CharField(
        _("alternative text"),
        max_length=200,
        blank=True,
        help_text=_("What the picture shows, for people who cannot see it."),
    )
    is_decorative = models.BooleanField(
        _("decorative"), default=False, help_text=_("The picture adds nothing that is not said in words beside it.")
    )

    storage_name = models.CharField(max_length=120, unique=True, editable=False)
    original_name = models.CharField(_("file name"), max_length=200, editable=False)
    content_type = models.CharField(_("content type"), max_length=100, editable=False)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    digest = models.CharField(_("SHA-256"), max_length=64, db_index=True, editable=False)
    width = models.PositiveIntegerField(_("width"), null=True, editable=False)
    height = models.PositiveIntegerField(_("height"), null=True, editable=False)
    # {"480": {"webp": storage name, "jpg": storage name}, …}; empty until the worker has made them.
    renditions = models.JSONField(default=dict, editable=False)

    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True, db_index=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, verbose_name=_("uploaded by")
    )
    objects = AssetQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="image") | ~Q(alt_text="") | Q(is_decorative=True),
                name="files_image_has_alternative_text_or_is_decorative",
                violation_error_message=_("Describe the picture, or declare it decorative."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="image") | Q(width__gt=0, height__gt=0),
                name="files_image_has_dimensions",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("files:download", args=[self.pk])


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
