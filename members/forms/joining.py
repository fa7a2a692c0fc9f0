"""The forms of people who want to join: the application, and the number and code that open it again."""

import uuid
from datetime import timedelta

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import limits
from accounts.forms import TOO_MANY_ATTEMPTS
from accounts.names import folded

from ..models import CONFIRM_WITHIN, Application, ApplicationVersion, MemberGroup
from .enclosures import EnclosuresField

MOST_ATTACHMENTS = 5
HOUR = timedelta(hours=1)

# An office shares one address, and a form may be refused a few times before it is complete.
FORMS_BY_NETWORK = limits.Limit("applications by network", free=30, memory=HOUR)
MAILS_BY_ADDRESS = limits.Limit("mails of applications by address", free=3, memory=HOUR)
CODES_BY_NETWORK = limits.Limit("codes of applications by network", free=30, memory=HOUR)
CODES_BY_NUMBER = limits.Limit("codes of applications by number", free=5, memory=timedelta(days=1))


def for_mails(request, email):
    """Return what a mail with a link to ``email`` (str), an address that nobody has confirmed, counts against."""
    return [limits.Counter(MAILS_BY_ADDRESS, (limits.network_of(request), folded(email)))]


def count_or_refuse(counters):
    """Count one attempt by ``counters``; ValidationError (code TOO_MANY_ATTEMPTS) if it may not be made."""
    try:
        limits.count(counters)
    except limits.TooManyAttempts as error:
        minutes = error.minutes_left()
        text = ngettext(
            "Too many requests. Please wait %(minutes)d minute and try again.",
            "Too many requests. Please wait %(minutes)d minutes and try again.",
            minutes,
        )
        raise ValidationError(text, code=TOO_MANY_ATTEMPTS, params={"minutes": minutes}) from error


def how_long_kept():
    """Return the sentence (str) on how long what an applicant sends is kept."""
    return _(
        "If you do not confirm the address within %(confirm)d days, what you sent is deleted; if nothing comes of the "
        "application, %(days)d days afterwards."
    ) % {"confirm": CONFIRM_WITHIN.days, "days": settings.APPLICATION_DATA_DAYS}


class ApplicationForm(forms.ModelForm):
    """What an applicant sends. ``request``: whose address is counted, before any file is stored."""

    website = forms.URLField(
        label=_("website"),
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    licence = EnclosuresField(
        label=_("copy of the business licence"), help_text=_("A photo, a scan or a PDF, up to 20 MB.")
    )
    attachments = EnclosuresField(
        label=_("further files"),
        help_text=_("Up to five: for example an introduction, certificates of quality management."),
        most=MOST_ATTACHMENTS,
        required=False,
    )
    is_agreed = forms.BooleanField(
        label=_(
            "I act for this organisation, and agree that the association uses these data to decide on the application "
            "and to keep its list of members."
        )
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    base = forms.IntegerField(widget=forms.HiddenInput, required=False)

    SECTIONS = (
        (_("The organisation"), ("name", "credit_code", "district", "address", "website", "member_group")),
        (_("What it does"), ("business", "motive")),
        (_("The contact person"), ("contact_name", "contact_post", "contact_phone", "contact_email")),
        (_("Files"), ("licence", "attachments")),
    )

    class Meta:
        model = ApplicationVersion
        fields = ApplicationVersion.CONTENT
        labels = {"member_group": _("member group that you would like to belong to")}
        help_texts = {
            "name": _("As it stands on the business licence."),
            "credit_code": _("18 characters, on the business licence."),
            "contact_phone": _("Mobile phone, or a number with area code, digits only."),
            "contact_email": _("We mail you a link to confirm it, and how the application goes."),
            "member_group": _("Leave it open if you do not know yet."),
        }
        widgets = {
            "business": forms.Textarea(attrs={"rows": 4}),
            "motive": forms.Textarea(attrs={"rows": 4}),
            "contact_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "contact_phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
            "contact_email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    def __init__(self, *args, request, version=None, **kwargs):
        """version: the ApplicationVersion that is mended, or None for a new application."""
        initial = {"submission": uuid.uuid4()}
        if version:
            initial = {
                **{name: getattr(version, name) for name in version.CONTENT},
                "licence": [version.licence],
                "attachments": list(version.attachments.all()),
                "base": version.number,
            }
        super().__init__(*args, initial=initial, **kwargs)
        self.request, self.version = request, version
        self.fields["member_group"].queryset = MemberGroup.objects.all()
        self.fields["member_group"].empty_label = _("not decided")
        self.fields["is_agreed"].help_text = how_long_kept()
        if version:  # the address was confirmed, and where an account goes is not changed by who merely has a code
            self.fields["contact_email"].disabled = True
            self.fields["contact_email"].help_text = _("It is confirmed and cannot be changed here.")

    @property
    def sections(self):
        """[(heading, [bound field])] for the template."""
        return [(heading, [self[name] for name in names]) for heading, names in self.SECTIONS]

    is_held_up = False  # too much was sent from there: nothing is looked at, and nothing that was typed is lost

    def _clean_fields(self):
        """Count before any file is stored, since each that is refused is stored as well."""
        try:
            count_or_refuse([limits.Counter(FORMS_BY_NETWORK, (limits.network_of(self.request),))])
        except ValidationError as error:
            self.is_held_up = True
            self.add_error(None, error)
            for name in ("licence", "attachments"):
                field = self.fields[name]
                field.widget.kept = field.kept_of(self._widget_data_value(field.widget, self.add_prefix(name)))
        else:
            super()._clean_fields()

    def _post_clean(self):
        if self.is_held_up:
            return
        super()._post_clean()
        if not self.errors and self.version is None:
            try:
                count_or_refuse(for_mails(self.request, self.cleaned_data["contact_email"]))
            except ValidationError as error:
                self.add_error(None, error)

    def clean_contact_phone(self):
        return folded(self.cleaned_data["contact_phone"])

    def clean_submission(self):
        return self.cleaned_data["submission"] or uuid.uuid4()

    @property
    def content(self):
        """{field of ApplicationVersion: value}, as it is recorded."""
        return {name: self.cleaned_data[name] for name in ApplicationVersion.CONTENT}

    @property
    def enclosures(self):
        """The licence (Enclosure) and the further files (list of Enclosure)."""
        return self.cleaned_data["licence"][0], self.cleaned_data["attachments"]


class StatusForm(forms.Form):
    """Number and code; one answer for a wrong number and a wrong code, and for both the same time."""

    number = forms.CharField(
        label=_("application number"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    code = forms.CharField(label=_("code"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean(self):
        number, code = self.cleaned_data.get("number"), self.cleaned_data.get("code")
        if not number or not code:
            return
        network = limits.network_of(self.request)
        by_number = limits.Counter(CODES_BY_NUMBER, (network, folded(number)))
        count_or_refuse([limits.Counter(CODES_BY_NETWORK, (network,)), by_number])
        try:
            self.application = Application.objects.find(number, code)
        except Application.DoesNotExist:
            raise ValidationError(
                _("There is no application with this number and this code. Please compare both with the mail.")
            ) from None
        limits.forgive([by_number])  # who knows one code is not free to try others
