"""The log, to read and to export. Nothing can be written here but that somebody has exported it."""

import tempfile

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from . import record, workbook
from .actions import Action
from .forms import ChoiceForm
from .models import Entry, Head
from .wording import in_words

MOST_LISTED = 10_000
MOST_EXPORTED = 50_000  # ten seconds of work
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class NewestPages(Paginator):
    """Pages of the newest MOST_LISTED rows: counting all of a log would take longer with every day."""

    @cached_property
    def count(self):
        return self.object_list[:MOST_LISTED].count()


class EntryList(ChangeList):
    """A list that one form narrows, instead of Django's filters: nobody scrolls through links for forty actions."""

    def get_filters(self, request):
        self.choice = ChoiceForm(request.GET, label_suffix="")
        return [], False, {}, False, any(request.GET.get(name) for name in self.choice.fields)

    def get_queryset(self, request, exclude_parameters=None):
        entries = super().get_queryset(request, exclude_parameters)  # asks for the filters first
        return self.choice.choose(entries)

    @property
    def is_cut(self):
        return self.result_count >= MOST_LISTED


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    """Read-only. A room above may say in ``item_url_name`` which page of the admin shows the item of a number."""

    handbook = "audit-log"

    class Media:
        css = {"all": ["css/admin/audit.css"]}

    item_url_name = None

    empty_value_display = ""
    list_display = ["number", "time", "who", "what", "item_link", "origin", "facts_in_words"]
    list_display_links = ["number"]
    list_select_related = ["by"]
    list_per_page = 50
    paginator = NewestPages
    show_full_result_count = False
    sortable_by = []
    actions = None
    fields = ["number", "time", "who", "what", "item_link", "origin", "facts_in_words", "previous", "digest"]
    readonly_fields = ["time", "who", "what", "item_link", "facts_in_words"]

    # -- Permissions --------------------------------------------------------------------------------------------------

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    # -- What is shown ------------------------------------------------------------------------------------------------

    @admin.display(description=_("time"))
    def time(self, entry):
        return date_format(timezone.localtime(entry.at), "Y-m-d H:i:s")

    @admin.display(description=_("person"))
    def who(self, entry):
        return str(entry.by) if entry.by_id else _("the system")

    @admin.display(description=_("action"))
    def what(self, entry):
        return entry.action_label

    @admin.display(description=_("item"))
    def item_link(self, entry):
        if entry.item is None or self.item_url_name is None:
            return entry.item
        return format_html('<a href="{}">{}</a>', reverse(self.item_url_name, args=[entry.item]), entry.item)

    @admin.display(description=_("facts"))
    def facts_in_words(self, entry):
        return in_words(entry.facts) or None

    # -- Views --------------------------------------------------------------------------------------------------------

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(
            request, {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})}
        )

    def get_changelist(self, request, **kwargs):
        return EntryList

    def get_object(self, request, object_id, from_field=None):
        try:
            return super().get_object(request, object_id, from_field)
        except OverflowError:  # the number in the address is longer than a key of SQLite
            return None

    def get_urls(self):
        return [
            path("export/", self.admin_site.admin_view(self.export_view), name="audit_entry_export"),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def export_view(self, request):
        """Give the entries that the query string asks for as a file for Excel, and record that it was given."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        back = redirect(f"{reverse('admin:audit_entry_changelist')}?{request.GET.urlencode()}")
        choice = ChoiceForm(request.GET)
        if not choice.is_valid():
            return back  # where the form tells what is wrong
        newest = Head.objects.filter(pk=1).values_list("number", flat=True).first() or 0
        entries = choice.choose(Entry.objects.filter(number__lte=newest)).order_by("number")
        if entries[: MOST_EXPORTED + 1].count() > MOST_EXPORTED:
            text = _("One file takes %(most)d entries. Please choose fewer days.")
            messages.warning(request, text % {"most": MOST_EXPORTED})
            return back
        file = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it
        # Outside of the transaction: on SQLite nobody else could write meanwhile.
        last, count = workbook.write(entries, file)
        with transaction.atomic():
            record(request.user, Action.EXPORTED, count=count, last=last and last.number, chosen=choice.facts())
        file.seek(0)
        name = f"audit-{timezone.localtime():%Y%m%d-%H%M}.xlsx"
        return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
