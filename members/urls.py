from django.urls import path

from . import feeds, views

app_name = "members"
urlpatterns = [
    path("", views.ActivityListView.as_view(), name="activity_list"),
    path("feed/", feeds.ActivityFeed(), name="activity_feed"),
    path("<number:pk>/", views.ActivityDetailView.as_view(), name="activity_detail"),
]
