"""Personal data in members: what is kept about a person, how long, and how it goes; see accounts.personal_data.

The numbers stay: a sign-up without its person still counts as a seat that was taken, an organisation that took part, an
attendance.
"""

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

import audit
from accounts.personal_data import unname
from audit.actions import Action
from publishing import content_version, questions
from publishing.models import Question

from . import messages, reader_rows, signing_up
from .importing import forgetting
from .importing.columns import heading_of
from .models import (
    Activity,
    Affiliation,
    Application,
    ApplicationVersion,
    CalendarFeed,
    ImportRow,
    Invitation,
    Organisation,
    ProfileChange,
    RenewalRequest,
    Reply,
    SignUp,
)
from .models.spans import ONE_DAY


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
        _("Requests"): [
            {
                str(_("request")): str(model._meta.verbose_name),
                str(_("organisation")): str(row.organisation),
                str(_("asked at")): row.asked_at,
                str(_("note")): row.note,
                str(_("state")): str(row.state.label),
                str(_("reason")): row.reason,
            }
            for model in (RenewalRequest, ProfileChange)
            for row in model.objects.filter(asked_by=user).select_related("organisation")
        ],
        _("Applications for membership"): [
            {str(label): value for label, value in [(_("application number"), row.application.number), *row.facts]}
            for row in versions_of(user).select_related("application", "member_group")
        ],
        _("Invitations"): [
            {
                str(_("organisation")): str(row.organisation),
                str(_("role")): row.get_role_display(),
                str(_("invited at")): row.invited_at,
                str(_("full name")): row.name,
                str(_("e-mail")): row.email,
            }
            for row in invitations_of(user).select_related("organisation")
        ],
        _("Imported tables"): [
            {heading_of(key): value for key, value in row.values.items()} for row in forgetting.rows_of_account(user)
        ],
        _("Calendar address"): [{str(_("made at")): row.made_at} for row in CalendarFeed.objects.filter(user=user)],
    }


# Nobody confirms the address of an account: it alone opens nothing of what was written about somebody with that address.
# Whoever serves the organisation knows it anyway.


def versions_of(user):
    """Return the ApplicationVersions that name ``user`` as the contact, of organisations that he serves or served."""
    his = Q(contact_name=user.name)
    if user.email:
        his |= Q(contact_email__iexact=user.email)
    return ApplicationVersion.objects.filter(his, application__organisation__in=ever_served_by(user))


def invitations_of(user):
    """Return the Invitations of ``user`` to organisations that he serves or served."""
    his = Q(name=user.name)
    if user.email:
        his |= Q(email__iexact=user.email)
    return Invitation.objects.filter(his, organisation__in=ever_served_by(user))


def ever_served_by(user):
    return Organisation.objects.filter(affiliations__user=user).distinct().order_by("pk")


def answers_in_words(item, answers):
    """Return ``answers`` to the questions of the item with that number: {question: words}."""
    asked = Question.objects.filter(dossier=item)
    return {question.text: words for question, words in questions.in_words(asked, answers)}


def forget(user, at):
    """Cancel what is to come, take ``user`` out of what is past, and end his service of organisations.

    What he replied for an organisation is the organisation's: it stays, without him. So does an application that waits:
    its address may be another's, since nobody confirms the address of an account, and who sent it can take it back.
    """
    activities = held(user)
    forget_service(user, at)
    Reply.objects.filter(by=user).update(by=None)
    for row in SignUp.objects.live().filter(person=user, activity__starts_at__gt=at).order_by("activity"):
        signing_up.end(row, SignUp.Ending.CANCELLED, None, "", at)
        signing_up.settle(activities[row.activity_id], at)
    unname(SignUp.objects.filter(person=user), str(user))
    anonymise(SignUp.objects.filter(person=user), at)
    CalendarFeed.objects.filter(user=user).delete()
    SignUp.objects.filter(signed_up_by=user).update(signed_up_by=None)
    SignUp.objects.filter(ended_by=user).update(ended_by=None)
    today = timezone.localdate(at)
    affiliations = Affiliation.objects.filter(user=user)
    affiliations.filter(first_on__gte=today).delete()
    affiliations.current(today).update(last_on=today - ONE_DAY)
    reader_rows.bring_up([user.pk], today)


def held(user):
    """Hold what ``user`` is named in until the transaction ends, activities and then organisations, each in one order.

    Return {primary key: Activity}.
    """
    named = SignUp.objects.filter(Q(person=user) | Q(signed_up_by=user) | Q(ended_by=user))
    activities = Activity.objects.locked().filter(pk__in=named.order_by().values("activity")).order_by("pk")
    activities = {activity.pk: activity for activity in activities}
    served = Affiliation.objects.filter(user=user).order_by().values("organisation")
    list(Organisation.objects.locked().filter(pk__in=served).order_by("pk").values_list("pk"))
    return activities


def forget_service(user, at):
    """Take ``user`` out of what organisations keep of him: tables, invitations, applications, and their own particulars."""
    ImportRow.objects.filter(pk__in=[row.pk for row in forgetting.rows_naming(user)]).empty(at)
    served = ever_served_by(user)
    unname([*Affiliation.objects.filter(user=user), *served], str(user))
    invitations_of(user).delete()
    versions_of(user).update(contact_name="", contact_post="", contact_phone="", contact_email="")
    if user.email:
        Invitation.objects.filter(email__iexact=user.email).delete()
        sent = ApplicationVersion.objects.filter(contact_email__iexact=user.email).values("application")
        Application.objects.came_to_nothing().filter(pk__in=sent).delete()
    # Who was accepted as the contact has lent the organisation his own address and phone.
    lent = [
        Organisation.objects.filter(pk__in=served, **{f"{field}__iexact": value}).update(**{field: ""})
        for field, value in (("email", user.email), ("telephone", user.phone))
        if value
    ]
    if any(lent):  # not before: the log, which comes first in the order of locks, is written after this
        transaction.on_commit(content_version.advance)


def anonymise(sign_ups, at):
    """Take person and answers, with the files handed in, out of ``sign_ups`` (queryset); return how many."""
    sign_ups = sign_ups.filter(anonymised_at__isnull=True)
    for row in sign_ups.exclude(answers={}):
        questions.forget(Question.objects.filter(dossier=row.activity_id), row.answers)
    for row in sign_ups.exclude(signed_up_by=F("person")).select_related("person", "activity"):
        messages.unname(row)
    return sign_ups.update(person=None, signed_up_by=None, ended_by=None, answers={}, reason="", anonymised_at=at)


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
