"""The subjects: every concrete kind of item that is installed, found without importing one."""

from functools import cache

from django.apps import apps


@cache
def models():
    """Return the list of concrete Publishable models, in the order of their apps in the settings."""
    from .models.publishable import Publishable

    return [model for model in apps.get_models() if issubclass(model, Publishable)]


def model_for(subject):
    """Return the Publishable model of ``subject`` (str, an app label); LookupError if there is none."""
    for model in models():
        if model.subject() == subject:
            return model
    raise LookupError(f"no subject named {subject!r}")


def choices():
    """Return (subject, name) pairs for a form."""
    return [(model.subject(), model._meta.app_config.verbose_name) for model in models()]
