from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Member activities")

    def ready(self):
        from . import roles

        # Django creates permissions after migrating; the roles that hold them follow.
        post_migrate.connect(roles.grant_permissions, dispatch_uid="members.roles")
