from django.urls import path

from . import feeds, views

app_name = "news"
urlpatterns = [
    path("", views.ArticleListView.as_view(), name="article_list"),
    path("feed/", feeds.ArticleFeed(), name="article_feed"),
    path("<number:pk>/", views.ArticleDetailView.as_view(), name="article_detail"),
]
