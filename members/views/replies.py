"""What a person replies for the organisations that he serves; nobody else's address answers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from files import enclosures
from publishing.models import Question
from publishing.questions import AnswersForm, enclosure_of, in_words

from .. import replies
from ..models import Reply


@never_cache
@login_required
@require_safe
def reply_list(request):
    """Show what waits for a reply, and what was replied."""
    at = timezone.now()
    organisations = list(replies.organisations_of(request.user, at))
    members = [organisation for organisation in organisations if organisation.standing in replies.REPLYING]
    given = replies.given_by(organisations, request.user, at)
    done = {}
    for row, _item in given:
        done.setdefault(row.dossier_id, set()).add(row.organisation_id)
    waiting = []
    for item in replies.open_to(request.user, at) if members else []:
        missing = [one for one in members if one.pk not in done.get(item.pk, ())]
        if missing:
            waiting.append((item, missing))
    context = {"waiting": waiting, "given": given, "members": members, "trail": trail()}
    return render(request, "members/replies/reply_list.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reply_page(request, pk):
    """Show the reply of an organisation of the reader's, or take it; ``organisation`` chooses among several."""
    at = timezone.now()
    item = replies.find(request.user, pk, at)
    if item is None:
        raise Http404("no such item, or it asks nothing")
    organisations = list(replies.organisations_of(request.user, at))
    rows = {row.organisation_id: row for row in item.dossier.replies.filter(organisation__in=organisations)}
    organisation = chosen(request, organisations, rows)
    row = rows.get(organisation and organisation.pk)
    objection = replies.objection(item, organisation, at)
    questions = list(item.dossier.questions.all())
    is_asked = row is None or "change" in request.GET
    form = None
    if request.method == "POST" or (is_asked and not objection):
        form = make_form(request, questions, row, objection)
    if request.method == "POST" and not objection and form.is_valid():
        try:
            replies.reply(item, organisation, request.user, form, stamp=request.POST.get("stamp", ""))
        except ValidationError as error:
            form.add_error(None, error)
            row = Reply.objects.filter(dossier=pk, organisation=organisation).select_related("by").first()
        else:
            messages.success(request, _("The reply has arrived. You find it among your messages as well."))
            return redirect(f"{reverse('mine:reply', args=[pk])}?organisation={organisation.pk}")
    context = {
        "item": item,
        "form": form,
        "row": row,
        "organisation": organisation,
        "organisations": organisations,
        "objection": objection and objection.message,
        "answers": answers_of(row, questions) if row else [],
        "trail": trail(item),
    }
    return render(request, "members/replies/reply_page.html", context)


def make_form(request, questions, row, objection):
    """Return the AnswersForm of the request; files are taken only where there is no objection."""
    initial = row.answers if row else None
    if request.method != "POST":
        return AnswersForm(questions, initial=initial, by=request.user)
    files = None if objection else request.FILES
    return AnswersForm(questions, request.POST, files, initial=initial, by=request.user)


def chosen(request, organisations, rows):
    """Return the organisation that the request names, else the first that could still reply, else the first, or None."""
    wanted = request.POST.get("organisation") or request.GET.get("organisation")
    if wanted is not None:
        named = [organisation for organisation in organisations if str(organisation.pk) == wanted]
        if not named:
            raise Http404("not an organisation of the reader's")
        return named[0]
    free = [one for one in organisations if one.standing in replies.REPLYING and one.pk not in rows]
    return next(iter([*free, *organisations]), None)


def answers_of(row, questions):
    """Return [(question, words, address of its file or "")] of ``row`` (Reply)."""
    return [
        (
            question,
            words,
            reverse("mine:reply_file", args=[row.dossier_id, row.organisation_id, question.pk])
            if words and question.kind == Question.Kind.FILE
            else "",
        )
        for question, words in in_words(questions, row.answers)
    ]


@never_cache
@login_required
@require_safe
def reply_file(request, pk, organisation_pk, question_pk):
    """Give a file of the reply of an organisation to those who serve it."""
    if replies.find(request.user, pk) is None:
        raise Http404("no such item, or it asks nothing")
    organisation = get_object_or_404(replies.organisations_of(request.user), pk=organisation_pk)
    row = get_object_or_404(Reply, dossier=pk, organisation=organisation)
    enclosure = enclosure_of(get_object_or_404(Question, pk=question_pk, dossier=pk), row.answers)
    if enclosure is None:
        raise Http404("no file")
    return enclosures.response(enclosure, request)


def trail(item=None):
    steps = [(_("Home"), reverse("home")), (_("My page"), reverse("mine:home"))]
    name = _("My replies")
    return [*steps, (name, reverse("mine:replies")), (item.title, None)] if item else [*steps, (name, None)]
