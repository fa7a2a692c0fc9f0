"""Verbs on many items at once: one page that asks, one that tells for every item what was done or why not."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from ..models import Dossier
from . import verbs

VERBS = (
    verbs.Submit,
    verbs.Publish,
    verbs.Expire,
    verbs.Unpin,
    verbs.Reinstate,
    verbs.Restore,
    verbs.Withdraw,
    verbs.Trash,
)
MOST_ITEMS = 200


@dataclass
class Line:
    """What happened to one item, or would happen: ``refusals`` (list of str) says why nothing does."""

    item: object  # a Publishable, or whatever its name tells
    url: str  # "" without a page of its own
    refusals: list


def action_for(verb_class):
    """Return the admin action that does a verb to the chosen items."""

    def action(model_admin, request, queryset):
        chosen = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_ITEMS + 1])
        if len(chosen) > MOST_ITEMS:
            text = _("These are more than %(most)s items. Please choose fewer at a time.") % {"most": MOST_ITEMS}
            model_admin.message_user(request, text, messages.WARNING)
            return None
        asked = verb_class(request.POST if "_do" in request.POST else None, item=None, user=request.user)
        is_answered = asked.is_valid()
        if is_answered:
            lines = [perform(model_admin, request, verb_class, pk) for pk in chosen]
        else:
            lines = [look(model_admin, request, verb_class, pk) for pk in chosen]
        context = {
            **model_admin.admin_site.each_context(request),
            "title": verb_class.label,
            "opts": model_admin.opts,
            "verb": asked,
            "is_done": is_answered,
            "lines": lines,
            "possible": sum(not line.refusals for line in lines),
            "chosen": chosen,
            "checkbox_name": ACTION_CHECKBOX_NAME,
            "action": f"verb_{verb_class.name}",
            "list_url": model_admin.url_of("changelist"),
            "media": asked.media,
        }
        return TemplateResponse(request, "admin/publishing/bulk.html", context)

    return action


def look(model_admin, request, verb_class, pk):
    item = model_admin.model.objects.select_related("dossier", "column").get(pk=pk)
    objection = verb_class.objection_of(request.user, item)
    return Line(item, model_admin.url_of("change", pk), [objection] if objection else [])


def perform(model_admin, request, verb_class, pk):
    """Do the verb to one item in a transaction of its own, so that another's refusal takes nothing back."""
    with transaction.atomic():
        Dossier.objects.locked().get(pk=pk)
        line = look(model_admin, request, verb_class, pk)
        if not line.refusals:
            verb = verbs.attempt(verb_class, request.user, line.item, request.POST)
            line.refusals = [message for errors in verb.errors.values() for message in errors]
    return line
