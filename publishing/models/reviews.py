"""三审三校: a revision passes up to three people, none of whom wrote it, before readers see it."""

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import audit
from audit.actions import Action
from audit.models import Entry

from .. import permissions, review_messages, subjects
from .columns import Column
from .dossiers import Dossier, Revision


class Stage(models.TextChoices):
    """A step of the review; its value begins the names of its permission and of the field that tells who passed it."""

    FIRST = "first", _("First review")
    SECOND = "second", _("Second review")
    FINAL = "final", _("Final review")


# number of steps → the stages, in order: whatever is reviewed at all has a final review
ROUTES = {
    0: (),
    1: (Stage.FINAL,),
    2: (Stage.FIRST, Stage.FINAL),
    3: (Stage.FIRST, Stage.SECOND, Stage.FINAL),
}


class Refused(Exception):
    """A decision that the rules do not allow; its text says why, in the reader's language."""


class ProofCheck(models.Model):
    """An entry of the tick-list: what a reviewer confirms to have checked before he passes a text on."""

    stage = models.CharField(_("stage"), max_length=6, choices=Stage.choices, db_index=True)
    text = models.CharField(_("what is checked"), max_length=100)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("proof check")
        verbose_name_plural = _("proof checks")
        ordering = ["stage", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "text"],
                name="publishing_proof_check_is_listed_once",
                violation_error_message=_("This check is in the list already."),
            )
        ]

    def __str__(self):
        return self.text


class ReviewQuerySet(models.QuerySet):
    def open(self):
        return self.filter(outcome="")

    def with_titles(self):
        """Add ``title``, as the text that is reviewed has it, and ``subject``; leaves the texts where they are."""
        title = KeyTextTransform("title", KeyTransform("fields", "revision__content"))
        return self.annotate(title=title, subject=F("dossier__subject"))

    def within_reach(self, user):
        """Return the reviews in columns whose items ``user`` may look at."""
        return self.filter(column__in=Column.objects.within_reach(user, "view"))

    def waiting_for(self, user):
        """Return the open reviews whose present stage ``user`` may decide."""
        reach = permissions.reach(user)
        allowed = Q(pk__in=[])
        for model in subjects.models():
            for stage in Stage.values:
                columns = reach.columns(permissions.codename(model, f"{stage}_review"))
                if columns is permissions.EVERYWHERE:
                    allowed |= Q(stage=stage, column__subject=model.subject())
                elif columns:
                    allowed |= Q(stage=stage, column__in=columns)
        passed = Q(first_by=user) | Q(second_by=user) | Q(final_by=user)
        wrote = Exists(Review.authors.through.objects.filter(review=OuterRef("pk"), user=user))
        return self.open().filter(allowed).exclude(passed).exclude(wrote)

    def returned_to(self, user):
        """Return the returned reviews whose text ``user`` wrote or submitted and that nobody has answered yet."""
        later = Review.objects.filter(dossier=OuterRef("dossier"), pk__gt=OuterRef("pk"))
        mine = Exists(Review.authors.through.objects.filter(review=OuterRef("pk"), user=user))
        return self.filter(mine | Q(submitted_by=user), ~Exists(later), outcome=Review.Outcome.RETURNED)

    def owed(self):
        """Return the reviews of texts that went out ahead of them and that readers still see: the urgent lane's debts."""
        live = [
            model.objects.filter(live_revision=OuterRef("revision"), withdrawn_at=None, trashed_at=None)
            for model in subjects.models()
        ]
        is_live = Q(pk__in=[])
        for items in live:
            is_live |= Exists(items)
        passed = Review.objects.filter(revision=OuterRef("revision"), outcome=Review.Outcome.PASSED)
        return self.filter(is_live, ~Exists(passed), published_early_at__isnull=False)


class Review(models.Model):
    """The way of one revision through its stages. How it went is told by the audit log; this row is where it stands."""

    class Outcome(models.TextChoices):
        PASSED = "passed", _("Passed")
        RETURNED = "returned", _("Returned to the author")
        RECALLED = "recalled", _("Taken back by the author")
        SUPERSEDED = "superseded", _("Ended by a newer revision")

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="reviews")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="reviews", verbose_name=_("revision"))
    column = models.ForeignKey(
        Column,
        models.PROTECT,
        related_name="+",
        verbose_name=_("column"),
        help_text=_("Whose reviewers decide: the column of the revision when it was submitted."),
    )
    steps = models.PositiveSmallIntegerField(_("number of steps"))
    stage = models.CharField(_("stage"), max_length=6, choices=Stage.choices)
    waiting_since = models.DateTimeField(_("waiting since"))
    authors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("authors"))
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("submitted by")
    )
    submitted_at = models.DateTimeField(_("submitted at"))
    publish_at = models.DateTimeField(_("publish at"), null=True)
    urgency = models.CharField(_("why it is urgent"), max_length=200, blank=True)
    published_early_at = models.DateTimeField(_("published ahead of its review at"), null=True)
    published_early_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    first_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    second_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    final_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-submitted_at", "-pk"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["outcome", "stage", "column"], name="publishing_review_waiting"),
            models.Index(fields=["dossier", "-id"], name="publishing_review_of_dossier"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(outcome=""), name="publishing_review_is_open_once_per_dossier"
            ),
            models.CheckConstraint(condition=Q(steps__range=(1, 3)), name="publishing_review_has_one_to_three_steps"),
            models.CheckConstraint(
                condition=Q(outcome="", closed_at__isnull=True) | (~Q(outcome="") & Q(closed_at__isnull=False)),
                name="publishing_review_is_closed_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=(Q(first_by__isnull=True) | Q(second_by__isnull=True) | ~Q(first_by=F("second_by")))
                & (Q(first_by__isnull=True) | Q(final_by__isnull=True) | ~Q(first_by=F("final_by")))
                & (Q(second_by__isnull=True) | Q(final_by__isnull=True) | ~Q(second_by=F("final_by"))),
                name="publishing_review_is_passed_by_distinct_people",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="passed")
                | (
                    Q(final_by__isnull=False)
                    & (Q(steps=1) | Q(first_by__isnull=False))
                    & (Q(steps__lt=3) | Q(second_by__isnull=False))
                ),
                name="publishing_review_passed_every_step",
            ),
            models.CheckConstraint(
                condition=Q(published_early_at__isnull=True) | ~Q(urgency=""),
                name="publishing_review_overtaken_has_a_reason",
            ),
        ]

    def __str__(self):
        return _("review of %(revision)s") % {"revision": self.revision}

    # -- Where it stands ----------------------------------------------------------------------------------------------

    @property
    def is_open(self):
        return not self.outcome

    @property
    def stages(self):
        return ROUTES[self.steps]

    @property
    def is_urgent(self):
        return bool(self.urgency)

    @property
    def passes(self):
        """What was passed so far: [(Stage, User)] in order."""
        people = ((stage, getattr(self, f"{stage.value}_by")) for stage in self.stages)
        return [(stage, person) for stage, person in people if person is not None]

    @property
    def earlier_stages(self):
        """The stages before the present one, to which it can be sent back."""
        return self.stages[: self.stages.index(Stage(self.stage))]

    def checks(self):
        """Return what the reviewer of the present stage confirms to have checked."""
        return ProofCheck.objects.filter(stage=self.stage)

    def decisions(self):
        """Return the entries of the audit log that tell how this review went, oldest first."""
        return Entry.objects.filter(item=self.dossier_id, facts__review=self.pk).select_related("by").order_by("number")

    def people_for(self, stage):
        """Return the active members of staff who may decide ``stage``: neither authors nor who passed another stage."""
        subject = subjects.model_for(self.column.subject)
        people = permissions.people_with(permissions.codename(subject, f"{stage}_review"), self.column)
        passed = [person.pk for passed, person in self.passes if passed != stage]
        return people.exclude(pk__in=passed).exclude(pk__in=self.authors.values("pk"))

    def permission(self, action=None):
        """Return the name of the permission for ``action``, by default that of deciding the present stage."""
        return permissions.codename(subjects.model_for(self.column.subject), action or f"{self.stage}_review")

    def objection_to(self, user):
        """Return why ``user`` may not decide the present stage (str), or None if he may."""
        if not self.is_open:
            return _("This review is closed: %(outcome)s.") % {"outcome": self.get_outcome_display()}
        if not user.has_perm(self.permission(), self.column):
            return _("The %(stage)s of this column is not among your roles.") % {"stage": self.get_stage_display()}
        if self.authors.filter(pk=user.pk).exists():
            return _("You wrote or submitted this text; another person reviews it.")
        for stage, person in self.passes:
            if person == user:
                return _("You passed its %(stage)s; every step takes another person.") % {"stage": stage.label}
        return None

    def objection_to_publishing_early(self, user):
        """Return why ``user`` may not let readers see the text ahead of its review (str), or None if he may."""
        if not self.is_open or not self.is_urgent or self.published_early_at:
            return _("The text was not submitted as urgent, or is published already.")
        if not user.has_perm(self.permission("publish"), self.column):
            return _("Publishing in this column is not among your roles.")
        if self.authors.filter(pk=user.pk).exists():
            return _("You wrote or submitted this text; another person reviews it.")
        return None

    # -- Decisions ----------------------------------------------------------------------------------------------------

    def pass_stage(self, by, checks=()):
        """Pass the present stage; the last one publishes the revision, at the planned moment if there is one.

        checks: the ProofChecks that ``by`` confirmed. Raises Refused, or ValidationError if the text cannot be published.
        """
        with transaction.atomic():
            self._lock()
            self._refuse(self.objection_to(by))
            missing = set(self.checks()) - set(checks)
            if missing:
                raise Refused(_("Not everything in the list of checks is ticked."))
            stage, is_last = self.stage, self.stage == Stage.FINAL
            setattr(self, f"{stage}_by", by)
            facts = {**self._facts(), "stage": stage, "checks": [check.text for check in checks]}
            if is_last:
                self._close(self.Outcome.PASSED)
            else:
                self.stage = self.stages[self.stages.index(stage) + 1].value
                self.waiting_since = timezone.now()
            self.save()
            absent = permissions.stands_in_for(by, self.permission(f"{stage}_review"), self.column)
            audit.record(by, Action.PASSED, item=self.dossier_id, **facts, **({"for": absent} if absent else {}))
            if is_last and self.dossier.item.live_revision_id != self.revision_id:  # else it went out ahead
                self._publish(by, self.publish_at)
            if is_last:
                review_messages.passed(self)
            else:
                review_messages.turn(self)

    def send_back(self, by, reason, to_stage=None):
        """Send the text back with a ``reason``: to an earlier stage, or (None) to its author, which closes the review."""
        with transaction.atomic():
            self._lock()
            self._refuse(self.objection_to(by))
            facts = {**self._facts(), "stage": self.stage, "to": to_stage and str(to_stage), "reason": reason}
            if to_stage is None:
                self._close(self.Outcome.RETURNED)
            elif to_stage not in self.earlier_stages:
                raise Refused(_("It can only go back to an earlier step."))
            else:
                for stage in self.stages[self.stages.index(Stage(to_stage)) :]:
                    setattr(self, f"{stage.value}_by", None)
                self.stage, self.waiting_since = str(to_stage), timezone.now()
            self.save()
            audit.record(by, Action.RETURNED, item=self.dossier_id, **facts)
            if to_stage is None:
                review_messages.returned(self, by, reason)
            else:
                review_messages.sent_to_stage(self, by, reason)
                review_messages.turn(self)

    def recall(self, by):
        """Take the text back before it was decided, on the side of its authors."""
        with transaction.atomic():
            self._lock()
            if not self.is_open:
                raise Refused(self.objection_to(by))
            self._close(self.Outcome.RECALLED)
            self.save()
            audit.record(by, Action.RECALLED, item=self.dossier_id, **self._facts())
            review_messages.ended(self, by)

    def publish_early(self, by):
        """Let readers see an urgent text now; the review goes on and stays in sight until it is passed."""
        with transaction.atomic():
            self._lock()
            self._refuse(self.objection_to_publishing_early(by))
            self.published_early_at, self.published_early_by = timezone.now(), by
            self.save()
            audit.record(by, Action.PUBLISHED_EARLY, item=self.dossier_id, **self._facts(), reason=self.urgency)
            self._publish(by)
            review_messages.published_early(self, by)

    def supersede(self, by):
        """End the review because ``by`` saved a newer revision; the caller holds the dossier's lock."""
        self._close(self.Outcome.SUPERSEDED)
        self.save()
        audit.record(by, Action.SUPERSEDED, item=self.dossier_id, **self._facts())
        review_messages.ended(self, by)

    def _lock(self):
        """Hold the dossier, and with it every decision on it, to the end of the transaction; Refused if one was faster."""
        read = (self.stage, self.waiting_since, self.outcome)
        self.dossier.item.hold()
        self.refresh_from_db()
        if read != (self.stage, self.waiting_since, self.outcome):
            raise Refused(_("This step was decided while you were reading. What you typed is kept below."))

    @staticmethod
    def _refuse(objection):
        if objection:
            raise Refused(objection)

    def _close(self, outcome):
        self.outcome, self.closed_at = outcome, timezone.now()

    def _facts(self):
        return {"review": self.pk, "revision": self.revision.number}

    def _publish(self, by, at=None):
        item = self.dossier.item
        now = timezone.now()
        item.check_revision(self.revision)
        item.show(self.revision, by=by, at=max(at, now) if at else now)
