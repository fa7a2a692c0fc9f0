"""The reviewer's page, the list of all reviews with the sheets of a month, and who reviews and what is checked."""

from datetime import date

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

from audit.actions import Action

from .. import subjects
from ..models import ColumnRole, ProofCheck, Refused, Review, StandIn
from . import history, sheets


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
        "lines": sheets.lines_of(decisions, type(item)),
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
        shown, part = sheets.sheets_of_month(request.user, first, request.GET.get("part"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Review sheets of %(month)s") % {"month": month},
            "opts": self.opts,
            "sheets": shown,
            "part": part,
            "month": month,
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
