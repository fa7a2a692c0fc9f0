"""Where a request comes from, for the entries that it writes."""

from contextvars import ContextVar
from ipaddress import ip_address

from django.conf import settings

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
    """Return the IP address (str) that ``request`` came from, empty if nothing sound tells it.

    Behind a proxy that is the last address in X-Forwarded-For, the one which our own proxy has added: whatever stands
    before it came with the request and can be anything.
    """
    candidates = [request.META.get("REMOTE_ADDR", "")]
    if settings.BEHIND_PROXY:
        candidates.insert(0, request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2])
    for text in candidates:
        try:
            address = ip_address(text.strip())
        except ValueError:
            continue
        # A socket for both families names IPv4 addresses in the manner of IPv6.
        return str(getattr(address, "ipv4_mapped", None) or address).partition("%")[0]
    return ""
