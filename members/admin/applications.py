"""Applications for membership: the list of those that wait, and the page on which staff read and decide one."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from files import enclosures
from publishing.models import Refused

from .. import joining
from ..models import Application, ApplicationVersion, MemberGroup, Organisation
from ..renewal import a_year_from

Step, State = Application.Step, Application.State


class DecisionForm(forms.Form):
    """What is decided. ``version`` and ``step`` tell what was read, and for which step."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    step = forms.ChoiceField(choices=Step.choices, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        help_text=_("Needed to return or to refuse it. The applicant reads it."),
    )


class AcceptForm(DecisionForm):
    """The council's decision, and what the new member begins with."""

    first_on = forms.DateField(label=_("member from"), required=False, widget=AdminDateWidget)
    last_on = forms.DateField(label=_("paid until"), required=False, widget=AdminDateWidget)
    level = forms.ChoiceField(label=_("level"), choices=Organisation.Level.choices, required=False)
    member_group = forms.ModelChoiceField(MemberGroup.objects.all(), label=_("member group"), required=False)
    TERMS = ("first_on", "last_on", "level", "member_group")

    def clean(self):
        if "_pass" in self.data:
            for name in ("first_on", "last_on", "level"):
                if not self.cleaned_data.get(name) and name not in self.errors:
                    self.add_error(name, self.fields[name].error_messages["required"])

    @property
    def terms(self):
        return [self[name] for name in self.TERMS]


def form_for(application, data=None):
    version, today = application.newest, timezone.localdate()
    initial = {"version": version.number, "step": application.step}
    if application.step != Step.DECIDE and (data or {}).get("step") != Step.DECIDE:
        return DecisionForm(data, initial=initial)
    terms = {
        "first_on": today,
        "last_on": a_year_from(today),
        "level": Organisation.Level.ORDINARY,
        "member_group": version.member_group_id,
    }
    return AcceptForm(data, initial={**initial, **terms})


class TurnFilter(admin.SimpleListFilter):
    title = _("turn")
    parameter_name = "turn"
    MINE = "mine"

    def lookups(self, request, model_admin):
        return [(self.MINE, _("Waits for me")), ("open", _("Not decided")), *State.choices[1:]]

    def queryset(self, request, queryset):
        value = self.value()
        if value == self.MINE:
            return queryset.filter(pk__in=Application.objects.waiting_for(request.user).order_by().values("pk"))
        if value == "open":
            return queryset.filter(newest__in=ApplicationVersion.objects.open().values("pk"))
        if value in Step.values:
            return queryset.filter(newest__in=ApplicationVersion.objects.at_step(value).values("pk"))
        if value in (State.RETURNED, State.ACCEPTED, State.REFUSED, State.WITHDRAWN):
            return queryset.filter(**{f"newest__{value}_at__isnull": False})
        return queryset


@admin.register(Application)
class ApplicationAdmin(admin.ModelAdmin):
    """Nothing is edited here: the applicant writes, staff decide step by step."""

    handbook = "applications"
    list_display = ["name", "number_in_words", "state_in_words", "waiting_since", "contact"]
    list_filter = [TurnFilter]
    list_select_related = ["newest"]
    search_fields = ["newest__name", "newest__credit_code", "newest__contact_name"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    ordering = ["-pk"]
    list_per_page = 50

    def get_queryset(self, request):
        return super().get_queryset(request).for_staff()

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        wrap = self.admin_site.admin_view
        files = path("<int:pk>/files/<int:file>/", wrap(self.file_view), name="members_application_file")
        return [files, *super().get_urls()]

    @admin.display(description=_("organisation"), ordering="newest__name")
    def name(self, application):
        return application.newest.name

    @admin.display(description=_("application number"), ordering="pk")
    def number_in_words(self, application):
        return application.number

    @admin.display(description=_("state"))
    def state_in_words(self, application):
        return format_html('<span class="badge {}">{}</span>', application.tone, application.state.label)

    @admin.display(description=_("waiting since"), ordering="newest__sent_at")
    def waiting_since(self, application):
        moment = application.newest.ended_at or application.newest.waiting_since
        return date_format(timezone.localtime(moment), "Y-m-d H:i")

    @admin.display(description=_("contact person"))
    def contact(self, application):
        return application.newest.contact_name

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show the application, or decide its present step."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        application = self.get_object(request, unquote(object_id))
        if application is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = form_for(application, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                told = decide(application, request.user, form)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
            else:
                self.message_user(request, told, messages.SUCCESS)
                return redirect("admin:members_application_change", application.pk)
        application = self.get_object(request, unquote(object_id))
        return TemplateResponse(request, "admin/members/application.html", self.context_of(request, application, form))

    def context_of(self, request, application, form):
        version = application.newest
        others = Application.objects.for_staff().filter(newest__credit_code=version.credit_code)
        if form.is_bound and application.step:  # decide what is shown now, with the words that were typed
            form.data = {**form.data.dict(), "version": version.number, "step": application.step}
        return {
            **self.admin_site.each_context(request),
            "title": _("Application of “%(name)s”") % {"name": version.name},
            "opts": self.opts,
            "application": application,
            "version": version,
            "steps": version.steps(),
            "former": application.versions.exclude(pk=version.pk).order_by("-number"),
            "form": form,
            "may_decide": application.step is not None and request.user.has_perm(application.step.permission),
            "objection": application.step and joining.objection_to_accepting(application),
            "others": others.exclude(pk=application.pk).select_related("newest"),
            "list_url": reverse("admin:members_application_changelist"),
        }

    def file_view(self, request, pk, file):
        """Stream a file of any version of the application to staff who may see it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        application = get_object_or_404(self.get_queryset(request), pk=pk)
        for version in application.versions.select_related("licence"):
            for enclosure in version.files:
                if enclosure.pk == file:
                    return enclosures.response(enclosure, request)
        raise Http404("no file of this application")


def decide(application, user, form):
    """Do what was chosen; return what to tell (str). Refused or ValidationError if it may not be."""
    read = (application.pk, user, form.cleaned_data["version"], form.cleaned_data["step"])
    if "_return" in form.data:
        joining.send_back(*read, form.cleaned_data["reason"])
        return _("The application went back to its applicant with your words.")
    if "_refuse" in form.data:
        joining.refuse(*read, form.cleaned_data["reason"])
        return _("The application is refused. The applicant is told why.")
    if "_pass" not in form.data:
        raise Refused(_("Choose what to do."))
    if form.cleaned_data["step"] != Step.DECIDE:
        application = joining.pass_step(*read)
        return _("Done. Next: %(stage)s.") % {"stage": application.step.label}
    terms = {name: form.cleaned_data[name] for name in AcceptForm.TERMS}
    joining.accept(*read[:3], **terms)
    return _("The organisation is a member now. Its contact person is told how to sign in.")
