"""The pages on who takes part in an activity: the roster with its verbs, a list for spreadsheets, the sign-in sheet."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

import audit
from accounts.models import User
from accounts.names import folded
from audit.actions import Action
from publishing import questions as answering
from publishing.admin.bulk import Line
from publishing.admin.verbs import reason_field

from .. import rosters, signing_up, tables
from ..models import Affiliation, Organisation, Places, SignUp

State = SignUp.State
ROWS = 100  # of one page of the roster, and so the most that one verb is done to
MOST_FOUND = 20  # people, when somebody is looked for
FEWEST_WORDS = 2  # characters
SPARE_LINES = 8  # of a sign-in sheet, for those who come without a sign-up

TONES = {
    State.PENDING: "ochre",
    State.WAITING: "blue",
    State.OFFERED: "ochre",
    State.CONFIRMED: "green",
    State.CANCELLED: "mute",
    State.REMOVED: "mute",
    State.REFUSED: "mute",
    State.LAPSED: "mute",
}


# -- What is done to sign-ups -----------------------------------------------------------------------------------------


class SignUpVerb(forms.Form):
    """A verb on sign-ups of one activity: asked on a page of its own, done to each in a transaction of its own."""

    name = ""
    label = ""
    explanation = ""
    is_grave = False
    handbook = "roster"

    @staticmethod
    def objection_to(sign_up):
        """Return why this cannot be done to ``sign_up`` (str), or None."""
        raise NotImplementedError

    def perform(self, sign_up, user):
        """Do it; signing_up.Refused says why not."""
        raise NotImplementedError


class Accept(SignUpVerb):
    name = "accept"
    label = _("Accept")
    explanation = _("Who is accepted has a place while there are any, else a place in the line. Each person is told.")

    @staticmethod
    def objection_to(sign_up):
        return None if sign_up.state == State.PENDING else _("This sign-up does not wait for a confirmation.")

    def perform(self, sign_up, user):
        signing_up.approve(sign_up, user)


class Refuse(SignUpVerb):
    name = "refuse"
    label = _("Do not accept")
    explanation = _("The sign-up ends. Each person is told the reason.")
    is_grave = True
    reason = reason_field(_("Each person is told it."))
    objection_to = staticmethod(Accept.objection_to)

    def perform(self, sign_up, user):
        signing_up.refuse(sign_up, user, self.cleaned_data["reason"])


class Remove(SignUpVerb):
    name = "remove"
    label = _("Cancel sign-up")
    explanation = _("The sign-up ends and its place goes to the first in line. Each person is told the reason.")
    is_grave = True
    reason = reason_field(_("Each person is told it."))

    @staticmethod
    def objection_to(sign_up):
        if not sign_up.is_live:
            return _("This sign-up has ended already.")
        return _("This person has checked in.") if sign_up.checked_in_at else None

    def perform(self, sign_up, user):
        signing_up.remove(sign_up, user, self.cleaned_data["reason"])


VERBS = {verb.name: verb for verb in (Accept, Refuse, Remove)}


# -- The roster -------------------------------------------------------------------------------------------------------


def page(model_admin, request, activity):
    """Show the roster; a POST asks about a verb on chosen sign-ups, or does it."""
    if request.method == "POST":
        return verb_page(model_admin, request, activity)
    roster = rosters.Roster(activity, rosters.ChoiceForm(request.GET, activity=activity))
    counts, chosen = roster.counts(), roster.choice.chosen
    shown = Paginator(roster.rows, ROWS).get_page(request.GET.get("page"))
    rows = rows_to_show(roster, list(shown.object_list))
    url = model_admin.url_of("sign_ups", activity.pk)
    context = {
        **frame(model_admin, request, activity, _("Sign-ups")),
        "choice": roster.choice,
        "is_narrowed": bool(chosen.keys() - {"state"}),
        "tabs": [
            (name, counts[value], address(url, chosen | {"state": value}), value == roster.choice.chosen_state)
            for value, (name, _states) in rosters.GROUPS.items()
            if counts[value] or value in ("", roster.choice.chosen_state)
        ],
        "rows": rows,
        "has_answers": any(row.answers_in_words for row in rows),
        "page": shown,
        "page_url": address(url, chosen) + ("&" if chosen else "?"),
        "places": Places.of([activity], roster.at).get(activity.pk),
        "verbs": VERBS.values(),
        "clear_url": address(url, {"state": roster.choice.chosen_state}),
        "add_url": model_admin.url_of("sign_up_add", activity.pk),
        "export_url": address(model_admin.url_of("sign_ups_export", activity.pk), chosen),
        "sheet_url": model_admin.url_of("sign_in_sheet", activity.pk),
        "check_in_url": reverse("members:check_in", args=[activity.pk]),
    }
    return TemplateResponse(request, "admin/members/roster.html", context)


def rows_to_show(roster, rows):
    """Add to ``rows`` (list of SignUp) what the table tells of them, with a number of queries that does not grow."""
    asked = list(roster.activity.dossier.questions.all())
    names = answering.file_names(asked, [row.answers for row in rows])
    pending = [row.person_id for row in rows if row.state_value == State.PENDING and row.person_id]
    absences = rosters.absences(pending, roster.at) if pending else {}
    ranks = roster.ranks() if any(row.state_value == State.WAITING for row in rows) else {}
    for row in rows:
        row.state_name, row.tone = rosters.NAMES[row.state_value], TONES[row.state_value]
        row.rank = ranks.get(row.pk)
        absent = absences.get(row.person_id) if row.state_value == State.PENDING else None
        row.absences = absent and absent_in_words(absent)
        row.answers_in_words = [pair for pair in answering.in_words(asked, row.answers, names) if pair[1]]
        row.verbs = [verb for verb in VERBS.values() if verb.objection_to(row) is None]
    return rows


def verb_page(model_admin, request, activity):
    """Ask about a verb on the chosen sign-ups, each of this activity, or do it and tell the result for each."""
    name, _stop, only = request.POST.get("only", "").partition("-")
    action = name or request.POST.get("action", "")
    if action not in VERBS:
        raise Http404("no such verb")
    chosen = [only] if only else request.POST.getlist("sign_up")
    list_url = address(model_admin.url_of("sign_ups", activity.pk), choice_of(request, activity).chosen)
    if not chosen:
        model_admin.message_user(request, _("Please choose at least one sign-up."), messages.WARNING)
        return redirect(list_url)
    rows = chosen_rows(activity, chosen)
    verb = VERBS[action](request.POST if "_do" in request.POST else None)
    is_done = verb.is_valid()
    absences = rosters.absences([row.person_id for row in rows if row.person_id], timezone.now())
    lines = [
        Line(line_of(row, absences), "", perform(verb, row, request.user) if is_done else look(verb, row))
        for row in rows
    ]
    context = {
        **frame(model_admin, request, activity, verb.label),
        "verb": verb,
        "is_done": is_done,
        "lines": lines,
        "possible": sum(not line.refusals for line in lines),
        "chosen": [row.pk for row in rows],
        "checkbox_name": "sign_up",
        "action": action,
        "list_url": list_url,
        "media": verb.media,
    }
    return TemplateResponse(request, "admin/members/sign_up_verb.html", context)


def chosen_rows(activity, chosen):
    """Return the SignUps of ``activity`` with the numbers ``chosen`` (list of str); Http404 if one is not among them."""
    if len(chosen) > ROWS or not all(pk.isascii() and pk.isdigit() and len(pk) < 19 for pk in chosen):
        raise Http404("odd numbers")
    pks = {int(pk) for pk in chosen}
    rows = list(activity.sign_ups.filter(pk__in=pks).select_related("person", "organisation").order_by("pk"))
    if len(rows) < len(pks):
        raise Http404("not of this activity")
    return rows


def line_of(row, absences):
    """Return who it is, for what, and how often he was missed (str)."""
    parts = [str(row.person or _("deleted person"))]
    if row.organisation:
        parts.append(row.organisation.name)
    if absences.get(row.person_id):
        parts.append(absent_in_words(absences[row.person_id]))
    return " · ".join(parts)


def absent_in_words(count):
    return ngettext("absent %(count)d time", "absent %(count)d times", count) % {"count": count}


def look(verb, row):
    objection = verb.objection_to(row)
    return [objection] if objection else []


def perform(verb, row, user):
    """Do the verb to one sign-up; return why not (list of str). Another's refusal takes nothing back."""
    refusals = look(verb, row)
    if not refusals:
        try:
            verb.perform(row, user)
        except signing_up.Refused as refused:
            refusals = refused.messages
    return refusals


# -- Signing up by staff ----------------------------------------------------------------------------------------------


def add_page(model_admin, request, activity):
    """Look for a person among the organisations' people, and sign him up."""
    words = request.GET.get("words", "").replace("\0", "").strip()[: rosters.MOST_WORDS]
    if request.method == "POST":
        person, organisation = person_asked_for(request)
        try:
            sign_up = signing_up.sign_up_by_staff(activity, person, request.user, organisation)
        except signing_up.Refused as refused:
            model_admin.message_user(request, refused.message, messages.ERROR)
            return redirect(address(request.path, {"words": words}))
        text = _("%(person)s: %(state)s. The person was told.") % {
            "person": person,
            "state": rosters.NAMES[sign_up.state],
        }
        model_admin.message_user(request, text, messages.SUCCESS)
        return redirect(model_admin.url_of("sign_ups", activity.pk))
    found = people_found(activity, words) if len(words) >= FEWEST_WORDS else []
    context = {
        **frame(model_admin, request, activity, _("Sign a person up")),
        "words": words,
        "is_too_short": bool(words) and len(words) < FEWEST_WORDS,
        "found": found,
        "is_cut": len(found) >= MOST_FOUND,
        "is_for_everybody": not activity.is_for_members,
        "back_url": model_admin.url_of("sign_ups", activity.pk),
    }
    return TemplateResponse(request, "admin/members/sign_up_add.html", context)


def person_asked_for(request):
    """Return (User, Organisation or None) that the POST names by their numbers; Http404 if there are none such."""
    numbers = []
    for name in ("person", "organisation"):
        text = request.POST.get(name, "")
        if text and not (text.isascii() and text.isdigit() and len(text) < 19):
            raise Http404("odd number")
        numbers.append(int(text) if text else None)
    person = User.objects.filter(pk=numbers[0], is_active=True).first()
    organisation = Organisation.objects.filter(pk=numbers[1]).first()
    if person is None or (numbers[1] is not None and organisation is None):
        raise Http404("nobody")
    return person, organisation


def people_found(activity, words):
    """Return [(User, Organisation or None, whether signed up)] whom ``words`` fit, at most MOST_FOUND.

    Those who serve an organisation today. Where the activity is for everybody also an account without one, but only by
    its whole name, phone or e-mail address: the accounts are not there to be leafed through.
    """
    current = Affiliation.objects.current(timezone.localdate()).filter(user__is_active=True)
    current = current.filter(
        Q(user__name__icontains=words) | Q(user__phone__startswith=words) | Q(organisation__name__icontains=words)
    )
    current = current.select_related("user", "organisation").order_by("organisation__name", "user__name", "pk")
    found = [(row.user, row.organisation) for row in current[:MOST_FOUND]]
    if not activity.is_for_members and not activity.seats_per_organisation:
        phone = folded(words)
        accounts = User.objects.filter(
            Q(name=words) | Q(email__iexact=words) | (Q(phone=phone) if phone else Q(pk__in=[])), is_active=True
        )
        accounts = accounts.exclude(pk__in=[user.pk for user, _organisation in found])
        found += [(user, None) for user in accounts.order_by("name", "pk")[:MOST_FOUND]]
    live = set(
        activity.sign_ups.live().filter(person__in=[user.pk for user, _o in found]).values_list("person", flat=True)
    )
    return [(user, organisation, user.pk in live) for user, organisation in found]


# -- Lists out --------------------------------------------------------------------------------------------------------


class ExportForm(forms.Form):
    columns = forms.MultipleChoiceField(label=_("columns of the list"), widget=forms.CheckboxSelectMultiple)
    format = forms.ChoiceField(
        label=_("format"),
        choices=[("xlsx", _("Excel (XLSX)")), ("csv", _("CSV"))],
        initial="xlsx",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, columns, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["columns"].choices = [(column.name, column.title) for column in columns]
        self.fields["columns"].initial = [column.name for column in columns if column.is_usual]


def export_page(model_admin, request, activity):
    """Ask for the columns, and give the list of what the roster shows as a file; the log tells that it went out."""
    roster = rosters.Roster(activity, choice_of(request, activity))
    columns = rosters.columns_of(activity)
    form = ExportForm(request.POST if request.method == "POST" else None, columns=columns)
    if form.is_valid():
        wanted = [column for column in columns if column.name in form.cleaned_data["columns"]]
        with transaction.atomic():
            rows = rosters.table(roster, wanted)
            # People are told of by number, so what was looked for stays out of the log.
            chosen = {name: value if name != "words" else True for name, value in roster.choice.chosen.items()}
            facts = {"fields": [column.name for column in wanted], "rows": len(rows), "chosen": chosen}
            audit.record(request.user, Action.SIGN_UPS_EXPORTED, item=activity.pk, **facts)
        day = f"{timezone.localdate():%Y%m%d}"
        name = _("Sign-ups %(activity)s %(day)s") % {"activity": activity.title[:40], "day": day}
        return tables.response(name, form.cleaned_data["format"], [str(column.title) for column in wanted], rows)
    context = {
        **frame(model_admin, request, activity, _("Export sign-ups")),
        "form": form,
        "count": roster.rows.count(),
        "is_narrowed": bool(roster.choice.chosen),
        "back_url": address(model_admin.url_of("sign_ups", activity.pk), roster.choice.chosen),
    }
    return TemplateResponse(request, "admin/members/sign_ups_export.html", context)


def sheet_page(model_admin, request, activity):
    """Show who has a place, by organisation and name, with a box to sign in; to be printed."""
    rows = SignUp.objects.confirmed().filter(activity=activity).select_related("person", "organisation")
    context = {
        **frame(model_admin, request, activity, _("Sign-in sheet")),
        "rows": rows.order_by("organisation__name", "person__name", "pk"),
        "spare": range(SPARE_LINES),
        "printed_at": timezone.now(),
        "back_url": model_admin.url_of("sign_ups", activity.pk),
    }
    return TemplateResponse(request, "admin/members/sign_in_sheet.html", context)


# -- What the pages have in common ------------------------------------------------------------------------------------


def frame(model_admin, request, activity, title):
    return {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": model_admin.opts,
        "item": activity,
        "item_url": model_admin.url_of("change", activity.pk),
        "roster_url": model_admin.url_of("sign_ups", activity.pk),
    }


def choice_of(request, activity):
    return rosters.ChoiceForm(request.GET, activity=activity)


def address(url, chosen):
    chosen = {name: value for name, value in chosen.items() if value}
    return f"{url}?{urlencode(chosen)}" if chosen else url
