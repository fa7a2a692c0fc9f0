"""Where imported items came from: the captured pages, what was read off them and every repair of the text."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Capture(models.Model):
    """A saved page that was imported; its bytes are known by their digest."""

    name = models.CharField(_("file name"), max_length=200)
    digest = models.CharField("SHA-256", max_length=64, unique=True)
    raw_text = models.TextField(_("text as captured"))
    imported_at = models.DateTimeField(_("imported at"), auto_now_add=True)

    class Meta:
        verbose_name = _("captured page")
        verbose_name_plural = _("captured pages")
        ordering = ["-imported_at", "-pk"]

    def __str__(self):
        return self.name


class CapturedItem(models.Model):
    """One item read off a captured page, and the dossier that was made of it."""

    capture = models.ForeignKey(Capture, models.CASCADE, related_name="items", verbose_name=_("captured page"))
    dossier = models.ForeignKey(
        "publishing.Dossier", models.CASCADE, related_name="captured_items", verbose_name=_("item")
    )
    heading = models.CharField(_("list on the page"), max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    raw_text = models.TextField(_("text as captured"))
    # Folded title: the same item is recognised when another capture lists it again.
    key = models.CharField(max_length=250, db_index=True)

    class Meta:
        verbose_name = _("captured item")
        verbose_name_plural = _("captured items")
        ordering = ["capture", "pk"]

    def __str__(self):
        return self.raw_text[:60]


class Repair(models.Model):
    """One change that was made to garbled text."""

    class Rule(models.TextChoices):
        """The rules of hanzi.repair."""

        PINYIN = "pinyin", _("pinyin in brackets")
        DOUBLED = "doubled", _("doubled comma")
        BRACKETS = "brackets", _("width of brackets")
        PUNCTUATION = "punctuation", _("width of punctuation")
        DASH = "dash", _("dash")
        SPACE = "space", _("stray space")
        TRADITIONAL = "traditional", _("traditional characters")

    item = models.ForeignKey(CapturedItem, models.CASCADE, related_name="repairs")
    rule = models.CharField(_("rule"), max_length=40, choices=Rule.choices)
    start = models.PositiveIntegerField(_("position in the text"))
    before = models.CharField(_("before"), max_length=200)
    after = models.CharField(_("after"), max_length=200, blank=True)
    confidence = models.FloatField(_("confidence"))

    class Meta:
        verbose_name = _("repair")
        verbose_name_plural = _("repairs")
        ordering = ["item", "start"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=1),
                name="legacy_repair_confidence_is_a_share",
            )
        ]

    def __str__(self):
        return f"{self.before} → {self.after}"
