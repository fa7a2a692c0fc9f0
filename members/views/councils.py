"""The council, told from its terms and seats."""

from itertools import groupby

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ..models import CouncilSeat, CouncilTerm, Organisation


@require_safe
def council_page(request, number=None):
    """Show the running term, or the term ``number`` that has begun. Who sits on a council is public, in the directory or not."""
    today = timezone.localdate()
    begun = list(CouncilTerm.objects.filter(first_on__lte=today))
    running = CouncilTerm.objects.current(today).first()
    if number is None:
        term = running
    else:
        term = next((term for term in begun if term.number == number), None)
        if term is None:
            raise Http404("no such term")
    trail = [
        (_("Home"), reverse("home")),
        (_("Directory of members"), reverse("organisations:organisation_list")),
        (_("Council"), reverse("organisations:council") if number else None),
    ]
    if number:
        trail.append((str(term), None))
    context = {
        "term": term,
        "running": running,
        "roles": roles_of(term) if term else [],
        "other_terms": [other for other in begun if other != term],
        "trail": trail,
    }
    return render(request, "members/organisations/council.html", context)


def roles_of(term):
    """Return [(name of the role, [CouncilSeat])] of ``term`` by rank; ``is_listed``: the directory has a page of it."""
    listed = Organisation.objects.in_directory().filter(pk=OuterRef("organisation"))
    seats = term.seats.by_rank().select_related("organisation").annotate(is_listed=Exists(listed))
    return [(CouncilSeat.Role(role).label, list(group)) for role, group in groupby(seats, lambda seat: seat.role)]
