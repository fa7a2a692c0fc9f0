"""What people agree to when they sign up."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class ConsentTextQuerySet(models.QuerySet):
    def current(self):
        """Return the newest text; before staff wrote one, the portal's own, not saved yet."""
        return self.order_by("-pk").first() or self.model(text=default_text())


class ConsentText(models.Model):
    """A text on personal data as people agreed to it. Never changed: another wording is another text."""

    text = models.TextField(_("text"), max_length=2000)
    made_at = models.DateTimeField(_("in force since"), default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("author")
    )
    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of consent")
        verbose_name_plural = _("texts of consent")
        ordering = ["-pk"]
        default_permissions = ["add", "view"]

    def __str__(self):
        return self.text[:40]


def default_text():
    return gettext(
        "I agree that the association uses my name, my contact data, my organisation and my answers to organise this "
        "activity. They are seen by the staff of the association and by the contact of my organisation, and are deleted "
        "when the time told below has passed."
    )
