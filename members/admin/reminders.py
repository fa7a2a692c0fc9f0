"""The admin of reminders."""

from django import forms
from django.contrib import admin
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..models import Activity, ReminderRule


class AppliesToFilter(admin.SimpleListFilter):
    """The rules of one activity, to which its own page leads."""

    title = _("activity")
    parameter_name = "activity"

    def lookups(self, request, model_admin):
        activity = activity_named(request.GET.get(self.parameter_name))
        return [(activity.pk, activity.title)] if activity else []

    def queryset(self, request, queryset):
        activity = activity_named(self.value())
        return queryset.for_activity(activity) if activity else queryset


def activity_named(text):
    """Return the Activity with the number ``text`` (str or None), or None."""
    if not text or not text.isdecimal() or len(text) > 18:
        return None
    return Activity.objects.filter(pk=int(text)).first()


class ReminderRuleForm(forms.ModelForm):
    """The texts stand in it with the labels of their placeholders; the model keeps them by their names."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("subject", "body"):
            if self.instance.pk and name in self.fields:
                self.initial[name] = self.instance.template.with_labels(self.initial[name])


@admin.register(ReminderRule)
class ReminderRuleAdmin(admin.ModelAdmin):
    handbook = "reminders"
    form = ReminderRuleForm
    list_display = ["when", "audience", "applies_to", "text", "is_active"]
    list_filter = ["is_active", AppliesToFilter]
    list_select_related = ["activity"]
    autocomplete_fields = ["activity"]
    radio_fields = {"audience": admin.VERTICAL}
    show_full_result_count = False

    def get_fieldsets(self, request, obj=None):
        return [
            (None, {"fields": ["activity", ("anchor", "amount", "unit"), "audience", "is_active"]}),
            (_("Text of its own"), {"fields": ["subject", "body"], "description": self.about_texts()}),
        ]

    def about_texts(self):
        """Return what can stand in a text, and where the text stands that it replaces."""
        template = ReminderRule().template
        placeholders = "".join(f"{{{template.label_of(name)}}}" for name in template.placeholders)
        return format_html(
            '{} <a href="{}">{}</a>',
            _("Leave both empty to send the message template. Placeholders: %(names)s.") % {"names": placeholders},
            reverse("admin:outbox_messagetemplate_changelist"),
            _("Message templates"),
        )

    def get_changeform_initial_data(self, request):
        """Begin with the activity whose rules the list showed."""
        initial = super().get_changeform_initial_data(request)
        activity = activity_named(QueryDict(request.GET.get("_changelist_filters", "")).get("activity"))
        return {"activity": activity.pk, **initial} if activity else initial

    @admin.display(description=pgettext_lazy("reminder", "when"))
    def when(self, rule):
        return rule.in_words

    @admin.display(description=_("activity"), ordering="activity")
    def applies_to(self, rule):
        return rule.activity or _("all activities")

    @admin.display(description=_("text"))
    def text(self, rule):
        if rule.subject or rule.body:
            return format_html('<span class="badge blue">{}</span>', _("of its own"))
        return format_html('<span class="badge mute">{}</span>', _("message template"))
