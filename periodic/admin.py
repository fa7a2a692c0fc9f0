"""The admin of periodic jobs: to see that they run."""

from datetime import timedelta

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .models import SLACK, Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    handbook = "periodic-jobs"
    list_display = ["name", "every", "started_at", "ended_at", "state"]
    list_display_links = None  # the list says all there is
    show_full_result_count = False

    def get_queryset(self, request):
        return super().get_queryset(request).known()

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("how often"))
    def every(self, job):
        if job.minutes % 60:
            return ngettext("every %(count)d minute", "every %(count)d minutes", job.minutes) % {"count": job.minutes}
        hours = job.minutes // 60
        return ngettext("every %(count)d hour", "every %(count)d hours", hours) % {"count": hours}

    @admin.display(description=_("state"))
    def state(self, job):
        if job.error:
            return format_html('<span class="badge red">{}</span> {}', _("failed"), job.error)
        overdue = timezone.now() - timedelta(minutes=2 * job.minutes) - SLACK
        if job.started_at is None or job.started_at < overdue:
            return format_html('<span class="badge ochre">{}</span>', _("overdue"))
        if job.ended_at is None:
            return format_html('<span class="badge blue">{}</span>', _("running"))
        return format_html('<span class="badge green">{}</span>', _("done"))
