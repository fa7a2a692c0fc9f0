"""Addresses below /activities/: reading of activities, signing up, checking in."""

from django.urls import path

from .. import feeds
from ..views import activities, check_in

app_name = "members"
urlpatterns = [
    path("", activities.ActivityListView.as_view(), name="activity_list"),
    path("feed/", feeds.ActivityFeed(), name="activity_feed"),
    path("<number:pk>/", activities.ActivityDetailView.as_view(), name="activity_detail"),
    path("<number:pk>/check-in/", check_in.check_in_page, name="check_in"),
]
