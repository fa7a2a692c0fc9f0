"""Invitations to serve an organisation, for people who have an account already."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .affiliations import Affiliation
from .organisations import Organisation

HOLDS_FOR = timedelta(days=14)
SALT = "members.invitations"


class InvitationQuerySet(models.QuerySet):
    def open(self, at=None):
        """Return those that may be accepted at ``at`` (aware datetime, default now)."""
        since = (at or timezone.now()) - HOLDS_FOR
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, invited_at__gte=since)

    def expired(self, at):
        """Return those that are kept no longer at ``at`` (aware datetime); who accepted one serves the organisation."""
        return self.filter(invited_at__lt=at - timedelta(days=settings.APPLICATION_DATA_DAYS))

    def of_token(self, token):
        """Return the open invitation that the mailed ``token`` (str) is for; DoesNotExist if there is none."""
        try:
            return self.open().get(pk=signing.loads(token, salt=SALT))
        except signing.BadSignature as error:
            raise self.model.DoesNotExist from error


class Invitation(models.Model):
    """A person with an account is invited to serve an organisation; whoever holds the mailed link says yes, signed in."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("full name"), max_length=60)
    role = models.CharField(_("role"), max_length=20, choices=Affiliation.Role.choices)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to serve an organisation")
        verbose_name_plural = _("invitations to serve an organisation")
        ordering = ["-pk"]
        default_permissions = ()

    def __str__(self):
        return f"{self.name} – {self.organisation}"

    @property
    def token(self):
        """What only the mail to ``email`` holds."""
        return signing.dumps(self.pk, salt=SALT)
