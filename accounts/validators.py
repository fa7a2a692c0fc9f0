"""What a password must be."""

from django.contrib.auth.password_validation import MinimumLengthValidator as PackagedMinimumLengthValidator
from django.utils.translation import ngettext


class MinimumLengthValidator(PackagedMinimumLengthValidator):
    """Django's own, in words that are translated: its catalogue for Chinese lacks the sentence of 5.2."""

    def get_error_message(self):
        return ngettext(
            "The password is too short: it needs at least %(min_length)d character.",
            "The password is too short: it needs at least %(min_length)d characters.",
            self.min_length,
        )
