"""Reading aids that a reader chooses once: the size of the text, kept in a cookie."""

from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers
from django.utils.http import escape_leading_slashes

SIZES = ("biaozhun", "da", "teda")
COOKIE, PARAMETER = "zihao", "zihao"
ONE_YEAR_SECONDS = 365 * 24 * 60 * 60


class ReadingSizeMiddleware:
    """Set ``request.reading_size``; turn ``?zihao=da`` into the cookie, so that the choice works without a script."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        chosen = request.GET.get(PARAMETER)
        if chosen in SIZES and request.method == "GET":
            remaining = request.GET.copy()
            del remaining[PARAMETER]
            query = remaining.urlencode()
            response = redirect(escape_leading_slashes(request.path) + (f"?{query}" if query else ""))
            response.set_cookie(COOKIE, chosen, max_age=ONE_YEAR_SECONDS, samesite="Lax", secure=request.is_secure())
            return response
        size = request.COOKIES.get(COOKIE)
        request.reading_size = size if size in SIZES else SIZES[0]
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie"])  # missing pages too, for which nobody looks at the session
        return response
