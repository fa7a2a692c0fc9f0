"""The addresses of library files; the views ask which visible item shows them."""

from django.urls import path, re_path

from . import views

app_name = "files"
urlpatterns = [
    path("<number:pk>/", views.serve_document, name="download"),
    path("<number:pk>/video.mp4", views.serve_video, name="video"),
    re_path(
        r"^(?P<pk>[0-9]{1,18})/(?P<width>[0-9]{1,4})\.(?P<extension>webp|jpg|png)$", views.serve_image, name="image"
    ),
]
