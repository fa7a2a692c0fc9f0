"""Decoding pictures and writing them anew: upright, in sRGB, without metadata, no larger than a page can use."""

import io
from contextlib import suppress

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

from .recognition import JPEG, PNG, WEBP, damaged, open_image

# Posters made for phones are narrow and very long; fitting them into a square would make their text unreadable.
MASTER_WIDTH, MASTER_HEIGHT = 2400, 7200
# JPEG blurs the edges of drawings and screenshots. Kept exactly, these take hardly more bytes and photographs many times
# as many; so a picture is kept exactly if that costs at most this factor.
PRICE_OF_EXACTNESS = 2
RENDITION_WIDTHS = (480, 960, 1600)

_SRGB = ImageCms.createProfile("sRGB")


def make_master(file):
    """Return (format, width, height, content): the picture that we keep of ``file``, encoded as bytes.

    At most MASTER_WIDTH × MASTER_HEIGHT; PNG if transparent, or if it came without loss and exactness is cheap, else
    JPEG. Of an animation the first frame stays. Raises RefusedFile if the picture cannot be decoded.
    """
    image = open_image(file)
    was_exact = image.format not in ("JPEG", "MPO")
    try:
        # JPEG alone can be decoded at a half, a quarter or an eighth; a draft keeps both sides above the width asked.
        image.draft(None, (MASTER_WIDTH, MASTER_WIDTH))
        image.load()
        with suppress(Exception):  # a broken EXIF block is no reason to refuse the picture
            ImageOps.exif_transpose(image, in_place=True)
        image = _in_srgb(image)
    except Exception:  # decoders raise many things on hostile bytes
        raise damaged(_("a picture")) from None
    image.thumbnail((MASTER_WIDTH, MASTER_HEIGHT), Image.Resampling.LANCZOS)
    if image.mode == "RGBA":
        format, content = PNG, _encode(image, PNG)
    else:
        format, content = JPEG, _encode(image, JPEG)
        if was_exact and len(exact := _encode(image, PNG)) <= PRICE_OF_EXACTNESS * len(content):
            format, content = PNG, exact
    return format, image.width, image.height, content


def rendition_widths(master_width):
    """Return the widths (list of int, pixels) in which a master of ``master_width`` is offered besides itself.

    A small master appears with its own width, so that it has a WebP too.
    """
    widths = [width for width in RENDITION_WIDTHS if width < master_width]
    return widths + [master_width] * (master_width <= RENDITION_WIDTHS[-1])


def make_renditions(file):
    """Yield (width, format, content) for each rendition of the master in ``file``: WebP, and the master's own format."""
    master = Image.open(file, formats=["JPEG", "PNG"])
    format = {"JPEG": JPEG, "PNG": PNG}[master.format]
    master.load()
    for width in rendition_widths(master.width):
        image = master
        if width < master.width:
            height = max(1, round(master.height * width / master.width))
            image = master.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
            yield width, format, _encode(image, format)
        content = _encode(image, WEBP, quality=80)
        if format is PNG and len(exact := _encode(image, WEBP, lossless=True)) <= PRICE_OF_EXACTNESS * len(content):
            content = exact
        yield width, WEBP, content


def _in_srgb(image):
    """Return ``image`` (loaded, any mode) as RGB, or as RGBA if a part of it is transparent, free of all metadata."""
    profile = image.info.get("icc_profile")
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    if image.mode.startswith("I;16"):
        image = image.point(lambda level: level * (1 / 256)).convert("L")  # convert() alone would clip, not scale
    if image.mode not in ("RGB", "L", "CMYK"):
        image = image.convert("RGB")
    if profile:
        with suppress(ImageCms.PyCMSError, OSError):  # a broken profile, or one for another mode, says nothing
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    image = image.convert("RGB")
    if alpha is not None and alpha.getextrema()[0] < 255:
        image.putalpha(alpha)
    image.info.clear()
    return image


def _encode(image, format, **options):
    if format is JPEG:
        options = {"quality": 85, "optimize": True, "progressive": True}
    content = io.BytesIO()
    image.save(content, format.name, **options)
    return content.getvalue()
