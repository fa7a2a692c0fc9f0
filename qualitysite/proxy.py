"""Where a request comes from, when it comes through our own proxy."""

from ipaddress import ip_address

from django.conf import settings


class ForwardedAddressMiddleware:
    """Behind a proxy, put the visitor's address in the place of the proxy's: REMOTE_ADDR is what every room reads.

    It is the last address in X-Forwarded-For, the one which our own proxy has added: whatever stands before it came with
    the request and can be anything. Without a proxy the header is never looked at.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.BEHIND_PROXY:
            forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
            if is_address(forwarded):
                request.META["REMOTE_ADDR"] = forwarded
        return self.get_response(request)


def is_address(text):
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
