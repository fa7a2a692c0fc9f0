"""The row that readers see, and the verbs that change what they see."""

from datetime import date, timedelta

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import audit
from audit.actions import Action
from audit.models import Entry

from .. import content, content_version, review_messages, richtext, tasks, visibility
from ..richtext import RichTextField
from .columns import Column
from .dossiers import Dossier, Relation
from .querysets import PURGED_AFTER, PublishableQuerySet
from .reviews import ROUTES, Refused, Review


def cover_field():
    """Return the field of the picture that stands for an item, for subjects whose items have one."""
    return models.ForeignKey(
        "files.Asset",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"kind": "image"},
        verbose_name=_("cover picture"),
        help_text=_("At least 1200 pixels wide, 16:10. Without one the portal draws a cover of its own."),
    )


class Publishable(models.Model):
    """An item with a dossier. Subclasses say ``class Meta(Publishable.Meta)``, or they lose the constraints.

    ``published_at`` and its fellows below are the lifecycle: they change at once, by a verb. What ``versioned`` names
    changes for readers only when a revision is published. What ``immediate`` names changes with the editor's save.
    """

    Audience = visibility.Audience

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHED = "published", _("Published")
        EXPIRED = "expired", _("No longer in force")
        REPEALED = "repealed", _("Repealed")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        TRASHED = "trashed", _("In the trash")

    versioned = ("title", "summary", "body", "column", "audience", "corrections")
    immediate = ()
    boundary_fields = ("published_at", "expires_at", "repealed_at", "pinned_until")
    deadline_fields = ()  # dates or moments after which readers can no longer act; staff are reminded of them
    reply_deadline_field = None  # names the moment until which organisations reply to an item; None: they do not
    list_related = ()
    page_related = ()
    is_listed_beside = True  # whether the newest of its subject stand beside every item

    dossier = models.OneToOneField(Dossier, models.CASCADE, primary_key=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(
        _("summary"), max_length=500, blank=True, help_text=_("One or two sentences for lists and shared links.")
    )
    body = RichTextField(_("text"), blank=True)
    column = models.ForeignKey("publishing.Column", models.PROTECT, related_name="+", verbose_name=_("column"))
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience.choices, default=Audience.EVERYONE, db_index=True
    )

    corrections = models.JSONField(  # [{"on": "2026-11-24", "text": str}], oldest first
        _("corrections"), default=list, blank=True, editable=False
    )

    live_revision = models.ForeignKey(
        "publishing.Revision", models.PROTECT, null=True, editable=False, related_name="+"
    )
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    is_dated = models.BooleanField(
        _("date is known"),
        default=True,
        editable=False,
        help_text=_("Off for imported items whose date of publication is unknown: none is shown."),
    )
    text_changed_at = models.DateTimeField(_("text changed at"), null=True, editable=False)
    expires_at = models.DateTimeField(_("in force until"), null=True, blank=True, editable=False)
    repealed_at = models.DateTimeField(_("repealed at"), null=True, editable=False)
    repeal_reason = models.CharField(_("reason for the repeal"), max_length=200, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawal_reason = models.CharField(_("reason for the withdrawal"), max_length=200, blank=True, editable=False)
    trashed_at = models.DateTimeField(_("trashed at"), null=True, editable=False)
    trash_reason = models.CharField(_("reason for the deletion"), max_length=200, blank=True, editable=False)
    pinned_until = models.DateTimeField(_("pinned until"), null=True, blank=True, editable=False)
    pin_rank = models.PositiveSmallIntegerField(
        _("rank among the pinned"), default=0, editable=False, help_text=_("The highest stands first.")
    )
    objects = PublishableQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-published_at", "-pk"]  # a total order, or pages repeat rows
        default_permissions = (
            "add", "change", "delete", "view", "publish", "first_review", "second_review", "final_review",
        )  # fmt: skip
        indexes = [
            models.Index(fields=["column", "-published_at", "-dossier"], name="%(app_label)s_%(class)s_column"),
            models.Index(fields=["-published_at", "-dossier"], name="%(app_label)s_%(class)s_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("published_at")) | Q(expires_at__isnull=True),
                name="%(app_label)s_%(class)s_expires_after_publication",
                violation_error_message=_("An item can only expire after it is published."),
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(live_revision__isnull=False),
                name="%(app_label)s_%(class)s_published_text_is_a_revision",
            ),
            models.CheckConstraint(
                condition=Q(repealed_at__isnull=True) | ~Q(repeal_reason=""),
                name="%(app_label)s_%(class)s_repeal_has_a_reason",
                violation_error_message=_("Say why the document is repealed."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawal_reason=""),
                name="%(app_label)s_%(class)s_withdrawal_has_a_reason",
                violation_error_message=_("Say why the item is withdrawn."),
            ),
        ]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        if self.dossier_id is None:
            with transaction.atomic():
                self.dossier = Dossier.objects.create(subject=self.subject(), created_by=getattr(self, "author", None))
                return super().save(*args, **kwargs)
        return super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse(f"{self._meta.app_label}:{self._meta.model_name}_detail", args=[self.pk])

    def hold(self):
        """Hold the item until the transaction ends: its dossier, and then its own row.

        Subjects have verbs that hold the row alone and then record, so nobody may record first and write the row later.
        """
        Dossier.objects.locked().get(pk=self.dossier_id)
        list(type(self).objects.locked().filter(pk=self.pk).values_list("pk"))

    # -- What the class knows of itself ---------------------------------------------------------------------------

    @classmethod
    def subject(cls):
        return cls._meta.app_label

    @classmethod
    def list_url(cls):
        return reverse(f"{cls._meta.app_label}:{cls._meta.model_name}_list")

    @classmethod
    def feed_url(cls):
        return reverse(f"{cls._meta.app_label}:{cls._meta.model_name}_feed")

    @classmethod
    def rich_text_names(cls):
        return [field.name for field in cls._meta.concrete_fields if isinstance(field, RichTextField)]

    # -- State, derived from dates --------------------------------------------------------------------------------

    def status_at(self, at=None):
        """Return the Status at ``at`` (aware datetime, default now)."""
        at = at or timezone.now()
        if self.trashed_at:
            return self.Status.TRASHED
        if self.withdrawn_at:
            return self.Status.WITHDRAWN
        if self.published_at is None:
            return self.Status.DRAFT
        if self.published_at > at:
            return self.Status.SCHEDULED
        if self.repealed_at and self.repealed_at <= at:
            return self.Status.REPEALED
        if self.expires_at and self.expires_at <= at:
            return self.Status.EXPIRED
        return self.Status.PUBLISHED

    @property
    def status(self):
        return self.status_at()

    @property
    def is_removed(self):
        return bool(self.withdrawn_at or self.trashed_at)

    @property
    def is_pinned(self):
        return self.pinned_until is not None and self.pinned_until > timezone.now()

    @property
    def reply_deadline(self):
        """The moment (aware datetime) until which organisations reply, or None."""
        return self.reply_deadline_field and getattr(self, self.reply_deadline_field)

    def takes_replies_at(self, at):
        """Return whether organisations may reply at ``at``, if the item asks anything."""
        is_due = self.reply_deadline is None or self.reply_deadline > at
        return bool(self.reply_deadline_field) and self.status_at(at) == self.Status.PUBLISHED and is_due

    @property
    def takes_replies(self):
        return self.takes_replies_at(timezone.now())

    @property
    def correction_notes(self):
        """What readers are told of mistakes: [(date, str)], oldest first."""
        return [(date.fromisoformat(note["on"]), note["text"]) for note in self.corrections]

    # -- Promises of a published text ------------------------------------------------------------------------------

    def clean_for_publication(self):
        """Raise ValidationError if the text in memory must not be published yet. Drafts may lack anything.

        Subjects add what their readers rely on.
        """
        if self.is_removed:
            raise ValidationError(_("The item is withdrawn or in the trash: reinstate or restore it first."))
        for name in self.rich_text_names():
            if richtext.has_undescribed_picture(getattr(self, name)):
                message = _("A picture in the text has no alternative text: double-click it and say what it shows.")
                raise ValidationError({name: message})
            if richtext.has_unfinished_video(getattr(self, name)):
                message = _("A video in the text lacks its description or its poster: double-click it to add them.")
                raise ValidationError({name: message})

    def check_revision(self, revision):
        """Raise ValidationError if ``revision`` must not be published yet; its messages name the fields."""
        item = type(self).objects.get(pk=self.pk)
        content.apply(item, revision.content)
        try:
            item.full_clean()
            item.clean_for_publication()
        except ValidationError as error:
            raise ValidationError(
                [
                    f"{item._meta.get_field(name).verbose_name}: {message}" if name != NON_FIELD_ERRORS else message
                    for name, messages in error.update_error_dict({}).items()
                    for message in ValidationError(messages).messages
                ]
            ) from error

    # -- Review ---------------------------------------------------------------------------------------------------

    def required_steps(self, revision):
        """Return how many steps of review ``revision`` needs (0 to 3): the stricter of the live column's and its own."""
        columns = Column.objects.filter(pk__in=[self.column_id, revision.content["fields"].get("column")])
        return columns.aggregate(steps=Max("review_steps"))["steps"] or 0

    @property
    def open_review(self):
        return self.dossier.reviews.open().first()

    def submit(self, revision, *, by, publish_at=None, urgency=""):
        """Put ``revision``, the newest, before the reviewers of its column and return the Review.

        publish_at: when it is to appear at the earliest (aware datetime; None: when the last one passes it); for first
        publications only. urgency: why it may go out ahead of its review. Raises Refused, or ValidationError if the text
        lacks what it needs for publication.
        """
        with transaction.atomic():
            self.hold()
            self.refresh_from_db()
            steps = self.required_steps(revision)
            if revision != self.dossier.newest_revision:
                raise Refused(_("Somebody saved a newer revision in the meantime."))
            live = self.live_revision
            if revision == live and not self.dossier.reviews.owed().exists():
                raise Refused(_("Readers see this revision already; there is nothing to review."))
            if not steps:
                raise Refused(_("Texts of this column need no review."))
            if self.open_review:
                raise Refused(_("This item is under review already."))
            self.check_revision(revision)
            now = timezone.now()
            review = Review.objects.create(
                dossier=self.dossier,
                revision=revision,
                # Where the column was deleted since the save, the text stays in that of the row.
                column=Column.objects.filter(pk=revision.content["fields"]["column"]).first() or self.column,
                steps=steps,
                stage=ROUTES[steps][0],
                waiting_since=now,
                submitted_by=by,
                submitted_at=now,
                publish_at=publish_at if self.published_at is None else None,
                urgency=urgency,
            )
            review.authors.set({by.pk, *self.authors_of(revision)})
            base = live.number if live and live != revision else None
            facts = {"review": review.pk, "revision": revision.number, "base": base, "steps": steps}
            if urgency:
                facts["urgency"] = urgency
            audit.record(by, Action.SUBMITTED, item=self.pk, **facts)
            review_messages.turn(review)
        return review

    def authors_of(self, revision):
        """Return the numbers (set) of all who saved since the newest text that was cleared for readers, up to ``revision``.

        A text that went out ahead of its review is cleared only when it passed.
        """
        owed = self.dossier.reviews.owed().filter(revision=self.live_revision_id).first()
        if owed is None:
            cleared = self.live_revision.number if self.live_revision else 0
        else:
            passed = self.dossier.reviews.filter(outcome=Review.Outcome.PASSED, revision__lt=owed.revision_id)
            cleared = passed.aggregate(number=Max("revision__number"))["number"] or 0
        numbers = self._numbers_behind(range(cleared + 1, revision.number + 1))
        saved = self.dossier.revisions.filter(number__in=numbers, author__isnull=False)
        return set(saved.values_list("author", flat=True))

    def _numbers_behind(self, numbers):
        """Return ``numbers`` of revisions (set) with those of which restored ones among them took their text."""
        told = Entry.objects.filter(item=self.pk, action__in=[Action.RESTORED_REVISION, Action.PUBLISHED])
        told = list(told.values_list("action", "facts"))
        source = {facts["revision"]: facts["old"] for action, facts in told if action == Action.RESTORED_REVISION}
        published = [facts["revision"] for action, facts in told if action == Action.PUBLISHED]
        found, waiting = set(), set(numbers)
        while waiting:
            found |= waiting
            olds = [source[number] for number in waiting if number in source]
            floors = [(max((number for number in published if number <= old), default=0), old) for old in olds]
            waiting = {number for floor, old in floors for number in range(floor + 1, old + 1)} - found
        return found

    # -- Verbs ----------------------------------------------------------------------------------------------------
    # Each says who did it: ``by``, a User, or None for the system (an import, a job).

    def record_revision(self, new_content, author, base):
        """Save ``new_content`` (dict, see publishing.content) as the next revision and return it.

        base: the Revision the editor started from, or None for the first. Raises content.StaleBase if someone saved in
        between. While nothing was published yet the row follows; afterwards only ``publish`` changes what readers see.
        A review that is open ends: it was of another text.
        """
        with transaction.atomic():
            self.hold()
            revision = content.add_revision(self.dossier, new_content, author, base)
            if not type(self).objects.filter(pk=self.pk, live_revision__isnull=False).exists():
                content.apply(self, revision.content)
                self.save(update_fields=self.versioned)
                content.write_children(self, revision.content)
            changed = content.changed(base.content, revision.content) if base else []
            audit.record(author, Action.SAVED, item=self.pk, revision=revision.number, changed=changed)
            review = self.open_review
            if review:
                review.supersede(author)
        return revision

    def publish(self, revision, *, by, at=None, is_dated=True):
        """Let readers see ``revision`` from ``at`` on (aware datetime, default now), if it needs no review.

        The first publication sets the date; later ones replace the text at once and never move the date. Raises Refused
        where a person would go round the review of the column.
        """
        with transaction.atomic():
            self.hold()
            self.refresh_from_db()
            if by is not None and self.required_steps(revision):
                raise Refused(_("Texts of this column are published by their review."))
            if by is not None and self.open_review:
                raise Refused(_("This item is under review. Take it back before you publish it yourself."))
            self.show(revision, by=by, at=at, is_dated=is_dated)

    def show(self, revision, *, by, at=None, is_dated=True):
        """Put ``revision`` before the readers: what ``publish`` and a passed review have in common."""
        with transaction.atomic():
            self.hold()
            self.refresh_from_db()
            had_text = {name: getattr(self, name) for name in ("title", "corrections", *self.rich_text_names())}
            content.apply(self, revision.content)
            if self.published_at is None:
                self.published_at, self.is_dated = at or timezone.now(), is_dated
            elif any(getattr(self, name) != text for name, text in had_text.items()):
                self.text_changed_at = timezone.now()
            self.live_revision = revision
            lifecycle = ("published_at", "is_dated", "text_changed_at", "live_revision")
            self.save(update_fields=[*self.versioned, *lifecycle])  # a withdrawal at the same time survives
            content.write_children(self, revision.content)
            facts = {"revision": revision.number, "at": self.published_at}
            audit.record(by, Action.PUBLISHED, item=self.pk, **facts)
            content_version.advance()

    def change_at_once(self, names, *, by):
        """Save the fields ``names`` as they stand in memory: what ``immediate`` lists needs no publication."""
        with transaction.atomic():
            self.save(update_fields=names)
            audit.record(by, Action.CHANGED_AT_ONCE, item=self.pk, changed=list(names))
            content_version.advance()

    def _change(self, by, action, facts=None, **values):
        """Set only ``values``, so that another person's save of other fields survives, and tell the readers' caches."""
        with transaction.atomic():
            for name, value in values.items():
                setattr(self, name, value)
            self.save(update_fields=list(values))
            audit.record(by, action, item=self.pk, **(facts or {}))
            content_version.advance()

    def date(self, published_at, *, by):
        """Set the true date of publication of an item that was scheduled, or imported without one."""
        self._change(by, Action.DATED, {"at": published_at}, published_at=published_at, is_dated=True)

    def expire(self, at, *, by):
        """Let the item leave the lists at ``at`` (None: never); its page stays, with a ribbon."""
        self._change(by, Action.EXPIRY_SET, {"at": at}, expires_at=at)

    def repeal(self, reason, *, by, at=None):
        """Declare the document void from ``at`` on; it leaves the lists, its page stays with the reason."""
        facts = {"reason": reason}
        self._change(by, Action.REPEALED, facts, repealed_at=at or timezone.now(), repeal_reason=reason)

    def relate(self, target, kind, *, by):
        """Tie this item to ``target`` (Dossier) for readers at once, and in its newest revision, which would lose the tie."""
        with transaction.atomic():
            self.hold()
            newest = self.dossier.newest_revision
            relations = [row for row in newest.content["relations"] if row != {"target": target.pk, "kind": kind}]
            relations.append({"target": target.pk, "kind": kind})
            revision = self.record_revision({**newest.content, "relations": relations}, by, base=newest)
            if self.live_revision_id == newest.pk:
                self.show(revision, by=by)  # the text is the one that was published, and the tie is the repeal's
            else:
                Relation.objects.get_or_create(source=self.dossier, target=target, kind=kind)
                content_version.advance()

    def correct(self, note, *, by):
        """Add a dated ``note`` (str) for readers on what was wrong, as the next revision, and return it.

        It is a change of the text like any other: it goes to the readers by ``publish`` or by its review.
        """
        with transaction.atomic():
            self.hold()
            newest = self.dossier.newest_revision
            notes = [
                *newest.content["fields"].get("corrections", []),
                {"on": timezone.localdate().isoformat(), "text": note},
            ]
            fields = {**newest.content["fields"], "corrections": notes}
            revision = self.record_revision({**newest.content, "fields": fields}, by, base=newest)
            audit.record(by, Action.CORRECTED, item=self.pk, revision=revision.number)
        return revision

    def withdraw(self, reason, *, by):
        """Take the item from all readers now; its address keeps a tombstone. ``reason``: shown to readers."""
        facts = {"reason": reason}
        self._change(by, Action.WITHDRAWN, facts, withdrawn_at=timezone.now(), withdrawal_reason=reason)

    def reinstate(self, *, by):
        """Undo the withdrawal or, of what was not withdrawn, the repeal: a void document is not in force by the way."""
        if self.withdrawn_at:
            self._change(by, Action.REINSTATED, withdrawn_at=None, withdrawal_reason="")
        else:
            self._change(by, Action.REINSTATED, repealed_at=None, repeal_reason="")

    def trash(self, reason, *, by):
        """Take the item from readers and from the work of staff; it is purged after PURGED_AFTER, unless restored."""
        with transaction.atomic():
            self.hold()
            review = self.open_review
            if review:
                review.recall(by)
            now = timezone.now()
            self._change(by, Action.TRASHED, {"reason": reason}, trashed_at=now, trash_reason=reason)
            if tasks.purge.get_backend().supports_defer:
                later = tasks.purge.using(run_after=now + PURGED_AFTER + timedelta(seconds=1))
                transaction.on_commit(lambda: later.enqueue(self.subject(), self.pk))

    def restore(self, *, by):
        self._change(by, Action.RESTORED, trashed_at=None, trash_reason="")

    def purge(self, *, by):
        """Delete the item with all its revisions for good; the audit log keeps that it was there, and its title.

        What was restored from the trash in the meantime stays.
        """
        with transaction.atomic():
            dossier = Dossier.objects.locked().get(pk=self.dossier_id)
            if not type(self).objects.filter(pk=self.pk, trashed_at__isnull=False).exists():
                return
            subject, title, number = self.subject(), self.title, self.pk
            dossier.related_from.all().delete()  # else they would protect it
            type(self).objects.filter(pk=number).delete()
            dossier.delete()
            audit.record(by, Action.PURGED, item=number, subject=subject, title=title)
            content_version.advance()

    def pin(self, until, *, by, rank=0):
        """Keep the item on top of its lists until ``until`` (aware datetime; None takes it down)."""
        action = Action.PINNED if until else Action.UNPINNED
        self._change(by, action, {"until": until}, pinned_until=until, pin_rank=rank)
