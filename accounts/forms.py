"""Signing in, a lost password, and what people change themselves about their account."""

from contextlib import contextmanager

from django import forms
from django.contrib.auth.forms import (
    AuthenticationForm,
    PasswordChangeForm,
    PasswordResetForm,
    SetPasswordForm,
    UsernameField,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from . import limits, personal_data, second_factor, tasks
from .models import User

TOO_MANY_ATTEMPTS = "too_many_attempts"
PASSWORD_HINT = _("At least ten characters, not digits alone, and nothing that is easily guessed.")


@contextmanager
def one_password_for(request, name):
    """Count one password that is tried for ``name``; within, ValidationError says that it was wrong.

    Raise ValidationError (code TOO_MANY_ATTEMPTS, with ``minutes``) before anything is tried, if it may not be.
    """
    counters = limits.for_passwords(request, name)
    try:
        limits.count(counters)
    except limits.TooManyAttempts as error:
        minutes = error.minutes_left()
        text = ngettext(
            "Too many attempts with a wrong password. Please wait %(minutes)d minute and try again.",
            "Too many attempts with a wrong password. Please wait %(minutes)d minutes and try again.",
            minutes,
        )
        raise ValidationError(text, code=TOO_MANY_ATTEMPTS, params={"minutes": minutes}) from error
    yield
    limits.forgive(counters)


class SignInForm(AuthenticationForm):
    """Name and password; one answer for an unknown name, a wrong password and a closed account."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("The name or the password is wrong. Please check both and try again."),
    }
    error_messages["inactive"] = error_messages["invalid_login"]
    username = UsernameField(
        label=_("User name, e-mail or mobile phone"),
        widget=forms.TextInput(attrs={"autofocus": True}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        longest = User._meta.get_field("email").max_length
        self.fields["username"].max_length = self.fields["username"].widget.attrs["maxlength"] = longest

    def clean(self):
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if name is None or not password:
            return self.cleaned_data
        with one_password_for(self.request, name):
            return super().clean()


class LostPasswordForm(PasswordResetForm):
    """An e-mail address; a job mails the link, so that answer and time are the same whether it is anybody's or not."""

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["email"].label = _("E-mail address of your account")

    def clean(self):
        if email := self.cleaned_data.get("email"):
            try:
                limits.count(limits.for_resets(self.request, email))
            except limits.TooManyAttempts as error:
                minutes = error.minutes_left()
                text = ngettext(
                    "Too many requests. Please wait %(minutes)d minute and try again.",
                    "Too many requests. Please wait %(minutes)d minutes and try again.",
                    minutes,
                )
                raise ValidationError(text, code=TOO_MANY_ATTEMPTS, params={"minutes": minutes}) from error
        return self.cleaned_data

    def save(self, **options):
        tasks.mail_link_to_new_password.enqueue(self.cleaned_data["email"])


class NewPasswordForm(SetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_HINT
        self.fields["new_password2"].help_text = ""


class ChangePasswordForm(PasswordChangeForm):
    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["new_password1"].help_text = PASSWORD_HINT
        self.fields["new_password2"].help_text = ""

    def clean_old_password(self):
        with one_password_for(self.request, self.user.username):
            return super().clean_old_password()


class AsksPasswordMixin(forms.Form):
    """A form that the owner of the account fills in: it asks for his password. ``owner``: that User."""

    current_password = forms.CharField(
        label=_("Your password"),
        help_text=_("To show that it is you who makes the change."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_current_password(self):
        password = self.cleaned_data["current_password"]
        with one_password_for(self.request, self.owner.username):
            if not self.owner.check_password(password):
                raise ValidationError(_("The password is wrong."))
        return password


class ProfileForm(AsksPasswordMixin, forms.ModelForm):
    """Name, e-mail and phone. The password is asked for: whoever changes the address can get a new password there."""

    class Meta:
        model = User
        fields = ["name", "email", "phone"]
        help_texts = {
            "email": _("You can sign in with it, and get a new password there."),
            "phone": _("You can sign in with it."),
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        }

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        self.owner = self.instance
        self.fields["name"].required = True


class EraseForm(AsksPasswordMixin):
    """The last word before an account and its data go."""

    is_understood = forms.BooleanField(label=_("I understand that this cannot be undone."))
    field_order = ["is_understood", "current_password"]

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        self.owner = User.objects.get(pk=request.user.pk)

    def clean(self):
        personal_data.raise_for_staff(self.owner)
        return super().clean()


# -- The second factor ------------------------------------------------------------------------------------------------


class OwnPasswordForm(AsksPasswordMixin):
    """A change that asks for nothing but the owner's password."""

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        self.owner = User.objects.get(pk=request.user.pk)


class CodeFieldMixin(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=second_factor.DIGITS_TYPED,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class SetUpSecondFactorForm(CodeFieldMixin, OwnPasswordForm):
    field_order = ["code", "current_password"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code that the app shows")


class CodeForm(CodeFieldMixin):
    """The second step of signing in. Valid: the code is spent, and ``factor`` is the SecondFactor that was passed."""

    factor = None

    def __init__(self, *args, request, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.request, self.person = request, person
        self.fields["code"].widget.attrs["autofocus"] = True
        self.fields["code"].help_text = _("Six digits from your authenticator app, or one of your recovery codes.")

    def clean_code(self):
        code = self.cleaned_data["code"]
        try:
            self.factor = second_factor.check(self.request, self.person, code)
        except second_factor.WrongCode as error:
            raise ValidationError(_("The code is wrong or was used already. Please enter the newest one.")) from error
        except limits.TooManyAttempts as error:
            minutes = error.minutes_left()
            text = ngettext(
                "Too many wrong codes. Please wait %(minutes)d minute and try again.",
                "Too many wrong codes. Please wait %(minutes)d minutes and try again.",
                minutes,
            )
            raise ValidationError(text, code=TOO_MANY_ATTEMPTS, params={"minutes": minutes}) from error
        return code
