from publishing.feeds import PublishedFeed

from .models import Notice


class NoticeFeed(PublishedFeed):
    model = Notice
