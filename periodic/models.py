"""When each periodic job ran last, and how it went."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A cron that comes a little early finds the job due all the same.
SLACK = timedelta(seconds=20)


class JobQuerySet(models.QuerySet):
    def known(self):
        """Return the jobs that the settings name."""
        return self.filter(name__in=settings.PERIODIC)

    def due(self, at):
        """Return the names (list) of the jobs that are due at ``at`` (aware datetime), in the order of the settings."""
        started = dict(self.known().values_list("name", "started_at"))
        return [name for name in settings.PERIODIC if started.get(name) is None or started[name] <= due_since(name, at)]

    def claim(self, name, at):
        """Take the job ``name`` if it is due at ``at`` (aware datetime); return it, or None. Of two runners one gets it."""
        self.bulk_create([self.model(name=name)], ignore_conflicts=True)
        is_due = Q(started_at__isnull=True) | Q(started_at__lte=due_since(name, at))
        if self.filter(is_due, name=name).update(started_at=at, ended_at=None):
            return self.get(name=name)
        return None


def due_since(name, at):
    """Return the moment at or before which the job ``name`` must have been started last to be due at ``at``."""
    _what, minutes = settings.PERIODIC[name]
    return at - timedelta(minutes=minutes) + SLACK


class Job(models.Model):
    """A job that runs every so many minutes, counted from its last start."""

    name = models.CharField(_("name"), primary_key=True, max_length=100)
    started_at = models.DateTimeField(_("started at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    error = models.TextField(_("error"), blank=True)
    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("periodic job")
        verbose_name_plural = _("periodic jobs")
        ordering = ["name"]
        default_permissions = ["view"]

    def __str__(self):
        return self.name

    @property
    def minutes(self):
        return settings.PERIODIC[self.name][1]

    def note_end(self, error=""):
        """Note that the run which this row was claimed for has ended; a later one is left alone."""
        run = Job.objects.filter(pk=self.pk, started_at=self.started_at)
        run.update(ended_at=timezone.now(), error=error.replace("\0", "")[:500])
