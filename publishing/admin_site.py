"""The admin site: our name, our dashboard, our policy for content."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(admin.AdminSite):
    site_title = _("Content management")
    site_header = _("Content management")
    index_title = _("Dashboard")
