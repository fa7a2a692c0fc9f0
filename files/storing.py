"""Bringing the content of an upload into the storage, and taking it out, in step with the database."""

import hashlib
import unicodedata
import uuid
import weakref
from dataclasses import dataclass

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import pictures, videos
from .recognition import IMAGE, VIDEO, extension_of, recognise

MAX_NAME_LENGTH = 80  # a Chinese character takes three of the 255 bytes that a reader's file system has for a name


@dataclass(frozen=True)
class Content:
    """An upload, recognised and made ready to be kept; ``extension`` is that of its format, whatever its name says."""

    file: File
    extension: str
    kind: str
    original_name: str
    content_type: str
    size_bytes: int
    digest: str
    width: int | None = None
    height: int | None = None
    duration_seconds: int | None = None


def prepare(upload):
    """Return the Content of ``upload`` (a seekable django File, or a Content already); nothing is stored yet.

    A picture is decoded and written anew, a document or a video stays as it is. Raises RefusedFile.
    """
    if isinstance(upload, Content):
        return upload
    format = recognise(upload)
    file, width, height, duration_seconds = upload, None, None, None
    if format.kind == IMAGE:
        format, width, height, data = pictures.make_master(upload)
        file = ContentFile(data)
    elif format.kind == VIDEO:
        video = videos.read_video(upload)
        width, height, duration_seconds = video.width, video.height, video.duration_seconds
    return Content(
        file=file,
        extension=format.extension,
        kind=format.kind,
        original_name=clean_name(upload.name, format),
        content_type=format.content_type,
        size_bytes=file.size,
        digest=_digest(file),
        width=width,
        height=height,
        duration_seconds=duration_seconds,
    )


def clean_name(name, format):
    """Return ``name`` as readers get it for a download: no path, no invisible characters, an extension of ``format``."""
    name = unicodedata.normalize("NFC", name or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(" " if character.isspace() else character for character in name)
    # Control characters, those that reverse the reading direction or take no room, and halves of a character.
    name = "".join(character for character in name if unicodedata.category(character) not in {"Cc", "Cf", "Cs"})
    for character in '<>:"|?*':  # no file name on Windows
        name = name.replace(character, "_")
    claimed = extension_of(name)
    extension = claimed if claimed in format.extensions else format.extension
    stem = name.rpartition(".")[0] if claimed else name
    stem = " ".join(stem.split()).strip(". ")[: MAX_NAME_LENGTH - len(extension) - 1].strip(". ")
    return f"{stem or _('file')}.{extension}"


def _digest(file):
    """Return the SHA-256 of ``file`` as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def write(kind, extension, file):
    """Store ``file`` under a name of our own and return it: ``"images/2025/09/6f1c….jpg"``.

    A name is used once and tells nothing of the file. A rollback of the transaction under way removes the file again.
    """
    file.seek(0)
    name = default_storage.save(f"{kind}s/{timezone.localdate():%Y/%m}/{uuid.uuid4().hex}.{extension}", file)
    _remove_on_rollback(name)
    return name


def remove_on_commit(names):
    """Remove the stored files ``names`` once the transaction is through; a file that is gone already is no error."""
    names = list(names)

    def remove():
        for name in names:
            default_storage.delete(name)

    # Robust: the rows are gone already, and what else waits for the commit must not suffer from a full disk.
    transaction.on_commit(remove, robust=True)


class _Commit:
    """Called when the transaction commits; let go of uncalled when it rolls back."""

    def __init__(self, name, connection):
        self.removal = weakref.finalize(self, _remove_unless_committed, name, connection)
        self.removal.atexit = False  # a process that ends in between does not know how the transaction will end

    def __call__(self):
        self.removal.detach()


def _remove_on_rollback(name):
    # Django tells of commits only. But it lets go of the callbacks of what it rolls back, and that can be seen, as
    # long as nothing else refers to the object registered here.
    transaction.on_commit(_Commit(name, transaction.get_connection()))


def _remove_unless_committed(name, connection):
    # After a commit the connection is in autocommit mode again: a callback that is let go of then was lost because
    # another one before it failed, and its file is in use.
    if not connection.autocommit:
        default_storage.delete(name)
