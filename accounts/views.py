"""Signing in, and who is signed in."""

from django.contrib.auth.views import LoginView
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.views.decorators.cache import never_cache


class SignInView(LoginView):
    template_name = "accounts/login.html"
    redirect_authenticated_user = True


@never_cache
def signed_in_as(request):
    """Tell the script in the page's header who is signed in; the page itself is the same for all."""
    user = request.user
    if not user.is_authenticated:
        return JsonResponse({"name": None})
    return JsonResponse(
        {
            "name": user.get_short_name(),
            "is_staff": user.is_staff,
            "admin_url": reverse("admin:index") if user.is_staff else None,
            "logout_url": reverse("accounts:logout"),
            "csrf_token": get_token(request),
        }
    )
