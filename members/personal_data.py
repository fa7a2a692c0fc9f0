"""Personal data in members: what is kept about a person, how long, and how it goes; see accounts.personal_data.

The numbers stay: a sign-up without its person still counts as a seat that was taken, an organisation that took part, an
attendance.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import audit
from audit.actions import Action
from publishing import questions
from publishing.models import Question

from . import reader_rows, signing_up
from .models import Activity, Affiliation, CalendarFeed, Reply, SignUp


def tell(user):
    return {
        _("Organisations"): [
            {
                str(_("organisation")): str(row.organisation),
                str(_("role")): row.get_role_display(),
                str(_("first day")): row.first_on,
                str(_("last day")): row.last_on,
            }
            for row in Affiliation.objects.filter(user=user).select_related("organisation")
        ],
        _("Activities"): [
            {
                str(_("activity")): str(row.activity),
                str(_("organisation")): row.organisation and str(row.organisation),
                str(_("signed up at")): row.signed_up_at,
                str(_("state")): str(row.state.label),
                str(_("reason")): row.reason,
                str(_("checked in at")): row.checked_in_at,
                str(_("answers")): answers_in_words(row.activity_id, row.answers),
                str(_("agreed to")): row.consent and row.consent.text,
            }
            for row in SignUp.objects.filter(person=user).select_related("activity", "organisation", "consent")
        ],
        _("Replies"): [
            {
                str(_("title")): row.dossier.item.title,
                str(_("organisation")): str(row.organisation),
                str(_("replied at")): row.replied_at,
                str(_("changed at")): row.changed_at,
                str(_("answers")): answers_in_words(row.dossier_id, row.answers),
            }
            for row in Reply.objects.filter(by=user).select_related("dossier", "organisation")
        ],
    }


def answers_in_words(item, answers):
    """Return ``answers`` to the questions of the item with that number: {question: words}."""
    asked = Question.objects.filter(dossier=item)
    return {question.text: words for question, words in questions.in_words(asked, answers)}


def forget(user, at):
    """Cancel what is to come, take ``user`` out of what is past, and end his service of organisations.

    What he replied for an organisation is the organisation's: it stays, without him.
    """
    Reply.objects.filter(by=user).update(by=None)
    for row in SignUp.objects.live().filter(person=user, activity__starts_at__gt=at).order_by("activity"):
        activity = signing_up.locked(row.activity_id)
        signing_up.end(row, SignUp.Ending.CANCELLED, None, "", at)
        signing_up.settle(activity, at)
    anonymise(SignUp.objects.filter(person=user), at)
    CalendarFeed.objects.filter(user=user).delete()
    SignUp.objects.filter(signed_up_by=user).update(signed_up_by=None)
    SignUp.objects.filter(ended_by=user).update(ended_by=None)
    today = timezone.localdate(at)
    affiliations = Affiliation.objects.filter(user=user)
    affiliations.filter(first_on__gte=today).delete()
    affiliations.current(today).update(last_on=today - reader_rows.ONE_DAY)
    reader_rows.bring_up([user.pk], today)


def anonymise(sign_ups, at):
    """Take person and answers, with the files handed in, out of ``sign_ups`` (queryset); return how many."""
    for row in sign_ups.filter(anonymised_at__isnull=True).exclude(answers={}):
        questions.forget(Question.objects.filter(dossier=row.activity_id), row.answers)
    return sign_ups.filter(anonymised_at__isnull=True).update(
        person=None, signed_up_by=None, ended_by=None, answers={}, reason="", anonymised_at=at
    )


def due(on=None):
    """Return the activities whose personal data are to be deleted on the day ``on`` (date, default today)."""
    return Activity.objects.data_due(on or timezone.localdate())


@transaction.atomic
def purge(activity, by=None):
    """Delete the personal data of the sign-ups of ``activity``, if their time is over; return of how many (int)."""
    now = timezone.now()
    activity = signing_up.locked(activity.pk)
    if not due().filter(pk=activity.pk).exists():
        return 0
    count = anonymise(activity.sign_ups.all(), now)
    audit.record(by, Action.PERSONAL_DATA_PURGED, item=activity.pk, sign_ups=count)
    return count


def purge_due():
    """Purge every activity that is due, each in a transaction of its own; return of how many sign-ups (int)."""
    return sum(purge(activity) for activity in due())
