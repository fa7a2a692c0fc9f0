"""Signing in, and who is signed in."""

from http import HTTPStatus

from django.contrib.auth.views import LoginView, LogoutView
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.views.decorators.cache import never_cache

from .forms import SignInForm

# Tells the script in the page's header that asking for the name is worth a request; it proves nothing and holds nothing.
SIGNED_IN_COOKIE = "signed_in"


class SignInView(LoginView):
    template_name = "accounts/login.html"
    form_class = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form):
        response = super().form_valid(form)
        response.set_cookie(
            SIGNED_IN_COOKIE,
            "1",
            max_age=self.request.session.get_expiry_age(),
            samesite="Lax",
            secure=self.request.is_secure(),
        )
        return response

    def form_invalid(self, form):
        response = super().form_invalid(form)
        if form.minutes_left:
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
            response.headers["Retry-After"] = form.minutes_left * 60
        return response


class SignOutView(LogoutView):
    def post(self, request, *args, **kwargs):
        response = super().post(request, *args, **kwargs)
        response.delete_cookie(SIGNED_IN_COOKIE)
        return response


@never_cache
def signed_in_as(request):
    """Tell the script in the page's header who is signed in; the page itself is the same for all."""
    user = request.user
    if not user.is_authenticated:
        response = JsonResponse({"name": None})
        response.delete_cookie(SIGNED_IN_COOKIE)  # the session has ended without a sign-out
        return response
    return JsonResponse(
        {
            "number": user.pk,
            "name": user.get_short_name(),
            "is_staff": user.is_staff,
            "admin_url": reverse("admin:index") if user.is_staff else None,
            "logout_url": reverse("accounts:logout"),
            "csrf_token": get_token(request),
        }
    )
