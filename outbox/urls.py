from django.urls import path

from . import views

app_name = "outbox"
urlpatterns = [
    path("", views.MessageListView.as_view(), name="message_list"),
    path("<int:pk>/", views.message_detail, name="message_detail"),
    path("read/<int:newest>/", views.mark_all_read, name="mark_all_read"),
]
