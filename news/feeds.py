from publishing.feeds import PublishedFeed

from .models import Article


class ArticleFeed(PublishedFeed):
    model = Article
