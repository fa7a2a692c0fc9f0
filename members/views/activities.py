from django.db.models import Count, Max, Min, Q
from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from publishing import content_version
from publishing.views import PublishedDetailView, PublishedListView

from .. import openings
from ..models import Activity
from ..months import Month

COMING_LENGTH = 4


class ActivityListView(PublishedListView):
    """Activities by phase: coming ones soonest first, past ones latest first. With a month: all of it, from its first day."""

    model = Activity
    filter_names = (*PublishedListView.filter_names, "phase", "month")
    day_field = "starts_at"
    day_is_known = Q(starts_at__isnull=False)

    @cached_property
    def filters(self):
        """As in every list; a month leaves the other filters of time aside."""
        filters = super().filters
        return {name: value for name, value in filters.items() if name not in ("phase", "year") or not self.month}

    @cached_property
    def year(self):
        return None if self.month else super().year

    @cached_property
    def month(self):
        """The month that the address asks for (months.Month), or None; 404 if it is none."""
        text = self.request.GET.get("month", "")
        if not text:
            return None
        try:
            return Month.read(text)
        except ValueError as error:
            raise Http404("odd month") from error

    @cached_property
    def counts(self):
        """{phase: number of activities} under the other filters, with one query.

        With a month also its ``total``, and the nearest moments before and after it (``before``, ``after``).
        """
        listed = super().get_listed()
        counts = {
            phase: Count("pk", filter=Q(pk__in=getattr(Activity.objects, phase)(self.at).order_by().values("pk")))
            for phase in Activity.Phase.values
        }
        if self.month:
            first, following = self.month.starts_at, self.month.following.starts_at
            counts["total"] = Count("pk", filter=Q(starts_at__gte=first, starts_at__lt=following))
            counts["before"] = Max("starts_at", filter=Q(starts_at__lt=first))
            counts["after"] = Min("starts_at", filter=Q(starts_at__gte=following))
        return listed.order_by().aggregate(**counts)

    @cached_property
    def phase(self):
        """The phase that the address asks for; without a word the first of coming, running and past that has any.

        None with a month, which goes through all of them.
        """
        if self.month:
            return None
        phase = self.request.GET.get("phase", "")
        if phase and phase not in Activity.Phase.values:
            raise Http404("odd phase")
        return phase or next((phase for phase in Activity.Phase.values if self.counts[phase]), Activity.Phase.UPCOMING)

    def get_listed(self):
        if self.month:
            activities = super().get_listed()
            return activities.filter(
                starts_at__gte=self.month.starts_at, starts_at__lt=self.month.following.starts_at
            ).order_by("starts_at", "pk")
        return getattr(super().get_listed(), self.phase)(self.at)

    def get_queryset(self):
        return self.get_listed().for_lists()

    @property
    def total(self):
        total = self.counts["total" if self.month else self.phase]
        return total, total

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
            "month": self.month,
            "months": self.months(),
            "past_url": self.address_of_phase(Activity.Phase.PAST) if self.counts[Activity.Phase.PAST] else None,
            "tabs": [
                {
                    "title": phase.label,
                    "count": self.counts[phase.value],
                    "url": self.address_of_phase(phase.value),
                    "is_current": phase.value == self.phase,
                }
                for phase in Activity.Phase
                if phase != Activity.Phase.CALLED_OFF or self.counts[phase] or phase == self.phase
            ],
        }

    def address_of_phase(self, phase):
        return self.address_with("phase", phase, without=["month"])

    def months(self):
        """Return where the months lead: the one that is shown with its neighbours that have activities, or this month."""
        if not self.month:
            return {"here": self.address_with("month", Month.of(self.at), without=["phase", "year"])}

        def neighbour(moment, beside):
            month = moment and Month.of(moment)
            return month and {
                "month": month,
                "url": self.address_with("month", month),
                "is_adjacent": month == beside,
            }

        return {
            "previous": neighbour(self.counts["before"], self.month.previous),
            "following": neighbour(self.counts["after"], self.month.following),
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
