"""The facts of an entry in words, for a table or a sheet."""

from datetime import datetime

from django.apps import apps
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _


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
    if isinstance(value, dict):
        return "，".join(f"{word(key)} {value_in_words(key, part)}" for key, part in value.items())
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
