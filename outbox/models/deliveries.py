"""What an attempt to deliver something is, by whatever way: claimed by one worker, tried again, given up."""

from datetime import timedelta

from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# After the first, second … failed attempt; after one more it is given up.
PAUSES = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12)]
# How long an attempt keeps others away: longer than a mail server can keep us waiting, with EMAIL_TIMEOUT for each of
# the steps of its dialogue. After that its worker is taken for dead.
CLAIM = timedelta(minutes=15)


class DeliveryQuerySet(models.QuerySet):
    def due(self, at):
        """Return what is to be tried at ``at`` (aware datetime) and no worker holds."""
        is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
        return self.filter(is_free, next_attempt_at__lte=at)

    def claim_next(self, at):
        """Take what is due longest at ``at`` for this worker alone, until CLAIM is over; None if nothing is due."""
        while True:
            pk = self.due(at).order_by("next_attempt_at", "pk").values_list("pk", flat=True).first()
            if pk is None:
                return None
            until = timezone.now() + CLAIM
            # The condition once more: of two workers that chose the same row, one changes it. A row lock would have to
            # be held while a server is talked to, and SQLite knows none.
            if self.due(at).filter(pk=pk).update(claimed_until=until, attempts=F("attempts") + 1):
                delivery = self.with_addressee().get(pk=pk)
                delivery.claimed_until = until
                return delivery

    def with_addressee(self):
        """Return the rows with what an attempt asks of the person."""
        raise NotImplementedError

    def try_again(self):
        """Make what is not sent, nor just being sent, due now, as if for the first time; return how many."""
        now = timezone.now()
        is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
        count = self.filter(is_free, sent_at__isnull=True).update(next_attempt_at=now, attempts=0, claimed_until=None)
        if count:
            deliver_after_commit()
        return count

    def with_delivery_state(self):
        """Add ``delivery_state``, a value of Delivery.State."""
        state = Delivery.State
        return self.annotate(
            delivery_state=Case(
                When(sent_at__isnull=False, then=Value(state.SENT)),
                When(next_attempt_at__isnull=False, attempts=0, then=Value(state.WAITING)),
                When(next_attempt_at__isnull=False, then=Value(state.FAILING)),
                When(attempts=0, then=Value(state.NOT_SENT)),
                default=Value(state.GIVEN_UP),
                output_field=models.CharField(),
            )
        )


class Delivery(models.Model):
    """How far something has come on one way to a person; derived from dates."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILING = "failing", _("will be tried again")
        GIVEN_UP = "given_up", _("given up")
        NOT_SENT = "not_sent", _("not sent this way")

    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    sent_to = models.CharField(_("sent to"), max_length=254, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    # Empty: sent, given up, or never meant to go this way.
    next_attempt_at = models.DateTimeField(_("next attempt at"), null=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(_("last error"), blank=True, editable=False)

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="%(app_label)s_%(class)s_due",
                condition=Q(next_attempt_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(next_attempt_at__isnull=True),
                name="%(app_label)s_%(class)s_is_sent_once",
            ),
        ]

    # What a worker notes of the attempt that it claimed. Where its claim ran out meanwhile, the row is another's.

    def note_sent(self, address):
        self._note(sent_at=timezone.now(), sent_to=address, next_attempt_at=None, last_error="")

    def note_failure(self, reason, is_final):
        """Note why the attempt failed (str); return when the next is due, None if there is none."""
        pause = PAUSES[self.attempts - 1] if self.attempts <= len(PAUSES) and not is_final else None
        next_attempt_at = pause and timezone.now() + pause
        self._note(next_attempt_at=next_attempt_at, last_error=reason)
        return next_attempt_at

    def note_not_sent(self, reason):
        """Note that there is nobody to send to (``reason``: str); this was no attempt."""
        self._note(next_attempt_at=None, last_error=reason, attempts=self.attempts - 1)

    def _note(self, **values):
        mine = type(self)._default_manager.filter(pk=self.pk, claimed_until=self.claimed_until)
        mine.update(claimed_until=None, **values)


class Delivering:
    """Lets the job worker deliver after a commit; once, however often ``begin`` is called."""

    has_begun = False

    def begin(self):
        from ..tasks import deliver  # which imports the models

        if not self.has_begun:
            self.has_begun = True
            deliver.enqueue()


def deliver_after_commit():
    """Let the job worker deliver what is due once the caller's transaction is committed: one task for all its messages."""
    # What this transaction has registered before lives as long as what we would register: a savepoint that was rolled
    # back has taken its own along.
    registered = (function for _savepoints, function, _robust in reversed(transaction.get_connection().run_on_commit))
    owners = (getattr(function, "__self__", None) for function in registered)
    waiting = (owner for owner in owners if isinstance(owner, Delivering) and not owner.has_begun)
    delivering = next(waiting, None) or Delivering()
    # A task that cannot be noted must not undo what was committed; the next delivery takes its message along.
    transaction.on_commit(delivering.begin, robust=True)
