"""The media library, seen from the pages that show its files: what readers see is changed by those who may publish it."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _

import audit
from audit.actions import Action
from files.admin import AssetAdmin
from files.models import Asset

from .. import subjects
from ..models import Review
from .content_version import AdvancesContentVersion

admin.site.unregister(Asset)


def is_reviewed(asset):
    """Return whether ``asset`` stands in a text that was reviewed or is under review; its content is then settled."""
    if Review.objects.open().filter(revision__file_uses__asset=asset).exists():
        return True
    return any(
        model.objects.filter(live_revision__file_uses__asset=asset, column__review_steps__gt=0).exists()
        for model in subjects.models()
    )


@admin.register(Asset)
class LibraryAdmin(AdvancesContentVersion, AssetAdmin):
    """The library of files/, whose room knows neither items nor readers."""

    def has_change_permission(self, request, obj=None):
        """Let nobody replace or rename behind reviewers or publishers what a text shows."""
        allowed = super().has_change_permission(request, obj)
        if not allowed or obj is None or obj.pk is None:
            return allowed
        for model in subjects.models():
            shown_in = model.objects.filter(live_revision__file_uses__asset=obj)
            if shown_in.exclude(pk__in=shown_in.within_reach(request.user, "publish").values("pk")).exists():
                return False
        return not is_reviewed(obj)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        asset = self.get_object(request, object_id)
        if request.method == "GET" and asset and is_reviewed(asset):
            text = _(
                "This file stands in a text that was reviewed, or is under review, and cannot be changed. Add a new file "
                "and put it into the text: it goes through the review with it."
            )
            self.message_user(request, text, messages.INFO)
        return super().change_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and form.cleaned_data["upload"]:
            audit.record(request.user, Action.FILE_REPLACED, asset=obj.pk, digest=obj.digest)
