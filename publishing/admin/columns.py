"""The admin of columns and labels."""

from django.contrib import admin

from ..models import Column, Label
from .content_version import AdvancesContentVersion


@admin.register(Column)
class ColumnAdmin(AdvancesContentVersion, admin.ModelAdmin):
    """The tree of columns: filed by subject and parent, ordered in the list itself."""

    list_display = ["title", "subject", "parent", "list_style", "order"]
    list_editable = ["order"]
    list_filter = ["subject", "list_style"]
    list_select_related = ["parent"]
    search_fields = ["title"]
    autocomplete_fields = ["parent"]
    show_full_result_count = False

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        if obj is not None and "subject" in form.base_fields:
            form.base_fields["subject"].disabled = True  # its items and the columns below it are of this subject
        return form


@admin.register(Label)
class LabelAdmin(AdvancesContentVersion, admin.ModelAdmin):
    list_display = ["name", "axis", "order"]
    list_editable = ["order"]
    list_filter = ["axis"]
    search_fields = ["name"]
    show_full_result_count = False
