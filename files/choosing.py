"""The doors by which an editor chooses from the library while writing. Mounted in the admin, for members of staff."""

from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import JsonResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from .descriptions import name_instead_of_description, validate_description
from .models import Asset

PAGE_SIZE = 24
MAX_WORDS_LENGTH = 200


@require_safe
def list_assets(request):
    """Tell a page of the library, the newest first: {"assets": […], "has_more": bool, "may_add": bool}.

    GET: ``words`` that must all occur in title, file name or description; ``kind``; ``before``, the number of the last
    asset of the page before; ``pk``, one asset alone. Odd values find nothing.
    """
    if not request.user.has_perm("files.view_asset"):
        return refusal(_("You may not see the media library. Please ask an administrator for this right."))
    assets = Asset.objects.select_related("poster").order_by("-pk")
    for name, lookup in (("before", "pk__lt"), ("pk", "pk")):
        if name in request.GET:
            assets = assets.filter(**{lookup: _number(request.GET[name])})
    if kind := request.GET.get("kind"):
        assets = assets.filter(kind=kind)
    for word in request.GET.get("words", "").replace("\0", "").split()[:8]:
        assets = assets.filter(
            Q(title__icontains=word) | Q(original_name__icontains=word) | Q(alt_text__icontains=word)
        )
    page = list(assets[: PAGE_SIZE + 1])  # one more than is shown says whether there are more, without a count
    return JsonResponse(
        {
            "assets": [as_json(asset) for asset in page[:PAGE_SIZE]],
            "has_more": len(page) > PAGE_SIZE,
            "may_add": request.user.has_perm("files.add_asset"),
        }
    )


@require_POST
def put_into_text(request, pk):
    """Judge what a text is to say of an asset and tell what to put there: {"words", "src", "width", "height", "poster"}.

    POST: ``words`` (the alternative text of an image, the text of a link to a document, what a video shows),
    ``decorative`` (of an image), ``poster`` (number of an image, for a video). Answers {"errors": {field: sentence}} if
    they will not do. An asset that nothing uses yet and that lacks these words or a poster keeps them for the next text.
    """
    if not request.user.has_perm("files.view_asset"):
        return refusal(_("You may not see the media library. Please ask an administrator for this right."))
    asset = Asset.objects.with_use().filter(pk=pk).first()
    if asset is None:
        return refusal(_("This file was deleted in the meantime. Please choose another one."))
    words = " ".join(request.POST.get("words", "").replace("\0", "").split())
    is_decorative = asset.kind == Asset.Kind.IMAGE and bool(request.POST.get("decorative"))
    poster, errors = None, {}
    if not is_decorative:
        try:
            _check_words(asset, words)
        except ValidationError as error:
            errors["words"] = " ".join(error.messages)
    if asset.kind == Asset.Kind.VIDEO:
        poster = Asset.objects.images().filter(pk=_number(request.POST.get("poster", ""))).first()
        if poster is None:
            errors["poster"] = _("Choose the picture that is shown until the video is played.")
    if errors:
        return JsonResponse({"errors": errors})
    if not asset.is_used and request.user.has_perm("files.change_asset"):
        _keep_for_next_text(asset, words, poster)
    return JsonResponse(
        {
            **as_json(asset),
            "words": "" if is_decorative else words,
            "is_decorative": is_decorative,
            "poster": poster and as_json(poster),
        }
    )


def _check_words(asset, words):
    if not words:
        raise ValidationError(
            {
                Asset.Kind.IMAGE: _("Say what the picture shows, or mark it as decorative."),
                Asset.Kind.VIDEO: _("Say in a few words what the video shows."),
                Asset.Kind.DOCUMENT: _("Write the words of the link: what the file is."),
            }[asset.kind]
        )
    if len(words) > MAX_WORDS_LENGTH:
        raise ValidationError(_("Please be brief: at most %(count)d characters.") % {"count": MAX_WORDS_LENGTH})
    if asset.kind != Asset.Kind.DOCUMENT:
        validate_description(words)
        if words == PurePosixPath(asset.original_name).stem:
            raise name_instead_of_description()


def _keep_for_next_text(asset, words, poster):
    if asset.awaits_description and words:
        asset.alt_text, asset.awaits_description = words, False
    elif asset.kind == Asset.Kind.VIDEO:
        asset.alt_text = asset.alt_text or words
        asset.poster = asset.poster or poster
    else:
        return
    asset.save(update_fields=["alt_text", "awaits_description", "poster"])


def as_json(asset):
    """Return what the dialog shows of ``asset`` and puts into a text (dict)."""
    shown = {
        "pk": asset.pk,
        "kind": asset.kind,
        "title": asset.title,
        "description": asset.alt_text,
        "is_decorative": asset.is_decorative,
        "extension": asset.extension.upper(),
        "facts": [filesizeformat(asset.size_bytes), f"{localtime(asset.uploaded_at):%Y-%m-%d}"],
        "src": asset.get_absolute_url(),
    }
    if asset.kind != Asset.Kind.DOCUMENT:
        shown |= {"src": asset.src, "width": asset.width, "height": asset.height}
    if asset.kind == Asset.Kind.IMAGE:
        shown["thumbnail"] = reverse("admin:files_asset_preview", args=[asset.pk])
    if asset.kind == Asset.Kind.VIDEO:
        minutes, seconds = divmod(asset.duration_seconds, 60)
        shown["facts"].insert(0, f"{minutes}:{seconds:02}")
        shown["poster"] = asset.poster and as_json(asset.poster)
        shown["thumbnail"] = shown["poster"] and shown["poster"]["thumbnail"]
    return shown


def refusal(message):
    """Return the answer that the dialog shows as it is; status 200, because a browser counts any other as a fault."""
    return JsonResponse({"error": message})


def _number(text):
    """Return ``text`` as a whole number, 0 (which no asset has) if it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
