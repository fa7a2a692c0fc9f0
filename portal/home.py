"""The home page: the blocks that staff have ordered, filled with what readers may see. An empty block disappears."""

from dataclasses import dataclass, field

from django.utils import timezone

from publishing import content_version, filing, parts, subjects

from . import chrome
from .models import HomeBlock


@dataclass
class Block:
    id: str  # of its heading
    title: str
    more_url: str
    items: list = field(default_factory=list)
    entries: list = field(default_factory=list)  # of chrome.Entry, for the services


def configured_blocks():
    """Return the HomeBlocks with their columns, for the cache."""
    return list(HomeBlock.objects.select_related("column"))


def regions(request):
    """Return {region: [Block]} for the home page: one query a block, and one for all labels."""
    at = timezone.now()
    version = content_version.current_for(request)
    filled = {region: [] for region in HomeBlock.Region.values}
    columns = filing.columns(request)
    for block in content_version.remember("home-blocks", version, configured_blocks, at):
        if block.region == HomeBlock.Region.SERVICES:
            entries = chrome.of_request(request).services[: block.count]
            if entries:
                filled[block.region].append(Block(f"block-{block.pk}", str(block), "", entries=entries))
            continue
        items = select(block, columns.subtree_pks(block.column_id), request.user, at)
        if items:
            filled[block.region].append(Block(f"block-{block.pk}", str(block), block.column.get_absolute_url(), items))
    parts.with_labels(item for blocks in filled.values() for block in blocks for item in block.items)
    return filled


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
