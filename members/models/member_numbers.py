"""The numbers of members (会员编号): the year of joining and a running number, such as 20260137."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MemberNumberSeries(models.Model):
    """One row: the newest running number. Whoever holds its lock gives the next one; none is ever given twice."""

    newest = models.PositiveIntegerField(_("newest number"), default=0)

    class Meta:
        default_permissions = ()
        verbose_name = _("series of member numbers")
        verbose_name_plural = _("series of member numbers")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="members_there_is_one_series_of_numbers")]

    def __str__(self):
        return str(self.newest)

    @classmethod
    def hold(cls):
        """Return the row, locked until the transaction ends; whoever locks people as well takes this first."""
        rows = cls.objects.select_for_update().filter(pk=1)
        series = rows.first()
        if series is None:
            cls.objects.get_or_create(pk=1)  # another first number may be given at the same moment
            series = rows.get()
        return series

    @classmethod
    def next(cls, year):
        """Return the next number (str) for one who joined in ``year`` (int); within a transaction, at whose end others go on."""
        series = cls.hold()
        series.newest += 1
        series.save(update_fields=["newest"])
        return f"{year:04d}{series.newest:04d}"
