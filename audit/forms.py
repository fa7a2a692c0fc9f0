"""The one form that narrows the log, for the list and for the export."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth import get_user_model
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .actions import Action
from .models import Entry

LARGEST_NUMBER = 2**63 - 1


def day_field(label):
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))],
    )


def midnight(day):
    """Return the beginning of ``day`` (date) in Shanghai (aware datetime)."""
    return timezone.make_aware(datetime.combine(day, time.min))


class PersonSelect(AutocompleteSelect):
    def build_attrs(self, base_attrs, extra_attrs=None):
        # What stands in the empty field is also its name for people who do not see it; the admin leaves it blank.
        return {**super().build_attrs(base_attrs, extra_attrs), "data-placeholder": _("all people")}


class ChoiceForm(forms.Form):
    """Which entries to list or to export."""

    action = forms.ChoiceField(label=_("action"), required=False, choices=[("", _("all")), *Action.choices])
    by = forms.ModelChoiceField(
        get_user_model().objects.all(),
        label=_("person"),
        required=False,
        widget=PersonSelect(Entry._meta.get_field("by"), admin.site),
    )
    item = forms.IntegerField(
        label=_("number of the item"), required=False, min_value=1, max_value=LARGEST_NUMBER, localize=False
    )
    first_on = day_field(pgettext_lazy("days", "from"))
    last_on = day_field(pgettext_lazy("days", "to"))

    def clean(self):
        first_on, last_on = self.cleaned_data.get("first_on"), self.cleaned_data.get("last_on")
        if first_on and last_on and last_on < first_on:
            self.add_error("last_on", _("The last day is before the first one."))

    def choose(self, entries):
        """Return those of ``entries`` (queryset) that were asked for; what was asked badly does not narrow them."""
        self.is_valid()
        asked = self.facts()
        entries = entries.filter(**{name: asked[name] for name in ("action", "by", "item") if name in asked})
        if "first_on" in asked:
            entries = entries.since(midnight(asked["first_on"]))
        if "last_on" in asked:
            entries = entries.before(midnight(asked["last_on"] + timedelta(days=1)))
        return entries

    def facts(self):
        """Return what was asked for as facts of an entry: people as ids."""
        asked = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        if "by" in asked:
            asked["by"] = asked["by"].pk
        return asked
