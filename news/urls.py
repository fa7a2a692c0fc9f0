from django.urls import path

from . import views

app_name = "news"
urlpatterns = [
    path("", views.ArticleListView.as_view(), name="article_list"),
    path("<number:pk>/", views.ArticleDetailView.as_view(), name="article_detail"),
]
