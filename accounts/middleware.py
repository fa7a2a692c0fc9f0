"""What was made for somebody who is signed in."""

from django.contrib.auth import SESSION_KEY
from django.utils.cache import patch_cache_control


class PrivateWhileSignedInMiddleware:
    """Keep pages that may hold items for reader groups out of shared caches, and out of the browser's after signing out.

    Files and views that say themselves how they may be kept are left alone.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        # A page for which nobody looked at the session is the same for all.
        if not response.has_header("Cache-Control") and request.session.accessed and SESSION_KEY in request.session:
            patch_cache_control(response, private=True, no_cache=True)
        return response
