"""What members ask staff for: a renewal of the membership, and changes of what only staff may change."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from files.models import Enclosure

from .organisations import MembershipPeriod, Organisation


class RequestQuerySet(models.QuerySet):
    def open(self):
        return self.filter(accepted_at__isnull=True, refused_at__isnull=True, withdrawn_at__isnull=True)

    def locked(self):
        """Lock the rows until the transaction ends; the organisation's row is locked before them."""
        return self.select_for_update(no_key=True, of=("self",))


class Request(models.Model):
    """What somebody asks of staff for an organisation. One of a kind is open at a time; its dates tell how it went."""

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    note = models.TextField(_("note"), blank=True, max_length=500)
    accepted_at = models.DateTimeField(null=True, editable=False)
    refused_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("answered by"),
    )
    reason = models.TextField(_("reason"), blank=True)
    objects = RequestQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-pk"]
        default_permissions = ["view", "change"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(accepted_at__isnull=True, refused_at__isnull=True, withdrawn_at__isnull=True),
                name="%(app_label)s_one_%(class)s_is_open",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True) | ~Q(reason=""), name="%(app_label)s_%(class)s_refused_with_reason"
            ),
        ]

    class State(models.TextChoices):
        """What the dates make of it; stored nowhere."""

        OPEN = "open", _("Waits for the office")
        ACCEPTED = "accepted", _("Done as asked")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Taken back")

    @property
    def state(self):
        if self.withdrawn_at:
            return self.State.WITHDRAWN
        if self.refused_at:
            return self.State.REFUSED
        return self.State.ACCEPTED if self.accepted_at else self.State.OPEN

    @property
    def is_open(self):
        return self.state == self.State.OPEN

    @property
    def answered_at(self):
        return self.accepted_at or self.refused_at or self.withdrawn_at


class RenewalRequest(Request):
    """The main contact asks for another period."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="renewal_requests", verbose_name=_("organisation")
    )
    period = models.OneToOneField(
        MembershipPeriod, models.SET_NULL, null=True, editable=False, related_name="renewal_request"
    )

    class Meta(Request.Meta):
        verbose_name = _("request for renewal")
        verbose_name_plural = _("requests for renewal")

    def __str__(self):
        return str(self.organisation)


class ProfileChange(Request):
    """A change of name, credit code or level, or a new licence, that staff look at first.

    ``old`` and ``new``: {name of a field of Organisation: value}, only of the fields that are to change.
    """

    REVIEWED = ("name", "credit_code", "level")

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="profile_changes", verbose_name=_("organisation")
    )
    old = models.JSONField(default=dict)
    new = models.JSONField(default=dict)
    licence = models.ForeignKey(
        Enclosure, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("business licence")
    )

    class Meta(Request.Meta):
        verbose_name = _("change of a member's particulars")
        verbose_name_plural = _("changes of members' particulars")

    def __str__(self):
        return str(self.organisation)

    def rows(self):
        """Return [(field's name in words, old, now, new, whether it changed meanwhile)] in words."""
        found = []
        for name, new in self.new.items():
            field = Organisation._meta.get_field(name)
            words = dict(field.flatchoices)
            now = getattr(self.organisation, name)
            old = self.old.get(name)
            found.append((field.verbose_name, *(words.get(value, value) for value in (old, now, new)), now != old))
        return found

    @property
    def is_overtaken(self):
        """Whether what is to change was changed otherwise since it was asked for."""
        return any(row[-1] for row in self.rows())
