"""Dossiers are no page of their own: staff meet them where one item names another."""

from django.contrib import admin
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import reverse

from audit.admin import EntryAdmin

from .. import subjects
from ..models import Dossier

EntryAdmin.item_url_name = "admin:publishing_dossier_change"


@admin.register(Dossier)
class DossierAdmin(admin.ModelAdmin):
    """The search behind "related to" and "replaced by": by words of a title, or by number, over all subjects."""

    search_fields = ["pk"]
    ordering = ["-pk"]
    show_full_result_count = False

    def get_queryset(self, request):
        """What was published, and of the rest what lies in the person's columns: a title may be a secret yet."""
        dossiers = super().get_queryset(request).nameable_by(request.user)
        return dossiers.select_related(*(model._meta.model_name for model in subjects.models()))

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        if not term:
            return queryset, False
        condition = Q()
        for model in subjects.models():
            condition |= Q(**{f"{model._meta.model_name}__title__icontains": term})
        if term.isascii() and term.isdigit() and len(term) < 19:
            condition |= Q(pk=int(term))
        return queryset.filter(condition), False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Lead on to the form of the item; of one that is gone Django says so, on the dashboard."""
        dossier = self.get_object(request, object_id)
        if dossier is None:
            return super().change_view(request, object_id, form_url, extra_context)
        opts = dossier.item._meta
        return redirect(reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[dossier.pk]))

    def get_object(self, request, object_id, from_field=None):
        try:
            return super().get_object(request, object_id, from_field)
        except OverflowError:  # the number in the address is longer than a key of SQLite
            return None

    def has_module_permission(self, request):
        return False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
