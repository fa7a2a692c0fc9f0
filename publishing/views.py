"""The public list and page of a subject, and the door through which its files leave."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django.views.generic import DetailView, ListView

from files.models import Asset
from files.streaming import document_response, image_response, video_response

from . import asides, content_version, filing, parts, previews, subjects, visibility
from .models import Column


class CountedPaginator(Paginator):
    """A paginator that is told how many items there are, where the view has counted them already."""

    def __init__(self, object_list, per_page, total, **kwargs):
        super().__init__(object_list, per_page, **kwargs)
        self.count = total


class FilteredListView(ListView):
    """Rows with filters in the address; an odd value or a page out of range is 404."""

    paginate_by = 20
    page_kwarg = "page"
    filter_names = ()
    form_names = ()  # the filters that the form holds; it carries the others along

    def get_number(self, name):
        """Return the whole number that the address gives for ``name``, or None; 404 if it is no such number."""
        value = self.request.GET.get(name, "")
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and len(value) <= 9):
            raise Http404(f"odd {name}")
        return int(value)

    def get_words(self, name):
        """Return the text that the address gives for ``name``, as a field takes it; it may be empty."""
        return self.request.GET.get(name, "").replace("\x00", "").strip()[:100]

    @cached_property
    def at(self):
        return timezone.now()

    @cached_property
    def filters(self):
        """The filters in force, {name in the address: value}; what else the address says is not passed on."""
        return {name: value for name in self.filter_names if (value := self.request.GET.get(name))}

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "query": urlencode(self.filters),
            "carried_filters": [(name, value) for name, value in self.filters.items() if name not in self.form_names],
            "active_filters": self.active_filters(),
        }

    def chosen_filters(self):
        """Return [(name in the address, what it says)] for the filters in force that no heading or tab shows."""
        return []

    def active_filters(self):
        """Return [(what it says, address without it)] for the filters in force."""
        return [(text, self.address_with(name, "")) for name, text in self.chosen_filters()]

    def address_with(self, name, value, without=()):
        """Return the address of the first page with filter ``name`` set to ``value``; empty: without that filter.

        without: names of other filters that are left out.
        """
        filters = {**self.filters, name: value}
        query = urlencode({name: value for name, value in filters.items() if value and name not in without})
        return f"{self.request.path}?{query}" if query else self.request.path


class PublishedListView(FilteredListView):
    """The items of a subject that the reader may see, newest first, with filters in the address.

    Filters: ``column``, ``label`` (numbers) and ``year``. Pinned items stand above the first page and nowhere else.
    """

    filter_names = ("column", "label", "year")
    form_names = ("year",)
    day_field = "published_at"  # what years and months go by
    day_is_known = Q(is_dated=True)

    @cached_property
    def columns(self):
        return filing.columns(self.request)

    @cached_property
    def column(self):
        pk = self.get_number("column")
        if pk is None:
            return None
        column = self.columns.by_pk.get(pk)
        if column is None or column.subject != self.model.subject():
            raise Http404("no such column")
        return column

    @cached_property
    def label(self):
        pk = self.get_number("label")
        if pk is None:
            return None
        try:
            return filing.labels(self.request)[pk]
        except KeyError as error:
            raise Http404("no such label") from error

    @cached_property
    def year(self):
        year = self.get_number("year")
        if year is not None and not 1900 <= year <= 9998:
            raise Http404("odd year")
        return year

    def get_listed(self):
        """Return the queryset before paging, narrowed by the filters that every subject has."""
        items = self.model.objects.listed(self.request.user, self.at)
        if self.column:
            items = items.filter(column__in=self.columns.subtree_pks(self.column.pk))
        if self.label:
            items = items.filter(dossier__labels=self.label)
        if self.year:
            items = items.filter(self.day_is_known, **{f"{self.day_field}__year": self.year})
        return items

    def get_queryset(self):
        return self.get_listed().unpinned(self.at).for_lists()

    @cached_property
    def total(self):
        """How many items the reader may see under all filters, and how many of them are not pinned: one query."""
        loose = Count("pk", filter=visibility.unpinned(self.at))
        counts = self.get_listed().order_by().aggregate(total=Count("pk"), loose=loose)
        return counts["total"], counts["loose"]

    def get_paginator(self, queryset, per_page, **kwargs):
        return CountedPaginator(queryset, per_page, self.total[1])

    def get_pinned(self):
        """Return what stands above the first page."""
        return self.get_listed().pinned(self.at).for_lists()

    @cached_property
    def list_style(self):
        """How the rows look: as their column says; a whole subject looks like its first column."""
        column = self.column or next(iter(self.columns.shown_below(self.model.subject())), None)
        return column.list_style if column else Column.ListStyle.DATED

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        page = context["page_obj"]
        pinned = list(self.get_pinned()) if page.number == 1 else []
        add_parts = parts.with_attachments if self.list_style == Column.ListStyle.FILES else parts.with_labels
        shown = add_parts([*pinned, *page.object_list])
        return {
            **context,
            "pinned": shown[: len(pinned)],
            "items": shown[len(pinned) :],
            "total": self.total[0],
            "title": self.model._meta.app_config.verbose_name,
            "feed_url": self.model.feed_url(),
            "column": self.column,
            "column_tabs": self.column_tabs(),
            "list_style": self.list_style,
            "label": self.label,
            "year": self.year,
            "years": self.years(),
            "trail": self.trail(),
        }

    def column_tabs(self):
        """Return [{title, url, is_current}] for the columns beside or below this one; empty if there is no choice."""
        parent = self.column
        shown = self.columns.shown_below(self.model.subject(), parent)
        if not shown and parent is not None:
            parent = parent.parent
            shown = self.columns.shown_below(self.model.subject(), parent)
        if len(shown) < 2:
            return []
        tabs = [{"title": column.title, "url": column.get_absolute_url(), "pk": column.pk} for column in shown]
        everything = {"title": _("All"), "url": parent.get_absolute_url() if parent else self.model.list_url()}
        current = self.column.pk if self.column and self.column != parent else None
        return [{**tab, "is_current": tab.get("pk") == current} for tab in [everything, *tabs]]

    def get_filed_by_year(self):
        """Return the items for everyone whose years the form offers."""
        return self.model.objects.listed(None, self.at).filter(self.day_is_known)

    def years(self):
        """Return the years to choose from, newest first; none if there is no choice. Kept until something changes."""

        def build():
            moments = self.get_filed_by_year().datetimes(self.day_field, "year", order="DESC")
            return [moment.year for moment in moments]

        version = content_version.current_for(self.request)
        years = content_version.remember(f"years:{self.model.subject()}", version, build, self.at)
        if self.year and self.year not in years:
            return sorted([*years, self.year], reverse=True)
        return years if self.year or len(years) > 1 else []

    def chosen_filters(self):
        chosen = [
            ("label", self.label and self.label.name),
            ("year", self.year and _("Year %(year)s") % {"year": self.year}),
        ]
        return [(name, text) for name, text in chosen if text]

    def trail(self):
        """Return the breadcrumb, [(title, address or None)]: home, the subject, the columns down to this one."""
        return column_trail(self.model, self.column, is_last=True)


def column_trail(model, column, is_last):
    """Return [(title, address or None)] from the home page over the subject to ``column``, if it is not None.

    A subject without a list of its own (static pages) is no step, and its columns are no links. A subject of one column
    by the same name is one step.
    """
    trail = [(_("Home"), reverse("home"))]
    has_list = model.list_url() != reverse("home")
    chain = [*column.ancestors, column] if column else []
    subject_title = model._meta.app_config.verbose_name
    if has_list and (not chain or chain[0].title != subject_title):
        trail.append((subject_title, model.list_url()))
    trail += [(step.title, step.get_absolute_url() if has_list else None) for step in chain]
    if is_last:
        trail[-1] = (trail[-1][0], None)
    return trail


class PublishedDetailView(DetailView):
    """The page of one item: for readers and, with a ``revision`` and its ``reader``, for publishing.previews."""

    def get(self, request, *args, **kwargs):
        try:
            self.object = self.get_object()
        except Http404:
            teaser = self.find_teaser()
            if teaser is not None:
                return teaser_page(request, teaser, self.trail(teaser))
            tombstone = self.find_tombstone()
            if tombstone is None:
                raise
            return TemplateResponse(
                request, "410.html", {"item": tombstone, "trail": self.trail(tombstone)}, status=410
            )
        return self.render_to_response(self.get_context_data(object=self.object))

    def get_queryset(self):
        return self.model.objects.reachable(self.request.user).for_pages()

    def find_tombstone(self):
        """Return the withdrawn or trashed item of this address, if the reader could once see it."""
        tombstones = self.model.objects.tombstones(self.request.user).select_related("column__parent__parent")
        return tombstones.filter(**self.lookup()).first()

    def find_teaser(self):
        """Return the item of this address of which the reader may know title and summary, but no more."""
        return self.model.objects.teased().select_related("column__parent__parent").filter(**self.lookup()).first()

    def lookup(self):
        return {"pk": self.kwargs["pk"]}

    def get_context_data(self, **kwargs):
        item = self.object
        revision = self.kwargs.get("revision")
        if revision is None:
            item.parts = parts.of_page(item, self.request.user)
            previous, following = neighbours(item, self.request.user)
        else:
            item.parts = parts.of_revision(item, revision, self.kwargs["reader"])
            previous = following = None
        return {
            **super().get_context_data(**kwargs),
            "item": item,
            "preview": revision,
            "previous": previous,
            "following": following,
            "trail": self.trail(item),
            "address": self.request.build_absolute_uri(item.get_absolute_url()),
            "asides": asides.of_request(self.request),
        }

    def trail(self, item):
        return [*column_trail(type(item), item.column, is_last=False), (self.name_of_step(item), None)]

    def name_of_step(self, item):
        """Return what the breadcrumb calls the page itself; a long title would only repeat the heading below it."""
        return item._meta.verbose_name


def teaser_page(request, item, trail, **context):
    """Return the page for who may not read ``item``: title and summary, and how to get in."""
    return TemplateResponse(request, "publishing/teaser.html", {**context, "item": item, "trail": trail})


def neighbours(item, user, at=None):
    """Return (previous, following) items of the same column in list order, as far as ``user`` may see them: one query.

    "Previous" is the one above in the list, that is the newer.
    """
    if item.published_at is None:
        return None, None
    listed = type(item).objects.listed(user, at).filter(column=item.column_id)
    key = (item.published_at, item.pk)
    newer = Q(published_at__gt=key[0]) | Q(published_at=key[0], pk__gt=key[1])
    older = Q(published_at__lt=key[0]) | Q(published_at=key[0], pk__lt=key[1])
    nearest = Q(pk__in=listed.filter(newer).order_by("published_at", "pk").values("pk")[:1])
    nearest |= Q(pk__in=listed.filter(older).order_by("-published_at", "-pk").values("pk")[:1])
    rows = list(type(item).objects.filter(nearest).only("pk", "title", "published_at"))
    above = [row for row in rows if (row.published_at, row.pk) > key]
    below = [row for row in rows if (row.published_at, row.pk) < key]
    return (above[0] if above else None), (below[0] if below else None)


def find_asset(request, pk):
    """Return (asset, is_public): 404 unless a visible item shows the file in its live text, the user keeps the library,
    or he has just opened a link to a preview that shows it.

    is_public tells whether everyone may see it, so that shared caches may keep it.
    """
    asset = get_object_or_404(Asset, pk=pk)
    at = timezone.now()

    def is_shown_to(user):
        return any(
            model.objects.reachable(user, at).filter(live_revision__file_uses__asset=asset).exists()
            for model in subjects.models()
        )

    if is_shown_to(None):
        return asset, True
    if request.user.is_authenticated and (request.user.has_perm("files.view_asset") or is_shown_to(request.user)):
        return asset, False
    if previews.shows(request, asset):
        return asset, False
    raise Http404("no visible item shows this file")


@require_safe
def serve_document(request, pk):
    """Stream a file of the library as a download, if a visible item shows it."""
    asset, is_public = find_asset(request, pk)
    return document_response(asset, request, is_public=is_public)


@require_safe
def serve_image(request, pk, width, extension):
    """Stream a picture of the library in the given width (the nearest that exists), if a visible item shows it."""
    asset, is_public = find_asset(request, pk)
    if asset.kind != Asset.Kind.IMAGE:
        raise Http404("no picture")
    return image_response(asset, width, extension, request, is_public=is_public)


@require_safe
def serve_video(request, pk):
    """Stream a video of the library, whole or in parts, if a visible item shows it."""
    asset, is_public = find_asset(request, pk)
    if asset.kind != Asset.Kind.VIDEO:
        raise Http404("no video")
    return video_response(asset, request, is_public=is_public)
