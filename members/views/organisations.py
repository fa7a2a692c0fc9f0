"""The public directory of member organisations. Nobody is in it whose membership does not hold, nor who does not want to."""

from django.db.models import Count
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from publishing import content_version
from publishing.views import CountedPaginator, FilteredListView

from ..models import CouncilSeat, MemberGroup, Organisation


class OrganisationListView(FilteredListView):
    """Members by level, group, district, industry and words of the name; the council first, then by name.

    No row tells a telephone number or an address to write to: they stand on the pages of those who want it, one by one.
    """

    template_name = "members/organisations/organisation_list.html"
    filter_names = ("level", "group", "district", "industry", "words")
    form_names = ("group", "district", "industry", "words")

    @property
    def level(self):
        level = self.request.GET.get("level", "")
        if level and level not in Organisation.Level.values:
            raise Http404("odd level")
        return level

    @cached_property
    def group(self):
        pk = self.get_number("group")
        if pk is None:
            return None
        group = next((group for group in self.choices["groups"] if group.pk == pk), None)
        if group is None:
            group = MemberGroup.objects.filter(pk=pk).first()
        if group is None:
            raise Http404("no such group")
        return group

    @cached_property
    def choices(self):
        """{"groups": […], "districts": […], "industries": […]}: what members of the directory have, kept until it changes."""

        def build():
            listed = Organisation.objects.in_directory().order_by()
            return {
                "groups": list(MemberGroup.objects.filter(pk__in=listed.values("member_group"))),
                "districts": sorted(listed.exclude(district="").values_list("district", flat=True).distinct()),
                "industries": sorted(listed.exclude(industry="").values_list("industry", flat=True).distinct()),
            }

        return content_version.remember("directory-choices", content_version.current_for(self.request), build, self.at)

    def get_of_every_level(self):
        organisations = Organisation.objects.in_directory()
        if self.group:
            organisations = organisations.filter(member_group=self.group)
        for name in ("district", "industry"):
            if value := self.get_words(name):
                organisations = organisations.filter(**{name: value})
        if words := self.get_words("words"):
            organisations = organisations.filter(name__icontains=words)
        return organisations

    @cached_property
    def counts(self):
        """{level: number of organisations} under the other filters, with one query."""
        levels = self.get_of_every_level().order_by().values_list("level")
        return dict(levels.annotate(count=Count("pk")))

    @property
    def total(self):
        return self.counts.get(self.level, 0) if self.level else sum(self.counts.values())

    def get_queryset(self):
        organisations = self.get_of_every_level()
        if self.level:
            organisations = organisations.filter(level=self.level)
        organisations = organisations.with_council_role().select_related("member_group")
        return organisations.order_by("council_rank", "name", "pk")

    def get_paginator(self, queryset, per_page, **kwargs):
        return CountedPaginator(queryset, per_page, self.total)

    def chosen_filters(self):
        chosen = [("group", self.group and self.group.name)]
        chosen += [(name, self.get_words(name)) for name in ("district", "industry", "words")]
        return [(name, text) for name, text in chosen if text]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        for organisation in context["page_obj"]:
            name_council_role(organisation)
        levels = [("", _("All"), sum(self.counts.values()))]
        levels += [(level.value, level.label, self.counts.get(level.value, 0)) for level in Organisation.Level]
        return {
            **context,
            "title": _("Directory of members"),
            "items": context["page_obj"].object_list,
            "total": self.total,
            "choices": self.choices,
            "group": self.group,
            "chosen": {name: self.get_words(name) for name in ("district", "industry", "words")},
            "tabs": [
                {
                    "title": title,
                    "count": count,
                    "url": self.address_with("level", value),
                    "is_current": value == self.level,
                }
                for value, title, count in levels
            ],
            "trail": [(_("Home"), reverse("home")), (_("Directory of members"), None)],
        }


class OrganisationDetailView(DetailView):
    """What the member wants everyone to know of it."""

    template_name = "members/organisations/organisation_detail.html"

    def get_queryset(self):
        organisations = Organisation.objects.in_directory().with_council_role().with_membership()
        return organisations.with_contact().select_related("member_group")

    def get_context_data(self, **kwargs):
        name_council_role(self.object)
        return {
            **super().get_context_data(**kwargs),
            "facts": facts_of(self.object),
            "member_since": member_since(self.object),
            "address": self.request.build_absolute_uri(self.object.get_absolute_url()),
            "trail": [
                (_("Home"), reverse("home")),
                (_("Directory of members"), reverse("organisations:organisation_list")),
                (_("About this member"), None),
            ],
        }


def name_council_role(organisation):
    """Add ``council_role_label`` to an organisation that was read ``with_council_role``."""
    role = organisation.council_role
    organisation.council_role_label = CouncilSeat.Role(role).label if role else ""


def facts_of(organisation):
    """Return {name of a PublicField: its value} for what ``organisation`` (with_contact) wants to be told of it."""
    known = {name: organisation.tells(name) for name in ("website", "address", "telephone", "email")}
    if Organisation.PublicField.CONTACT in organisation.public_fields:
        known["contact"] = organisation.contact_name
    return {name: value for name, value in known.items() if value}


def member_since(organisation):
    """Return the day (date or None) on which ``organisation`` joined: as entered, else the first day of its periods."""
    if organisation.joined_on:
        return organisation.joined_on
    return organisation.periods.order_by("first_on").values_list("first_on", flat=True).first()
