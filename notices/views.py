from django.db.models import Count
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from publishing import visibility
from publishing.views import PublishedDetailView, PublishedListView

from .document_numbers import DocumentNumber
from .models import Notice


class NoticeListView(PublishedListView):
    """Notices by kind, year and open term; the tabs count what each kind would show under the other filters."""

    model = Notice
    paginate_by = 10
    filter_names = (*PublishedListView.filter_names, "kind", "term", "words")
    form_names = ("year", "term", "words")

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
        return self.get_words("words")

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
                notices = notices.with_number(number)
        return notices

    def get_listed(self):
        notices = self.get_of_every_kind()
        return notices.filter(kind=self.kind) if self.kind else notices

    @cached_property
    def counts(self):
        """{kind: (number of notices, number of unpinned ones)} under the other filters, with one query."""
        kinds = self.get_of_every_kind().order_by().values_list("kind")
        rows = kinds.annotate(total=Count("pk"), loose=Count("pk", filter=visibility.unpinned(self.at)))
        return {kind: (total, loose) for kind, total, loose in rows}

    @cached_property
    def total(self):
        chosen = [self.counts.get(self.kind, (0, 0))] if self.kind else self.counts.values()
        return sum(total for total, _loose in chosen), sum(loose for _total, loose in chosen)

    def chosen_filters(self):
        terms = {"open": _("Open"), "closed": _("Closed")}
        more = [("term", terms.get(self.term)), ("words", self.words)]
        return [*super().chosen_filters(), *((name, text) for name, text in more if text)]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        everything = sum(total for total, _loose in self.counts.values())
        tabs = [("", _("All"), everything)]
        tabs += [(kind.value, kind.label, self.counts.get(kind.value, (0, 0))[0]) for kind in Notice.Kind]
        return {
            **context,
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

    def name_of_step(self, item):
        return item.get_kind_display()
