"""What concerns every request of somebody who is signed in."""

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject

from . import second_factor, sessions


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


class SecondFactorMiddleware:
    """Take all permissions from staff, for this request, who have not shown their second factor in this session.

    The admin leads them to the page where they do (PortalAdminSite); whatever else asks for a permission refuses.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SECOND_FACTOR_REQUIRED_FOR_STAFF:
            user = request.user
            request.user = SimpleLazyObject(lambda: self.marked(request, user))
        return self.get_response(request)

    def marked(self, request, user):
        """Return ``user``, marked if he must prove who he is; asked for only if somebody looks at who is signed in."""
        if user.is_authenticated and second_factor.is_required_of(user):
            user.must_prove_identity = not second_factor.is_passed(request.session, user)
        return user


class SessionUseMiddleware:
    """Keep up when and from where sessions are used, for the people they are of."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.session.accessed and SESSION_KEY in request.session:
            sessions.note_use(request)
        return response
