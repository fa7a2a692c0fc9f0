"""Ways to people besides portal and mail, such as SMS: a seam for what an association has a contract for.

The setting OUTBOX_CHANNELS names the classes, each by its dotted path. A channel of one's own:

    class OurSMS(Channel):
        name, label = "sms", _("SMS")

        def address_of(self, user):
            return user.phone

        def send(self, message, address, reference):
            ask the provider, within half a minute; raise Undeliverable if it refuses for good
"""

import json
import os
from datetime import UTC, datetime
from functools import lru_cache

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class Undeliverable(Exception):
    """Why another attempt is of no use, in words for staff."""


class Channel:
    """A way to people. ``name`` (at most 20 characters) stands in the rows: it stays when the provider changes."""

    name = ""
    label = ""

    def address_of(self, user):
        """Return where ``user`` is reached this way (str, at most 254 characters), "" if he is not."""
        raise NotImplementedError

    def send(self, message, address, reference):
        """Hand ``message`` (outbox.models.Message) over for ``address``; whatever is raised is a failure, tried again.

        reference: str, the same for every attempt and for nothing else, by which a provider knows a repetition.
        """
        raise NotImplementedError

    def why_not(self, user):
        """Return why ``user`` gets nothing this way (str), "" if he does."""
        if not user.is_active:
            return str(_("The account is closed."))
        if not self.address_of(user):
            return str(_("No address for this way is known."))
        return ""


class SMS(Channel):
    """What every SMS channel shares: the number, and the words, which have to be few."""

    name = "sms"
    label = _("SMS")

    def address_of(self, user):
        return user.phone

    def why_not(self, user):
        if user.is_active and not user.phone:
            return str(_("The account has no mobile phone."))
        return super().why_not(user)

    def text(self, message):
        """Return the words: the subject, and the address that leads to the rest."""
        return f"{message.subject} {message.link}"


class SMSToFile(SMS):
    """For trying out: nothing leaves the machine; each SMS is a line of JSON in ``outbox/sms.jsonl`` below VAR_DIR."""

    def send(self, message, address, reference):
        folder = settings.VAR_DIR / "outbox"
        folder.mkdir(mode=0o750, exist_ok=True)
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        entry = {"at": moment, "to": address, "text": self.text(message), "reference": reference}
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        # One write of a whole line to a file opened for appending: workers side by side do not mix their lines.
        file = os.open(folder / f"{self.name}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)


@lru_cache
def configured():
    """Return {name: Channel} as OUTBOX_CHANNELS names them, in that order."""
    made = [import_string(path)() for path in settings.OUTBOX_CHANNELS]
    return {channel.name: channel for channel in made}


def chosen(names):
    """Return the configured channels (list) that ``names`` (iterable of str) names; others are left out."""
    return [channel for name, channel in configured().items() if name in names]


def label(name):
    """Return what people call the channel ``name``, which may have been removed from the settings since."""
    channel = configured().get(name)
    return str(channel.label) if channel else name


@receiver(setting_changed)
def forget(setting, **kwargs):
    if setting == "OUTBOX_CHANNELS":
        configured.cache_clear()
