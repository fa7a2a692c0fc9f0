from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "outbox"
    verbose_name = _("Messages")

    def ready(self):
        autodiscover_modules("message_templates")  # in which the rooms above register what they tell people
