from django import forms
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from . import limits
from .models import User


class SignInForm(AuthenticationForm):
    """Name and password; one answer for an unknown name, a wrong password and a closed account.

    ``minutes_left``: for how long (int) nothing may be tried, or None; then the password was not looked at.
    """

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("The name or the password is wrong. Please check both and try again."),
    }
    error_messages["inactive"] = error_messages["invalid_login"]
    username = UsernameField(
        label=_("User name, e-mail or mobile phone"),
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    minutes_left = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        longest = User._meta.get_field("email").max_length
        self.fields["username"].max_length = self.fields["username"].widget.attrs["maxlength"] = longest

    def clean(self):
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if name is None or not password:
            return self.cleaned_data
        counters = limits.for_passwords(self.request, name)
        try:
            limits.count(counters)
        except limits.TooManyAttempts as error:
            self.minutes_left = error.minutes_left()
            raise too_many_passwords(self.minutes_left) from error
        cleaned_data = super().clean()
        limits.forgive(counters)
        return cleaned_data


def too_many_passwords(minutes):
    """Return the ValidationError that says to wait for ``minutes``."""
    text = ngettext(
        "Too many attempts with a wrong password. Please wait %(minutes)d minute and try again.",
        "Too many attempts with a wrong password. Please wait %(minutes)d minutes and try again.",
        minutes,
    )
    return ValidationError(text, code="too_many_attempts", params={"minutes": minutes})
