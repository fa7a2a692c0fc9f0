"""The facts of an entry in words, for a table or a sheet."""

from datetime import datetime

from django.apps import apps
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from .actions import Action

# What facts are called; any other goes by the name of a field, if the catalogue knows it as one.
WORDS = {
    "applications": pgettext_lazy("fact", "applications"),
    "invitations": pgettext_lazy("fact", "invitations"),
    "batch": pgettext_lazy("fact", "import"),
    "account": pgettext_lazy("fact", "account"),
    "added": pgettext_lazy("fact", "added"),
    "after": pgettext_lazy("fact", "after"),
    "application": pgettext_lazy("fact", "application"),
    "asset": pgettext_lazy("fact", "file"),
    "at": pgettext_lazy("fact", "at"),
    "base": pgettext_lazy("fact", "compared with revision"),
    "before": pgettext_lazy("fact", "before"),
    "body": pgettext_lazy("fact", "text"),
    "changed": pgettext_lazy("fact", "changed"),
    "checks": pgettext_lazy("fact", "checked"),
    "chosen": pgettext_lazy("fact", "chosen"),
    "count": pgettext_lazy("fact", "entries"),
    "deleted": pgettext_lazy("fact", "deleted"),
    "digest": pgettext_lazy("fact", "digest"),
    "fields": pgettext_lazy("fact", "fields"),
    "first_on": pgettext_lazy("fact", "from"),
    "for": pgettext_lazy("fact", "in place of person"),
    "format": pgettext_lazy("fact", "format"),
    "invitation": pgettext_lazy("fact", "invitation"),
    "last": pgettext_lazy("fact", "up to entry"),
    "last_on": pgettext_lazy("fact", "to"),
    "note": pgettext_lazy("fact", "note"),
    "number": pgettext_lazy("fact", "number"),
    "of": pgettext_lazy("fact", "from item"),
    "old": pgettext_lazy("fact", "from revision"),
    "organisation": pgettext_lazy("fact", "organisation"),
    "paid_on": pgettext_lazy("fact", "paid on"),
    "payment": pgettext_lazy("fact", "payment"),
    "question": pgettext_lazy("fact", "question"),
    "reason": pgettext_lazy("fact", "reason"),
    "report": pgettext_lazy("fact", "article"),
    "reserved": pgettext_lazy("fact", "reserved places"),
    "review": pgettext_lazy("fact", "review"),
    "revision": pgettext_lazy("fact", "revision"),
    "role": pgettext_lazy("fact", "role"),
    "rows": pgettext_lazy("fact", "rows"),
    "sign_up": pgettext_lazy("fact", "sign-up"),
    "sign_ups": pgettext_lazy("fact", "sign-ups"),
    "stage": pgettext_lazy("fact", "step"),
    "step_of_joining": pgettext_lazy("fact", "step of joining"),
    "steps": pgettext_lazy("fact", "steps"),
    "subject": pgettext_lazy("fact", "subject"),
    "title": pgettext_lazy("fact", "title"),
    "to": pgettext_lazy("fact", "back to step"),
    "until": pgettext_lazy("fact", "until"),
    "urgency": pgettext_lazy("fact", "urgent because"),
    "version": pgettext_lazy("fact", "version"),
}

# The steps of a review, as "stage" and "to" hold them.
STEPS = {
    "first": pgettext_lazy("fact", "first review"),
    "second": pgettext_lazy("fact", "second review"),
    "final": pgettext_lazy("fact", "final review"),
}


def in_words(facts):
    """Return ``facts`` (dict, as an entry holds them) in one line (str) in the reader's language, where words are known."""
    facts = dict(facts)
    parts = []
    if {"model", "key"} <= facts.keys():
        parts.append(f"{name_of_model(facts.pop('model'))} {facts.pop('key')}")
    parts.extend(f"{word(name)} {value_in_words(name, value)}" for name, value in facts.items())
    return " · ".join(parts)


def name_of_model(label):
    """Return what people call the model ``label`` (str, app.model), or the label if there is no such model any more."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


def word(name):
    """Return the translation of ``name``, which the catalogue may know in small letters only, as fields are named."""
    if name in WORDS:
        return str(WORDS[name])
    name = name.replace("_", " ")
    if not name:
        return ""
    translated = _(name)
    return translated if translated != name else _(name[0].lower() + name[1:])


def value_in_words(name, value):
    if value is None or value == "" or value == [] or value == {}:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in ("stage", "to") and value in STEPS:
        return str(STEPS[value])
    if name == "action" and value in Action.values:
        return str(Action(value).label)
    if isinstance(value, dict):
        return "，".join(f"{word(key)} {value_in_words(key, part)}" for key, part in value.items() if part != [])
    if isinstance(value, list):
        return "、".join(value_in_words(name, part) for part in value)
    if isinstance(value, str):
        moment = moment_of(value)
        if moment:
            return date_format(timezone.localtime(moment), "Y-m-d H:i")
        return word(value) if name in ("fields", "name", "verb", "changed") else value
    return str(value)


def moment_of(text):
    """Return the aware datetime that ``text`` spells in the manner of JSON, or None."""
    if "T" not in text or len(text) > 35:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if isinstance(moment, datetime) and timezone.is_aware(moment) else None
