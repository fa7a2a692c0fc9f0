"""The filters of the lists of items. Each asks the querysets, which hold the rules."""

from django.contrib import admin
from django.db.models import Exists, Max, Min, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import Column, Label, Review, StaffNote


class StatusFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return model_admin.model.Status.choices

    def queryset(self, request, queryset):
        return queryset.in_status(self.value()) if self.value() in queryset.model.Status.values else queryset


class ToDoFilter(admin.SimpleListFilter):
    title = _("to do")
    parameter_name = "to_do"

    def lookups(self, request, model_admin):
        return [
            ("review", _("Under review")),
            ("owed", _("Published, review owed")),
            ("publish", _("Changes to publish")),
            ("check", _("To be checked")),
        ]

    def queryset(self, request, queryset):
        if self.value() == "review":
            return queryset.filter(Exists(Review.objects.open().filter(dossier=OuterRef("pk"))))
        if self.value() == "owed":
            return queryset.filter(pk__in=Review.objects.owed().values("dossier"))
        if self.value() == "publish":
            return queryset.with_pending_changes()
        if self.value() == "check":
            return queryset.filter(Exists(StaffNote.objects.unresolved().filter(dossier=OuterRef("pk"))))
        return queryset


class NumberFilter(admin.SimpleListFilter):
    """A filter whose value is a whole number; an odd one is as good as none."""

    @property
    def number(self):
        value = self.value() or ""
        return int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else None


class ColumnFilter(NumberFilter):
    """The columns of the subject as a tree; a column brings what is filed below it."""

    title = _("column")
    parameter_name = "column"

    def lookups(self, request, model_admin):
        columns = Column.objects.for_subject(model_admin.model.subject())
        self.columns = {column.pk: column for column in columns}
        children = {}
        for column in columns:
            children.setdefault(column.parent_id, []).append(column)

        def branch(parent, depth):
            for column in children.get(parent, ()):
                yield column.pk, "\u3000" * depth + column.title
                yield from branch(column.pk, depth + 1)

        return list(branch(None, 0))

    def queryset(self, request, queryset):
        column = self.columns.get(self.number)
        return queryset.in_column(column) if column else queryset


class LabelFilter(NumberFilter):
    title = _("label")
    parameter_name = "label"

    def lookups(self, request, model_admin):
        return [(label.pk, label.name) for label in Label.objects.all()]

    def queryset(self, request, queryset):
        return queryset.filter(dossier__labels=self.number) if self.number else queryset


class YearFilter(NumberFilter):
    """The years from the first publication to the last."""

    title = _("year")
    parameter_name = "year"

    def lookups(self, request, model_admin):
        # Asked one by one, each is a look-up in the index; asked together, SQLite walks through all of it.
        items = model_admin.model.objects.all()
        first, last = (items.aggregate(end=end("published_at"))["end"] for end in (Min, Max))
        if first is None:
            return []
        years = range(timezone.localtime(last).year, timezone.localtime(first).year - 1, -1)
        return [(year, str(year)) for year in years]

    def queryset(self, request, queryset):
        is_offered = (self.number, str(self.number)) in self.lookup_choices  # not every number is a year to a database
        return queryset.filter(published_at__year=self.number) if is_offered else queryset
