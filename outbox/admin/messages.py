"""The admin of messages: to see what was said and how far its mail has come. Nobody changes what somebody was told."""

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from .. import channels
from ..mails import compose
from ..models import ChannelDelivery, Delivery, Message

State = Delivery.State
TONES = {
    State.WAITING: "blue",
    State.SENT: "green",
    State.FAILING: "ochre",
    State.GIVEN_UP: "red",
    State.NOT_SENT: "mute",
}


class MailStateFilter(admin.SimpleListFilter):
    title = _("mail")
    parameter_name = "mail"

    def lookups(self, request, model_admin):
        return State.choices

    def queryset(self, request, queryset):
        return queryset.filter(delivery_state=self.value()) if self.value() in State.values else queryset


def how_far(delivery):
    """Return in HTML how far ``delivery`` (Delivery, with its state) has come."""
    state = State(delivery.delivery_state)
    more = {
        State.SENT: moment(delivery.sent_at),
        State.FAILING: moment(delivery.next_attempt_at),
        State.GIVEN_UP: Truncator(delivery.last_error).chars(80),
        State.NOT_SENT: delivery.last_error,
    }.get(state, "")
    return format_html('<span class="badge {}">{}</span> {}', TONES[state], state.label, more)


def moment(value):
    return date_format(localtime(value), "Y-m-d H:i") if value else ""


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    handbook = "messages"
    list_display = ["subject", "to", "created_at", "mail_words", "other_channels"]
    list_filter = [MailStateFilter, "created_at"]
    list_select_related = ["to"]
    list_per_page = 50
    search_fields = ["subject", "to__username", "to__name", "sent_to", "key"]
    search_help_text = _("Subject, person, address or key")
    show_full_result_count = False
    view_on_site = False  # its address answers the person alone, and notes that he read it
    actions = ["try_again"]
    fieldsets = [
        (None, {"fields": ["to", "created_at", "read_at", "url", "key"]}),
        (_("mail"), {"fields": ["mail_words", "attempts", "last_error", "mail"]}),
        (_("other channels"), {"fields": ["other_channels"]}),
    ]

    def get_queryset(self, request):
        rows = ChannelDelivery.objects.with_delivery_state()
        ways = Prefetch("deliveries", rows, to_attr="channel_rows")
        return super().get_queryset(request).with_delivery_state().prefetch_related(ways)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("mail state"))
    def mail_words(self, message):
        return how_far(message)

    @admin.display(description=_("other channels"))
    def other_channels(self, message):
        lines = [(channels.label(row.channel), how_far(row), row.sent_to) for row in message.channel_rows]
        return format_html_join(mark_safe("<br>"), "{} {} {}", lines) or "–"

    @admin.display(description=_("as it is sent"))
    def mail(self, message):
        mail = compose(message)
        lines = [
            (gettext("From"), mail.from_email),
            (gettext("To"), ", ".join(mail.to) or "–"),
            (gettext("Subject"), mail.subject),
            *mail.extra_headers.items(),
        ]
        return render_to_string("admin/outbox/message/mail.html", {"lines": lines, "text": mail.body})

    @admin.action(description=_("Try again to send the chosen messages"), permissions=["view"])
    def try_again(self, request, queryset):
        deliveries = ChannelDelivery.objects.filter(message__in=queryset.values("pk"))
        is_unsent = Q(sent_at__isnull=True) | Exists(deliveries.filter(message=OuterRef("pk"), sent_at__isnull=True))
        unsent = list(queryset.filter(is_unsent))
        count = deliveries.try_again() + queryset.try_again()
        for message in unsent:
            self.log_change(request, message, [{"changed": {"fields": [str(_("next attempt at"))]}}])
        text = ngettext("%(count)d sending is tried again now.", "%(count)d sendings are tried again now.", count)
        if count:
            self.message_user(request, text % {"count": count}, messages.SUCCESS)
        else:
            refusal = _("Nothing was tried again: these messages have been sent, or are just being sent.")
            self.message_user(request, refusal, messages.WARNING)
