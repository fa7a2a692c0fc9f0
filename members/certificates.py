"""The code on a member's certificate, which leads everybody to the page that says whether it still holds."""

from django.core import signing
from django.urls import reverse

SALT = "members.certificates"


def code_of(organisation):
    """Return the code (str) for ``organisation``: always the same, and not to be guessed for another."""
    return signing.Signer(salt=SALT).sign(str(organisation.pk))


def number_in(code):
    """Return the primary key (int) of the organisation that ``code`` (str, as typed) was made for; signing.BadSignature if none."""
    return int(signing.Signer(salt=SALT).unsign(code))


def address_of(organisation, request):
    """Return the whole address of the page that checks the certificate of ``organisation``."""
    return request.build_absolute_uri(reverse("organisations:check", args=[code_of(organisation)]))
