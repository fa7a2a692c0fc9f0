"""What the script of the library's dialog is told: addresses, limits, words."""

from django.conf import settings
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _

from .forms import ACCEPT
from .models import Asset
from .recognition import MAX_BYTES, extensions


def options():
    """Return the options of static/js/admin/library.js (dict of JSON values); ``{…}`` in a word stands for a value."""
    return {
        "choose": reverse("admin:files_choose"),
        "upload": reverse("admin:files_upload"),
        "putIntoText": reverse("admin:files_put_into_text", args=[0]),
        "signIn": f"{resolve_url(settings.LOGIN_URL)}?next={reverse('admin:index')}",
        "csrfCookie": settings.CSRF_COOKIE_NAME,
        "accept": ACCEPT,
        "acceptPicture": ",".join(f".{extension}" for extension in extensions(Asset.Kind.IMAGE)),
        "limits": [
            {"kind": kind, "extensions": extensions(kind), "bytes": MAX_BYTES[kind]} for kind in Asset.Kind.values
        ],
        "words": words(),
    }


def words():
    megabytes = {kind: limit // 1024**2 for kind, limit in MAX_BYTES.items()}
    return {
        "library": _("Media library"),
        "close": _("Close"),
        "search": _("Search title, file name or description"),
        "kind": _("kind"),
        "all": _("All"),
        "image": _("Pictures"),
        "video": _("Videos"),
        "document": _("Documents"),
        "empty": _("The library has nothing of this kind yet. Upload a file to begin."),
        "nothingFound": _("Nothing was found for “{words}”. Try fewer words or another kind."),
        "shown": _("{count} files are shown."),
        "more": _("More"),
        "loading": _("Loading…"),
        "files": _("Files of the library"),
        "tray": _("To be inserted"),
        "trayEmpty": _("Choose a file from the library, or upload one."),
        "uploadFiles": _("Upload files"),
        "uploadHint": _(
            "Or drag files here. Pictures up to %(image)d MB, documents up to %(document)d MB, videos (MP4) up to %(video)d MB."
        )
        % megabytes,
        "insert": _("Insert into the text"),
        "apply": _("Apply"),
        "cancel": _("Cancel"),
        "remove": _("Remove"),
        "retry": _("Try again"),
        "waiting": _("Waiting"),
        "progress": _("{percent} percent uploaded"),
        "storing": _("Uploaded; the server checks the file…"),
        "uploaded": _("{name} was uploaded."),
        "cancelled": _("The upload of {name} was cancelled."),
        "uploadOf": _("Upload of {name}"),
        "alternative": _("Alternative text"),
        "alternativeHint": _("What the picture shows, for those who cannot see it."),
        "decorative": _("Decorative: adds nothing that the words do not say"),
        "linkText": _("Words of the link"),
        "linkHint": _("The file is put into the text as a link. To list it below the text, use the attachments."),
        "videoText": _("What the video shows"),
        "poster": _("Poster"),
        "posterHint": _("The picture that is shown until the video is played."),
        "posterFromFrame": _("Use the picture on show"),
        "posterFromLibrary": _("Choose from the library"),
        "posterUpload": _("Upload a picture"),
        "posterChoose": _("Now choose the picture for the poster."),
        "posterWaits": _("The poster is being uploaded…"),
        "unplayable": _("This browser cannot play the video, so the poster must be a picture of the library."),
        "stillUploading": _("Files are still being uploaded. Wait for them, or remove them."),
        "failedUploads": _("Some files were not uploaded. Try again, or remove them."),
        "nothingChosen": _("Choose or upload a file first."),
        "check": _("Please check the marked fields."),
        "tooLarge": _("{name} is {size} MB large; at most {limit} MB are taken. Please make it smaller."),
        "foreign": _("{name} is of a kind that the library does not take."),
        "foreignAdvice": {
            "zip rar 7z gz": _("Please unpack it and upload the documents one by one."),
            "mov avi wmv mkv flv webm mpg mpeg ts": _("Please export it as MP4 (H.264 and AAC) and upload that."),
            "heic heif avif svg bmp tif tiff psd ico": _("Please save the picture as JPEG or PNG and upload that."),
            "rtf odt docm xlsm pptm pages": _("Please save it as PDF or DOCX and upload that."),
        },
        "emptyFile": _("{name} is empty. Please check it and upload it again."),
        "offline": _("The connection broke off; nothing was stored. Check the network and try again."),
        "signedOut": _("You are no longer signed in. Sign in in a new window, then try again here; your text stays."),
        "signIn": _("Sign in"),
        "proxyTooLarge": _("The server takes no file of this size. Please make it smaller or ask an administrator."),
        "fault": _("The server could not answer ({status}). Please try again in a moment."),
    }
