from django.urls import path

from . import feeds, views

app_name = "notices"
urlpatterns = [
    path("", views.NoticeListView.as_view(), name="notice_list"),
    path("feed/", feeds.NoticeFeed(), name="notice_feed"),
    path("<number:pk>/", views.NoticeDetailView.as_view(), name="notice_detail"),
]
