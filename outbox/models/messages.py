"""What a person is told, and how far it has come: by mail, and by the channels that the portal has besides."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from .. import channels
from ..mails import one_line
from .deliveries import Delivery, DeliveryQuerySet, deliver_after_commit

MOST_SUBJECT = MOST_KEY = 200
MOST_URL = 500


class MessageQuerySet(DeliveryQuerySet):
    def send(self, to, key, subject, body, url="", by=()):
        """See ``outbox.send``."""
        if not 0 < len(key) <= MOST_KEY:
            raise ValueError(f"the key of a message has 1 to {MOST_KEY} characters, not {len(key)}")
        if url and not (url.startswith("/") and url_has_allowed_host_and_scheme(url, None) and len(url) <= MOST_URL):
            raise ValueError(f"a message leads to a path inside the portal, not to {url!r}")
        subject = one_line(subject)
        if len(subject) > MOST_SUBJECT:  # a long title must not stop what the message is about
            subject = subject[: MOST_SUBJECT - 1] + "…"
        reason = why_not_mailed(to)
        message, is_new = self.get_or_create(
            to=to,
            key=key,
            defaults={
                "subject": subject,
                "body": body.replace("\0", ""),
                "url": url,
                "next_attempt_at": None if reason else timezone.now(),
                "last_error": reason,
            },
        )
        if is_new:
            ways = ChannelDelivery.objects.add(message, by)
            if not reason or any(way.next_attempt_at for way in ways):
                deliver_after_commit()
        return message

    def unread_by(self, user):
        return self.filter(to=user, read_at__isnull=True)

    def mark_read(self):
        """Note that these messages were read now; return how many were not yet."""
        return self.filter(read_at__isnull=True).update(read_at=timezone.now())

    def with_addressee(self):
        return self.select_related("to")


class Message(Delivery):
    """One thing that one person is told, and its mail. It goes with the account: it is that person's."""

    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages", db_index=False, verbose_name=_("to")
    )
    key = models.CharField(_("key"), max_length=MOST_KEY, help_text=_("Names what happened; a person is told it once."))
    subject = models.CharField(_("subject line"), max_length=MOST_SUBJECT)
    body = models.TextField(_("text"))
    url = models.CharField(_("leads to"), max_length=MOST_URL, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    read_at = models.DateTimeField(_("read at"), null=True, editable=False)
    objects = MessageQuerySet.as_manager()

    class Meta(Delivery.Meta):
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-pk"]
        default_permissions = ["view"]  # nobody edits what somebody was told
        indexes = [
            *Delivery.Meta.indexes,
            models.Index(fields=["to", "-id"], name="outbox_message_of_person"),
            models.Index(fields=["to"], name="outbox_message_unread", condition=Q(read_at__isnull=True)),
        ]
        constraints = [
            *Delivery.Meta.constraints,
            models.UniqueConstraint(fields=["to", "key"], name="outbox_message_is_told_once"),
        ]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("outbox:message_detail", args=[self.pk])

    @property
    def link(self):
        """The address that leads to it in the portal, absolute."""
        return f"{settings.PORTAL_URL}{self.get_absolute_url()}"


class ChannelDeliveryQuerySet(DeliveryQuerySet):
    def add(self, message, names):
        """Note that ``message`` goes by the channels ``names`` as well, as far as the portal has them; return the rows."""
        rows = []
        for channel in channels.chosen(names):
            reason = channel.why_not(message.to)
            row = self.model(message=message, channel=channel.name, last_error=reason)
            row.next_attempt_at = None if reason else timezone.now()
            rows.append(row)
        return self.bulk_create(rows)

    def with_addressee(self):
        return self.select_related("message__to")


class ChannelDelivery(Delivery):
    """A message on its way by a channel besides the mail, such as SMS."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", verbose_name=_("message"))
    channel = models.CharField(_("channel"), max_length=20)  # the name of a channel in outbox.channels
    objects = ChannelDeliveryQuerySet.as_manager()

    class Meta(Delivery.Meta):
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["message", "channel"]
        default_permissions = ()
        constraints = [
            *Delivery.Meta.constraints,
            models.UniqueConstraint(fields=["message", "channel"], name="outbox_message_goes_once_by_a_channel"),
        ]

    def __str__(self):
        return f"{self.channel} · {self.message}"


def why_not_mailed(user):
    """Return why ``user`` gets no mail (str), "" if he does."""
    if not user.is_active:
        return str(_("The account is closed."))
    if not user.email:
        return str(_("The account has no e-mail address."))
    return ""
