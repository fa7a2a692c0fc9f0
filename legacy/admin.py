"""Imported material, to look at: what a page held and how it was repaired. Nothing here is edited by hand."""

from django.contrib import admin

from .models import Capture, CapturedItem, Repair


class ReadOnlyAdmin:
    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class RepairInline(ReadOnlyAdmin, admin.TabularInline):
    model = Repair
    fields = ["rule", "before", "after", "start", "confidence"]
    ordering = ["confidence", "start"]


@admin.register(Capture)
class CaptureAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    handbook = "imported"
    list_display = ["name", "imported_at", "digest"]
    show_full_result_count = False


@admin.register(CapturedItem)
class CapturedItemAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    handbook = "imported"
    list_display = ["__str__", "heading", "position", "capture"]
    list_filter = ["heading"]
    list_select_related = ["capture"]
    search_fields = ["raw_text", "key"]
    show_full_result_count = False
    fields = ["capture", "dossier", "heading", "position", "raw_text"]
    inlines = [RepairInline]
