"""The roster of an activity: who is signed up in which state, narrowed as staff ask, and as columns of a list."""

from dataclasses import dataclass
from functools import partial

from django import forms
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from publishing import questions as answering

from .models import Organisation, SignUp

State = SignUp.State
MOST_WORDS = 60  # characters

# As staff call them: the labels speak to the person whom they are about.
NAMES = {state: state.label for state in State} | {State.OFFERED: pgettext_lazy("roster", "To be accepted")}
LIVE = (State.PENDING, State.WAITING, State.OFFERED, State.CONFIRMED)
# value in an address → (what it is called, the states that it takes in)
GROUPS = {
    "": (pgettext_lazy("sign-ups", "All"), LIVE),
    State.PENDING: (NAMES[State.PENDING], (State.PENDING,)),
    State.WAITING: (NAMES[State.WAITING], (State.WAITING,)),
    State.OFFERED: (NAMES[State.OFFERED], (State.OFFERED,)),
    State.CONFIRMED: (NAMES[State.CONFIRMED], (State.CONFIRMED,)),
    "ended": (pgettext_lazy("sign-ups", "Ended"), (State.CANCELLED, State.REMOVED, State.REFUSED, State.LAPSED)),
}


class ChoiceForm(forms.Form):
    """Which sign-ups of an activity; what is odd narrows nothing."""

    state = forms.ChoiceField(
        required=False, choices=[(value, name) for value, (name, _states) in GROUPS.items()], widget=forms.HiddenInput
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), required=False, label=_("organisation"), empty_label=_("All organisations")
    )
    words = forms.CharField(required=False, max_length=MOST_WORDS, label=_("name, phone or organisation"))

    def __init__(self, data, *, activity):
        super().__init__(data, label_suffix="")
        signed_up = activity.sign_ups.order_by().values("organisation")
        self.fields["organisation"].queryset = Organisation.objects.filter(pk__in=signed_up).order_by("name")
        self.is_valid()

    @property
    def chosen_state(self):
        return self.cleaned_data.get("state", "")

    @property
    def chosen(self):
        """What narrows the roster (dict), for an address."""
        chosen = {
            "state": self.chosen_state,
            "organisation": getattr(self.cleaned_data.get("organisation"), "pk", ""),
            "words": self.cleaned_data.get("words", ""),
        }
        return {name: value for name, value in chosen.items() if value}

    def choose(self, rows):
        """Narrow ``rows`` (queryset of SignUp) by everything but the state."""
        if organisation := self.cleaned_data.get("organisation"):
            rows = rows.filter(organisation=organisation)
        if words := self.cleaned_data.get("words"):
            rows = rows.filter(
                Q(person__name__icontains=words)
                | Q(person__phone__contains=words)
                | Q(organisation__name__icontains=words)
            )
        return rows


class Roster:
    """The sign-ups of ``activity`` that ``choice`` (ChoiceForm) asks for, at the moment ``at`` (aware datetime)."""

    def __init__(self, activity, choice, at=None):
        self.activity, self.choice, self.at = activity, choice, at or timezone.now()
        self.narrowed = choice.choose(activity.sign_ups.with_state(self.at))

    @property
    def rows(self):
        """The queryset, in the order in which people came."""
        _name, states = GROUPS[self.choice.chosen_state]
        rows = self.narrowed.filter(state_value__in=states).order_by("pk")
        return rows.select_related("person", "organisation", "signed_up_by")

    def counts(self):
        """Return {value of GROUPS: number} under the other choices: one query."""
        numbers = dict(self.narrowed.order_by().values_list("state_value").annotate(Count("pk")))
        return {value: sum(numbers.get(state, 0) for state in states) for value, (_name, states) in GROUPS.items()}

    def ranks(self):
        """Return {pk: rank} of the whole waiting list, the first in line with 1: one query."""
        waiting = SignUp.objects.waiting().filter(activity=self.activity).values_list("pk", flat=True)
        return {pk: rank for rank, pk in enumerate(waiting, 1)}


def absences(people, at):
    """Return {person: number} of earlier activities that ``people`` (primary keys) had a place at and missed, by ``at``."""
    missed = SignUp.objects.missed(at).filter(person__in=people).order_by()
    return dict(missed.values_list("person").annotate(Count("pk")))


# -- Lists out --------------------------------------------------------------------------------------------------------


@dataclass
class Column:
    """A column of a list; ``of(sign_up)`` gives the cell."""

    name: str  # in addresses and in the log
    title: str
    of: object
    is_usual: bool = True  # chosen unless somebody decides otherwise


def columns_of(activity):
    """Return the Columns that a list of the sign-ups of ``activity`` can have: one query, for the questions."""
    fixed = [
        Column("person", _("person"), lambda row: row.person and str(row.person)),
        Column("organisation", _("organisation"), lambda row: row.organisation and row.organisation.name),
        Column("mobile_phone", _("mobile phone"), lambda row: row.person and row.person.phone),
        Column("e-mail", _("e-mail"), lambda row: row.person and row.person.email, is_usual=False),
        Column("state", _("state"), lambda row: str(NAMES[row.state_value])),
        Column("seat", _("seat"), lambda row: row.seat),
        Column("signed_up_at", _("signed up at"), lambda row: row.signed_up_at),
        Column("signed_up_by", _("signed up by"), lambda row: row.signed_up_by and str(row.signed_up_by), False),
        Column("approved_at", _("approved at"), lambda row: row.approved_at, is_usual=False),
        Column("ended_at", _("ended at"), lambda row: row.ended_at, is_usual=False),
        Column("reason", _("reason"), lambda row: row.reason, is_usual=False),
        Column("checked_in_at", _("checked in at"), lambda row: row.checked_in_at),
    ]
    asked = activity.dossier.questions.all()
    return fixed + [Column(f"q{question.pk}", question.text, partial(_answer, question)) for question in asked]


def _answer(question, row):
    [(_question, text)] = answering.in_words([question], row.answers, row.file_names)
    return text


def table(roster, columns):
    """Return the rows of ``roster`` under ``columns`` as lists of cells (see members.tables)."""
    rows = list(roster.rows)
    asked = list(roster.activity.dossier.questions.all())
    names = answering.file_names(asked, [row.answers for row in rows])
    for row in rows:
        row.file_names = names
    return [[column.of(row) for column in columns] for row in rows]
