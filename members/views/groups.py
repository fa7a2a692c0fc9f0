"""Member groups (会员大组): what each is, who belongs to it, and what it has coming."""

from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from publishing import parts, subjects

from ..models import Activity, MemberGroup, Organisation
from .organisations import name_council_role

ACTIVITIES_SHOWN = 5
NOTICES_SHOWN = 5
ORGANISATIONS_SHOWN = 60


@require_safe
def group_list(request):
    context = {
        "groups": MemberGroup.objects.with_counts(),
        "trail": [*trail_to_directory(), (_("Member groups"), None)],
    }
    return render(request, "members/organisations/group_list.html", context)


@require_safe
def group_page(request, pk):
    """Show a group with its organisations and, as far as the reader may see them, its activities and notices."""
    group = get_object_or_404(MemberGroup, pk=pk)
    at = timezone.now()
    activities = Activity.objects.listed(request.user, at).filter(member_group=group)
    organisations = Organisation.objects.in_directory().filter(member_group=group)
    shown = organisations.with_council_role().order_by("council_rank", "name", "pk")[:ORGANISATIONS_SHOWN]
    for organisation in shown:
        name_council_role(organisation)
    context = {
        "group": group,
        "organisations": shown,
        "organisation_count": organisations.count(),
        "activities": parts.with_labels(activities.upcoming(at).for_lists()[:ACTIVITIES_SHOWN]),
        "reports": parts.with_labels(activities.past(at).for_lists()[:ACTIVITIES_SHOWN]),
        "notices": notices_of(group, request.user, at),
        "trail": [
            *trail_to_directory(),
            (_("Member groups"), reverse("organisations:group_list")),
            (group.name, None),
        ],
    }
    return render(request, "members/organisations/group_detail.html", context)


def notices_of(group, user, at):
    """Return the newest notices that ``user`` may see and that are reserved for ``group`` or carry its name as a label."""
    model = subjects.model_for("notices")
    of_group = Q(dossier__readers__of_members__member_group=group) | Q(dossier__labels__name=group.name)
    found = model.objects.filter(of_group).values("pk")
    return parts.with_labels(model.objects.listed(user, at).filter(pk__in=found).for_lists()[:NOTICES_SHOWN])


def trail_to_directory():
    return [
        (_("Home"), reverse("home")),
        (_("Directory of members"), reverse("organisations:organisation_list")),
    ]
