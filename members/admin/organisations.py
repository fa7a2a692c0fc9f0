"""The admin of organisations, their periods, people and seats on the council."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count
from django.urls import path
from django.utils.translation import gettext_lazy as _

from publishing.admin.content_version import AdvancesContentVersion

from .. import reader_rows
from ..models import (
    Affiliation,
    CouncilSeat,
    CouncilTerm,
    MembershipPeriod,
    Organisation,
    first_overlap,
    in_words,
)
from .organisation_export import ExportsOrganisations
from .renewals import PERMISSION, DueFilter, renew_chosen, renew_view


class ApartFormSet(forms.BaseInlineFormSet):
    """Rows of an organisation of which no two share a day. OrganisationAdmin reads them under the organisation's lock."""

    def counts(self, row):
        """Whether ``row`` must share no day with others that count."""
        return True

    def clean(self):
        super().clean()
        if any(self.errors):
            return
        kept = [
            form for form in self.forms if form not in self.deleted_forms and (form.instance.pk or form.has_changed())
        ]
        rows = [form.instance for form in kept]
        if self.instance.pk:
            # What another person added since this form was opened.
            shown = [form.instance.pk for form in self.initial_forms]
            rows += self.model.objects.filter(organisation=self.instance).exclude(pk__in=shown)
        overlap = first_overlap((row.first_on, row.last_on) for row in rows if self.counts(row))
        if overlap:
            raise ValidationError(
                self.overlap_message, params={"one": in_words(*overlap[0]), "other": in_words(*overlap[1])}
            )


class PeriodFormSet(ApartFormSet):
    overlap_message = _(
        "Two membership periods share days: %(one)s and %(other)s. A renewal begins on the day after the last day."
    )


class AffiliationFormSet(ApartFormSet):
    overlap_message = _(
        "An organisation has one main contact at a time; these days overlap: %(one)s and %(other)s. "
        "Enter the last day of the former one first."
    )

    def counts(self, row):
        return row.role == Affiliation.Role.CONTACT


class PeriodInline(admin.TabularInline):
    model = MembershipPeriod
    formset = PeriodFormSet
    extra = 0


class AffiliationInline(admin.TabularInline):
    model = Affiliation
    formset = AffiliationFormSet
    fields = ["user", "role", "first_on", "last_on"]
    autocomplete_fields = ["user"]
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user")


class SeatsOfOrganisationInline(admin.TabularInline):
    model = CouncilSeat
    fields = ["term", "role"]
    autocomplete_fields = ["term"]
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("term", "organisation")


class StandingFilter(admin.SimpleListFilter):
    title = _("membership")
    parameter_name = "standing"
    MEMBERS = "members"

    def lookups(self, request, model_admin):
        return [(self.MEMBERS, _("In membership or days of grace")), *Organisation.Standing.choices]

    def queryset(self, request, queryset):
        if self.value() == self.MEMBERS:
            return queryset.members()
        return queryset.filter(standing=self.value()) if self.value() in Organisation.Standing.values else queryset


class DistrictFilter(admin.SimpleListFilter):
    title = _("district")
    parameter_name = "district"

    def lookups(self, request, model_admin):
        districts = Organisation.objects.exclude(district="").order_by("district").values_list("district", flat=True)
        return [(district, district) for district in districts.distinct()]

    def queryset(self, request, queryset):
        return queryset.filter(district=self.value()) if self.value() else queryset


class OrganisationForm(forms.ModelForm):
    public_fields = forms.MultipleChoiceField(
        label=Organisation._meta.get_field("public_fields").verbose_name,
        help_text=Organisation._meta.get_field("public_fields").help_text,
        choices=Organisation.PublicField.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


@admin.register(Organisation)
class OrganisationAdmin(ExportsOrganisations, AdvancesContentVersion, admin.ModelAdmin):
    handbook = "organisations membership-periods renewals organisation-people import organisation-export"
    list_display = ["name", "level", "member_group", "standing_in_words", "period", "contact", "district"]
    list_filter = [StandingFilter, DueFilter, "level", "member_group", DistrictFilter]
    list_select_related = ["member_group"]
    list_per_page = 50
    search_fields = ["name", "former_names", "credit_code", "member_number"]
    search_help_text = _("Name, former name, credit code or member number")
    readonly_fields = ["member_number"]
    autocomplete_fields = ["member_group"]
    show_full_result_count = False
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    form = OrganisationForm
    inlines = [PeriodInline, AffiliationInline, SeatsOfOrganisationInline]
    actions = [renew_chosen]
    fieldsets = [
        (None, {"fields": ["name", "former_names", "credit_code"]}),
        (_("Membership"), {"fields": ["member_number", "level", "member_group", "joined_on"]}),
        (_("Contact"), {"fields": ["district", "address", "website", "telephone", "email"]}),
        (_("Public directory"), {"fields": ["is_in_directory", "industry", "introduction", "public_fields"]}),
    ]

    class Media:
        css = {"all": ["css/admin/members.css"]}

    def get_urls(self):
        def renew(request, pk):
            return renew_view(self, request, pk)

        view = self.admin_site.admin_view(renew)
        return [path("<int:pk>/renew/", view, name="members_organisation_renew"), *super().get_urls()]

    def has_renew_permission(self, request):
        return request.user.has_perm(PERMISSION)

    def get_queryset(self, request):
        return super().get_queryset(request).with_membership().with_contact()

    def get_object(self, request, object_id, from_field=None):
        organisation = super().get_object(request, object_id, from_field)
        if organisation and request.method == "POST":
            # Before its periods and people are read: a second save waits, and is told of what the first one wrote.
            Organisation.objects.locked().get(pk=organisation.pk)
        return organisation

    @admin.display(description=_("membership"))
    def standing_in_words(self, organisation):
        return Organisation.Standing(organisation.standing).label

    @admin.display(description=_("period"), ordering="period_last_on")
    def period(self, organisation):
        if organisation.period_first_on is None:
            return None
        return in_words(organisation.period_first_on, organisation.period_last_on)

    @admin.display(description=_("main contact"))
    def contact(self, organisation):
        return organisation.contact_name

    # The rows of readers follow within the same transaction, before the log is written: its lock comes late.

    def save_related(self, request, form, formsets, change):
        organisation = form.instance
        before = Affiliation.objects.people_of([organisation])
        super().save_related(request, form, formsets, change)
        reader_rows.bring_up(before | Affiliation.objects.people_of([organisation]))

    def log_deletions(self, request, queryset):
        # Django logs before it deletes; whoever waits for people must not hold the log.
        reader_rows.hold(Affiliation.objects.people_of(queryset))
        return super().log_deletions(request, queryset)

    def delete_model(self, request, obj):
        with transaction.atomic():
            people = Affiliation.objects.people_of([obj])
            super().delete_model(request, obj)
            reader_rows.bring_up(people)

    def delete_queryset(self, request, queryset):
        with transaction.atomic():
            people = Affiliation.objects.people_of(queryset)
            super().delete_queryset(request, queryset)
            reader_rows.bring_up(people)


class SeatsOfTermInline(admin.TabularInline):
    model = CouncilSeat
    fields = ["organisation", "role"]
    autocomplete_fields = ["organisation"]
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).by_rank().select_related("term", "organisation")


@admin.register(CouncilTerm)
class CouncilTermAdmin(admin.ModelAdmin):
    handbook = "council-terms"
    list_display = ["__str__", "days_in_words", "seats"]
    search_fields = ["number"]
    show_full_result_count = False
    inlines = [SeatsOfTermInline]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(seat_count=Count("seats"))

    @admin.display(description=_("days"), ordering="first_on")
    def days_in_words(self, term):
        return term.days

    @admin.display(description=_("seats on the council"), ordering="seat_count")
    def seats(self, term):
        return term.seat_count
