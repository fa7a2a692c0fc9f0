"""Signing up for an activity: a person's own pages, which nobody else's address answers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from publishing.models import Question
from publishing.questions import AnswersForm
from publishing.views import column_trail

from .. import openings, signing_up
from ..desk import Desk
from ..forms.sign_ups import SignUpForm
from ..models import Activity, SignUp


def find_activity(request, pk):
    """Return the Activity with its opening; 404 unless the reader may open its page."""
    activity = get_object_or_404(Activity.objects.reachable(request.user).for_pages(), pk=pk)
    [activity] = openings.add([activity])
    return activity


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_page(request, pk):
    """Show where the reader stands and, while he can sign up himself or colleagues, the form for it.

    Who signs up colleagues for an activity with questions chooses them first, by an address that names them.
    """
    activity = find_activity(request, pk)
    is_sent = request.method == "POST"
    said = request.POST if is_sent else request.GET
    desk = Desk(request.user, activity, said.get("organisation", "")[:20])
    questions = list(Question.objects.filter(dossier=activity.pk))
    chosen = [key for key in said.getlist("people") if key in desk.candidates]
    if not desk.acts_for_colleagues:
        chosen = list(desk.candidates)
    form = SignUpForm(
        desk.candidates,
        desk.acts_for_colleagues,
        request.POST if is_sent else None,
        initial={"people": chosen or [str(request.user.pk)]},
    )
    answer_forms = {
        key: AnswersForm(
            questions,
            request.POST if is_sent else None,
            request.FILES if is_sent else None,
            prefix=f"answers-{key}",
            by=request.user,
        )
        for key in chosen
    }
    if is_sent and (answer := take(request, desk, form, answer_forms)):
        return answer
    context = {
        "item": activity,
        "desk": desk,
        "objection": signing_up.objection_to_activity(activity, desk.at),
        "form": form,
        "answer_forms": [(desk.candidates[key], answers) for key, answers in answer_forms.items()] if questions else [],
        "asks_for_people_first": bool(questions) and desk.acts_for_colleagues and not chosen,
        "changes": activity.changes_to_tell,
        "trail": trail(activity),
    }
    return render(request, "members/sign_up.html", context)


def take(request, desk, form, answer_forms):
    """Sign up whom ``form`` says, and return the answer (HttpResponse); None if the form must be shown again."""
    if desk.key is None:
        form.add_error(None, objection_to_choice(desk))
        return None
    if not desk.candidates or asks_for_what_stands(desk, request.POST.getlist("people")):
        messages.info(request, _("You are signed up already."))
        return redirect("members:sign_up", desk.activity.pk)
    are_valid = [form.is_valid(), *(answers.is_valid() for answers in answer_forms.values())]
    if not all(are_valid):
        return None
    try:
        with transaction.atomic():
            for answers in answer_forms.values():
                answers.keep()
            made = signing_up.sign_up(
                desk.activity,
                form.chosen_people,
                by=request.user,
                organisation=desk.organisation,
                answers={person.pk: answer_forms[str(person.pk)].answers for person in form.chosen_people},
                consent=form.agreed,
            )
    except ValidationError as error:
        if getattr(error, "code", "") == "already" and signing_up.are_signed_up(desk.activity, form.chosen_people):
            messages.info(request, _("You are signed up already."))
            return redirect("members:sign_up", desk.activity.pk)
        form.add_error(None, error)
        return None
    messages.success(request, what_was_done(made, request.user))
    return redirect("members:sign_up", desk.activity.pk)


def asks_for_what_stands(desk, keys):
    """Return whether ``keys`` (list of str, as sent) name people who are all signed up: a form that was sent twice."""
    there = {str(person.pk) for person, sign_up in desk.people if sign_up}
    return desk.acts_for_colleagues and bool(keys) and set(keys) <= there


def objection_to_choice(desk):
    if desk.is_foreign:
        return ValidationError(_("You do not serve this organisation. Please choose one of yours."))
    if desk.choices:
        return ValidationError(_("Please choose the organisation that you sign up for."))
    return ValidationError(_("You serve no member organisation; this activity is for members."))


def what_was_done(made, user):
    if [row.person_id for row in made] == [user.pk]:
        return _("Your sign-up has been received.")
    text = ngettext("%(count)d sign-up has been received.", "%(count)d sign-ups have been received.", len(made))
    return text % {"count": len(made)}


@never_cache
@require_safe
def own_sign_up(request, pk):
    """Answer what own-sign-up.js puts into the box of the activity's page; 204 if the reader has nothing of his own there."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    activity = find_activity(request, pk)
    desk = Desk(request.user, activity)
    if not desk.sign_ups:
        return HttpResponse(status=204)
    return render(request, "members/includes/own_box.html", {"item": activity, "desk": desk})


def find_sign_up(request, pk):
    """Return the SignUp; 404 unless the reader may change it. Not a matter of who may read the activity by now."""
    rows = SignUp.objects.select_related("activity", "person", "organisation__member_group").with_ahead()
    sign_up = get_object_or_404(rows, pk=pk)
    if not sign_up.may_be_changed_by(request.user):
        raise Http404("not this person's sign-up")
    return sign_up


def back_from(request, sign_up):
    """Return the answer that leads to where ``sign_up`` stands: the activity's page for signing up, else one's own."""
    if Activity.objects.reachable(request.user).filter(pk=sign_up.activity_id).exists():
        return redirect("members:sign_up", sign_up.activity_id)
    return redirect("mine:home")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_sign_up(request, pk):
    """Ask whether a sign-up shall be cancelled and say what follows; POST cancels it."""
    sign_up = find_sign_up(request, pk)
    if not sign_up.is_live:
        messages.info(request, _("This sign-up has ended already."))
        return back_from(request, sign_up)
    objection = signing_up.objection_to_cancelling(sign_up.activity, sign_up, timezone.now())
    reason = request.POST.get("reason", "").replace("\x00", "").strip()
    if request.method == "POST":
        try:
            signing_up.cancel(sign_up, request.user, reason)
        except signing_up.Refused as error:
            objection = error
        else:
            messages.success(request, _("The sign-up was cancelled."))
            return back_from(request, sign_up)
    context = {
        "sign_up": sign_up,
        "item": sign_up.activity,
        "objection": objection,
        "reason": reason,
        "trail": [(_("Home"), reverse("home")), (_("My page"), reverse("mine:home")), (_("Cancel a sign-up"), None)],
    }
    return render(request, "members/cancel_sign_up.html", context)


@never_cache
@login_required
@require_POST
def accept_sign_up(request, pk):
    """Take the place that is offered."""
    sign_up = find_sign_up(request, pk)
    try:
        signing_up.accept(sign_up, request.user)
    except signing_up.Refused as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("The place is confirmed."))
    return back_from(request, sign_up)


def trail(activity):
    steps = column_trail(Activity, activity.column, is_last=False)
    return [*steps, (activity.title, activity.get_absolute_url()), (_("Signing up"), None)]
