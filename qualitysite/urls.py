"""Which room answers which address."""

from django.contrib import admin
from django.db import connection
from django.http import HttpResponse
from django.urls import include, path, re_path

from portal.views import home_page
from publishing.previews import preview_page


def healthz(request):
    """Answer 200 if the process runs and reaches its database."""
    connection.ensure_connection()
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("", home_page, name="home"),
    path("news/", include("news.urls")),
    path("notices/", include("notices.urls")),
    path("activities/", include("members.urls.activities")),
    path("members/", include("members.urls.organisations")),
    path("me/", include("members.urls.mine")),
    path("pages/", include("portal.urls")),
    re_path(r"^preview/(?P<token>[\w:-]{1,400})/$", preview_page, name="preview"),
    path("files/", include("publishing.urls")),
    path("accounts/", include("accounts.urls")),
    path("messages/", include("outbox.urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
]
