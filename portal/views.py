"""The home page and the static pages."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from publishing.views import PublishedDetailView

from . import home
from .models import Page


@require_safe
def home_page(request):
    """Show the blocks that staff have put on the home page."""
    regions = home.regions(request)
    context = {"regions": regions, "is_split": home.is_split(regions), "is_empty": not any(regions.values())}
    return render(request, "portal/home.html", context)


class PageDetailView(PublishedDetailView):
    model = Page

    def name_of_step(self, item):
        return item.title

    def lookup(self):
        return {"slug": self.kwargs["slug"]}
