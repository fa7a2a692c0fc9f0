from django.contrib import admin

from ..models import ConsentText


@admin.register(ConsentText)
class ConsentTextAdmin(admin.ModelAdmin):
    """Texts are added, not changed: people agreed to the wording that stood there."""

    handbook = "consent"
    list_display = ["__str__", "made_at", "made_by"]
    list_select_related = ["made_by"]
    fields = ["text"]
    show_full_result_count = False

    def get_changeform_initial_data(self, request):
        return {"text": ConsentText.objects.current().text}

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        obj.made_by = request.user
        super().save_model(request, obj, form, change)
