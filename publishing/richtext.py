"""Rich text: one door in (``RichTextField``, ``sanitise``) and one door out (``publishing/includes/richtext.html``).

To use another editor, write another widget and name it in ``settings.RICHTEXT_WIDGET``; nothing else knows the editor.
"""

import json
import re
from html import unescape as html_to_text
from itertools import count

import nh3
from ckeditor.widgets import CKEditorWidget as PackagedCKEditorWidget
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.widgets import Script
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from files import dialog

MAX_LENGTH = 1024 * 1024  # characters
MOST_PASSES = 8

TAGS = {
    "p", "h2", "h3", "h4", "strong", "em", "u", "s", "sub", "sup", "ul", "ol", "li", "blockquote", "hr", "br",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "figure", "figcaption", "a", "img",
    "video",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "role", "width", "height"},
    "video": {"src", "poster", "aria-label", "width", "height"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
}
CLASSES = {
    "p": {"unindented", "centred", "right"},
    "figure": {"captioned", "wide", "video"},
    "th": {"right", "centred"},
    "td": {"right", "centred"},
}
URL_SCHEMES = {"http", "https", "mailto", "tel"}
VIDEO_BEHAVIOUR = {"controls": "", "preload": "none"}  # the reader starts it; until then nothing of it is sent

# In what the sanitiser has written every attribute is quoted and holds no < or >, so that a tag ends at the first >.
_PICTURE = re.compile(r"<img\b[^>]*>")
_SOURCE = re.compile(r'\ssrc="')
_DESCRIPTION = re.compile(r'\s(?:alt="[^"]*[^"\s][^"]*"|role="presentation")')
_VIDEO = re.compile(r"<video\b[^>]*>")
_LABEL = re.compile(r'\saria-label="([^"]*[^"\s][^"]*)"')
_POSTER = re.compile(r'\sposter="([^"]*)"')
_VIDEO_FRAME = re.compile(r'<figure class="video">\s*(<video\b[^>]*></video>)?(?:\s|&nbsp;|<br>)*</figure>')
_ASSET_ADDRESS = re.compile(r'\s(?:src|href|poster)="/files/(\d+)/')
_OWN_PICTURE = re.compile(r"/files/\d{1,18}/\d{1,4}\.(?:webp|jpg|png)")
_OWN_VIDEO = re.compile(r"/files/\d{1,18}/video\.mp4")
_WHOLE_NUMBER = re.compile(r"[1-9]\d{0,3}")

_CHAPTER = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)


def _keep_attribute(tag, name, value):
    """Drop what comes from elsewhere: the page must ask no other host, and such a picture can change after review."""
    if (tag, name) in {("img", "src"), ("video", "poster")}:
        return value if _OWN_PICTURE.fullmatch(value) else None
    if (tag, name) == ("video", "src"):
        return value if _OWN_VIDEO.fullmatch(value) else None
    if name == "role":
        return value if value == "presentation" else None  # how our editor says that a picture is decorative
    if name in ("width", "height", "colspan", "rowspan", "start"):
        return value if _WHOLE_NUMBER.fullmatch(value) else None
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
    html = html.replace("\x00", "")
    # Misplaced markup (a link in a link around a table) is moved when it is read again, so that one pass need not give
    # what a browser will read. What never settles keeps its words and loses its markup.
    for _pass in range(MOST_PASSES):
        cleaned = _clean_once(html)
        if cleaned == html:
            return cleaned
        html = cleaned
    return nh3.clean(html, tags=set()).strip()


def _clean_once(html):
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes=URL_SCHEMES,
        attribute_filter=_keep_attribute,
        link_rel="noopener",
        strip_comments=True,
    )
    cleaned = _PICTURE.sub(lambda picture: picture[0] if _SOURCE.search(picture[0]) else "", cleaned)
    # A video ends where it begins. One that was never closed would hold, and hide, the rest of the text.
    cleaned = cleaned.replace("</video>", "")
    behaviour = "".join(f' {name}="{value}"' for name, value in VIDEO_BEHAVIOUR.items())
    cleaned = _VIDEO.sub(
        lambda video: f"{video[0][:-1]}{behaviour}></video>" if _SOURCE.search(video[0]) else "", cleaned
    )
    # The editor ends every block that holds no words in a space.
    return _VIDEO_FRAME.sub(
        lambda frame: f'<figure class="video">{frame[1]}</figure>' if frame[1] else "", cleaned
    ).strip()


def has_undescribed_picture(html):
    """Return whether ``html`` (sanitised) shows a picture that neither has an alternative text nor is decorative."""
    return any(not _DESCRIPTION.search(picture) for picture in _PICTURE.findall(html))


def has_unfinished_video(html):
    """Return whether ``html`` (sanitised) shows a video that does not say what it shows or has no poster."""
    return any(not (_LABEL.search(video) and _POSTER.search(video)) for video in _VIDEO.findall(html))


def asset_pks(html):
    """Return the numbers (set of int) of our own files that ``html`` shows or links to."""
    return {int(number) for number in _ASSET_ADDRESS.findall(html)}


def plain_text(html):
    """Return the words of ``html`` without markup, blocks parted by a line break."""
    broken = re.sub(r"</(?:p|h[2-4]|li|tr|figcaption|blockquote)>|<br>", "\n", html)
    return re.sub(r"[ \t]+", " ", nh3.clean(broken, tags=set())).strip()


def excerpt(html, length=80):
    """Return the first ``length`` characters of the words of ``html``, in one line."""
    words = " ".join(html_to_text(plain_text(html[: length * 20])).split())
    return words if len(words) <= length else words[: length - 1] + "…"


def headings(html):
    """Return [(id, text)] of the chapters (h2) of ``html``, with the ids that ``anchored`` gives them."""
    return [
        (f"chapter-{number}", html_to_text(plain_text(text))) for number, text in enumerate(_CHAPTER.findall(html), 1)
    ]


def with_scrolling_tables(html, name):
    """Return ``html`` (sanitised) with a frame around every table, which scrolls by keyboard too; ``name``: of the frame."""
    frame = format_html('<div class="scroll" tabindex="0" role="region" aria-label="{}">', name)
    return html.replace("<table>", f"{frame}<table>").replace("</table>", "</table></div>")


def with_printed_videos(html, sentence):
    """Return ``html`` (sanitised) with ``sentence`` behind each video, for paper; its %s is what the video shows."""

    def with_note(video):
        label = _LABEL.search(video[0])
        return f'{video[0]}<span class="on-paper">{sentence % (label[1] if label else "")}</span>'

    return re.sub(r"<video\b[^>]*></video>", with_note, html)


def anchored(html):
    """Return ``html`` (sanitised) with an id on every chapter, so that the page's contents can lead to it."""
    numbers = count(1)
    return _CHAPTER.sub(lambda chapter: f'<h2 id="chapter-{next(numbers)}">{chapter[1]}</h2>', html)


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


def editor_filter():
    """Return what CKEditor may keep (its ``allowedContent``): what the sanitiser keeps, so that nobody types in vain."""
    required = {"a": {"href"}, "img": {"src"}, "video": {"src"}}
    # Without those of the picture one that was pasted stays the placeholder it was during its upload.
    besides = {"img": {"data-widget", "data-cke-upload-id"}, "video": set(VIDEO_BEHAVIOUR)}
    rules = []
    for tag in sorted(TAGS):
        attributes = ATTRIBUTES.get(tag, set()) | besides.get(tag, set())
        marked = ["!" + name if name in required.get(tag, ()) else name for name in sorted(attributes)]
        classes = sorted(CLASSES.get(tag, ()))
        rules.append(tag + (f"[{','.join(marked)}]" if marked else "") + (f"({','.join(classes)})" if classes else ""))
    return "; ".join(rules)


class CKEditorWidget(PackagedCKEditorWidget):
    """CKEditor 4 with our configuration and our upload."""

    CONFIG = {
        "toolbar": [
            ["Format", "Styles"],
            ["Bold", "Italic", "Subscript", "Superscript", "RemoveFormat"],
            ["NumberedList", "BulletedList", "Outdent", "Indent", "Blockquote"],
            ["Link", "Unlink", "Image", "Library", "Table", "HorizontalRule"],
            ["PasteText", "Undo", "Redo", "Maximize"],
        ],
        "format_tags": "p;h2;h3;h4",
        "stylesSet": [
            {"name": _("Without indent"), "element": "p", "attributes": {"class": "unindented"}},
            {"name": _("Centred"), "element": "p", "attributes": {"class": "centred"}},
            {"name": _("To the right"), "element": "p", "attributes": {"class": "right"}},
            {"name": _("Cell centred"), "element": "td", "attributes": {"class": "centred"}},
            {"name": _("Cell to the right"), "element": "td", "attributes": {"class": "right"}},
        ],
        "allowedContent": editor_filter(),
        # Without a frame the editor needs no inline script in the policy.
        "extraPlugins": "divarea,image2,uploadimage,library",
        # These call their vendors' servers, ask for frames, or stand in the way of image2.
        "removePlugins": "stylesheetparser,exportpdf,scayt,wsc,iframe,flash,image,forms,smiley,about,elementspath",
        "removeDialogTabs": "link:advanced;table:advanced;tableProperties:advanced",
        "clipboard_handleImages": False,  # uploadimage does
        "image2_captionedClass": "captioned",
        "image2_prefillDimensions": False,
        "disableNativeSpellChecker": False,
        "entities": False,
        "height": 420,
        "width": "100%",
        "versionCheck": False,
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.config = {**self.CONFIG}

    @property
    def media(self):
        return forms.Media(
            css={"all": ["ckeditor/ckeditor.css", "css/prose.css", "css/admin/editor.css", "css/admin/library.css"]},
            js=[
                *super().media._js,
                # In this list, after ckeditor.js: as a list of its own it would be loaded before it and do nothing.
                Script(
                    "js/admin/editor.js",
                    **{
                        "id": "editor-script",
                        "data-alternative": _("Alternative text"),
                        "data-decorative": _("Decorative: adds nothing that the words do not say"),
                        "data-undescribed": _("Say what the picture shows, or mark it as decorative."),
                    },
                ),
                Script(
                    "js/admin/paste.js",
                    **{
                        "id": "paste-script",
                        "data-address": reverse_lazy("admin:clean_paste"),
                        "data-upload": reverse_lazy("admin:files_upload_image"),
                        "data-cleaning": _("Tidying up what was pasted …"),
                        "data-storing": _("Storing the pictures that were pasted …"),
                        "data-unreachable": _(
                            "The server did not answer, so the editor tidied up what was pasted by itself. Please look it"
                            " over. If your sign-in has expired, sign in again in another window before you save."
                        ),
                        "data-tidied-here": _("The editor tidied it up by itself. Please look it over."),
                        "data-refused": _("A picture could not be stored:"),
                    },
                ),
                "js/admin/upload.js",
                Script(
                    "js/admin/library.js",
                    **{"id": "library-script", "data-options": json.dumps(dialog.options(), ensure_ascii=False)},
                ),
            ],
        )

    def get_context(self, name, value, attrs):
        # Not filebrowserImageUploadUrl: that tab of the dialog is a frame with an inline script.
        self.config = {**self.config, "uploadUrl": reverse("admin:files_upload_image")}
        return super().get_context(name, value, attrs)
