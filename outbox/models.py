"""What a person is told, and how far its mail has come."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

MOST_SUBJECT = MOST_KEY = 200
MOST_URL = 500

# After the first, second … failed attempt; after one more the mail is given up.
PAUSES = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12)]
# How long an attempt keeps others away: longer than a mail server can keep us waiting, with EMAIL_TIMEOUT for each of
# the steps of its dialogue. After that its worker is taken for dead.
CLAIM = timedelta(minutes=15)


class MessageQuerySet(models.QuerySet):
    def send(self, to, key, subject, body, url=""):
        """See ``outbox.send``."""
        if not 0 < len(key) <= MOST_KEY:
            raise ValueError(f"the key of a message has 1 to {MOST_KEY} characters, not {len(key)}")
        if url and not (url.startswith("/") and url_has_allowed_host_and_scheme(url, None) and len(url) <= MOST_URL):
            raise ValueError(f"a message leads to a path inside the portal, not to {url!r}")
        # One line, or the rest would become headers of the mail. A long title must not stop what the message is about.
        # PostgreSQL keeps no NUL.
        subject = " ".join(subject.replace("\0", "").splitlines()).strip()
        if len(subject) > MOST_SUBJECT:
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
        if is_new and not reason:
            from .tasks import deliver  # which imports this module

            # A task that cannot be noted must not undo what was committed; the next delivery takes its message along.
            transaction.on_commit(lambda: deliver.enqueue(), robust=True)
        return message

    def unread_by(self, user):
        return self.filter(to=user, read_at__isnull=True)

    def mark_read(self):
        """Note that these messages were read now; return how many were not yet."""
        return self.filter(read_at__isnull=True).update(read_at=timezone.now())

    def due(self, at):
        """Return the messages whose mail is to be tried at ``at`` (aware datetime) and that no worker holds."""
        is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
        return self.filter(is_free, next_attempt_at__lte=at)

    def claim_next(self, at):
        """Take the message that is due longest at ``at`` for this worker alone, until CLAIM is over; None if none is due."""
        while True:
            pk = self.due(at).order_by("next_attempt_at", "pk").values_list("pk", flat=True).first()
            if pk is None:
                return None
            until = timezone.now() + CLAIM
            # The condition once more: of two workers that chose the same message, one changes the row. A row lock would
            # have to be held while the mail server is talked to, and SQLite knows none.
            if self.due(at).filter(pk=pk).update(claimed_until=until, attempts=F("attempts") + 1):
                message = self.select_related("to").get(pk=pk)
                message.claimed_until = until
                return message

    def try_again(self):
        """Make the mails that are not sent, nor just being sent, due now, as if for the first time; return how many."""
        now = timezone.now()
        is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
        count = self.filter(is_free, mailed_at__isnull=True).update(next_attempt_at=now, attempts=0, claimed_until=None)
        if count:
            from .tasks import deliver

            transaction.on_commit(lambda: deliver.enqueue(), robust=True)
        return count

    def with_mail_state(self):
        """Add ``mail_state``, a value of Message.MailState."""
        state = Message.MailState
        return self.annotate(
            mail_state=Case(
                When(mailed_at__isnull=False, then=Value(state.MAILED)),
                When(next_attempt_at__isnull=False, attempts=0, then=Value(state.WAITING)),
                When(next_attempt_at__isnull=False, then=Value(state.FAILING)),
                When(attempts=0, then=Value(state.NOT_BY_MAIL)),
                default=Value(state.GIVEN_UP),
                output_field=models.CharField(),
            )
        )


class Message(models.Model):
    """One thing that one person is told. It goes with the account: it is that person's."""

    class MailState(models.TextChoices):
        WAITING = "waiting", _("waiting")
        MAILED = "mailed", _("mailed")
        FAILING = "failing", _("will be tried again")
        GIVEN_UP = "given_up", _("given up")
        NOT_BY_MAIL = "not_by_mail", _("in the portal only")

    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages", db_index=False, verbose_name=_("to")
    )
    key = models.CharField(_("key"), max_length=MOST_KEY, help_text=_("Names what happened; a person is told it once."))
    subject = models.CharField(_("subject line"), max_length=MOST_SUBJECT)
    body = models.TextField(_("text"))
    url = models.CharField(_("leads to"), max_length=MOST_URL, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    read_at = models.DateTimeField(_("read at"), null=True, editable=False)

    mailed_at = models.DateTimeField(_("mailed at"), null=True, editable=False)
    mailed_to = models.EmailField(_("mailed to"), blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    # Empty: mailed, given up, or never meant to be mailed.
    next_attempt_at = models.DateTimeField(_("next attempt at"), null=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(_("last error"), blank=True, editable=False)
    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-pk"]
        default_permissions = ["view"]  # nobody edits what somebody was told
        indexes = [
            models.Index(fields=["to", "-id"], name="outbox_message_of_person"),
            models.Index(fields=["to"], name="outbox_message_unread", condition=Q(read_at__isnull=True)),
            models.Index(
                fields=["next_attempt_at"], name="outbox_message_due", condition=Q(next_attempt_at__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["to", "key"], name="outbox_message_is_told_once"),
            models.CheckConstraint(
                condition=Q(mailed_at__isnull=True) | Q(next_attempt_at__isnull=True),
                name="outbox_message_is_mailed_once",
            ),
        ]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("outbox:message_detail", args=[self.pk])

    # What a worker notes of the attempt that it claimed. Where its claim ran out meanwhile, the message is another's.

    def note_mailed(self, address):
        self._note(mailed_at=timezone.now(), mailed_to=address, next_attempt_at=None, last_error="")

    def note_failure(self, reason, is_final):
        """Note why the attempt failed (str); return when the next is due, None if the mail is given up."""
        pause = PAUSES[self.attempts - 1] if self.attempts <= len(PAUSES) and not is_final else None
        next_attempt_at = pause and timezone.now() + pause
        self._note(next_attempt_at=next_attempt_at, last_error=reason)
        return next_attempt_at

    def note_not_by_mail(self, reason):
        """Note that there is nobody to mail to (``reason``: str); this was no attempt."""
        self._note(next_attempt_at=None, last_error=reason, attempts=self.attempts - 1)

    def _note(self, **values):
        mine = Message.objects.filter(pk=self.pk, claimed_until=self.claimed_until)
        mine.update(claimed_until=None, **values)


def why_not_mailed(user):
    """Return why ``user`` gets no mail (str), "" if he does."""
    if not user.is_active:
        return str(_("The account is closed."))
    if not user.email:
        return str(_("The account has no e-mail address."))
    return ""
