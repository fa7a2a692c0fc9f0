"""The doors by which files come in from the rich text editor. Mounted in the admin, for members of staff."""

from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from . import storing
from .choosing import as_json, refusal
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
            return _refusal(
                _("This is no picture. Please choose it from the media library or add it to the attachments.")
            )
        asset = _admit(content, request.user, alt_text)
    except ValidationError as error:
        return _refusal(" ".join(error.messages))
    return JsonResponse({"uploaded": 1, "fileName": asset.original_name, "url": asset.src, "alt": asset.alt})


@require_POST
def upload_file(request):
    """Store the file in the POST field ``upload``, of any kind we take, and tell the dialog of it: {"asset": {…}}.

    Answers {"error": sentence} for what is refused. ``size``: how many bytes the file has where it comes from; a
    connection that breaks off may leave less, and a cut-off text looks like a whole one. ``decorative``: the picture needs
    no words of its own, as the poster of a video that is described. The same content again is the same asset.
    """
    if not request.user.has_perm("files.add_asset"):
        return refusal(_("You may not add files. Please ask an administrator for this right."))
    upload = request.FILES.get("upload")
    if upload is None or str(upload.size) != request.POST.get("size"):
        return refusal(_("Only a part of the file arrived, and nothing was stored. Please try again."))
    try:
        asset = _admit(storing.prepare(upload), request.user, is_decorative=bool(request.POST.get("decorative")))
    except ValidationError as error:
        return refusal(" ".join(error.messages))
    return JsonResponse({"asset": as_json(asset)})


def _admit(content, user, alt_text="", is_decorative=False):
    """Return the asset with ``content`` (Content), a new one unless the library has it; ValidationError for the words."""
    is_image = content.kind == Asset.Kind.IMAGE
    return Asset.objects.duplicates_of(content.digest).first() or Asset.objects.store(
        content,
        title=(alt_text or PurePosixPath(content.original_name).stem)[:120],
        alt_text=alt_text,
        is_decorative=is_image and is_decorative,
        awaits_description=is_image and not alt_text and not is_decorative,
        by=user,
    )


def _refusal(message):
    return JsonResponse({"uploaded": 0, "error": {"message": message}})
