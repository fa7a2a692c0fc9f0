"""What people with an account are told of applications, renewals and changes of particulars, each thing once."""

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

import outbox
from accounts.models import User

from .models import Affiliation, ProfileChange


def application_waits(application):
    """Tell those who may decide the present step that it is theirs."""
    version, step = application.newest, application.step
    subject = _("%(step)s: application of “%(name)s”") % {"step": step.label, "name": version.name}
    body = _("The application %(number)s of “%(name)s” for membership waits for this step: %(step)s.") % {
        "number": application.number,
        "name": version.name,
        "step": step.label,
    }
    url = reverse("admin:members_application_change", args=[application.pk])
    for person in staff_with(step.permission):
        outbox.send(person, f"application:{application.pk}:{version.number}:{step}", subject, body, url)


def staff_with(permission):
    """Return the active staff who hold ``permission`` (full name) by a role; not those who may everything anyway."""
    backend = "django.contrib.auth.backends.ModelBackend"
    return User.objects.with_perm(permission, backend=backend, include_superusers=False).filter(is_staff=True)


def change_waits(change):
    """Tell those who decide on changes of particulars that ``change`` (ProfileChange) waits."""
    subject = _("Change of particulars: %(name)s") % {"name": change.organisation}
    body = _("“%(name)s” asks for a change of its particulars.") % {"name": change.organisation}
    url = reverse("admin:members_profilechange_change", args=[change.pk])
    for person in staff_with("members.change_profilechange"):
        outbox.send(person, f"profile-change:{change.pk}", subject, body, url)


def change_answered(change):
    """Tell who asked, and the main contact, how the change was decided."""
    is_done = change.state == ProfileChange.State.ACCEPTED
    subject = _("Your change of particulars is done") if is_done else _("Your change of particulars was not accepted")
    body = _("%(name)s: the particulars are changed as you asked.") if is_done else _("%(name)s: %(reason)s")
    body %= {"name": change.organisation, "reason": change.reason}
    tell_contacts(change.organisation, f"profile-change:{change.pk}:{change.state}", subject, body, {change.asked_by})


def renewal_waits(request):
    subject = _("Renewal: %(name)s") % {"name": request.organisation}
    body = _("“%(name)s” asks for the renewal of its membership.") % {"name": request.organisation}
    if request.note:
        body += f"\n\n{request.note}"
    url = reverse("admin:members_organisation_renew", args=[request.organisation_id])
    for person in staff_with("members.change_renewalrequest"):
        outbox.send(person, f"renewal-request:{request.pk}", subject, body, url)


def renewed(period):
    subject = _("Membership renewed: %(name)s") % {"name": period.organisation}
    body = _("The membership of “%(name)s” is renewed for %(period)s.") % {
        "name": period.organisation,
        "period": period,
    }
    tell_contacts(period.organisation, f"renewed:{period.pk}", subject, body)


def renewal_refused(request):
    subject = _("Your request for renewal was not accepted")
    body = _("%(name)s: %(reason)s") % {"name": request.organisation, "reason": request.reason}
    tell_contacts(request.organisation, f"renewal-request:{request.pk}:refused", subject, body, {request.asked_by})


def ends_soon(period, person, key, days):
    """Tell ``person`` (User) that the MembershipPeriod ends in ``days`` (int), or ended so many days ago if negative."""
    words = {"name": period.organisation, "day": date_format(period.last_on)}
    if days >= 0:
        subject = _("The membership of “%(name)s” ends on %(day)s") % words
        body = _("The membership of “%(name)s” ends on %(day)s. You can ask for its renewal under “My organisation”.")
    else:
        subject = _("The membership of “%(name)s” ended on %(day)s") % words
        words["until"] = date_format(period.reads_until)
        body = _(
            "The membership of “%(name)s” ended on %(day)s. Until %(until)s you read on as members; please ask for its "
            "renewal under “My organisation” before that."
        )
    return outbox.send(person, key, subject, body % words, url_of(period.organisation))


def tell_contacts(organisation, key, subject, body, others=()):
    contacts = Affiliation.objects.contacts().current().filter(organisation=organisation).select_related("user")
    for person in {*(contact.user for contact in contacts), *others} - {None}:
        outbox.send(person, key, subject, body, url_of(organisation))


def url_of(organisation):
    return reverse("mine:organisation_detail", args=[organisation.pk])
