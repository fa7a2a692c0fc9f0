"""The pages of 三审三校: the reviewer's page, the review sheet of an item, and the sheets of a month."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.actions import Action
from audit.models import Entry

from .. import subjects
from ..models import ColumnRole, Dossier, ProofCheck, Refused, Review, Stage, StandIn
from . import history

# What a review sheet tells: how the text came to its readers and what became of it.
ON_THE_SHEET = (
    Action.SUBMITTED, Action.PASSED, Action.RETURNED, Action.RECALLED, Action.SUPERSEDED, Action.PUBLISHED_EARLY,
    Action.PUBLISHED, Action.DATED, Action.EXPIRY_SET, Action.REPEALED, Action.WITHDRAWN, Action.REINSTATED,
    Action.CORRECTED, Action.RESTORED_REVISION, Action.CHANGED_AT_ONCE, Action.TRASHED, Action.RESTORED,
)  # fmt: skip
MOST_SHEETS = 200  # in a bundle


def state_of(item, review, newest):
    """Return what the form of ``item`` tells of its newest Review: a dict for its template.

    review_state: "open", "returned" or ""; review_entry: the audit Entry that returned it.
    """
    if review is None:
        return {"review_state": ""}
    if review.is_open:
        return {"review_state": "open", "review": review}
    is_unanswered = review.outcome == Review.Outcome.RETURNED and newest is not None
    if is_unanswered and newest.pk != item.live_revision_id:
        entry = review.decisions().filter(action=Action.RETURNED).last()
        return {"review_state": "returned", "review": review, "review_entry": entry}
    return {"review_state": ""}


# -- The reviewer's page ----------------------------------------------------------------------------------------------


class DecisionForm(forms.Form):
    """What a reviewer says. ``revision`` and ``stage`` tell which text he read and for which step."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    stage = forms.CharField(widget=forms.HiddenInput)
    checks = forms.ModelMultipleChoiceField(
        ProofCheck.objects.none(), label=_("Checked"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("What is to be changed"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        help_text=_("Needed to send it back. The authors read it, and it stands on the review sheet."),
    )
    to_stage = forms.ChoiceField(label=_("Send back to"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args, review, **kwargs):
        super().__init__(*args, **kwargs)
        self.review = review
        self.fields["checks"].queryset = review.checks()
        earlier = [(stage.value, stage.label) for stage in review.earlier_stages]
        self.fields["to_stage"].choices = [("", _("its author")), *earlier]
        self.initial = {"revision": review.revision.number, "stage": review.stage, "to_stage": ""}
        if not earlier:
            del self.fields["to_stage"]

    def clean(self):
        if not self.review.is_open:
            return
        read = (self.cleaned_data.get("revision"), self.cleaned_data.get("stage"))
        if read != (self.review.revision.number, self.review.stage):
            raise ValidationError(_("This step was decided while you were reading. What you typed is kept below."))
        if "_return" in self.data and not self.cleaned_data.get("reason", "").strip():
            self.add_error("reason", _("Say what is to be changed."))
        if "_pass" in self.data and set(self.cleaned_data.get("checks", ())) != set(self.fields["checks"].queryset):
            self.add_error("checks", _("Tick every check before you pass the text, or send it back."))


def review_page(model_admin, request, item):
    """Answer the reviewer's page of ``item``, whose dossier is locked."""
    review = item.dossier.reviews.select_related("revision__author", "submitted_by", "column").first()
    if review is None:
        raise Http404("never submitted")
    form = DecisionForm(request.POST if request.method == "POST" else None, review=review)
    if request.method == "POST":
        if not request.user.has_perm(review.permission()) and not request.user.has_perm(review.permission("publish")):
            raise PermissionDenied
        if not review.is_open:
            form.add_error(None, review.objection_to(request.user))
        elif form.is_valid() and decide(review, request.user, form):
            model_admin.message_user(request, told_after(review), messages.SUCCESS)
            return redirect("admin:index")
    decisions = list(review.decisions())
    base = item.dossier.revisions.filter(number=decisions[0].facts["base"] or 0).first()
    former = item.dossier.reviews.filter(outcome=Review.Outcome.RETURNED, pk__lt=review.pk).first()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Review of “%(title)s”") % {"title": review.revision.content["fields"]["title"]},
        "opts": model_admin.opts,
        "item": item,
        "review": review,
        "objection": review.objection_to(request.user),
        "may_publish_early": review.objection_to_publishing_early(request.user) is None,
        "form": form,
        "steps": steps_of(review),
        "lines": lines_of(decisions, type(item)),
        "nobody": review.is_open and not review.people_for(review.stage).exists(),
        "base": base,
        "parts": history.compare(item, base, review.revision) if base else [],
        "preview_url": model_admin.url_of("preview", item.pk, review.revision.number),
        "change_url": model_admin.url_of("change", item.pk),
        "sheet_url": model_admin.url_of("sheet", item.pk),
        "since_return": former
        and f"{model_admin.url_of('compare', item.pk)}?old={former.revision.number}&new={review.revision.number}",
    }
    return TemplateResponse(request, "admin/publishing/review.html", context)


def decide(review, user, form):
    """Do what the reviewer chose; False with the errors in ``form`` if the rules or the text do not allow it."""
    try:
        if "_early" in form.data:
            review.publish_early(user)
        elif "_return" in form.data:
            review.send_back(user, form.cleaned_data["reason"].strip(), form.cleaned_data.get("to_stage") or None)
        elif "_pass" in form.data:
            review.pass_stage(user, form.cleaned_data["checks"])
        else:
            raise Refused(_("Choose what to do."))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        review.refresh_from_db()
        return False
    except ValidationError as error:
        form.add_error(None, error)
        review.refresh_from_db()
        return False
    return True


def told_after(review):
    if review.outcome == Review.Outcome.RETURNED:
        return _("The text went back to its authors with your words.")
    if review.outcome == Review.Outcome.PASSED:
        return _("The review is passed.")
    if review.published_early_at and review.stage == review.stages[0]:
        return _("Readers see the text. Its review is still owed.")
    return _("Done. Next: %(stage)s.") % {"stage": review.get_stage_display()}


def steps_of(review):
    """Return [(Stage, who passed it or None, whether it is the present one)] for the row of steps."""
    passed = dict(review.passes)
    return [(stage, passed.get(stage), review.is_open and stage == review.stage) for stage in review.stages]


# -- The sheet --------------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """An entry of the audit log in words."""

    entry: Entry
    who: str
    what: str
    details: list = field(default_factory=list)
    checks: list = field(default_factory=list)


@dataclass
class Sheet:
    """The review sheet of one item."""

    number: int
    title: str
    kind: str
    column: str
    status: str
    lines: list
    changes: list = field(default_factory=list)  # [(revision number, base number or None, [str])]


def lines_of(entries, model):
    """Return a Line for each audit Entry on an item of ``model``: two queries."""
    entries = list(entries)
    names = names_of(entries)
    return [line_of(entry, names, model) for entry in entries]


def names_of(entries):
    """Return {number of a person: name} for everybody whom ``entries`` tell of, as they are called now: one query."""
    pks = {entry.by_id for entry in entries} | {entry.facts.get("for") for entry in entries}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=pks - {None})}


CHILDREN = {
    "labels": _("labels"),
    "readers": _("reader groups"),
    "attachments": _("attachments"),
    "relations": _("relations"),
}


def name_of_part(model, name):
    """Return what people call a part of a revision (see publishing.content), also one that the model no longer has."""
    if name in CHILDREN:
        return str(CHILDREN[name])
    names = {field.name: field.verbose_name for field in model._meta.get_fields() if hasattr(field, "verbose_name")}
    return str(names.get(name, name))


def line_of(entry, names, model):
    facts = entry.facts
    what = str(Action(entry.action).label) if entry.action in Action.values else entry.action
    if facts.get("stage"):
        what = f"{Stage(facts['stage']).label} · {what}"
    details = []
    if facts.get("revision"):
        details.append(_("revision %(number)s") % {"number": facts["revision"]})
    if facts.get("changed"):
        parts = "、".join(name_of_part(model, name) for name in facts["changed"])
        details.append(_("changed: %(parts)s") % {"parts": parts})
    for name in ("at", "until"):
        if facts.get(name):
            moment = timezone.localtime(datetime.fromisoformat(facts[name]))
            details.append(f"{moment:%Y-%m-%d %H:%M}")
    if "to" in facts:
        to = Stage(facts["to"]).label if facts["to"] else _("its author")
        details.append(_("sent back to: %(stage)s") % {"stage": to})
    if facts.get("urgency"):
        details.append(_("urgent: %(reason)s") % {"reason": facts["urgency"]})
    if facts.get("reason"):
        details.append(_("reason: %(reason)s") % {"reason": facts["reason"]})
    if facts.get("for"):
        details.append(_("in place of %(name)s") % {"name": names.get(facts["for"], facts["for"])})
    who = names.get(entry.by_id, str(entry.by_id)) if entry.by_id else str(_("the system"))
    return Line(entry, who, what, [str(detail) for detail in details], facts.get("checks", []))


def sheets_of(items, until=None):
    """Return the Sheet of each of ``items`` (list), with what happened before ``until`` (aware datetime, default everything).

    Two queries, and what the comparisons of each item take.
    """
    entries = Entry.objects.filter(
        item__in=[item.pk for item in items], action__in=[action.value for action in ON_THE_SHEET]
    )
    if until:
        entries = entries.filter(at__lt=until)
    entries = list(entries.order_by("number"))
    names, by_item = names_of(entries), defaultdict(list)
    for entry in entries:
        by_item[entry.item].append(entry)
    return [sheet_of(item, by_item[item.pk], names) for item in items]


def sheet_of(item, entries, names):
    """Return the Sheet of ``item`` on which ``entries`` stand; names: see ``names_of``."""
    model = type(item)
    submitted = [entry.facts for entry in entries if entry.action == Action.SUBMITTED]
    # Only the revisions that are compared: a long history is not read for a sheet.
    numbers = {facts.get(name) for facts in submitted for name in ("revision", "base")} - {None}
    revisions = {revision.number: revision for revision in item.dossier.revisions.filter(number__in=numbers)}
    changes = []
    for facts in submitted:
        revision, base = revisions.get(facts.get("revision")), revisions.get(facts.get("base"))
        if revision:
            changes.append((revision.number, base and base.number, changes_between(item, base, revision)))
    lines = [line_of(entry, names, model) for entry in entries]
    return Sheet(
        item.pk, item.title, str(model._meta.verbose_name), str(item.column), str(item.status.label), lines, changes
    )


def changes_between(item, old, new):
    """Return what differs between two revisions, a sentence a field (list of str)."""
    if old is None:
        return [_("a new text of %(count)s characters") % {"count": history.length_of(item, new)}]
    found = []
    for part in history.compare(item, old, new):
        gone = sum(len(piece.text) for row in part.rows for piece in row.old if piece.is_changed)
        added = sum(len(piece.text) for row in part.rows for piece in row.new if piece.is_changed)
        words = {"part": part.title, "gone": gone, "added": added}
        found.append(_("%(part)s: %(gone)s characters removed, %(added)s added") % words)
    return found


def sheet_page(model_admin, request, item):
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Review sheet"),
        "opts": model_admin.opts,
        "sheets": sheets_of([item]),
        "printed_at": timezone.now(),
        "back_url": model_admin.url_of("change", item.pk),
    }
    return TemplateResponse(request, "admin/publishing/sheets.html", context)


def sheets_of_month(user, first):
    """Return the Sheets of the items on which a review was decided in the month that begins with ``first`` (date)."""
    after = (first + timedelta(days=32)).replace(day=1)
    start, end = (datetime(day.year, day.month, 1, tzinfo=timezone.get_default_timezone()) for day in (first, after))
    decided = [Action.PASSED.value, Action.RETURNED.value, Action.PUBLISHED_EARLY.value]
    numbers = set(Entry.objects.filter(action__in=decided, at__gte=start, at__lt=end).values_list("item", flat=True))
    dossiers = Dossier.objects.filter(pk__in=numbers).order_by("subject", "pk")
    items = []
    for _subject, group in groupby(dossiers, key=lambda dossier: dossier.subject):
        rows = list(group)
        model = type(rows[0].item)
        visible = model.objects.within_reach(user, "view").filter(pk__in=[row.pk for row in rows])
        visible = visible.select_related("dossier", "column").defer(*model.rich_text_names())
        items += visible.order_by("pk")
    return sheets_of(items[:MOST_SHEETS], until=end), len(items)


@admin.register(Review)
class ReviewAdmin(admin.ModelAdmin):
    """The list of all reviews, and the review sheets of a month. Nothing is changed here."""

    handbook = "review review-sheets"

    list_display = ["item", "column", "stage_now", "submitted_by", "submitted", "closed"]
    list_display_links = None
    list_filter = ["outcome", "stage"]
    list_select_related = ["column", "submitted_by"]
    date_hierarchy = "submitted_at"
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    ordering = ["-pk"]  # as they were submitted, by an index: else SQLite reads every text for its title, to sort
    change_list_template = "admin/publishing/review_list.html"

    def get_queryset(self, request):
        return super().get_queryset(request).within_reach(request.user).with_titles()

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("item"))
    def item(self, review):
        meta = subjects.model_for(review.subject)._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_review", args=[review.dossier_id])
        return format_html('<a href="{}">{}</a>', url, review.title)

    @admin.display(description=_("submitted at"), ordering="submitted_at")
    def submitted(self, review):
        return date_format(timezone.localtime(review.submitted_at), "Y-m-d H:i")

    @admin.display(description=_("closed at"), ordering="closed_at")
    def closed(self, review):
        return review.closed_at and date_format(timezone.localtime(review.closed_at), "Y-m-d H:i")

    @admin.display(description=_("state"))
    def stage_now(self, review):
        if review.is_open:
            return _("Waits for the %(stage)s") % {"stage": review.get_stage_display()}
        return review.get_outcome_display()

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("sheets/", wrap(self.sheets_view), name="publishing_review_sheets"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(
            request, {"month": timezone.localdate().strftime("%Y-%m"), **(extra_context or {})}
        )

    def sheets_view(self, request):
        """Show the review sheets of the month that ``?month=2026-11`` names, one a printed page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        month = request.GET.get("month", "")
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError:
            first = None
        if first is None or not 1970 < first.year < 2200:
            messages.warning(request, _("Please choose a month, such as 2026-11."))
            return redirect("admin:publishing_review_changelist")
        sheets, count = sheets_of_month(request.user, first)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Review sheets of %(month)s") % {"month": month},
            "opts": self.opts,
            "sheets": sheets,
            "left_out": count - len(sheets),
            "printed_at": timezone.now(),
            "back_url": reverse("admin:publishing_review_changelist"),
        }
        return TemplateResponse(request, "admin/publishing/sheets.html", context)


# -- Who reviews, and what is checked ---------------------------------------------------------------------------------


@admin.register(ProofCheck)
class ProofCheckAdmin(admin.ModelAdmin):
    handbook = "proof-checks"
    list_display = ["text", "stage", "order"]
    list_editable = ["order"]
    list_filter = ["stage"]
    show_full_result_count = False


@admin.register(StandIn)
class StandInAdmin(admin.ModelAdmin):
    """An administrator names who reviews in place of whom; it ends by date, and can be ended earlier."""

    handbook = "stand-ins"
    list_display = ["absent", "person", "first_on", "last_on", "named_by"]
    list_select_related = ["absent", "person", "named_by"]
    autocomplete_fields = ["absent", "person"]
    show_full_result_count = False

    def save_model(self, request, obj, form, change):
        obj.named_by = request.user
        super().save_model(request, obj, form, change)


@admin.register(ColumnRole)
class ColumnRoleAdmin(admin.ModelAdmin):
    handbook = "column-roles"
    list_display = ["user", "role", "column"]
    list_filter = ["role"]
    list_select_related = ["user", "role", "column"]
    search_fields = ["user__username", "user__name", "column__title"]
    autocomplete_fields = ["user", "column"]
    show_full_result_count = False
