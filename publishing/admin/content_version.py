"""Telling the readers' caches of what staff change outside the items."""

from django.db import transaction

from .. import content_version


class AdvancesContentVersion:
    """Mixin of ModelAdmin for rows that frame or file the public pages: every save and deletion shows at once."""

    # The last steps of a save, from the form and from the editable list alike; both hold a transaction. The audit log,
    # which follows what the admin logs, comes before the version, as everywhere: two saves would wait for each other.

    def log_addition(self, request, obj, message):
        entry = super().log_addition(request, obj, message)
        content_version.advance()
        return entry

    def log_change(self, request, obj, message):
        entry = super().log_change(request, obj, message)
        content_version.advance()
        return entry

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        content_version.advance()

    def delete_queryset(self, request, queryset):
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            content_version.advance()
