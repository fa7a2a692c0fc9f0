from django.urls import path

from . import views

app_name = "members"
urlpatterns = [
    path("", views.ActivityListView.as_view(), name="activity_list"),
    path("<number:pk>/", views.ActivityDetailView.as_view(), name="activity_detail"),
]
