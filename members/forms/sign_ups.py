"""The form in which a person signs up himself, or colleagues of the organisation for which he may act."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .. import consent

CHANGED_CONSENT = _("The text on personal data was changed meanwhile. Please read it once more.")


class SignUpForm(forms.Form):
    """Who is signed up, and the tick below the text on personal data.

    candidates: {str(pk): User} of those who may be chosen. chooses: whether people are ticked; else it is the one
    candidate. The form carries along the text that was shown, so that nobody agrees to another one.
    """

    people = forms.MultipleChoiceField(
        label=_("Whom do you sign up?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Please tick at least one person."),
            "invalid_choice": _("One of these people cannot be chosen any more. Please choose again."),
        },
    )
    agrees = forms.BooleanField(
        label=_("I agree"),
        error_messages={"required": _("Please read the text on personal data and tick that you agree.")},
    )
    agreed_text = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)

    def __init__(self, candidates, chooses, data=None, initial=None):
        super().__init__(data, initial=initial, label_suffix="")
        self.candidates = candidates
        self.fields["people"].choices = [(key, str(person)) for key, person in candidates.items()]
        if not chooses:
            del self.fields["people"]
        self.current = consent.current_text()
        self.initial["agreed_text"] = self.current.text

    def clean(self):
        self.agreed = None
        if self.cleaned_data.get("agrees"):
            self.agreed = consent.agreed(self.cleaned_data.get("agreed_text", ""))
            if self.agreed is None:
                self.add_error("agrees", CHANGED_CONSENT)
                # Shown again, the form bears the new text, and no tick.
                self.data = self.data.copy()
                self.data["agreed_text"] = self.current.text
                self.data.pop("agrees", None)

    @property
    def people_choices(self):
        """The boxes to tick, one for each candidate."""
        return list(self["people"].subwidgets)

    @property
    def chosen_people(self):
        """The Users to sign up, of a valid form."""
        return [self.candidates[key] for key in self.cleaned_data.get("people", self.candidates)]
