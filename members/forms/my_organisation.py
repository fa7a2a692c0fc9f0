"""The forms of an organisation's contacts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .. import profiles
from ..models import Affiliation, Organisation, ProfileChange
from .enclosures import EnclosuresField


class DetailsForm(forms.ModelForm):
    """What the contacts change at once, and what of it the public directory tells."""

    website = forms.URLField(label=_("website"), required=False, assume_scheme="https")
    public_fields = forms.MultipleChoiceField(
        label=_("public in the directory"),
        choices=Organisation.PublicField.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Organisation
        fields = profiles.AT_ONCE
        labels = {"is_in_directory": _("List us in the public directory")}
        widgets = {"introduction": forms.Textarea(attrs={"rows": 6})}


class ChangeForm(forms.ModelForm):
    """What only staff change: the form asks them to."""

    licence = EnclosuresField(
        label=_("new business licence"),
        required=False,
        help_text=_("For a new name or credit code, please add the new licence."),
    )
    note = forms.CharField(label=_("note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    class Meta:
        model = Organisation
        fields = ProfileChange.REVIEWED

    def clean(self):
        super().clean()
        wants_licence = {"name", "credit_code"} & set(self.changed_data)
        if wants_licence and not self.cleaned_data.get("licence") and "licence" not in self.errors:
            self.add_error("licence", _("Please add the business licence that shows the new name or credit code."))

    @property
    def new(self):
        return {name: self.cleaned_data[name] for name in ProfileChange.REVIEWED}


class InviteForm(forms.Form):
    name = forms.CharField(label=_("full name"), max_length=60)
    email = forms.EmailField(label=_("e-mail"))
    role = forms.ChoiceField(
        label=_("role"),
        choices=[choice for choice in Affiliation.Role.choices if choice[0] != Affiliation.Role.CONTACT],
        initial=Affiliation.Role.OTHER,
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("role"), choices=Affiliation.Role.choices)


class RenewalForm(forms.Form):
    note = forms.CharField(label=_("note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))
