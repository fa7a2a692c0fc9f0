"""The messages that a person was sent; see accounts.personal_data."""

from django.utils.translation import gettext as _

from .models import Message


def tell(user):
    return {
        _("Messages"): [
            {
                str(_("created at")): message.created_at,
                str(_("subject line")): message.subject,
                str(_("text")): message.body,
                str(_("mailed to")): message.sent_to,
            }
            for message in Message.objects.filter(to=user).order_by("pk")
        ]
    }


def forget(user, at):
    Message.objects.filter(to=user).delete()
