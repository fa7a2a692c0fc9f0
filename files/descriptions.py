"""Whether a text describes a picture."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# What cameras, phones, chat programs and screenshots call their files, followed by nothing but numbers.
GENERATED_NAME = re.compile(
    r"""(?ix) ^\s* (
        .* \. (jpe?g|jpe|jfif|png|gif|webp|bmp|tiff?|heic|heif|avif|svg|psd|pdf|docx?|xlsx?|pptx?) |
        ( img | image | images | photo | picture | pic | dsc[nf_]* | dji | pxl | mvimg | vid | p | cimg | wx | mmexport |
          screen[ ]?shot | untitled | unnamed | blob |
          微信图片 | 微信截图 | 微信照片 | 企业微信截图 | qq图片 | qq截图 | 截图 | 截屏 | 屏幕截图 | 屏幕快照 | 图片 | 照片 | 图像 |
          未命名 | 无标题 )
        [\W\d_]* ( at [\W\d_]+ ([ap]m)? )? |
        [\W\d_]+ |
        [0-9a-f-]{12,}
    ) \s* $"""
)


def validate_description(text):
    """Raise ValidationError if ``text`` is the name of a file rather than a description of what a picture shows."""
    if text and GENERATED_NAME.match(text):
        raise name_instead_of_description()


def name_instead_of_description():
    """Return the ValidationError for an alternative text that is a file name."""
    return ValidationError(
        _("This is the name of a file. Please say in a few words what the picture shows."), code="file_name"
    )
