"""How a file of the library leaves: streamed, never interpreted as a page, with a policy of its own.

Whether it may leave is asked before, by the view.
"""

import logging
import re
from urllib.parse import quote

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.utils.cache import get_conditional_response

from .pictures import MASTER_WIDTH
from .recognition import IMAGES

logger = logging.getLogger(__name__)

IMAGE_TYPES = {format.extension: format.content_type for format in IMAGES}
# An address keeps its file until somebody replaces it, so caches may hold it for a little while and then ask again.
PUBLIC_MAX_AGE_SECONDS = 300
# Django's 4 KiB means thousands of turns through Python for one document.
BLOCK_BYTES = 64 * 1024


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


def video_response(asset, request, is_public):
    """Return the video ``asset`` to be played, whole or the part that the request asks for, or 304; Http404 if lost."""
    return _stream(
        request,
        asset.storage_name,
        etag=asset.digest,
        content_type=asset.content_type,
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
    headers.update({"Content-Disposition": disposition, "Accept-Ranges": "bytes"})
    part = _asked_part(request, headers["ETag"], file.size)
    if part is None:
        response = FileResponse(file, content_type=content_type)
    elif not part:
        file.close()
        response = HttpResponse(status=416, content_type=content_type)
        headers["Content-Range"] = f"bytes */{file.size}"
    else:
        response = FileResponse(_Part(file, part), status=206, content_type=content_type)
        headers["Content-Length"] = str(len(part))
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
    response.block_size = BLOCK_BYTES
    for name, value in headers.items():  # FileResponse has put a disposition of its own, the name in the storage
        response.headers[name] = value
    return response


def _asked_part(request, etag, size):
    """Return the range of bytes that the request asks for; an empty one if the file has none of them; None: send it all.

    Of several parts in one request the whole file is sent instead, as RFC 9110, 14.2 allows: no player asks for them.
    """
    asked = re.fullmatch(r"bytes=\s*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))\s*", request.headers.get("Range", ""))
    # A reader who has a part of another content (If-Range) must not add a piece of this one to it.
    if request.method != "GET" or not asked or request.headers.get("If-Range", etag) != etag:
        return None
    first, last, final_count = asked.groups()
    if final_count:
        return range(max(0, size - int(final_count)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


class _Part:
    """A part of an open file, for FileResponse: without a file number, by which a server would send the whole."""

    def __init__(self, file, part):
        self.file, self.left = file, len(part)
        file.seek(part.start)

    def read(self, size):
        content = self.file.read(min(size, self.left))
        self.left -= len(content)
        return content

    def close(self):
        self.file.close()
