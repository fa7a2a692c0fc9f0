"""What frames every public page: site facts, navigation, footer and banners; read once per content version."""

from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from publishing import content_version, filing, subjects

from .models import Banner, FriendlyLink, FriendlyLinkGroup, NavigationItem, Page, ServiceLink, SiteSettings
from .reading import SIZES


@dataclass
class Entry:
    """A link that is shown, because what it leads to has content."""

    title: str
    url: str
    mark: str = ""
    description: str = ""


@dataclass
class Chrome:
    site: SiteSettings
    navigation: list[Entry] = field(default_factory=list)
    footer_links: list[Entry] = field(default_factory=list)
    services: list[Entry] = field(default_factory=list)
    link_groups: list[FriendlyLinkGroup] = field(default_factory=list)
    banners: list[Banner] = field(default_factory=list)


def context(request):
    """Context processor: ``chrome`` and ``reading`` for every template, read only if it is used."""
    return {
        "chrome": SimpleLazyObject(lambda: of_request(request)),
        "reading": {"size": getattr(request, "reading_size", SIZES[0])},
    }


def of_request(request):
    """Return the Chrome, the same for every reader; the banners are those of this moment."""
    at = timezone.now()
    version = content_version.current_for(request)
    chrome = content_version.remember("chrome", version, lambda: build(filing.columns(request)), at)
    chrome.banners = [banner for banner in chrome.banners if banner.starts_at <= at < banner.ends_at]
    return chrome


def build(columns):
    shown = Shown(columns)
    alive = Prefetch("links", FriendlyLink.objects.filter(is_dead=False))
    places = {place: [] for place in NavigationItem.Place.values}
    for item in NavigationItem.objects.select_related("column", "page"):
        url = shown.url_of(item)
        if url:
            places[item.place].append(Entry(item.title, url))
    return Chrome(
        site=SiteSettings.objects.first() or SiteSettings(),
        navigation=places[NavigationItem.Place.MAIN],
        footer_links=places[NavigationItem.Place.FOOTER],
        services=[
            Entry(link.title, url, link.mark, link.description)
            for link in ServiceLink.objects.select_related("column", "page")
            if (url := shown.url_of(link))
        ],
        link_groups=[group for group in FriendlyLinkGroup.objects.prefetch_related(alive) if group.links.all()],
        # Coming ones too: what is remembered here lives until midnight or the next change.
        banners=list(Banner.objects.filter(ends_at__gt=timezone.now())),
    )


class Shown:
    """Which targets have something to show to everyone, so that no entry leads to an empty page."""

    def __init__(self, columns):
        self.pages = set(Page.objects.listed(None).values_list("pk", flat=True))
        self.columns = columns.filled
        self.subjects = {columns.by_pk[pk].subject for pk in columns.filled}

    def url_of(self, target):
        """Return the address that ``target`` (Target) leads to, or None if nothing is to be seen there."""
        if target.column_id:
            return target.column.get_absolute_url() if target.column_id in self.columns else None
        if target.page_id:
            return target.page.get_absolute_url() if target.page_id in self.pages else None
        if target.subject:
            return subjects.model_for(target.subject).list_url() if target.subject in self.subjects else None
        return target.url
