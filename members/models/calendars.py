"""Secret addresses under which people's calendars fetch what they are signed up for."""

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class CalendarFeedQuerySet(models.QuerySet):
    @transaction.atomic
    def renew(self, user):
        """Return a new feed for ``user``; the address of the one before, if any, opens nothing any more."""
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        self.filter(user=user).delete()
        return self.create(user=user)


class CalendarFeed(models.Model):
    """That a person's calendar may fetch; its number, signed, is the address (members/calendars.py). Never used again."""

    user = models.OneToOneField(User, models.CASCADE, related_name="calendar_feed", verbose_name=_("person"))
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering = ["user"]
        default_permissions = ()

    def __str__(self):
        return str(self.user)
