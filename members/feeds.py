from publishing.feeds import PublishedFeed

from .models import Activity


class ActivityFeed(PublishedFeed):
    model = Activity
