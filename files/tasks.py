"""Jobs of the media library."""

import io

from django.core.files.base import ContentFile
from django.db import transaction
from django_tasks import task

from . import pictures, storing
from .models import Asset


@task()
def make_renditions(asset_id, digest):
    """Make the renditions of an image, once; an image that is gone or has other content by now is left alone."""
    asset = Asset.objects.images().filter(pk=asset_id, digest=digest, renditions={}).first()
    if asset is None:
        return
    with asset.open() as master:
        encoded = list(pictures.make_renditions(io.BytesIO(master.read())))
    with transaction.atomic():
        # Encoding takes seconds; meanwhile the image may have been replaced, deleted, or served by a second job.
        asset = Asset.objects.select_for_update().filter(pk=asset_id, digest=digest, renditions={}).first()
        if asset is None:
            return
        for width, format, content in encoded:
            name = storing.write(asset.kind, format.extension, ContentFile(content))
            asset.renditions.setdefault(str(width), {})[format.extension] = name
        asset.save(update_fields=["renditions"])
