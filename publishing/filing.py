"""The columns and labels as every list needs them, remembered per content version: no query on a warm request."""

from . import content_version, subjects
from .models import Column, Label


class Columns:
    """The whole tree of columns, small enough to keep, and which of them have something to show to everyone."""

    def __init__(self):
        self.by_pk = {column.pk: column for column in Column.objects.all()}
        self.children = {}
        for column in self.by_pk.values():
            if column.parent_id:
                column.parent = self.by_pk[column.parent_id]
            self.children.setdefault(column.parent_id, []).append(column)
        self.filled = set()
        for model in subjects.models():
            for pk in model.objects.listed(None).order_by().values_list("column", flat=True).distinct():
                while pk is not None:
                    self.filled.add(pk)
                    pk = self.by_pk[pk].parent_id

    def subtree_pks(self, pk):
        """Return the numbers of the column ``pk`` and of all below it."""
        found = [pk]
        for child in self.children.get(pk, ()):
            found += self.subtree_pks(child.pk)
        return found

    def shown_below(self, subject, parent=None):
        """Return the columns of ``subject`` right below ``parent`` that have content, in their order."""
        return [
            column
            for column in self.children.get(parent and parent.pk, ())
            if column.subject == subject and column.pk in self.filled
        ]


def columns(request):
    """Return the Columns, the same for every reader."""
    return content_version.remember("columns", content_version.current_for(request), Columns)


def labels(request):
    """Return {number: Label}."""
    version = content_version.current_for(request)
    return content_version.remember("labels", version, lambda: Label.objects.in_bulk())
