"""Addresses below /me/: what is a member's own."""

from django.urls import path

from ..views import certificates

app_name = "mine"
urlpatterns = [
    path("organisation/certificate/", certificates.certificate, name="certificate"),
]
