"""Notices: the association's official announcements."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.models import Publishable, PublishableQuerySet, Question

from .document_numbers import DocumentNumber


class IssuingBody(models.Model):
    """A body that issues documents, with its code in document numbers and its letterhead."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    code = models.CharField(_("code in document numbers"), max_length=20, blank=True, help_text=_("Such as 沪质协."))
    letterhead = models.CharField(
        _("letterhead"),
        max_length=40,
        blank=True,
        help_text=_("The red head of its documents, such as 上海市质量协会文件."),
    )

    class Meta:
        verbose_name = _("issuing body")
        verbose_name_plural = _("issuing bodies")
        ordering = ["name"]

    def __str__(self):
        return self.name


class NoticeQuerySet(PublishableQuerySet):
    """Notices by their open term: a deadline, or the period in which objections are taken."""

    def open_at(self, at):
        """Return notices that readers can still act on at ``at``."""
        today = timezone.localdate(at)
        return self.filter(
            Q(deadline_at__gt=at)
            | Q(objections_from__lte=today, objections_until__gte=today)
            | Q(objections_from__isnull=True, objections_until__gte=today)
        )

    def for_pages(self):
        """Add ``asks``: whether organisations reply to the notice."""
        questions = Question.objects.filter(dossier=OuterRef("pk"))
        return super().for_pages().annotate(asks=Exists(questions))

    def with_number(self, number):
        """Return the notices (at most one) that bear ``number`` (DocumentNumber)."""
        return self.filter(number_code=number.code, number_year=number.year, number_serial=number.serial)

    def next_numbers(self, year):
        """Return the next free DocumentNumber of ``year`` for every issuing body that has a code: two queries."""
        taken = dict(self.filter(number_year=year).order_by().values_list("number_code").annotate(Max("number_serial")))
        codes = IssuingBody.objects.exclude(code="").order_by("code").values_list("code", flat=True).distinct()
        return [DocumentNumber(code, year, taken.get(code, 0) + 1) for code in codes]

    def closed_at(self, at):
        """Return notices whose term is over at ``at``; those without a term are neither open nor closed."""
        today = timezone.localdate(at)
        return self.filter(
            Q(deadline_at__isnull=False) | Q(objections_until__isnull=False),
            Q(deadline_at__isnull=True) | Q(deadline_at__lte=at),
            Q(objections_until__isnull=True) | Q(objections_until__lt=today),
        )


class Notice(Publishable):
    """An official document: notification, announcement, public review or decision."""

    class Kind(models.TextChoices):
        NOTIFICATION = "notification", _("Notification")
        ANNOUNCEMENT = "announcement", _("Announcement")
        PUBLIC_REVIEW = "public_review", _("Public review")
        DECISION = "decision", _("Decision")

    versioned = (
        *Publishable.versioned,
        "kind",
        "number_code",
        "number_year",
        "number_serial",
        "issuing_body",
        "co_issuers",
        "addressees",
        "made_on",
        "signature",
        "objections_from",
        "objections_until",
        "objection_channel",
        "deadline_at",
        "deadline_purpose",
    )
    boundary_fields = (*Publishable.boundary_fields, "deadline_at")
    deadline_fields = ("deadline_at", "objections_until")
    reply_deadline_field = "deadline_at"
    page_related = ("issuing_body",)

    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices, default=Kind.NOTIFICATION)
    number_code = models.CharField(_("issuer code"), max_length=20, blank=True)
    number_year = models.PositiveSmallIntegerField(_("year of the number"), null=True, blank=True)
    number_serial = models.PositiveIntegerField(_("serial number"), null=True, blank=True)
    issuing_body = models.ForeignKey(
        IssuingBody, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("issuing body")
    )
    co_issuers = models.TextField(_("co-issuers"), blank=True, help_text=_("One body per line."))
    addressees = models.CharField(
        _("addressees"), max_length=300, blank=True, help_text=_("Such as 各会员单位、各有关单位.")
    )
    made_on = models.DateField(_("date of the document"), null=True, blank=True)
    signature = models.CharField(
        _("signature"), max_length=120, blank=True, help_text=_("Empty: the name of the issuing body.")
    )
    objections_from = models.DateField(_("public review from"), null=True, blank=True)
    objections_until = models.DateField(_("public review until"), null=True, blank=True)
    objection_channel = models.TextField(
        _("how to object"), max_length=500, blank=True, help_text=_("Address, telephone, e-mail; in which form.")
    )
    deadline_at = models.DateTimeField(_("deadline"), null=True, blank=True, help_text=_("Shanghai time."))
    deadline_purpose = models.CharField(
        _("what the deadline is for"), max_length=10, blank=True, help_text=_("Such as 申报, 回执, 推荐.")
    )
    objects = NoticeQuerySet.as_manager()

    class Meta(Publishable.Meta):
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            *Publishable.Meta.indexes,
            models.Index(fields=["kind", "-published_at", "-dossier"], name="notices_notice_kind"),
        ]
        constraints = [
            *Publishable.Meta.constraints,
            models.UniqueConstraint(
                fields=["number_code", "number_year", "number_serial"],
                condition=Q(number_serial__isnull=False),
                name="notices_document_number_is_unique",
                violation_error_message=_("This document number is already taken."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(number_code="", number_year__isnull=True, number_serial__isnull=True)
                    | (
                        ~Q(number_code="")
                        & Q(number_year__isnull=False, number_serial__isnull=False, number_serial__gt=0)
                    )
                ),
                name="notices_document_number_is_whole_or_absent",
                violation_error_message=_("A document number has an issuer code, a year and a serial number."),
            ),
            models.CheckConstraint(
                condition=Q(objections_from__isnull=True)
                | Q(objections_until__isnull=True)
                | Q(objections_until__gte=F("objections_from")),
                name="notices_public_review_ends_after_its_start",
                violation_error_message=_("The public review cannot end before it starts."),
            ),
        ]

    def clean_for_publication(self):
        super().clean_for_publication()
        if self.kind == self.Kind.PUBLIC_REVIEW:
            missing = {}
            if self.objections_until is None:
                missing["objections_until"] = _("Readers must know until when they can object.")
            if not self.objection_channel:
                missing["objection_channel"] = _("Readers must know how they can object.")
            if missing:
                raise ValidationError(missing)

    @property
    def document_number(self):
        """The DocumentNumber, or None."""
        if self.number_serial is None:
            return None
        return DocumentNumber(self.number_code, self.number_year, self.number_serial)

    @document_number.setter
    def document_number(self, number):
        self.number_code, self.number_year, self.number_serial = (
            (number.code, number.year, number.serial) if number else ("", None, None)
        )

    @property
    def co_issuer_names(self):
        return [line.strip() for line in self.co_issuers.splitlines() if line.strip()]

    @property
    def objection_channel_lines(self):
        return [line.strip() for line in self.objection_channel.splitlines() if line.strip()]

    @property
    def signatories(self):
        """The names under the document, the issuing body first."""
        first = self.signature or (self.issuing_body.name if self.issuing_body else "")
        return [name for name in (first, *self.co_issuer_names) if name]

    @property
    def term(self):
        """The term that readers must know of at this moment, or None."""
        return Term.of(self, timezone.now())


class Term:
    """A deadline or a public review of a notice, seen at one moment: what to show and in which tone."""

    SOON_DAYS = 3

    def __init__(self, tone, text):
        self.tone = tone  # "green" open, "ochre" ends within SOON_DAYS or is under review, "mute" over or not begun
        self.text = text

    @classmethod
    def of(cls, notice, at):
        """Return the Term of ``notice`` at ``at``, or None if it has none."""
        today = timezone.localdate(at)
        if notice.deadline_at:
            purpose = notice.deadline_purpose or _("Deadline")
            if notice.deadline_at <= at:
                return cls("mute", _("%(purpose)s closed") % {"purpose": purpose})
            due = timezone.localtime(notice.deadline_at)
            tone = "ochre" if (due.date() - today).days <= cls.SOON_DAYS else "green"
            text = _("%(purpose)s due %(month)s/%(day)s")
            return cls(tone, text % {"purpose": purpose, "month": due.month, "day": due.day})
        if notice.objections_until:
            parts = {
                "until_month": notice.objections_until.month,
                "until_day": notice.objections_until.day,
            }
            if notice.objections_from:
                parts |= {"from_month": notice.objections_from.month, "from_day": notice.objections_from.day}
                text = _("Public review %(from_month)s/%(from_day)s to %(until_month)s/%(until_day)s")
            else:
                text = _("Public review until %(until_month)s/%(until_day)s")
            text = text % parts
            if notice.objections_until < today:
                return cls("mute", _("%(term)s, over") % {"term": text})
            if notice.objections_from and notice.objections_from > today:
                return cls("mute", text)
            return cls("ochre", text)
        return None
