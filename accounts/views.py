"""Signing in, who is signed in, a lost password, and people's own account."""

import json
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
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
    RedirectURLMixin,
)
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse, reverse_lazy
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import FormView, TemplateView, UpdateView

from . import invitations, personal_data, second_factor, sessions, totp, user_agents
from .forms import (
    TOO_MANY_ATTEMPTS,
    ChangePasswordForm,
    CodeForm,
    EraseForm,
    LostPasswordForm,
    NewPasswordForm,
    OwnPasswordForm,
    ProfileForm,
    SetUpSecondFactorForm,
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
        return home_of(self.request.user)

    def form_valid(self, form):
        return sign_in(self.request, form.get_user(), self.get_redirect_url())


def home_of(user):
    """Return the address of one's own page; staff have work to do and find it from the home page."""
    return reverse("home") if user.is_staff else resolve_url(settings.LOGIN_REDIRECT_URL)


def sign_in(request, user, target=""):
    """Sign ``user``, whose password was right, in and lead him to ``target`` (URL) or home; or to what must come before."""
    target = target or home_of(user)
    if not second_factor.begin(request, user):
        return redirect(with_next("accounts:code", target))
    if second_factor.is_required_of(user):
        target = with_next("accounts:second_factor", target)
    return remembering(request, redirect(target))


def with_next(name, target):
    return f"{reverse(name)}?{urlencode({'next': target})}"


def remembering(request, response):
    response.set_cookie(
        SIGNED_IN_COOKIE,
        "1",
        max_age=request.session.get_expiry_age(),
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


@method_decorator(never_cache, name="dispatch")
class CodeView(LimitedMixin, RedirectURLMixin, FormView):
    """The second step of signing in, for whom the first went well."""

    template_name = "accounts/code.html"
    form_class = CodeForm

    def dispatch(self, request, *args, **kwargs):
        self.person = second_factor.who_began(request)
        if self.person is None and not request.user.is_authenticated:
            return redirect(with_next("accounts:login", self.get_redirect_url()))
        if self.person is None:
            return redirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def get_default_redirect_url(self):
        return home_of(self.person or self.request.user)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "person": self.person}

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "next": self.get_redirect_url()}

    def form_valid(self, form):
        second_factor.complete(self.request, self.person, form.factor)
        return remembering(self.request, redirect(self.get_success_url()))


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

    def form_valid(self, form):
        with transaction.atomic():
            response = super().form_valid(form)
            sessions.end(self.user)
            self.user.note_change(self.user, "password")
        return response


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
        with transaction.atomic():
            self.user = form.save()
            self.user.note_change(self.user, "password")
        return sign_in(self.request, self.user)


# -- One's own account ------------------------------------------------------------------------------------------------


@method_decorator(never_cache, name="dispatch")
class ProfileView(LoginRequiredMixin, LimitedMixin, UpdateView):
    template_name = "accounts/profile.html"
    form_class = ProfileForm
    success_url = reverse_lazy("accounts:profile")

    def get_object(self):
        return User.objects.get(pk=self.request.user.pk)  # not request.user, which a refused form would change

    def form_valid(self, form):
        names = [name for name in form.changed_data if name in form.Meta.fields]
        with transaction.atomic():
            response = super().form_valid(form)
            if names:
                with translation.override(None):  # as the admin itself writes them
                    self.object.note_change(
                        self.object, *(str(User._meta.get_field(name).verbose_name) for name in names)
                    )
        messages.success(self.request, _("Your details were saved."))
        return response


@method_decorator(never_cache, name="dispatch")
class ChangePasswordView(LimitedMixin, PasswordChangeView):
    template_name = "accounts/change_password.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("accounts:profile")

    def form_valid(self, form):
        with transaction.atomic():
            response = super().form_valid(form)
            sessions.end(self.request.user, but=self.request.session.session_key)
            self.request.user.note_change(self.request.user, "password")
        messages.success(
            self.request, _("Your password was changed. Whoever else was signed in with it is signed out.")
        )
        return response


# -- The second factor ------------------------------------------------------------------------------------------------


@method_decorator(never_cache, name="dispatch")
class SecondFactorView(LoginRequiredMixin, LimitedMixin, RedirectURLMixin, FormView):
    """Set up the second factor; or, once there is one, what can be done about it."""

    form_class = SetUpSecondFactorForm
    next_page = reverse_lazy("accounts:second_factor")

    def dispatch(self, request, *args, **kwargs):
        self.factor = second_factor.of(request.user) if request.user.is_authenticated else None
        if self.factor and not second_factor.is_passed(request.session, request.user):
            return redirect(with_next("accounts:code", self.get_success_url()))
        if self.factor and request.method == "POST":  # sent twice
            return redirect("accounts:second_factor")
        return super().dispatch(request, *args, **kwargs)

    def get_template_names(self):
        return ["accounts/second_factor.html" if self.factor else "accounts/set_up_second_factor.html"]

    def get_context_data(self, **kwargs):
        context = {
            **super().get_context_data(**kwargs),
            "is_required": second_factor.is_required_of(self.request.user),
            "next": self.get_redirect_url(),
        }
        if self.factor:
            return {**context, "factor": self.factor, "codes_left": self.factor.recovery_codes.count()}
        secret = second_factor.secret_of(self.seed())
        letters = totp.in_letters(secret)
        return {
            **context,
            "address": totp.address_of(secret, urlsplit(settings.PORTAL_URL).hostname, self.request.user.username),
            "letters": " ".join(letters[start : start + 4] for start in range(0, len(letters), 4)),
        }

    def seed(self):
        session = self.request.session
        if second_factor.SEED not in session:
            session[second_factor.SEED] = second_factor.new_seed()
        return session[second_factor.SEED]

    def form_valid(self, form):
        session = self.request.session
        try:
            factor, codes = second_factor.set_up(
                form.owner, self.seed(), form.cleaned_data["code"], session_key=session.session_key
            )
        except second_factor.WrongCode:
            form.add_error("code", _("The code is wrong. Please enter the one that the app shows now."))
            return self.form_invalid(form)
        del session[second_factor.SEED]
        second_factor.mark_passed(self.request, factor)
        return show_codes(self.request, codes, self.get_redirect_url())


def show_codes(request, codes, target=""):
    """Answer with recovery codes, which are shown this once; ``target``: where to go afterwards."""
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": target})


class OwnSecondFactorView(LoginRequiredMixin, LimitedMixin, FormView):
    """What is done about one's second factor, after the password was given; without one there is nothing to do."""

    form_class = OwnPasswordForm

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not second_factor.is_passed(request.session, request.user):
            return redirect("accounts:second_factor")
        return super().dispatch(request, *args, **kwargs)


@method_decorator(never_cache, name="dispatch")
class RenewCodesView(OwnSecondFactorView):
    template_name = "accounts/renew_codes.html"

    def form_valid(self, form):
        codes = second_factor.renew_codes(form.owner)
        return show_codes(self.request, codes) if codes else redirect("accounts:second_factor")


@method_decorator(never_cache, name="dispatch")
class RemoveSecondFactorView(OwnSecondFactorView):
    template_name = "accounts/remove_second_factor.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and second_factor.is_required_of(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        second_factor.remove(form.owner, by=form.owner)
        messages.success(self.request, _("Two-step verification is off."))
        return redirect("accounts:second_factor")


# -- Where one is signed in -------------------------------------------------------------------------------------------


@method_decorator(never_cache, name="dispatch")
class SessionListView(LoginRequiredMixin, TemplateView):
    template_name = "accounts/session_list.html"

    def get_context_data(self, **kwargs):
        here = self.request.session.session_key
        rows = [
            {
                "number": sessions.number_of(row),
                "device": user_agents.in_words(row.agent),
                "address": row.address,
                "created_at": row.created_at,
                "last_used_at": row.last_used_at,
                "is_here": row.session_key == here,
            }
            for row in sessions.of(self.request.user)
        ]
        rows.sort(key=lambda row: not row["is_here"])
        return {**super().get_context_data(**kwargs), "sessions": rows}


@never_cache
@login_required
@require_POST
def end_session(request):
    """Sign out one device of the person, by its number; or all but this one, without."""
    number, here = request.POST.get("number"), request.session.session_key
    ended = 0
    with transaction.atomic():
        if number is None:
            ended = sessions.end(request.user, but=here)
        else:
            for row in sessions.of(request.user):
                if row.session_key != here and constant_time_compare(sessions.number_of(row), number):
                    row.delete()
                    ended = 1
        if ended:
            request.user.note_change(request.user, gettext_noop("sessions"))
    text = ngettext("%(count)d device was signed out.", "%(count)d devices were signed out.", ended) % {"count": ended}
    messages.success(request, text if ended else _("This device was signed out already."))
    return redirect("accounts:session_list")


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
