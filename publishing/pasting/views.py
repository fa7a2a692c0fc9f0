"""The door of the editor: what was pasted goes in, what may stand in a text comes back."""

from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from publishing import pasting, subjects

MAX_BYTES = 8 * 1024 * 1024  # Word writes about ten bytes of styles for one of text


@require_POST
def clean_paste(request):
    """Clean the markup in the POST file ``html`` (UTF-8) and say what was left out.

    Answers {"html": …, "notes": [sentence, …]}, or {"error": sentence} with 400, 403 or 413. Mounted in the admin, whose
    wrapper asks for a member of staff and for the CSRF token. A file, not a field: fields are kept in memory whole, and
    Django ends a request that has too much of them.
    """
    if not _may_write(request.user):
        return JsonResponse(
            {"error": _("You may not write here. Please ask an administrator for this right.")}, status=403
        )
    pasted = request.FILES.get("html")
    if pasted is None:
        return JsonResponse({"error": _("Nothing arrived. Please paste again.")}, status=400)
    if pasted.size > MAX_BYTES:
        return _too_long()
    try:
        cleaned = pasting.clean(pasted.read().decode(errors="replace"), request.build_absolute_uri("/"))
    except ValueError:
        return _too_long()
    return JsonResponse({"html": cleaned.html, "notes": pasting.sentences(cleaned.dropped)})


def _too_long():
    return JsonResponse({"error": _("This is too much for one paste. Please paste it in parts.")}, status=413)


def _may_write(user):
    return any(
        user.has_perm(f"{model._meta.app_label}.{action}_{model._meta.model_name}")
        for model in subjects.models()
        for action in ("add", "change")
    )
