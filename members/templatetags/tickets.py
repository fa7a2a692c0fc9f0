"""What a ticket shows of a sign-up."""

from django import template

from .. import check_in

register = template.Library()


@register.filter
def ticket_code(sign_up):
    """Return the code of ``sign_up`` (SignUp), to be read out or typed: "02F-7K3-M9P"."""
    return check_in.code_of(sign_up)


@register.filter
def ticket_address(sign_up):
    """Return what the QR code of ``sign_up`` holds."""
    return check_in.address_of(sign_up)
