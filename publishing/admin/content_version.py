"""Telling the readers' caches of what staff change outside the items."""

from django.db import transaction

from .. import content_version


class AdvancesContentVersion:
    """Mixin of ModelAdmin for rows that frame or file the public pages: every save and deletion shows at once."""

    def save_related(self, request, form, formsets, change):
        # The last step of a save, from the form and from the editable list alike; both hold a transaction.
        super().save_related(request, form, formsets, change)
        content_version.advance()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        content_version.advance()

    def delete_queryset(self, request, queryset):
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            content_version.advance()
