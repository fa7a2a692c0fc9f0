"""Importing organisations and people: a table is uploaded, looked at row by row, imported, and undone if it was wrong."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .. import tables
from ..importing import applying, inviting
from ..importing.columns import COLUMNS
from ..importing.wording import TONES, Wording
from ..models import ImportBatch, ImportRow

PERMISSIONS = ("members.add_organisation", "members.change_organisation", "accounts.add_user")
ROWS_SHOWN = 100
STATE_TONES = {
    ImportBatch.State.CHECKED: "ochre",
    ImportBatch.State.APPLIED: "green",
    ImportBatch.State.UNDONE: "mute",
}


class UploadForm(forms.Form):
    table = forms.FileField(
        label=_("Table"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"empty": _("The file is empty. Please check it and upload it again.")},
        help_text=_(
            "An Excel file (.xlsx) or CSV, up to 5 MB and 2000 rows. It is checked first; nothing is changed yet."
        ),
    )


class Verb:
    """What is done to a batch, after a page that asks."""

    def __init__(self, label, explanation, state, perform, is_grave=False):
        self.label, self.explanation, self.state = label, explanation, state
        self.perform, self.is_grave = perform, is_grave


def import_rows(batch, user):
    applied, refused = applying.apply(batch, user)
    text = ngettext("%(count)d row was imported.", "%(count)d rows were imported.", applied) % {"count": applied}
    if refused:
        text += " " + ngettext(
            "%(count)d row was refused, since the data have changed; its line says more.",
            "%(count)d rows were refused, since the data have changed; their lines say more.",
            refused,
        ) % {"count": refused}
    return text


def undo_rows(batch, user):
    undone, left = applying.undo(batch, user)
    text = ngettext("%(count)d row was undone.", "%(count)d rows were undone.", undone) % {"count": undone}
    if left:
        text += " " + ngettext(
            "%(count)d row was changed since and is left; its line says more.",
            "%(count)d rows were changed since and are left; their lines say more.",
            left,
        ) % {"count": left}
    return text


def invite_people(batch, user):
    count = inviting.invite_all(batch, user)
    return ngettext("%(count)d invitation is being mailed.", "%(count)d invitations are being mailed.", count) % {
        "count": count
    }


VERBS = {
    "import": Verb(
        _("Import"),
        _(
            "The rows are imported as they were shown. A row whose organisation or person somebody has changed meanwhile "
            "is refused. Nobody is mailed."
        ),
        ImportBatch.State.CHECKED,
        import_rows,
    ),
    "undo": Verb(
        _("Undo the import"),
        _(
            "What the rows wrote is taken back: organisations, accounts and periods that they made are deleted, changed "
            "fields get their former values. A row that was changed or built upon since is left as it is."
        ),
        ImportBatch.State.APPLIED,
        undo_rows,
        is_grave=True,
    ),
    "invite": Verb(
        _("Send invitations"),
        _(
            "Everybody whose account this import made gets a mail with a link on which to set a password, valid for 14 days."
        ),
        ImportBatch.State.APPLIED,
        invite_people,
    ),
}


@admin.register(ImportBatch)
class ImportBatchAdmin(admin.ModelAdmin):
    handbook = "import"
    list_display = ["file_name", "state_in_words", "created_by", "created_at", "applied_at"]
    list_select_related = ["created_by"]
    search_fields = ["file_name"]
    show_full_result_count = False
    actions = None

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("template.<str:format>", wrap(self.template_view), name="members_importbatch_template"),
            path("<number:pk>/verb/<slug:name>/", wrap(self.verb_view), name="members_importbatch_verb"),
            *super().get_urls(),
        ]

    # -- Who may do what --------------------------------------------------------------------------------------------

    def has_add_permission(self, request):
        return super().has_add_permission(request) and request.user.has_perms(PERMISSIONS)

    def has_change_permission(self, request, obj=None):
        return False  # verbs change a batch, no form

    def has_delete_permission(self, request, obj=None):
        """What was imported stays on record, whether it was undone or not."""
        is_open = obj is None or obj.state == ImportBatch.State.CHECKED
        return is_open and super().has_delete_permission(request, obj)

    @admin.display(description=_("state"))
    def state_in_words(self, batch):
        return batch.state.label

    # -- Pages ------------------------------------------------------------------------------------------------------

    def template_view(self, request, format):
        if not self.has_add_permission(request):
            raise PermissionDenied
        if format not in tables.FORMATS:
            raise Http404("no such format")
        headings, sample = [column.heading for column in COLUMNS], [column.sample for column in COLUMNS]
        return tables.response("会员单位导入模板", format, headings, [sample])

    def add_view(self, request, form_url="", extra_context=None):
        """Take a table and lead to what its rows would do."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        is_sent = request.method == "POST"
        form = UploadForm(request.POST if is_sent else None, request.FILES if is_sent else None, label_suffix="")
        if is_sent and form.is_valid():
            try:
                with transaction.atomic():
                    batch = applying.check(form.cleaned_data["table"], request.user)
                    self.log_addition(request, batch, [{"added": {}}])
            except ValidationError as error:
                form.add_error("table", error)
            else:
                return redirect("admin:members_importbatch_change", batch.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import organisations and people"),
            "opts": self.opts,
            "form": form,
            "model_admin": self,
            "columns": COLUMNS,
            "formats": [
                (format.upper(), reverse("admin:members_importbatch_template", args=[format]))
                for format in tables.FORMATS
            ],
        }
        return TemplateResponse(request, "admin/members/importbatch/upload.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show what the rows of a batch would do or have done."""
        batch = self.get_batch(request, object_id)
        kind = request.GET.get("kind", "")
        if kind and kind not in ImportRow.Kind.values:
            raise Http404("odd kind")
        counts = batch.counts()
        rows = batch.rows.filter(kind=kind) if kind else batch.rows.all()
        page = Paginator(rows, ROWS_SHOWN).get_page(request.GET.get("page"))
        wording = Wording()
        tabs = [("", _("All"), sum(counts.values()))]
        tabs += [(value, label, counts.get(value, 0)) for value, label in ImportRow.Kind.choices]
        ready, unreachable = inviting.awaiting(batch) if batch.state == batch.State.APPLIED else ([], [])
        context = {
            **self.admin_site.each_context(request),
            "title": batch.file_name,
            "opts": self.opts,
            "model_admin": self,
            "batch": batch,
            "tone": STATE_TONES[batch.state],
            "tabs": tabs,
            "kind": kind,
            "page": page,
            "rows": [(row, TONES[row.kind], wording.of(row)) for row in page],
            "query": f"kind={kind}" if kind else "",
            "ready": ready,
            "unreachable": unreachable,
            "verbs": [
                (name, verb) for name, verb in VERBS.items() if self.is_offered(request, batch, name, counts, ready)
            ],
            "has_delete_permission": self.has_delete_permission(request, batch),
        }
        return TemplateResponse(request, "admin/members/importbatch/rows.html", context)

    def is_offered(self, request, batch, name, counts, ready):
        if batch.state != VERBS[name].state or not batch.is_kept or not self.has_add_permission(request):
            return False
        if name == "invite":
            return bool(ready)
        return name != "import" or any(counts.get(kind) for kind in (ImportRow.Kind.NEW, ImportRow.Kind.CHANGED))

    def verb_view(self, request, pk, name):
        """Ask, and by POST do, what VERBS has under ``name``."""
        if name not in VERBS:
            raise Http404("no such verb")
        batch = self.get_batch(request, str(pk))
        if not self.has_add_permission(request):
            raise PermissionDenied
        verb, back = VERBS[name], reverse("admin:members_importbatch_change", args=[batch.pk])
        if request.method == "POST":
            try:
                self.message_user(request, verb.perform(batch, request.user), messages.SUCCESS)
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.WARNING)
            return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": verb.label,
            "opts": self.opts,
            "batch": batch,
            "verb": verb,
            "is_possible": batch.state == verb.state and batch.is_kept,
            "counts": batch.counts(),
            "people": inviting.awaiting(batch) if name == "invite" else None,
            "back_url": back,
            "model_admin": self,
        }
        return TemplateResponse(request, "admin/members/importbatch/verb.html", context)

    def get_batch(self, request, object_id):
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            batch = ImportBatch.objects.select_related("created_by").filter(pk=int(object_id[:18])).first()
        except ValueError:
            batch = None
        if batch is None:
            raise Http404("no such import")
        return batch
