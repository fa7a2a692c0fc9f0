from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.urls import register_converter
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "publishing"
    verbose_name = _("Publishing")

    def ready(self):
        from . import converters, roles

        register_converter(converters.NumberConverter, "number")  # here, before any room names its addresses

        # Django creates permissions after migrating; the roles that hold them follow.
        post_migrate.connect(roles.grant_permissions, dispatch_uid="publishing.roles")
