from publishing.views import PublishedDetailView, PublishedListView

from .models import Article


class ArticleListView(PublishedListView):
    model = Article


class ArticleDetailView(PublishedDetailView):
    model = Article
