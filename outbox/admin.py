"""The admin of messages: to see what was said and how far its mail has come. Nobody changes what somebody was told."""

from django.contrib import admin, messages
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from .mails import compose
from .models import Message

TONES = {
    Message.MailState.WAITING: "blue",
    Message.MailState.MAILED: "green",
    Message.MailState.FAILING: "ochre",
    Message.MailState.GIVEN_UP: "red",
    Message.MailState.NOT_BY_MAIL: "mute",
}


class MailStateFilter(admin.SimpleListFilter):
    title = _("mail")
    parameter_name = "mail"

    def lookups(self, request, model_admin):
        return Message.MailState.choices

    def queryset(self, request, queryset):
        return queryset.filter(mail_state=self.value()) if self.value() in Message.MailState.values else queryset


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    handbook = "messages"
    list_display = ["subject", "to", "created_at", "mail_words"]
    list_filter = [MailStateFilter, "created_at"]
    list_select_related = ["to"]
    list_per_page = 50
    search_fields = ["subject", "to__username", "to__name", "mailed_to", "key"]
    search_help_text = _("Subject, person, address or key")
    show_full_result_count = False
    view_on_site = False  # its address answers the person alone, and notes that he read it
    actions = ["try_again"]
    fieldsets = [
        (None, {"fields": ["to", "created_at", "read_at", "url", "key"]}),
        (_("mail"), {"fields": ["mail_words", "attempts", "last_error", "mail"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).with_mail_state()

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("mail state"))
    def mail_words(self, message):
        state = Message.MailState(message.mail_state)
        more = {
            state.MAILED: self._moment(message.mailed_at),
            state.FAILING: self._moment(message.next_attempt_at),
            state.GIVEN_UP: Truncator(message.last_error).chars(80),
            state.NOT_BY_MAIL: message.last_error,
        }.get(state, "")
        return format_html('<span class="badge {}">{}</span> {}', TONES[state], state.label, more)

    def _moment(self, moment):
        return date_format(localtime(moment), "Y-m-d H:i") if moment else ""

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

    @admin.action(description=_("Try again to mail the chosen messages"), permissions=["view"])
    def try_again(self, request, queryset):
        unsent = list(queryset.filter(mailed_at__isnull=True))
        count = queryset.try_again()
        for message in unsent:
            self.log_change(request, message, [{"changed": {"fields": [str(_("next attempt at"))]}}])
        text = ngettext("%(count)d mail is tried again now.", "%(count)d mails are tried again now.", count)
        if count:
            self.message_user(request, text % {"count": count}, messages.SUCCESS)
        else:
            refusal = _("Nothing was tried again: these mails have been sent, or are just being sent.")
            self.message_user(request, refusal, messages.WARNING)
