"""The people of an organisation."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .organisations import Organisation
from .spans import Span, SpanQuerySet


class AffiliationQuerySet(SpanQuerySet):
    def contacts(self):
        """Return those of main contacts."""
        return self.filter(role=Affiliation.Role.CONTACT)

    def people_of(self, organisations):
        """Return the primary keys (set) of those who serve, served or will serve one of ``organisations``."""
        return set(self.filter(organisation__in=organisations).values_list("user", flat=True))

    def contacts_and_deputies(self):
        """Return those of the people who may act for their organisation."""
        return self.filter(role__in=[Affiliation.Role.CONTACT, Affiliation.Role.DEPUTY])


class Affiliation(Span):
    """A person's days in the service of an organisation; one person may serve several.

    An organisation has one main contact at a time; how that is kept is told at MembershipPeriod, which is kept alike.
    """

    class Role(models.TextChoices):
        CONTACT = "contact", _("Main contact")
        DEPUTY = "deputy", _("Deputy contact")
        QUALITY_HEAD = "quality_head", _("Head of quality")
        OTHER = "other", _("Other")

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="affiliations", verbose_name=_("organisation")
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="affiliations", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.OTHER)
    objects = AffiliationQuerySet.as_manager()

    class Meta(Span.Meta):
        verbose_name = _("person of an organisation")
        verbose_name_plural = _("people of an organisation")
        ordering = ["organisation", "-first_on", "pk"]
        indexes = [models.Index(fields=["organisation", "role", "first_on"], name="members_affiliation_by_role")]

    @property
    def acts(self):
        """Whether the person may act for the organisation; as ``contacts_and_deputies`` asks it."""
        return self.role in (self.Role.CONTACT, self.Role.DEPUTY)

    def __str__(self):
        return f"{self.user} · {self.get_role_display()}"
