"""The form of a notice: its number is typed as people write it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.forms import PublishableForm

from .document_numbers import DocumentNumber
from .models import Notice


class NoticeForm(PublishableForm):
    document_number = forms.CharField(label=_("document number"), max_length=60, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "document_number" in self.fields:
            self.initial["document_number"] = str(self.instance.document_number or "")
            self.fields["document_number"].help_text = self._next_numbers()

    def _next_numbers(self):
        numbers = Notice.objects.next_numbers(timezone.localdate().year)
        if not numbers:
            return _("Such as 沪质协〔2025〕28号; any brackets will do.")
        return _("Next number: %(numbers)s. Any brackets will do.") % {"numbers": ", ".join(map(str, numbers))}

    def clean_document_number(self):
        typed = self.cleaned_data["document_number"]
        if not typed:
            return None
        try:
            number = DocumentNumber.parse(typed)
        except ValueError as error:
            raise ValidationError(
                _("A document number has an issuer code, a year and a serial number, such as 沪质协〔2025〕28号.")
            ) from error
        holder = Notice.objects.with_number(number).exclude(pk=self.instance.pk).first()
        if holder:
            is_known = holder.published_at or self.user is None or self.user.has_perm("notices.view_notice", holder)
            if not is_known:  # a draft of another column
                raise ValidationError(_("This document number is already taken."))
            raise ValidationError(_("“%(title)s” already has this document number.") % {"title": holder})
        return number

    def clean(self):
        super().clean()
        if "document_number" in self.cleaned_data:
            self.instance.document_number = self.cleaned_data["document_number"]
