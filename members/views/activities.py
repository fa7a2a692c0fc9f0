from django.db.models import Count, Q
from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from publishing import content_version
from publishing.views import PublishedDetailView, PublishedListView

from .. import openings
from ..models import Activity

COMING_LENGTH = 4


class ActivityListView(PublishedListView):
    """Activities by phase: coming ones soonest first, past ones latest first."""

    model = Activity
    filter_names = (*PublishedListView.filter_names, "phase")
    day_field = "starts_at"
    day_is_known = Q(starts_at__isnull=False)

    @cached_property
    def counts(self):
        """{phase: number of activities} under the other filters, with one query."""
        listed = super().get_listed()
        by_phase = {
            phase: Count("pk", filter=Q(pk__in=getattr(Activity.objects, phase)(self.at).order_by().values("pk")))
            for phase in Activity.Phase.values
        }
        return listed.order_by().aggregate(**by_phase)

    @cached_property
    def phase(self):
        """The phase that the address asks for; without a word the first of coming, running and past that has any."""
        phase = self.request.GET.get("phase", "")
        if phase and phase not in Activity.Phase.values:
            raise Http404("odd phase")
        return phase or next((phase for phase, count in self.counts.items() if count), Activity.Phase.UPCOMING)

    def get_listed(self):
        return getattr(super().get_listed(), self.phase)(self.at)

    def get_queryset(self):
        return self.get_listed().for_lists()

    @property
    def total(self):
        return self.counts[self.phase], self.counts[self.phase]

    def get_pinned(self):
        return []

    def get_filed_by_year(self):
        return super().get_filed_by_year().past(self.at)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if self.phase != Activity.Phase.PAST:
            openings.add(context["items"], self.at)
        return {
            **context,
            "phase": self.phase,
            "past_url": self.address_with("phase", Activity.Phase.PAST) if self.counts[Activity.Phase.PAST] else None,
            "tabs": [
                {
                    "title": phase.label,
                    "count": self.counts[phase.value],
                    "url": self.address_with("phase", phase.value),
                    "is_current": phase.value == self.phase,
                }
                for phase in Activity.Phase
                if phase != Activity.Phase.CALLED_OFF or self.counts[phase] or phase == self.phase
            ],
        }


class ActivityDetailView(PublishedDetailView):
    model = Activity

    def name_of_step(self, item):
        return _("About this activity")

    def get_context_data(self, **kwargs):
        version = content_version.current_for(self.request)
        coming = content_version.remember("coming-activities", version, coming_activities)
        coming = [activity for activity in coming if activity.pk != self.object.pk][:COMING_LENGTH]
        [activity, *_others] = openings.add([self.object, *coming])
        return {
            **super().get_context_data(**kwargs),
            "coming": coming,
            "changes": activity.changes_to_tell,
            "reservations": activity.opening.reservations,
        }


def coming_activities():
    """Return the next activities for everyone, one more than a page shows, since it leaves itself out."""
    at = timezone.now()
    return list(Activity.objects.listed(None, at).upcoming(at).for_lists()[: COMING_LENGTH + 1])
