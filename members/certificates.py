"""The codes on certificates, which lead everybody to a page that says whether they hold: of membership, of attendance."""

from django.core import signing
from django.urls import reverse

MEMBERSHIP = signing.Signer(salt="members.certificates")
ATTENDANCE = signing.Signer(salt="members.certificates.attendance")


def code_of(organisation):
    """Return the code (str) for ``organisation``: always the same, and not to be guessed for another."""
    return MEMBERSHIP.sign(str(organisation.pk))


def number_in(code):
    """Return the primary key (int) of the organisation that ``code`` (str, as typed) was made for; signing.BadSignature if none."""
    return int(MEMBERSHIP.unsign(code))


def address_of(organisation, request):
    """Return the whole address of the page that checks the certificate of ``organisation``."""
    return request.build_absolute_uri(reverse("organisations:check", args=[code_of(organisation)]))


def attendance_code_of(sign_up):
    """Return the code (str) for the attendance that ``sign_up`` tells of."""
    return ATTENDANCE.sign(str(sign_up.pk))


def sign_up_in(code):
    """Return the primary key (int) of the sign-up that ``code`` (str, as typed) was made for; signing.BadSignature if none."""
    return int(ATTENDANCE.unsign(code))


def attendance_address_of(sign_up, request):
    """Return the whole address of the page that checks the attendance of ``sign_up``."""
    return request.build_absolute_uri(reverse("organisations:check_attendance", args=[attendance_code_of(sign_up)]))
