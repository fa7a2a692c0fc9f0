"""What staff made of a text that the portal sends."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .messages import MOST_SUBJECT


class MessageTemplate(models.Model):
    """The subject, text and channels that staff chose for a kind of message (``outbox.templates``); without a row, the
    kind's own hold. Placeholders stand in it by their names in code, so that a better translation breaks no text."""

    kind = models.CharField(_("kind"), primary_key=True, max_length=100, editable=False)
    subject = models.CharField(_("subject line"), max_length=MOST_SUBJECT)
    body = models.TextField(_("text"), max_length=5000)
    channels = models.JSONField(_("also by"), default=list, blank=True)  # names of channels, besides portal and mail

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        ordering = ["kind"]
        default_permissions = ["view", "change"]

    def __str__(self):
        from .. import templates  # which imports the models

        template = templates.registered().get(self.kind)
        return str(template.label) if template else self.kind
