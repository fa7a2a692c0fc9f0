"""What an item asks of people: a page of its questions, which show at once, and a form for each."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

import audit
from audit.actions import Action

from .. import content_version
from ..models import Fixed, Question


class QuestionForm(forms.ModelForm):
    class Meta:
        model = Question
        fields = ["text", "kind", "choices", "hint", "is_required"]
        widgets = {
            "text": forms.TextInput(attrs={"class": "vTextField"}),
            "hint": forms.TextInput(attrs={"class": "vTextField"}),
            "choices": forms.Textarea(attrs={"class": "vLargeTextField", "rows": 5}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.used_at:
            for name in Question.FIXED:
                self.fields[name].disabled = True

    def clean(self):
        cleaned = super().clean()
        kind, choices = cleaned.get("kind"), cleaned.get("choices")
        if kind in Question.WITH_CHOICES and choices == "":
            self.add_error("choices", _("Write the choices, one per line."))
        elif kind and kind not in Question.WITH_CHOICES and choices:
            self.add_error("choices", _("Only questions with choices have these. Choose such a kind, or empty this."))

    def clean_choices(self):
        return "\n".join(Question(choices=self.cleaned_data["choices"]).choice_lines)


def item_of(model_admin, request, pk):
    """Return the item, locked if something is to be written, of a person who may see it and, to write, change it at once."""
    if model_admin.questions_name is None:
        raise Http404("asks no questions")
    model_admin.lock_to_write(request, pk)
    item = get_object_or_404(model_admin.model.objects.select_related("dossier", "column"), pk=pk)
    may = model_admin.may_change_at_once if request.method == "POST" else model_admin.has_view_permission
    if not may(request, item):
        raise PermissionDenied
    return item


def list_page(model_admin, request, item):
    questions = list(item.dossier.questions.all())
    if request.method == "POST":
        _move(questions, request.POST, by=request.user)
        return redirect(model_admin.url_of("questions", item.pk))
    context = {
        "rows": [
            (
                question,
                model_admin.url_of("question", item.pk, question.pk),
                model_admin.url_of("question_delete", item.pk, question.pk),
            )
            for question in questions
        ],
        "add_url": model_admin.url_of("question_add", item.pk),
        "is_used": any(question.used_at for question in questions),
        "may_change": model_admin.may_change_at_once(request, item),
    }
    return _page(model_admin, request, item, "questions.html", model_admin.questions_name, context)


def _move(questions, asked, by):
    """Change the place of the question that ``asked`` (POST data) names, ``move`` up or down."""
    pks = [str(question.pk) for question in questions]
    if asked.get("question") not in pks or asked.get("move") not in ("up", "down"):
        return
    old = pks.index(asked["question"])
    new = old + (1 if asked["move"] == "down" else -1)
    if not 0 <= new < len(questions):
        return
    moved = questions.pop(old)
    questions.insert(new, moved)
    for order, question in enumerate(questions):
        if question.order != order:
            Question.objects.filter(pk=question.pk).update(order=order)
    audit.record(by, Action.QUESTION_CHANGED, item=moved.dossier_id, question=moved.text, fields=["order"])


def form_page(model_admin, request, item, question_pk=None):
    if not model_admin.may_change_at_once(request, item):
        raise PermissionDenied
    if question_pk is None:
        last = item.dossier.questions.last()
        question = Question(dossier=item.dossier, order=last.order + 1 if last else 0)
    else:
        question = get_object_or_404(item.dossier.questions, pk=question_pk)
    text_before = question.text
    form = QuestionForm(request.POST or None, instance=question, label_suffix="")
    if form.is_bound and form.is_valid():
        try:
            if form.has_changed():
                form.save()
        except Fixed as error:  # somebody answered since the form was opened
            form.add_error(None, error)
        else:
            _record(request.user, item, form, text_before, is_new=question_pk is None)
            model_admin.message_user(request, _("The question is saved. People see it at once."), messages.SUCCESS)
            return redirect(model_admin.url_of("questions", item.pk))
    context = {"form": form, "question": question, "back_url": model_admin.url_of("questions", item.pk)}
    title = _("Add a question") if question_pk is None else _("Change the question")
    return _page(model_admin, request, item, "question.html", title, context)


def _record(by, item, form, text_before, is_new):
    if is_new:
        audit.record(by, Action.QUESTION_ADDED, item=item.pk, question=form.instance.text)
    elif form.has_changed():
        audit.record(by, Action.QUESTION_CHANGED, item=item.pk, question=text_before, fields=form.changed_data)
    _tell_readers(item)


def deletion_page(model_admin, request, item, question_pk):
    if not model_admin.may_change_at_once(request, item):
        raise PermissionDenied
    question = get_object_or_404(item.dossier.questions, pk=question_pk)
    if request.method == "POST":
        try:
            question.delete()
        except ValidationError as error:
            model_admin.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            audit.record(request.user, Action.QUESTION_DELETED, item=item.pk, question=question.text)
            _tell_readers(item)
            model_admin.message_user(request, _("The question is deleted."), messages.SUCCESS)
        return redirect(model_admin.url_of("questions", item.pk))
    context = {"question": question, "back_url": model_admin.url_of("questions", item.pk)}
    return _page(model_admin, request, item, "question_delete.html", _("Delete the question"), context)


def _tell_readers(item):
    if item.published_at is not None:
        content_version.advance()


def _page(model_admin, request, item, template, title, context):
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": model_admin.opts,
        "item": item,
        "item_url": model_admin.url_of("change", item.pk),
        **context,
    }
    return TemplateResponse(request, f"admin/publishing/{template}", context)
