"""The admin base of everything that is published."""

from csp.constants import SELF
from csp.decorators import csp_update
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import F
from django.forms.widgets import Script
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

import audit
from audit.actions import Action
from audit.models import Entry

from .. import content, permissions
from ..forms import PublishableForm
from ..handbook import see
from ..models import Column, Dossier, Publishable, Review, Revision, StaffNote, Stage
from ..validators import validate_year
from . import bulk, history, questions, reviews, sheets
from .filters import ColumnFilter, LabelFilter, StatusFilter, ToDoFilter, YearFilter
from .verbs import VERBS, Submit, attempt
from .writing import WritingAdmin

Status = Publishable.Status
TONES = {
    Status.DRAFT: "mute",
    Status.SCHEDULED: "blue",
    Status.PUBLISHED: "green",
    Status.EXPIRED: "mute",
    Status.REPEALED: "mute",
    Status.WITHDRAWN: "mute struck",
    Status.TRASHED: "mute struck",
}
MOST_REVISIONS = 100
MOST_ENTRIES = 200  # of the audit log, on the page of the history
OUT = (Status.PUBLISHED, Status.EXPIRED, Status.REPEALED)  # readers can open its page


def short(moment):
    """Return ``moment`` (aware datetime) as a table has room for it: 2026-11-24 17:07 in Shanghai."""
    return date_format(timezone.localtime(moment), "Y-m-d H:i")


def badges(item, has_pending_changes, stage="", outcome="", is_owed=False):
    """Return the state of ``item`` in words, as HTML; stage, outcome: of its newest review, if it is open or returned."""
    status = item.status
    text = status.label
    if status == Status.SCHEDULED:
        text = f"{text} {short(item.published_at)}"
    found = [(TONES[status], text)]
    if stage and not outcome:
        found.append(("ochre", _("Waits for the %(stage)s") % {"stage": Stage(stage).label}))
    elif outcome == Review.Outcome.RETURNED and has_pending_changes:
        found.append(("red", _("Returned")))
    elif has_pending_changes and status != Status.DRAFT:
        found.append(("ochre", _("Changes to publish")))
    if is_owed:
        found.append(("red", _("Review owed")))
    if item.is_pinned:
        found.append(("blue", _("Pinned")))
    return format_html_join(" ", '<span class="badge {}">{}</span>', found)


class ItemList(ChangeList):
    def get_queryset(self, request, exclude_parameters=None):
        items = super().get_queryset(request, exclude_parameters).with_last_save().with_last_review()
        return items.prefetch_related("dossier__labels").defer(*self.model.rich_text_names())


class PublishableAdmin(WritingAdmin):
    """Saving makes revisions, publishing takes a permission, and everything else is a verb with a page of its own.

    Subclasses name their ``detail_view_class``, on which previews are shown, and add their facts to ``fieldsets`` and
    what only they know to do to ``verbs``.
    """

    form = PublishableForm
    detail_view_class = None
    questions_name = None  # what the questions are called that its items ask of people; None: they ask none
    verbs = VERBS
    handbook = "write saving review"
    change_form_template = "admin/publishing/item_change_form.html"
    object_history_template = "admin/publishing/item_history.html"

    list_display = ["title", "state", "column", "label_names", "published", "saved"]
    list_filter = [StatusFilter, ToDoFilter, ColumnFilter, LabelFilter, YearFilter]
    list_select_related = ["column", "dossier"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a count of all items for every choice of every filter
    search_fields = ["title"]
    search_help_text = _("Words of the title, or the number of the item.")
    ordering = [F("published_at").desc(nulls_first=True), "-pk"]  # drafts first
    autocomplete_fields = ["column"]

    FILING = (
        _("Title and filing"),
        {
            "fields": ["title", "summary", "column", "labels", ("audience", "readers")],
            "description": see("filing audience"),
        },
    )
    TEXT = (
        _("Text"),
        {
            "fields": ["body"],
            "classes": ["text", "before-rows"],
            "description": see("text pasting pictures from-library video"),
        },
    )
    fieldsets = [FILING, TEXT]

    @property
    def media(self):
        return super().media + forms.Media(
            css={"all": ["css/admin/items.css"]},
            js=[Script("js/admin/title-length.js", type="module"), Script("js/admin/leave-warning.js", type="module")],
        )

    # -- Permissions --------------------------------------------------------------------------------------------------

    def may(self, request, action, item=None):
        """Return whether the person may do ``action`` to ``item``, or (None) to any item at all."""
        return request.user.has_perm(permissions.codename(self.model, action), item)

    def has_publish_permission(self, request, obj=None):
        return self.may(request, "publish", obj)

    def has_change_permission(self, request, obj=None):
        is_in_trash = obj is not None and obj.trashed_at is not None
        return self.may(request, "change", obj) and not is_in_trash

    def has_view_permission(self, request, obj=None):
        """Whoever decides on a text may look at it, also where it comes from a column that is not his."""
        if self.may(request, "view", obj) or self.has_change_permission(request, obj):
            return True
        review = obj.open_review if obj is not None else None
        return review is not None and self.may(request, "view", review.column)

    def has_delete_permission(self, request, obj=None):
        return False  # the trash is a verb, and it can be undone

    def get_queryset(self, request):
        """Only what one may act on; the pages of a single item ask for permission themselves."""
        items = super().get_queryset(request)
        return items if request.resolver_match.kwargs else items.within_reach(request.user, "view")

    def get_readonly_fields(self, request, obj=None):
        """What changes with the save, without a publication, is the publisher's as soon as reviewers or readers see it."""
        names = list(super().get_readonly_fields(request, obj))
        if obj is not None and obj.immediate and not self.may_change_at_once(request, obj):
            names.extend(obj.immediate)
        return names

    def may_change_at_once(self, request, item):
        """Return whether the person may change what needs no publication: facts of the row, questions."""
        if item.trashed_at is not None:
            return False
        if self.has_publish_permission(request, item):
            return True
        is_settled = item.live_revision_id is not None or item.open_review is not None
        return self.has_change_permission(request, item) and not is_settled

    # -- The list -----------------------------------------------------------------------------------------------------

    def get_changelist(self, request, **kwargs):
        return ItemList

    def get_search_results(self, request, queryset, search_term):
        found, may_have_duplicates = super().get_search_results(request, queryset, search_term)
        number = search_term.strip()
        if number.isascii() and number.isdigit() and len(number) < 19:
            found |= queryset.filter(pk=int(number))
        return found, may_have_duplicates

    @admin.display(description=_("status"))
    def state(self, item):
        has_changes = item.newest_revision_id != item.live_revision_id
        return badges(item, has_changes, item.review_stage, item.review_outcome, item.is_owed)

    @admin.display(description=_("labels"))
    def label_names(self, item):
        return "、".join(label.name for label in item.dossier.labels.all())

    @admin.display(description=_("published at"), ordering="published_at")
    def published(self, item):
        if item.published_at is None:
            return None
        return short(item.published_at) if item.is_dated else _("date unknown")

    @admin.display(description=_("last saved"))
    def saved(self, item):
        if item.saved_at is None:
            return None
        return format_html("{}<br>{}", short(item.saved_at), item.saved_by or "")

    # Read-only counterparts of the form's own fields, for people who may only look.

    @admin.display(description=_("labels"))
    def labels(self, item):
        return self.label_names(item)

    @admin.display(description=_("reader groups"))
    def readers(self, item):
        return "、".join(group.name for group in item.dossier.readers.all())

    # -- The form -----------------------------------------------------------------------------------------------------

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "title":
            kwargs["widget"] = AdminTextInputWidget(
                attrs={"data-length": _("%(count)s characters"), "autocomplete": "off"}
            )
        elif isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field.widget, RelatedFieldWidgetWrapper):
            # A column or a file is not changed, still less deleted, on the way through a text.
            field.widget.can_change_related = field.widget.can_delete_related = False
        elif isinstance(field.widget, AdminTextareaWidget):
            field.widget.attrs["rows"] = 3  # it grows with what is typed
        elif isinstance(db_field, models.DateTimeField):
            field.validators.append(validate_year)
        return field

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.user, form.is_publishing = request.user, "_publish" in request.POST
        return form

    def save_model(self, request, obj, form, change):
        """Write what is not a matter of revisions: a new row, or the fields that change at once."""
        if not change:
            obj.author = request.user
            obj.save()
            return
        at_once = [name for name in obj.immediate if name in form.changed_data]
        if at_once:
            self.change_at_once(request, obj, at_once)

    def change_at_once(self, request, item, names):
        item.change_at_once(names, by=request.user)

    def save_related(self, request, form, formsets, change):
        """Save the text, labels, files and relations as a revision, and publish it if that was asked."""
        item, live = form.instance, form.instance.live_revision
        revision = form.save_revision()
        request.is_saved = True
        if form.is_publishing:
            item.publish(revision, by=request.user)
            text = _("Revision %(number)s is published. Readers see it now.")
        elif live is None:
            text = _("Saved as revision %(number)s. Readers do not see it yet.")
        elif revision == live:
            text = _("Readers see revision %(number)s, as before.")
        else:
            text = _("Saved as revision %(number)s. Until it is published, readers see revision %(live)s.")
        if item.status == Status.SCHEDULED and form.is_publishing:
            text = _("Revision %(number)s appears on %(moment)s.")
        values = {"number": revision.number, "live": live and live.number}
        if item.published_at:
            values["moment"] = short(item.published_at)
        self.message_user(request, text % values, messages.SUCCESS)

    # What is done to an item is told by the audit log, which the models write; Django's own would be a second one.

    def log_addition(self, request, obj, message):
        pass

    def log_change(self, request, obj, message):
        pass

    def response_add(self, request, obj, post_url_continue=None):
        return super().response_add(request, obj) if IS_POPUP_VAR in request.POST else self.after_save(request, obj)

    def response_change(self, request, obj):
        return super().response_change(request, obj) if IS_POPUP_VAR in request.POST else self.after_save(request, obj)

    def after_save(self, request, item):
        """Go on to the page of submission if that was asked, else back to the form."""
        if "_submit" in request.POST:
            return redirect(self.url_of("verb", item.pk, Submit.name))
        return self.back_to(item)

    def url_of(self, page, *args):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    @staticmethod
    def back_to(item):
        return redirect(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", item.pk)

    def view_on_site(self, item):
        return item.get_absolute_url() if item.status in OUT else None

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["may_change"] = self.has_change_permission(request, obj) if change else True
        if not change:
            steps = Column.objects.for_subject(self.model.subject()).values_list("review_steps", flat=True)
            context["may_publish"] = self.has_publish_permission(request) and 0 in steps
            context["may_submit"] = any(steps)
        else:
            newest = context["adminform"].form.newest
            last_review = obj.dossier.reviews.select_related("revision", "submitted_by").first()
            is_open = last_review is not None and last_review.is_open
            context.update(reviews.state_of(obj, last_review, newest))
            needs_review = newest is not None and obj.required_steps(newest) > 0
            may_act = context["may_change"] and not obj.is_removed
            context["may_publish"] = may_act and self.has_publish_permission(request, obj) and not needs_review
            context["may_submit"] = may_act and needs_review
            context["newest"] = newest
            context["badges"] = badges(
                obj,
                newest is not None and newest.pk != obj.live_revision_id,
                last_review.stage if is_open else "",
                last_review.outcome if last_review else "",
                obj.dossier.reviews.owed().exists(),
            )
            context["review_url"] = self.url_of("review", obj.pk) if last_review else None
            context["preview_url"] = self.url_of("preview", obj.pk) if newest else None
            context["notes"] = [
                (note, self.url_of("note", obj.pk, note.pk)) for note in obj.dossier.staff_notes.unresolved()
            ]
            context["pages"] = self.pages_of(request, obj)
            context["verbs"] = [
                (verb, self.url_of("verb", obj.pk, verb.name))
                for verb in self.verbs.values()
                if verb is not Submit and verb.objection_of(request.user, obj) is None  # it is among the buttons
            ]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_object(self, request, object_id, from_field=None):
        try:
            return super().get_object(request, object_id, from_field)
        except OverflowError:  # the number in the address is longer than a key of SQLite
            return None

    def history_view(self, request, object_id, extra_context=None):
        if self.get_object(request, object_id) is None:
            return super().history_view(request, object_id, extra_context)  # says that there is no such item
        revisions = Revision.objects.filter(dossier=object_id).select_related("author").defer("content")
        context = {
            "revisions": [
                (revision, self.url_of("preview", object_id, revision.number))
                for revision in revisions[:MOST_REVISIONS]
            ],
            "compare_url": self.url_of("compare", object_id),
            "sheet_url": self.url_of("sheet", object_id),
            "lines": sheets.lines_of(
                Entry.objects.filter(item=object_id).order_by("-number")[:MOST_ENTRIES], self.model
            ),
            **(extra_context or {}),
        }
        return super().history_view(request, object_id, context)

    def pages_of(self, request, item):
        """Return [(name, address)] of the pages about ``item`` that its form leads to."""
        if self.questions_name is None:
            return []
        return [(self.questions_name, self.url_of("questions", item.pk))]

    # -- Pages of its own ---------------------------------------------------------------------------------------------

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("<number:pk>/compare/", wrap(self.compare_view), name=f"{name}_compare"),
            path("<number:pk>/restore/<number:number>/", wrap(self.restore_view), name=f"{name}_restore"),
            path("<number:pk>/verb/<slug:name>/", wrap(self.verb_view), name=f"{name}_verb"),
            path("<number:pk>/review/", wrap(self.review_view), name=f"{name}_review"),
            path("<number:pk>/sheet/", wrap(self.sheet_view), name=f"{name}_sheet"),
            path("<number:pk>/questions/", wrap(self.questions_view), name=f"{name}_questions"),
            path("<number:pk>/questions/add/", wrap(self.question_view), name=f"{name}_question_add"),
            path("<number:pk>/questions/<number:question_pk>/", wrap(self.question_view), name=f"{name}_question"),
            path(
                "<number:pk>/questions/<number:question_pk>/delete/",
                wrap(self.question_deletion_view),
                name=f"{name}_question_delete",
            ),
            path("<number:pk>/note/<number:note_pk>/", wrap(self.note_view), name=f"{name}_note"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def compare_view(self, request, pk):
        """Show what differs between the revisions that ``old`` and ``new`` number, old at the left."""
        item = get_object_or_404(self.model.objects.select_related("dossier"), pk=pk)
        if not self.has_view_permission(request, item):
            raise PermissionDenied
        numbers = [request.GET.get(side, "") for side in ("old", "new")]
        if not all(number.isascii() and number.isdigit() and len(number) < 9 for number in numbers):
            raise Http404("odd numbers")
        old, new = (
            get_object_or_404(item.dossier.revisions, number=int(number)) for number in sorted(numbers, key=int)
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Revision %(old)s and revision %(new)s") % {"old": old.number, "new": new.number},
            "opts": self.opts,
            "item": item,
            "old": old,
            "new": new,
            "parts": history.compare(item, old, new),
            "missing": content.missing(item, old.content),
            "may_restore": self.has_change_permission(request, item) and old != new,
            "restore_url": self.url_of("restore", pk, old.number),
            "history_url": self.url_of("history", pk),
        }
        return TemplateResponse(request, "admin/publishing/compare.html", context)

    @method_decorator(require_POST)
    @method_decorator(transaction.atomic)
    def restore_view(self, request, pk, number):
        """Save the content of an old revision as the newest one; what readers see changes by publishing only."""
        get_object_or_404(Dossier.objects.locked(), pk=pk)
        item = get_object_or_404(self.model.objects.select_related("dossier"), pk=pk)
        if not self.has_change_permission(request, item):
            raise PermissionDenied
        old, newest = get_object_or_404(item.dossier.revisions, number=number), item.dossier.newest_revision
        column = Column.objects.filter(pk=old.content["fields"].get("column")).first() or item.column
        if column != item.column and not self.may(request, "change", column):
            text = _("Your roles do not allow you to write in this column. Please choose another one.")
            self.message_user(request, text, messages.ERROR)
            return self.back_to(item)
        facts = {"facts__old": old.number, "facts__revision": newest.number}
        if Entry.objects.filter(item=item.pk, action=Action.RESTORED_REVISION, **facts).exists():  # a second click
            return self.back_to(item)
        lost = content.missing(item, old.content)
        revision = item.record_revision(content.of_revision(item, old.content), request.user, base=newest)
        words = {"old": old.number, "number": revision.number}
        audit.record(request.user, Action.RESTORED_REVISION, item=item.pk, old=old.number, revision=revision.number)
        self.message_user(request, _("Revision %(old)s is restored as revision %(number)s.") % words, messages.SUCCESS)
        if lost:
            names = "、".join(f"{kind} {pk}" for kind, pk in lost)
            self.message_user(
                request, _("No longer there and left out: %(names)s") % {"names": names}, messages.WARNING
            )
        return self.back_to(item)

    @staticmethod
    def lock_to_write(request, pk):
        """Hold the dossier until the end of the transaction, so that nobody else acts on the item; not just to look."""
        dossiers = Dossier.objects.locked() if request.method == "POST" else Dossier.objects.all()
        get_object_or_404(dossiers, pk=pk)

    @method_decorator(transaction.atomic)
    def verb_view(self, request, pk, name):
        """Ask for what the verb needs, and do it when it was answered."""
        if name not in self.verbs:
            raise Http404("no such verb")
        self.lock_to_write(request, pk)
        item = get_object_or_404(self.model, pk=pk)
        verb_class = self.verbs[name]
        if not self.may(request, verb_class.permission(item), item):
            raise PermissionDenied
        if not verb_class.applies_to(item):
            self.message_user(request, _("This is not possible in the item's present state."), messages.WARNING)
            return self.back_to(item)
        if request.method == "POST":
            verb = attempt(verb_class, request.user, item, request.POST)
            if not verb.errors:
                self.message_user(request, verb.done, messages.SUCCESS)
                return self.back_to(verb.outcome or item)
        else:
            verb = verb_class(item=item, user=request.user)
        context = {
            **self.admin_site.each_context(request),
            "title": verb.label,
            "opts": self.opts,
            "item": item,
            "verb": verb,
            "back_url": self.url_of("change", pk),
            "media": verb.media,
        }
        return TemplateResponse(request, "admin/publishing/verb.html", context)

    @method_decorator(require_POST)
    @method_decorator(transaction.atomic)
    def note_view(self, request, pk, note_pk):
        """Tick off a note to staff."""
        item = get_object_or_404(self.model, pk=pk)
        if not self.has_change_permission(request, item):
            raise PermissionDenied
        note = get_object_or_404(StaffNote.objects.select_for_update(), pk=note_pk, dossier=pk)
        if note.resolved_at is None:  # else somebody was faster, or clicked twice
            note.resolve(by=request.user)
            audit.record(request.user, Action.NOTE_CHECKED, item=item.pk, note=note.code)
        return self.back_to(item)

    @method_decorator(transaction.atomic)
    def questions_view(self, request, pk):
        """Show what the item asks of people, and change the order."""
        return questions.list_page(self, request, questions.item_of(self, request, pk))

    @method_decorator(transaction.atomic)
    def question_view(self, request, pk, question_pk=None):
        """Add a question, or change one."""
        return questions.form_page(self, request, questions.item_of(self, request, pk), question_pk)

    @method_decorator(transaction.atomic)
    def question_deletion_view(self, request, pk, question_pk):
        """Ask whether the question shall be deleted, and do it."""
        return questions.deletion_page(self, request, questions.item_of(self, request, pk), question_pk)

    @method_decorator(csp_update({"frame-src": [SELF]}))  # the preview below the decision
    @method_decorator(transaction.atomic)
    def review_view(self, request, pk):
        """Show the text beside what readers see, and take the decision of the reviewer whose turn it is."""
        self.lock_to_write(request, pk)
        item = get_object_or_404(self.model.objects.select_related("dossier", "column"), pk=pk)
        if not self.has_view_permission(request, item):
            raise PermissionDenied
        return reviews.review_page(self, request, item)

    @method_decorator(require_safe)
    def sheet_view(self, request, pk):
        """Show the review sheet of the item, to be printed."""
        item = get_object_or_404(self.model.objects.select_related("dossier", "column"), pk=pk)
        if not self.has_view_permission(request, item):
            raise PermissionDenied
        return sheets.sheet_page(self, request, item)

    # -- Many at once -------------------------------------------------------------------------------------------------

    def get_actions(self, request):
        """One action for each verb that makes sense for many items at once."""
        if IS_POPUP_VAR in request.GET:
            return {}
        return {f"verb_{verb.name}": (bulk.action_for(verb), f"verb_{verb.name}", verb.label) for verb in bulk.VERBS}
