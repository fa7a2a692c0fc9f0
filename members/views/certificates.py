"""Certificates of membership and of attendance, for those they tell of, and the pages on which everybody checks them."""

from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import certificates
from ..models import Organisation, SignUp


@never_cache
@login_required
@require_safe
def certificate(request):
    """Show the certificate of the organisation that the reader serves; ``?organisation=`` chooses among several."""
    organisations = list(Organisation.objects.served_by(request.user).with_membership())
    chosen = request.GET.get("organisation")
    if chosen is None:
        organisation = next(iter(organisations), None)
    else:
        organisation = next((one for one in organisations if str(one.pk) == chosen), None)
        if organisation is None:
            raise Http404("not an organisation of the reader's")
    context = {
        "organisation": organisation,
        "organisations": organisations,
        "is_valid": organisation is not None and organisation.standing == Organisation.Standing.MEMBER,
        "address": certificates.address_of(organisation, request) if organisation else "",
        "trail": [(_("Home"), reverse("home")), (_("Member certificate"), None)],
    }
    return render(request, "members/organisations/certificate.html", context)


@never_cache
@require_safe
def check(request, code):
    """Say whether the membership that a certificate tells of holds: name, level, number and days, nothing else."""
    organisation = None
    try:
        pk = certificates.number_in(code)
    except BadSignature:
        pass
    else:
        organisation = Organisation.objects.filter(pk=pk).with_membership().first()
    context = {
        "organisation": organisation,
        "trail": [(_("Home"), reverse("home")), (_("Checking a certificate"), None)],
    }
    status = 200 if organisation else 404
    return render(request, "members/organisations/check.html", context, status=status)


# -- Attendance -------------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_safe
def attendance(request, pk):
    """Show the certificate of attendance of one's own sign-up ``pk``; 404 where none is given."""
    rows = SignUp.objects.certified().select_related("activity", "person", "organisation")
    sign_up = get_object_or_404(rows, pk=pk, person=request.user)
    context = {
        "sign_up": sign_up,
        "address": certificates.attendance_address_of(sign_up, request),
        "trail": [
            (_("Home"), reverse("home")),
            (_("My page"), reverse("mine:home")),
            (_("Certificate of attendance"), None),
        ],
    }
    return render(request, "members/attendance.html", context)


@never_cache
@require_safe
def check_attendance(request, code):
    """Say whom a certificate of attendance was given to, for which activity and how many hours."""
    sign_up = None
    try:
        pk = certificates.sign_up_in(code)
    except BadSignature:
        pass
    else:
        rows = SignUp.objects.certified().select_related("activity", "person", "organisation")
        sign_up = rows.filter(pk=pk, person__isnull=False).first()
    context = {
        "sign_up": sign_up,
        "trail": [(_("Home"), reverse("home")), (_("Checking a certificate"), None)],
    }
    return render(request, "members/check_attendance.html", context, status=200 if sign_up else 404)
