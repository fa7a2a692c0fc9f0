from django.urls import path

from . import views

app_name = "notices"
urlpatterns = [
    path("", views.NoticeListView.as_view(), name="notice_list"),
    path("<number:pk>/", views.NoticeDetailView.as_view(), name="notice_detail"),
]
