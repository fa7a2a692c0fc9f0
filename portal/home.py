"""The home page: the blocks that staff have ordered, filled with what readers may see. An empty block disappears."""

from dataclasses import dataclass, field

from django.utils import timezone

from members import openings
from publishing import content_version, filing, parts, subjects, visibility

from . import chrome
from .models import HomeBlock


@dataclass
class Block:
    id: str  # of its heading
    title: str
    more_url: str
    items: list = field(default_factory=list)
    entries: list = field(default_factory=list)  # of chrome.Entry, for the services


LONGEST_BESIDE_LEAD = 7


def is_split(regions):
    """Return whether the strip of activities stands between two halves of the page.

    A list that is longer than the lead story would leave a hole above the strip; it gets the cards beside it as well.
    """
    rows_count = sum(len(block.items) for block in regions[HomeBlock.Region.BESIDE_LEAD])
    return bool(regions[HomeBlock.Region.STRIP]) and rows_count <= LONGEST_BESIDE_LEAD


def regions(request):
    """Return {region: [Block]} for the home page, kept for all readers who may see the same.

    A warm request costs no query but those for the places that are left in the strip of activities.
    """
    at = timezone.now()
    key = "home:" + ",".join(map(str, visibility.reader_key(request.user, at)))
    kept = content_version.remember(key, content_version.current_for(request), lambda: fill(request, at), at)
    openings.add((item for block in kept[HomeBlock.Region.STRIP] for item in block.items), at)
    return kept


def fill(request, at):
    """Return {region: [Block]} as the reader may see it at ``at``: one query a block, and one for all labels."""
    filled = {region: [] for region in HomeBlock.Region.values}
    columns = filing.columns(request)
    for block in HomeBlock.objects.select_related("column"):
        if block.region == HomeBlock.Region.SERVICES:
            entries = chrome.of_request(request).services[: block.count]
            if entries:
                filled[block.region].append(Block(f"block-{block.pk}", str(block), "", entries=entries))
            continue
        items = select(block, columns.subtree_pks(block.column_id), request.user, at)
        if items:
            filled[block.region].append(Block(f"block-{block.pk}", str(block), more_url(block), items))
    parts.with_labels(item for blocks in filled.values() for block in blocks for item in block.items)
    return filled


def more_url(block):
    """Return the address of the whole list of which ``block`` shows the beginning."""
    url = block.column.get_absolute_url()
    is_of_the_past = block.column.subject == "members" and block.region != HomeBlock.Region.STRIP
    return f"{url}&phase=past" if is_of_the_past else url


def select(block, column_pks, user, at):
    """Return the items (list) that ``block`` shows at ``at``: pinned ones first, in the strip the soonest first."""
    model = subjects.model_for(block.column.subject)
    items = model.objects.listed(user, at).filter(column__in=column_pks).for_lists()
    if block.region == HomeBlock.Region.STRIP:
        items = items.upcoming(at)
    elif model.subject() == "members":
        items = items.past(at)
    else:
        items = items.pinned_first(at)
    return list(items[: block.count])
