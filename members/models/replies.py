"""Replies (回执) of member organisations to what is published."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.models import Dossier

from .organisations import Organisation


class Reply(models.Model):
    """What an organisation answered to the questions of an item: one row, written under the dossier's lock."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="replies", verbose_name=_("item"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="replies", verbose_name=_("organisation")
    )
    by = models.ForeignKey(  # who wrote it last; none after his personal data were deleted
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="replies", verbose_name=_("replied by")
    )
    answers = models.JSONField(_("answers"), default=dict)  # see publishing.questions
    replied_at = models.DateTimeField(_("replied at"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed at"), null=True)

    class Meta:
        default_permissions = ()  # whoever may publish the item sees its replies
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["dossier", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "organisation"], name="members_organisation_replies_once_to_an_item"
            ),
            models.CheckConstraint(
                condition=Q(changed_at__isnull=True) | Q(changed_at__gte=F("replied_at")),
                name="members_reply_is_changed_after_it_was_given",
            ),
        ]

    def __str__(self):
        return f"{self.organisation} · {self.dossier}"

    @property
    def stamp(self):
        """A str that is another one after every change."""
        return (self.changed_at or self.replied_at).isoformat()
