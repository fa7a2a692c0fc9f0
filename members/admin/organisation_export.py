"""The list of organisations as a file: those that the list shows, with the columns that staff choose."""

from django import forms
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

import audit
from audit.actions import Action

from .. import tables
from ..importing.columns import BY_KEY
from ..models import Affiliation, Organisation

# Headings that the table for imports has as well are the same, so that a list can be corrected and imported.
COLUMNS = {
    "name": BY_KEY["name"].heading,
    "member_number": _("member number"),
    "credit_code": BY_KEY["credit_code"].heading,
    "level": BY_KEY["level"].heading,
    "member_group": BY_KEY["member_group"].heading,
    "standing": _("membership"),
    "period_first_on": BY_KEY["first_on"].heading,
    "period_last_on": BY_KEY["last_on"].heading,
    "joined_on": BY_KEY["joined_on"].heading,
    **{key: BY_KEY[key].heading for key in ("district", "industry", "address", "website", "telephone", "email")},
    "contact_name": BY_KEY["person"].heading,
    "contact_phone": BY_KEY["phone"].heading,
    "contact_email": BY_KEY["person_email"].heading,
}
FIRST_CHOICE = ["name", "member_number", "level", "member_group", "standing", "period_last_on", "contact_name"]


class ExportForm(forms.Form):
    columns = forms.MultipleChoiceField(
        label=_("Columns of the table"),
        choices=list(COLUMNS.items()),
        initial=FIRST_CHOICE,
        widget=forms.CheckboxSelectMultiple,
    )
    format = forms.ChoiceField(
        label=_("Format"), choices=[(format, format.upper()) for format in tables.FORMATS], initial=tables.FORMATS[0]
    )


class ExportsOrganisations:
    """Mixin of the admin of organisations: a page on which columns are chosen; the filters come along in its address."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name="members_organisation_export"), *super().get_urls()]

    def export_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            organisations = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return redirect("admin:members_organisation_changelist")
        form = ExportForm(request.POST if request.method == "POST" else None, label_suffix="")
        if form.is_valid():
            return self.export(request, organisations, form.cleaned_data["columns"], form.cleaned_data["format"])
        list_url = reverse("admin:members_organisation_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Export organisations"),
            "opts": self.opts,
            "form": form,
            "count": organisations.count(),
            "back_url": f"{list_url}?{request.GET.urlencode()}" if request.GET else list_url,
        }
        return TemplateResponse(request, "admin/members/organisation/export.html", context)

    def export(self, request, organisations, columns, format):
        contacts = Affiliation.objects.contacts().current().filter(organisation=OuterRef("pk")).order_by("pk")
        organisations = organisations.select_related("member_group").annotate(
            contact_phone=Subquery(contacts.values("user__phone")[:1]),
            contact_email=Subquery(contacts.values("user__email")[:1]),
        )
        rows = [[cell(organisation, name) for name in columns] for organisation in organisations.iterator(500)]
        with transaction.atomic():
            chosen = {name: value for name, value in request.GET.items() if value}
            audit.record(request.user, Action.ORGANISATIONS_EXPORTED, count=len(rows), fields=columns, chosen=chosen)
        return tables.response("会员单位", format, [str(COLUMNS[name]) for name in columns], rows)


def cell(organisation, name):
    """Return what the column ``name`` tells of ``organisation``, as members.tables takes it."""
    if name == "level":
        return organisation.get_level_display()
    if name == "standing":
        return str(Organisation.Standing(organisation.standing).label)
    if name == "member_group":
        return organisation.member_group.name if organisation.member_group else ""
    return getattr(organisation, name)
