"""Rich text: one door in (``RichTextField``, ``sanitise``) and one door out (``publishing/includes/richtext.html``).

To use another editor, write another widget and name it in ``settings.RICHTEXT_WIDGET``; nothing else knows the editor.
"""

import re

import nh3
from ckeditor.widgets import CKEditorWidget as PackagedCKEditorWidget
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

MAX_LENGTH = 1024 * 1024  # characters

TAGS = {
    "p", "h2", "h3", "h4", "strong", "em", "u", "s", "sub", "sup", "ul", "ol", "li", "blockquote", "hr", "br",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "figure", "figcaption", "a", "img",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
}
CLASSES = {"p": {"unindented", "centred", "right"}, "figure": {"wide"}, "td": {"right", "centred"}}
URL_SCHEMES = {"http", "https", "mailto", "tel"}

_PICTURE_WITHOUT_SOURCE = re.compile(r"<img(?![^>]*\ssrc=)[^>]*>")
_ASSET_ADDRESS = re.compile(r'(?:src|href)="/files/(\d+)/')


def _keep_attribute(tag, name, value):
    """Drop pictures from elsewhere: the page must ask no other host, and such a picture can change after review."""
    if tag == "img" and name == "src" and not value.startswith("/files/"):
        return None
    return value


def sanitise(html):
    """Return ``html`` reduced to the markup our editor can produce.

    html: untrusted str of at most MAX_LENGTH characters, else ValueError. Returns str, possibly empty, that may be
    marked safe. Source: OWASP Cross Site Scripting Prevention Cheat Sheet, "HTML Sanitization".
    """
    if not html:
        return ""
    if len(html) > MAX_LENGTH:
        raise ValueError(f"rich text of {len(html)} characters")
    cleaned = nh3.clean(
        html.replace("\x00", ""),
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes=URL_SCHEMES,
        attribute_filter=_keep_attribute,
        link_rel="noopener",
        strip_comments=True,
    )
    return _PICTURE_WITHOUT_SOURCE.sub("", cleaned).strip()


def asset_pks(html):
    """Return the numbers (set of int) of our own files that ``html`` shows or links to."""
    return {int(number) for number in _ASSET_ADDRESS.findall(html)}


def plain_text(html):
    """Return the words of ``html`` without markup, blocks parted by a line break."""
    broken = re.sub(r"</(?:p|h[2-4]|li|tr|figcaption|blockquote)>|<br>", "\n", html)
    return re.sub(r"[ \t]+", " ", nh3.clean(broken, tags=set())).strip()


class RichTextFormField(forms.CharField):
    """The form's side: sanitises what was typed or pasted."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", MAX_LENGTH)
        super().__init__(**{**kwargs, "widget": import_string(settings.RICHTEXT_WIDGET)})

    def clean(self, value):
        return sanitise(super().clean(value))


class RichTextField(models.TextField):
    """HTML that was sanitised when it was saved."""

    def formfield(self, **kwargs):
        kwargs.pop("widget", None)  # the admin would put its plain textarea
        return super().formfield(**{"form_class": RichTextFormField, **kwargs})

    def clean(self, value, model_instance):
        if value and len(value) > MAX_LENGTH:
            raise ValidationError(_("The text is too long: at most one million characters."))
        return sanitise(super().clean(value, model_instance))

    def pre_save(self, model_instance, add):
        value = sanitise(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


class CKEditorWidget(PackagedCKEditorWidget):
    """CKEditor 4 with our configuration and our upload."""
