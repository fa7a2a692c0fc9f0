"""What people are asked when they sign up for an item or reply to it."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .dossiers import Dossier

MOST_CHOICES, MOST_CHOICE = 50, 100


def validate_choices(text):
    """Raise ValidationError unless ``text`` has 2 to MOST_CHOICES lines, each different and none too long."""
    lines = choice_lines(text)
    if not lines:
        return  # whether the kind wants some is a constraint
    if not 2 <= len(lines) <= MOST_CHOICES:
        raise ValidationError(_("Write 2 to %(most)d choices, one per line."), params={"most": MOST_CHOICES})
    if len(set(lines)) < len(lines):
        raise ValidationError(_("Two lines say the same."))
    if any(len(line) > MOST_CHOICE for line in lines):
        raise ValidationError(_("A choice has at most %(most)d characters."), params={"most": MOST_CHOICE})


def choice_lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


class Fixed(ValidationError):
    """The question has been answered: what it asks cannot change any more."""

    def __init__(self):
        super().__init__(
            _("Somebody has answered already: the text, the kind and the choices of a question stay as they are."),
            code="fixed",
        )


class QuestionQuerySet(models.QuerySet):
    def locked(self):
        """Hold the rows until the transaction ends, in one order; answers may still refer to them."""
        return self.order_by("pk").select_for_update(no_key=True)


class Question(models.Model):
    """One question of an item. It belongs to no revision and shows at once.

    As soon as anybody has answered a question of the item, none of them can be reworded or deleted, lest an answer stand
    under a question that was never asked.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("Short text")
        LONG_TEXT = "long_text", _("Long text")
        CHOICE = "choice", _("One choice")
        CHOICES = "choices", _("Several choices")
        YES_NO = "yes_no", _("Yes or no")
        FILE = "file", _("File")

    WITH_CHOICES = (Kind.CHOICE, Kind.CHOICES)
    FIXED = ("kind", "text", "choices")

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="questions", editable=False)
    order = models.PositiveSmallIntegerField(default=0, editable=False)
    kind = models.CharField(_("kind of answer"), max_length=10, choices=Kind.choices, default=Kind.TEXT)
    text = models.CharField(_("question"), max_length=120)
    hint = models.CharField(_("hint"), max_length=200, blank=True, help_text=_("Shown below the question."))
    is_required = models.BooleanField(_("an answer is required"), default=True)
    choices = models.TextField(
        _("choices"),
        max_length=MOST_CHOICES * (MOST_CHOICE + 2),
        blank=True,
        validators=[validate_choices],
        help_text=_("One per line; for questions with choices only."),
    )
    used_at = models.DateTimeField(_("first answered at"), null=True, editable=False)
    objects = QuestionQuerySet.as_manager()

    class Meta:
        default_permissions = ()  # whoever may change the item at once may change its questions
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["dossier", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind__in=("choice", "choices")) & ~Q(choices=""))
                | (~Q(kind__in=("choice", "choices")) & Q(choices="")),
                name="publishing_question_has_choices_if_its_kind_wants_them",
                violation_error_message=_("A question with choices needs them, one per line; others have none."),
            ),
            models.UniqueConstraint(
                fields=["dossier", "text"],
                name="publishing_question_is_asked_once",
                violation_error_message=_("The item asks this already."),
            ),
        ]

    def __str__(self):
        return self.text

    @property
    def choice_lines(self):
        return choice_lines(self.choices)

    @property
    def wording(self):
        """What cannot change once it was answered (list, as JSON can say it)."""
        return [self.pk, self.kind, self.text, self.choice_lines]

    def clean(self):
        # Django's own look leaves out what stands in no form: here the item.
        if Question.objects.filter(dossier=self.dossier_id, text=self.text).exclude(pk=self.pk).exists():
            raise ValidationError({"text": _("The item asks this already.")})

    def save(self, *args, **kwargs):
        """Save; raises Fixed if it was answered and would ask something else, whoever was faster."""
        with transaction.atomic():
            if not self._state.adding:
                stored = Question.objects.locked().get(pk=self.pk)
                self.used_at = stored.used_at
                if stored.used_at and stored.wording != self.wording:
                    raise Fixed
            super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        """Delete; raises Fixed if it was answered."""
        with transaction.atomic():
            # Looked at when the lock is ours: asked for used rows alone, PostgreSQL would wait for none.
            stored = Question.objects.locked().filter(pk=self.pk).first()
            if stored and stored.used_at:
                raise Fixed
            return super().delete(*args, **kwargs)


class AnswerFile(models.Model):
    """Says that an answer to ``question`` holds ``enclosure``, one row for each answer, and keeps it from being tidied."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="answer_files")
    enclosure = models.ForeignKey("files.Enclosure", models.PROTECT, related_name="answers")

    class Meta:
        default_permissions = ()
        verbose_name = _("file of an answer")
        verbose_name_plural = _("files of answers")

    def __str__(self):
        return str(self.enclosure)
