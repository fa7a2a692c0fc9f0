from django.db.models import Count, Q
from django.http import Http404

from publishing.views import CountedPaginator, PublishedDetailView, PublishedListView

from .document_numbers import DocumentNumber
from .models import Notice


class NoticeListView(PublishedListView):
    """Notices by kind, year and open term; the tabs count what each kind would show under the other filters."""

    model = Notice
    paginate_by = 10

    @property
    def kind(self):
        kind = self.request.GET.get("kind", "")
        if kind and kind not in Notice.Kind.values:
            raise Http404("odd kind")
        return kind

    @property
    def term(self):
        term = self.request.GET.get("term", "")
        if term not in ("", "open", "closed"):
            raise Http404("odd term")
        return term

    @property
    def words(self):
        return self.request.GET.get("words", "").replace("\x00", "").strip()[:100]

    def get_of_every_kind(self):
        notices = super().get_listed()
        if self.term == "open":
            notices = notices.open_at(self.at)
        elif self.term == "closed":
            notices = notices.closed_at(self.at)
        if self.words:
            try:
                number = DocumentNumber.parse(self.words)
            except ValueError:
                notices = notices.filter(title__icontains=self.words)
            else:
                notices = notices.filter(number_code=number.code, number_year=number.year, number_serial=number.serial)
        return notices

    def get_listed(self):
        notices = self.get_of_every_kind()
        return notices.filter(kind=self.kind) if self.kind else notices

    def get_counts(self):
        """Return {kind: (number of notices, number of unpinned ones)} with one query."""
        if not hasattr(self, "_counts"):
            unpinned = Q(pinned_until__isnull=True) | Q(pinned_until__lte=self.at)
            rows = (
                self.get_of_every_kind()
                .order_by()
                .values_list("kind")
                .annotate(Count("pk"), Count("pk", filter=unpinned))
            )
            self._counts = {kind: (total, loose) for kind, total, loose in rows}
        return self._counts

    def get_paginator(self, queryset, per_page, **kwargs):
        counts = self.get_counts()
        kinds = [self.kind] if self.kind else list(counts)
        return CountedPaginator(queryset, per_page, sum(counts.get(kind, (0, 0))[1] for kind in kinds))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        counts = self.get_counts()
        everything = sum(total for total, _loose in counts.values())
        tabs = [("", None, everything), *((k.value, k.label, counts.get(k.value, (0, 0))[0]) for k in Notice.Kind)]
        return {
            **context,
            "total": counts.get(self.kind, (0, 0))[0] if self.kind else everything,
            "kind": self.kind,
            "term": self.term,
            "words": self.words,
            "tabs": [
                {
                    "title": title,
                    "count": count,
                    "url": self.address_with("kind", value),
                    "is_current": value == self.kind,
                }
                for value, title, count in tabs
            ],
        }


class NoticeDetailView(PublishedDetailView):
    model = Notice
