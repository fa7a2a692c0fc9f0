"""Files that people hand in, with an application or an answer: private, and never a part of the media library.

They are recognised by their content and kept as those of the library are. They leave through a view of the room that
took them, which has asked before who may see them; no public address answers with one.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import storing
from .models import Enclosure
from .recognition import DOCUMENT, IMAGE, VIDEO, RefusedFile, extensions, too_large
from .streaming import document_response

MAX_BYTES = 20 * 1024 * 1024
ACCEPT = ",".join(f".{extension}" for kind in (IMAGE, DOCUMENT) for extension in extensions(kind))
UNUSED_FOR = timedelta(days=1)  # what was uploaded with a form that nobody completed
# Of one person: a refused form keeps its files, and nobody fills the disk with that. Visitors' forms are counted elsewhere.
MOST_UNUSED = 100


def accept(upload, by):
    """Store ``upload`` (django File) for ``by`` (User, or None for an applicant) and return the Enclosure.

    A picture is written anew, a document stays as it is. Raises RefusedFile, a ValidationError, in the reader's language.
    """
    if upload.size > MAX_BYTES:
        raise too_large(MAX_BYTES)
    if by and Enclosure.objects.unused().filter(uploaded_by=by).count() >= MOST_UNUSED:
        text = _("Many files that you uploaded belong to no form that was sent. Please upload more of them tomorrow.")
        raise RefusedFile(text, code="too_many")
    content = storing.prepare(upload)
    if content.kind == VIDEO:
        raise RefusedFile(_("A video cannot be handed in here. Please upload a picture or a document."), code="video")
    with transaction.atomic():
        return Enclosure.objects.create(
            storage_name=storing.write("enclosure", content.extension, content.file),
            original_name=content.original_name,
            content_type=content.content_type,
            size_bytes=content.size_bytes,
            digest=content.digest,
            uploaded_by=by,
        )


def response(enclosure, request):
    """Return ``enclosure`` as a download under its original name; Http404 if the storage has lost it.

    No cache keeps it, not even the browser's: people use computers that are not theirs.
    """
    answer = document_response(enclosure, request, is_public=False)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def tidy(at=None):
    """Delete what was uploaded a day before ``at`` (aware datetime, default now) and that nothing uses; return how many."""
    stale = Enclosure.objects.unused().filter(created_at__lte=(at or timezone.now()) - UNUSED_FOR)
    count = 0
    for pk in list(stale.values_list("pk", flat=True)):
        with transaction.atomic():
            # Whoever refers to it now waits for this lock, or we for his commit; asked again, since it may be over.
            if Enclosure.objects.select_for_update().filter(pk=pk).exists():
                unused = Enclosure.objects.unused().filter(pk=pk).first()
                if unused is not None:
                    unused.delete()
                    count += 1
    return count
