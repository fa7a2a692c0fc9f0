"""The form of the library: one for pictures, documents and videos, since the content decides which it is."""

from django import forms
from django.utils.translation import gettext_lazy as _

from . import storing
from .models import Asset
from .recognition import MAX_DOCUMENT_BYTES, MAX_IMAGE_BYTES, MAX_VIDEO_BYTES, extensions

ACCEPT = ",".join(f".{extension}" for extension in extensions())


class AssetForm(forms.ModelForm):
    """``cleaned_data["upload"]`` is a prepared Content, or None where an existing file keeps its content."""

    upload = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"empty": _("The file is empty. Please check it and upload it again.")},
        help_text=_(
            "Pictures (JPEG, PNG, WebP, GIF) up to %(image)d MB; documents (PDF, OFD, Word, Excel, PowerPoint, WPS, "
            "TXT, CSV) up to %(document)d MB; videos (MP4) up to %(video)d MB."
        )
        % {
            "image": MAX_IMAGE_BYTES // 1024**2,
            "document": MAX_DOCUMENT_BYTES // 1024**2,
            "video": MAX_VIDEO_BYTES // 1024**2,
        },
    )

    class Meta:
        model = Asset
        fields = ["title", "alt_text", "is_decorative", "poster"]
        help_texts = {
            "alt_text": _(
                "What the picture or video shows, for people who cannot see it. A picture needs it unless it is decorative."
            ),
            "is_decorative": _("For a picture that adds nothing to the words beside it."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "upload" in self.fields:  # absent for those who may only look
            upload = self.fields["upload"]
            upload.required = False
            upload.label = _("Replace by")
            upload.help_text = _("The address stays, and every page shows the new content. The former one is kept.")

    def clean_upload(self):
        upload = self.cleaned_data["upload"]
        if not upload:
            return None
        content = storing.prepare(upload)
        if self.instance.pk:
            self.instance.check_replacement(content)
        else:
            # The model's own rules for the words go by kind and name, and are asked right after this.
            self.instance.kind, self.instance.original_name = content.kind, content.original_name
        return content

    def clean(self):
        self.instance.awaits_description = False  # here it is asked for
        return super().clean()
