"""How a file of the library leaves: streamed, never interpreted as a page, with a policy of its own.

Whether it may leave is asked before, by the view.
"""

import logging
from urllib.parse import quote

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.utils.cache import get_conditional_response

from .pictures import MASTER_WIDTH
from .recognition import IMAGES

logger = logging.getLogger(__name__)

IMAGE_TYPES = {format.extension: format.content_type for format in IMAGES}
# An address keeps its file until somebody replaces it, so caches may hold it for a little while and then ask again.
PUBLIC_MAX_AGE_SECONDS = 300


def document_response(file, request, is_public):
    """Return ``file`` (Asset or SupersededFile) as a download under its original name, or 304.

    is_public: everyone may see it, so that shared caches may keep it. Http404 if the storage has lost it.
    """
    return _stream(
        request,
        file.storage_name,
        etag=file.digest,
        content_type=file.content_type,
        disposition=attachment_header(file),
        is_public=is_public,
    )


def image_response(asset, width, extension, request, is_public):
    """Return the image ``asset`` to be shown in about ``width`` (pixels) as ``extension`` (webp, jpg, png), or 304.

    Http404 if the width or extension is none that we ever offered, or if the storage has lost the file.
    """
    width = int(width)
    if not 1 <= width <= MASTER_WIDTH or extension not in IMAGE_TYPES:
        raise Http404("no such rendition")
    name = asset.stored_image(width, extension)
    return _stream(
        request,
        name,
        # Until the worker has made the rendition, the master answers: a different content, so a different tag.
        etag=f"{asset.digest}-{name.rpartition('/')[2]}",
        content_type=IMAGE_TYPES[name.rpartition(".")[2]],
        disposition="inline",
        is_public=is_public,
    )


def attachment_header(file):
    """Return the Content-Disposition of a download: the original name (RFC 5987), and one in ASCII for old programs."""
    extension = file.original_name.rpartition(".")[2]
    return f"attachment; filename=\"file-{file.pk}.{extension}\"; filename*=UTF-8''{quote(file.original_name, safe='')}"


def _stream(request, storage_name, etag, content_type, disposition, is_public):
    headers = {
        "ETag": f'"{etag}"',
        "Cache-Control": f"public, max-age={PUBLIC_MAX_AGE_SECONDS}" if is_public else "private, no-cache",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    # Asked before the file is opened; all headers again, because a cache takes over those of a 304.
    if response := get_conditional_response(request, etag=headers["ETag"]):
        for name, value in headers.items():
            response.headers[name] = value
        return response
    try:
        file = default_storage.open(storage_name)
    except FileNotFoundError:
        logger.exception("A file of the library is missing in the storage: %s", storage_name)
        raise Http404("the storage has lost this file") from None
    response = FileResponse(file, content_type=content_type, headers={**headers, "Content-Disposition": disposition})
    response.block_size = 64 * 1024  # Django's 4 KiB means thousands of turns through Python for one document
    response.headers["Content-Disposition"] = disposition  # FileResponse has put the name in the storage there
    return response
