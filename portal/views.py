"""The home page and the static pages."""

from django.shortcuts import render

from publishing.views import PublishedDetailView

from . import home
from .models import Page


def home_page(request):
    """Show the blocks that staff have put on the home page."""
    return render(request, "portal/home.html", {"regions": home.regions(request)})


class PageDetailView(PublishedDetailView):
    model = Page

    def lookup(self):
        return {"slug": self.kwargs["slug"]}
