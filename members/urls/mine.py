"""Addresses below /me/: what is a member's own."""

from django.urls import path

from ..views import certificates, mine

app_name = "mine"
urlpatterns = [
    path("", mine.home, name="home"),
    path("organisation/certificate/", certificates.certificate, name="certificate"),
]
