"""The admin of columns and labels."""

from django.contrib import admin

from .. import subjects
from ..models import Column, Label
from .content_version import AdvancesContentVersion


@admin.register(Column)
class ColumnAdmin(AdvancesContentVersion, admin.ModelAdmin):
    """The tree of columns: filed by subject and parent, ordered in the list itself."""

    handbook = "columns review-steps"
    list_display = ["title", "subject", "parent", "list_style", "review_steps", "order"]
    list_editable = ["order"]
    list_filter = ["subject", "review_steps", "list_style"]
    list_select_related = ["parent"]
    search_fields = ["title"]
    autocomplete_fields = ["parent"]
    show_full_result_count = False

    def get_search_results(self, request, queryset, search_term):
        """Offer an item's form the columns of its subject in which the person writes: the autocomplete says who asks."""
        found, may_have_duplicates = super().get_search_results(request, queryset, search_term)
        asking = (request.GET.get("app_label"), request.GET.get("model_name"))
        for model in subjects.models():
            if asking == (model._meta.app_label, model._meta.model_name):
                found = found.for_subject(model.subject()).within_reach(request.user, "change")
        return found, may_have_duplicates

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        if obj is not None and "subject" in form.base_fields:
            form.base_fields["subject"].disabled = True  # its items and the columns below it are of this subject
        return form


@admin.register(Label)
class LabelAdmin(AdvancesContentVersion, admin.ModelAdmin):
    handbook = "labels"
    list_display = ["name", "axis", "order"]
    list_editable = ["order"]
    list_filter = ["axis"]
    search_fields = ["name"]
    show_full_result_count = False
