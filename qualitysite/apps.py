from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """django.contrib.admin with the portal's own site object."""

    default_site = "publishing.admin_site.PortalAdminSite"
