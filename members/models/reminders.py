"""Rules by which people are reminded of activities."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from outbox import templates

from .activities import Activity, start_of_day
from .sign_ups import SignUp

# A reminder that could not be sent for so long is not sent any more.
LATEST = timedelta(days=1)


class ReminderRuleQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def for_activity(self, activity):
        """Return the rules that apply to ``activity`` (or its primary key): its own, and those for all."""
        return self.filter(Q(activity=activity) | Q(activity__isnull=True))


class ReminderRule(models.Model):
    """When who is reminded of an activity, or of all activities that take sign-ups; each person once by each rule.

    The moment is counted from the activity's dates as they stand: whoever moves them moves the reminder.
    """

    class Anchor(models.TextChoices):
        BEFORE_START = "before_start", pgettext_lazy("reminder", "before the beginning")
        AFTER_END = "after_end", pgettext_lazy("reminder", "after the end")
        BEFORE_CLOSING = "before_closing", pgettext_lazy("reminder", "before sign-up closes")

    class Unit(models.TextChoices):
        HOURS = "hours", pgettext_lazy("reminder", "hours")
        DAYS = "days", pgettext_lazy("reminder", "days")

    class Audience(models.TextChoices):
        CONFIRMED = "confirmed", pgettext_lazy("reminder", "who has a place")
        WAITING = "waiting", pgettext_lazy("reminder", "who waits, or has a place on offer")
        PENDING = "pending", pgettext_lazy("reminder", "whose sign-up is not decided yet")

    activity = models.ForeignKey(
        Activity,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="reminder_rules",
        verbose_name=_("activity"),
        help_text=_("Empty: all activities that take sign-ups on-line."),
    )
    amount = models.PositiveSmallIntegerField(pgettext_lazy("reminder", "how long"), default=1)
    unit = models.CharField(pgettext_lazy("reminder", "hours or days"), max_length=5, choices=Unit, default=Unit.DAYS)
    anchor = models.CharField(
        pgettext_lazy("reminder", "before or after what"), max_length=14, choices=Anchor, default=Anchor.BEFORE_START
    )
    audience = models.CharField(
        pgettext_lazy("reminder", "to whom"), max_length=9, choices=Audience, default=Audience.CONFIRMED
    )
    subject = models.CharField(
        _("subject line"), max_length=200, blank=True, help_text=_("Empty: that of the message template.")
    )
    body = models.TextField(_("text"), max_length=5000, blank=True, help_text=_("Empty: that of the message template."))
    is_active = models.BooleanField(pgettext_lazy("reminder", "in use"), default=True)
    objects = ReminderRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["activity", "anchor", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(unit="hours", amount__gte=1, amount__lte=24 * 60) | Q(unit="days", amount__gte=1, amount__lte=60)
                ),
                name="members_reminder_is_within_two_months",
                violation_error_message=_("A reminder goes out an hour to 60 days before or after."),
            ),
        ]

    def __str__(self):
        return f"{self.in_words} · {self.get_audience_display()}"

    def clean(self):
        errors = {}
        for name in ("subject", "body"):
            try:
                setattr(self, name, self.template.with_names(getattr(self, name)))
            except ValidationError as error:
                errors[name] = error
        if errors:
            raise ValidationError(errors)

    @property
    def in_words(self):
        """When it goes out, such as 开始前 1 天."""
        hours = self.unit == self.Unit.HOURS
        many = (
            ngettext("%(count)d hour", "%(count)d hours", self.amount)
            if hours
            else ngettext("%(count)d day", "%(count)d days", self.amount)
        )
        words = {
            self.Anchor.BEFORE_START: _("%(time)s before the beginning"),
            self.Anchor.AFTER_END: _("%(time)s after the end"),
            self.Anchor.BEFORE_CLOSING: _("%(time)s before sign-up closes"),
        }
        return words[self.anchor] % {"time": many % {"count": self.amount}}

    @property
    def template(self):
        """The Template (outbox.templates) whose text it sends unless it has one of its own."""
        return templates.registered()[f"members.reminder_{self.anchor}"]

    @property
    def distance(self):
        """From the moment that it is counted from to that of the reminder (timedelta)."""
        time = timedelta(**{self.unit: self.amount})
        return time if self.anchor == self.Anchor.AFTER_END else -time

    def counted_from(self, activity):
        """Return the moment (aware datetime) of ``activity`` that the rule counts from."""
        if self.anchor == self.Anchor.BEFORE_CLOSING:
            return activity.sign_up_closes_at or activity.starts_at
        if self.anchor == self.Anchor.AFTER_END:
            # Without an end it lasts until its first day is over.
            return activity.ends_at or start_of_day(activity.starts_at) + timedelta(days=1)
        return activity.starts_at

    def moment(self, activity):
        """Return when it goes out for ``activity`` (aware datetime)."""
        return self.counted_from(activity) + self.distance

    def sign_ups(self, activity, at):
        """Return the sign-ups for ``activity`` that it is meant for at ``at``; those made later than its moment know already."""
        live = {
            self.Audience.CONFIRMED: SignUp.objects.confirmed().filter(accepted_at__lt=self.moment(activity)),
            self.Audience.WAITING: SignUp.objects.waiting() | SignUp.objects.offered(at),
            self.Audience.PENDING: SignUp.objects.pending(),
        }[self.audience]
        return live.filter(activity=activity, signed_up_at__lt=self.moment(activity), person__isnull=False)

    def is_due(self, activity, at):
        """Return whether its moment has come and is not too long ago to be of use."""
        moment = self.moment(activity)
        if self.anchor != self.Anchor.AFTER_END and self.counted_from(activity) <= at:
            return False
        return at - LATEST < moment <= at
