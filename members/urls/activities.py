"""Addresses below /activities/: reading of activities, signing up, checking in."""

from django.urls import path

from .. import feeds
from ..views import activities, calendars, check_in, sign_ups

app_name = "members"
urlpatterns = [
    path("", activities.ActivityListView.as_view(), name="activity_list"),
    path("feed/", feeds.ActivityFeed(), name="activity_feed"),
    path("calendar.ics", calendars.list_calendar, name="list_calendar"),
    path("<number:pk>/", activities.ActivityDetailView.as_view(), name="activity_detail"),
    path("<number:pk>/calendar.ics", calendars.activity_calendar, name="activity_calendar"),
    path("<number:pk>/check-in/", check_in.check_in_page, name="check_in"),
    path("<number:pk>/sign-up/", sign_ups.sign_up_page, name="sign_up"),
    path("<number:pk>/sign-up/box/", sign_ups.own_sign_up, name="own_sign_up"),
    path("sign-ups/<number:pk>/cancel/", sign_ups.cancel_sign_up, name="cancel_sign_up"),
    path("sign-ups/<number:pk>/accept/", sign_ups.accept_sign_up, name="accept_sign_up"),
]
