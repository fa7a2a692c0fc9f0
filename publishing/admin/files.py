"""The media library, seen from the pages that show its files: what readers see is changed by those who may publish it."""

from django.contrib import admin

from files.admin import AssetAdmin
from files.models import Asset

from .. import subjects
from .content_version import AdvancesContentVersion

admin.site.unregister(Asset)


@admin.register(Asset)
class LibraryAdmin(AdvancesContentVersion, AssetAdmin):
    """The library of files/, whose room knows neither items nor readers."""

    def has_change_permission(self, request, obj=None):
        """Let nobody replace or rename behind the publishers' back what a published text shows."""
        allowed = super().has_change_permission(request, obj)
        if not allowed or obj is None or obj.pk is None:
            return allowed
        return all(
            request.user.has_perm(f"{model._meta.app_label}.publish_{model._meta.model_name}")
            or not model.objects.filter(live_revision__file_uses__asset=obj).exists()
            for model in subjects.models()
        )
