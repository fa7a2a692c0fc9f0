from django.utils.translation import gettext as _

from publishing.views import PublishedDetailView, PublishedListView

from .models import Article


class ArticleListView(PublishedListView):
    model = Article


class ArticleDetailView(PublishedDetailView):
    model = Article

    def name_of_step(self, item):
        return _("Text of the article")
