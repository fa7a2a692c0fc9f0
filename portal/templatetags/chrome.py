"""What the frame of every page works out: where the reader stands in the navigation, and which pages a pager links."""

from django import template

register = template.Library()

MOST_PAGES_IN_FULL = 7


@register.simple_tag(takes_context=True)
def current_state(context, url):
    """Return what ``aria-current`` says of a link to ``url``: "page", "true" inside its section, else "".

    The home page has no section: everything would lie in it.
    """
    request = context["request"]
    if url in {request.path, request.get_full_path()}:
        return "page"
    if url != "/" and url.endswith("/") and request.path.startswith(url):
        return "true"
    return ""


@register.filter
def page_links(page_obj):
    """Return the page numbers to link beside ``page_obj`` (a Page): all up to seven, else ends, neighbours and "…"."""
    paginator = page_obj.paginator
    if paginator.num_pages <= MOST_PAGES_IN_FULL:
        return paginator.page_range
    return paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)
