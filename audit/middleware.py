"""Where a request comes from, for the entries that it writes."""

from contextvars import ContextVar
from ipaddress import ip_address

_origin = ContextVar("origin", default="")


def origin():
    """Return the IP address (str, as Python's ipaddress spells it) of the request in work, empty outside of one."""
    return _origin.get()


class OriginMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = _origin.set(address_of(request))
        try:
            return self.get_response(request)
        finally:
            _origin.reset(token)


def address_of(request):
    """Return the IP address (str) that ``request`` came from (REMOTE_ADDR), empty if that is none."""
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", "").strip())
    except ValueError:
        return ""
    # A socket for both families names IPv4 addresses in the manner of IPv6.
    return str(getattr(address, "ipv4_mapped", None) or address).partition("%")[0]
