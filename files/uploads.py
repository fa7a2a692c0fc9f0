"""The door by which pictures come in from the rich text editor."""

from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from . import storing
from .models import Asset


@require_POST
def upload_image(request):
    """Store the picture in the POST field ``upload`` and tell the editor its address.

    Answers {"uploaded": 1, "fileName": …, "url": …, "alt": …}, or {"uploaded": 0, "error": {"message": …}} with
    status 200 all the same: the editor shows its own words for any other. Mounted in the admin, whose wrapper asks for
    a member of staff and for the CSRF token.

    alt, an optional POST field, describes the picture. What is pasted or dropped into a text has no description yet;
    the editor asks for it in the text, and the library notes that its own is missing. The same picture again is the
    same asset.
    """
    if not request.user.has_perm("files.add_asset"):
        return _refusal(_("You may not add files. Please ask an administrator for this right."))
    if "upload" not in request.FILES:
        return _refusal(_("No file arrived. Please choose the picture again."))
    alt_text = request.POST.get("alt", "").strip()
    try:
        content = storing.prepare(request.FILES["upload"])
        if content.kind != Asset.Kind.IMAGE:
            return _refusal(_("This is a document, no picture. Please add it to the attachments."))
        asset = Asset.objects.duplicates_of(content.digest).first() or Asset.objects.store(
            content,
            title=(alt_text or PurePosixPath(content.original_name).stem)[:120],
            alt_text=alt_text,
            awaits_description=not alt_text,
            by=request.user,
        )
    except ValidationError as error:
        return _refusal(" ".join(error.messages))
    return JsonResponse({"uploaded": 1, "fileName": asset.original_name, "url": asset.src, "alt": asset.alt})


def _refusal(message):
    return JsonResponse({"uploaded": 0, "error": {"message": message}})
