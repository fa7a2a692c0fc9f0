"""The questions of an item: the form in which people answer, what is kept of their answers, and how these are read.

    form = AnswersForm(questions, request.POST, request.FILES, by=request.user)
    if form.is_valid():  # outside of the transaction: a picture that is handed in is written anew
        with transaction.atomic():
            form.keep()  # after the dossier, if you lock it; before any other lock
            SignUp.objects.create(answers=form.answers, …)

Answers are {str(pk of the question): value}: a text, a list of texts (several choices), a bool, or the pk of an Enclosure;
what was not answered is left out.
"""

import hashlib
import json

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as translate_now
from django.utils.translation import gettext_lazy as _

from files import enclosures
from files.models import Enclosure

from .models.questions import AnswerFile, Question

MOST_TEXT, MOST_LONG_TEXT = 200, 2000
MOST_RADIOS = 7  # beyond that a list is easier to survey, on a phone above all
# What was uploaded waits in the form for this long; tidying takes it somewhat later.
KEPT_FOR = enclosures.UNUSED_FOR * 0.8

Kind = Question.Kind


class Changed(ValidationError):
    """The questions are no longer those that the form asked."""

    def __init__(self):
        super().__init__(
            _("The questions were changed after you had opened this page. Please look through your answers again."),
            code="changed",
        )


def fingerprint(questions):
    """Return a short str that is the same for the same questions, and that the page of a form carries along."""
    wordings = sorted(question.wording for question in questions)
    return hashlib.sha256(json.dumps(wordings, ensure_ascii=False).encode()).hexdigest()[:16]


# -- The form ---------------------------------------------------------------------------------------------------------


class EnclosureInput(forms.FileInput):
    """A file, and the one that the form has already: ``kept`` (Enclosure or None), ``token`` (its signed number).

    Both are shown by publishing/includes/answers.html.
    """

    kept = None
    token = ""

    def value_from_datadict(self, data, files, name):
        return files.get(name), data.get(f"{name}-kept", ""), f"{name}-remove" in data

    def value_omitted_from_data(self, data, files, name):
        return False

    def use_required_attribute(self, initial):
        return super().use_required_attribute(initial) and self.kept is None


class EnclosureField(forms.Field):
    """Cleans to an Enclosure or None: what was uploaded now or with an earlier, refused form, else what was answered before."""

    widget = EnclosureInput

    def __init__(self, *, answered, by, salt, **kwargs):
        super().__init__(**kwargs)
        self.answered, self.by = answered, by
        self.signer = signing.TimestampSigner(salt=f"{__name__}:{salt}:{by.pk if by else ''}")
        self.widget.attrs["accept"] = enclosures.ACCEPT
        self.show(answered)

    def show(self, enclosure):
        self.widget.kept = enclosure
        is_new = enclosure is not None and enclosure != self.answered
        self.widget.token = self.signer.sign(str(enclosure.pk)) if is_new else ""

    def clean(self, value):
        upload, token, is_removed = value
        kept = None if is_removed and not self.required else self._with(token) or self.answered
        self.show(kept)  # also where the upload is refused
        if upload:
            kept = enclosures.accept(upload, self.by)
            self.show(kept)
        if kept is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return kept

    def _with(self, token):
        """Return the Enclosure that ``token`` (str, anybody's) names, None if we did not give it to this person here."""
        try:
            pk = int(self.signer.unsign(token, max_age=KEPT_FOR))
        except (signing.BadSignature, ValueError):
            return None
        return Enclosure.objects.filter(pk=pk, uploaded_by=self.by).first()

    def has_changed(self, initial, data):
        return True


class AnswersForm(forms.Form):
    """Asks ``questions`` (iterable of Question, in their order); without any it has no fields and is valid when bound.

    initial: answers given before. by: the User who answers. See the beginning of this module.
    """

    def __init__(self, questions, data=None, files=None, initial=None, prefix="answers", by=None):
        super().__init__(data, files, prefix=prefix)
        self.questions = list(questions)
        self.answered = initial or {}
        names = file_names(self.questions, [self.answered])
        for question in self.questions:
            value = self.answered.get(str(question.pk))
            if question.kind == Kind.FILE:
                answered = Enclosure.objects.filter(pk=value).first() if value in names else None
                field = self._file_field(question, answered, by)
            else:
                field = FIELDS[question.kind](question)
                field.initial = value
            field.error_messages["required"] = REQUIRED[question.kind]
            field.label, field.help_text, field.label_suffix = question.text, question.hint, ""
            self.fields[f"q{question.pk}"] = field
        if self.questions:
            self.fields["seen"] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=fingerprint(self.questions)
            )

    def _file_field(self, question, answered, by):
        return EnclosureField(
            required=question.is_required, answered=answered, by=by, salt=f"{question.pk}:{self.prefix}"
        )

    def clean(self):
        if self.questions and self.cleaned_data.get("seen") != fingerprint(self.questions):
            self.add_error(None, Changed())
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = fingerprint(self.questions)

    @property
    def answers(self):
        """What was answered, as JSON can say it; of a valid form."""
        found = {}
        for question in self.questions:
            value = self.cleaned_data[f"q{question.pk}"]
            if isinstance(value, Enclosure):
                value = value.pk
            if value not in (None, "", []):
                found[str(question.pk)] = value
        return found

    def keep(self):
        """Hold the questions to what they ask from now on, and the files to these answers.

        To be called in the transaction that stores ``answers``, on the form of each person. Raises Changed where the
        questions were reworded since the form was made: then nothing must be stored.
        """
        if not self.questions:
            return
        dossiers = {question.dossier_id for question in self.questions}
        asked = list(Question.objects.locked().filter(dossier__in=dossiers))
        if fingerprint(asked) != fingerprint(self.questions):
            raise Changed
        Question.objects.filter(pk__in=[question.pk for question in asked if question.used_at is None]).update(
            used_at=timezone.now()
        )
        answers = self.answers
        files = [question for question in self.questions if question.kind == Kind.FILE]
        for question in files:
            before, now = self.answered.get(str(question.pk)), answers.get(str(question.pk))
            if before != now:
                forget([question], self.answered)
                if now is not None:
                    AnswerFile.objects.create(question=question, enclosure_id=now)


def _text(question):
    return forms.CharField(required=question.is_required, max_length=MOST_TEXT)


def _long_text(question):
    return forms.CharField(
        required=question.is_required, max_length=MOST_LONG_TEXT, widget=forms.Textarea(attrs={"rows": 5})
    )


def _choice(question):
    lines = question.choice_lines
    few = len(lines) <= MOST_RADIOS
    choices = [(line, line) for line in lines]
    if not question.is_required:
        choices = [("", _("No answer")), *choices]
    elif not few:
        choices = [("", _("Please choose")), *choices]
    widget = forms.RadioSelect if few else forms.Select
    return forms.ChoiceField(required=question.is_required, choices=choices, widget=widget)


def _choices(question):
    choices = [(line, line) for line in question.choice_lines]
    return forms.MultipleChoiceField(
        required=question.is_required, choices=choices, widget=forms.CheckboxSelectMultiple
    )


def _yes_no(question):
    choices = [(True, _("yes")), (False, _("no"))]
    if not question.is_required:
        choices = [("", _("No answer")), *choices]
    return forms.TypedChoiceField(
        required=question.is_required,
        choices=choices,
        coerce=lambda value: value == "True",
        empty_value=None,
        widget=forms.RadioSelect,
    )


REQUIRED = {
    Kind.TEXT: _("Please fill this in."),
    Kind.LONG_TEXT: _("Please fill this in."),
    Kind.CHOICE: _("Please choose an answer."),
    Kind.CHOICES: _("Please choose at least one answer."),
    Kind.YES_NO: _("Please choose an answer."),
    Kind.FILE: _("Please upload a file."),
}
FIELDS = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _long_text,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.YES_NO: _yes_no,
}


# -- Answers that are kept --------------------------------------------------------------------------------------------


def in_words(questions, answers, names=None):
    """Return [(question, text)] for each of ``questions``: its answer as people read it (str), "" if there is none.

    names: ``file_names`` of more answers than these, where a table shows many.
    """
    names = file_names(questions, [answers]) if names is None else names
    return [(question, _in_words(question, answers.get(str(question.pk)), names)) for question in questions]


def _in_words(question, value, names):
    if value is None:
        return ""
    if question.kind == Kind.YES_NO:
        return translate_now("yes") if value else translate_now("no")
    if question.kind == Kind.CHOICES:
        return "、".join(value)
    if question.kind == Kind.FILE:
        return names.get(value, "")
    return str(value)


def file_names(questions, many):
    """Return {pk: name} of the enclosures in ``many`` (iterable of answers), one query if there can be any."""
    keys = [str(question.pk) for question in questions if question.kind == Kind.FILE]
    pks = {answers[key] for answers in many for key in keys if key in answers}
    if not pks:
        return {}
    return dict(Enclosure.objects.filter(pk__in=pks).values_list("pk", "original_name"))


def enclosure_of(question, answers):
    """Return the Enclosure with which ``question`` was answered, None if it was not or is of another kind."""
    if question.kind != Kind.FILE:
        return None
    return Enclosure.objects.filter(pk=answers.get(str(question.pk))).first()


def forget(questions, answers):
    """Let go of the files of ``answers``, which are deleted or changed in this transaction: each goes with its last use."""
    for question in questions:
        enclosure = enclosure_of(question, answers)
        row = enclosure and AnswerFile.objects.filter(question=question, enclosure=enclosure).first()
        if row:
            row.delete()
            Enclosure.objects.unused().filter(pk=enclosure.pk).delete()
