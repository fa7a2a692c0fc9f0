"""Signing in, who is signed in, a lost password, and people's own account."""

import json
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import (
    LoginView,
    LogoutView,
    PasswordChangeView,
    PasswordResetCompleteView,
    PasswordResetConfirmView,
    PasswordResetDoneView,
    PasswordResetView,
)
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import FormView, TemplateView, UpdateView

from . import invitations, personal_data
from .forms import (
    TOO_MANY_ATTEMPTS,
    ChangePasswordForm,
    EraseForm,
    LostPasswordForm,
    NewPasswordForm,
    ProfileForm,
    SignInForm,
)
from .models import User

# Tells the script in the page's header that asking for the name is worth a request; it proves nothing and holds nothing.
SIGNED_IN_COOKIE = "signed_in"


class LimitedMixin:
    """Answer 429 where a form says that too much was tried (TOO_MANY_ATTEMPTS), and tell programs when to try again.

    The forms take the ``request``, whose address they count by.
    """

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "request": self.request}

    def form_invalid(self, form):
        response = super().form_invalid(form)
        for error in (error for errors in form.errors.as_data().values() for error in errors):
            if error.code == TOO_MANY_ATTEMPTS:
                response.status_code = HTTPStatus.TOO_MANY_REQUESTS
                response.headers["Retry-After"] = error.params["minutes"] * 60
        return response


class SignInView(LimitedMixin, LoginView):
    template_name = "accounts/login.html"
    form_class = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self):
        """Return the address of one's own page; staff have work to do and find it from the home page."""
        return reverse("home") if self.request.user.is_staff else super().get_default_redirect_url()

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


# -- A lost password --------------------------------------------------------------------------------------------------


@method_decorator(never_cache, name="dispatch")
class LostPasswordView(LimitedMixin, PasswordResetView):
    template_name = "accounts/lost_password.html"
    form_class = LostPasswordForm
    success_url = reverse_lazy("accounts:link_mailed")


class LinkMailedView(PasswordResetDoneView):
    template_name = "accounts/link_mailed.html"


class NewPasswordView(PasswordResetConfirmView):
    template_name = "accounts/new_password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("accounts:password_is_set")


class PasswordIsSetView(PasswordResetCompleteView):
    template_name = "accounts/password_is_set.html"


@method_decorator(never_cache, name="dispatch")
class InvitationView(FormView):
    """Set a first password by the link of an invitation, and be signed in."""

    template_name = "accounts/invitation.html"
    form_class = NewPasswordForm

    def dispatch(self, request, *args, **kwargs):
        self.user = invitations.invited_by(kwargs["token"])
        if self.user is None:
            return render(request, "accounts/invitation.html", {"is_dead": True}, status=HTTPStatus.NOT_FOUND)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.user}

    def form_valid(self, form):
        form.save()
        login(self.request, self.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect(settings.LOGIN_REDIRECT_URL)


# -- One's own account ------------------------------------------------------------------------------------------------


@method_decorator(never_cache, name="dispatch")
class ProfileView(LoginRequiredMixin, LimitedMixin, UpdateView):
    template_name = "accounts/profile.html"
    form_class = ProfileForm
    success_url = reverse_lazy("accounts:profile")

    def get_object(self):
        return User.objects.get(pk=self.request.user.pk)  # not request.user, which a refused form would change

    def form_valid(self, form):
        messages.success(self.request, _("Your details were saved."))
        return super().form_valid(form)


@method_decorator(never_cache, name="dispatch")
class ChangePasswordView(LimitedMixin, PasswordChangeView):
    template_name = "accounts/change_password.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("accounts:profile")

    def form_valid(self, form):
        messages.success(
            self.request, _("Your password was changed. Whoever else was signed in with it is signed out.")
        )
        return super().form_valid(form)


# -- One's own data ---------------------------------------------------------------------------------------------------


@method_decorator(never_cache, name="dispatch")
class PersonalDataView(LoginRequiredMixin, TemplateView):
    template_name = "accounts/personal_data.html"

    def get_context_data(self, **kwargs):
        kept = personal_data.export(self.request.user)
        counts = [(heading, len(rows)) for heading, rows in kept.items() if isinstance(rows, list)]
        return {**super().get_context_data(**kwargs), "counts": counts}


@never_cache
@login_required
@require_safe
def export_personal_data(request):
    """Answer with everything that is kept about the person, as a JSON file."""
    text = json.dumps(personal_data.export(request.user), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(True, _("my data") + ".json")
    return response


@method_decorator(never_cache, name="dispatch")
class EraseView(LoginRequiredMixin, LimitedMixin, FormView):
    """Delete one's own data and close the account, after the password was given."""

    template_name = "accounts/erase.html"
    form_class = EraseForm

    def form_valid(self, form):
        try:
            personal_data.erase(self.request.user, by=self.request.user)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        logout(self.request)
        response = render(self.request, "accounts/erased.html")
        response.delete_cookie(SIGNED_IN_COOKIE)
        return response
