"""What people with an account are told of applications, renewals and changes of particulars, each thing once.

The words stand in ``message_templates``.
"""

from django.urls import reverse
from django.utils.formats import date_format

from accounts.models import User
from outbox import templates

from .models import Affiliation, ProfileChange


def application_waits(application):
    """Tell those who may decide the present step that it is theirs."""
    version, step = application.newest, application.step
    values = {"organisation": version.name, "number": application.number, "step": str(step.label)}
    url = reverse("admin:members_application_change", args=[application.pk])
    tell_staff(
        "application_waits", step.permission, f"application:{application.pk}:{version.number}:{step}", values, url
    )


def change_waits(change):
    """Tell those who decide on changes of particulars that ``change`` (ProfileChange) waits."""
    url = reverse("admin:members_profilechange_change", args=[change.pk])
    values = {"organisation": str(change.organisation)}
    tell_staff("change_waits", "members.change_profilechange", f"profile-change:{change.pk}", values, url)


def renewal_waits(request):
    """Tell those who renew memberships of the RenewalRequest."""
    url = reverse("admin:members_organisation_renew", args=[request.organisation_id])
    values = {"organisation": str(request.organisation), "note": request.note}
    tell_staff("renewal_waits", "members.change_renewalrequest", f"renewal-request:{request.pk}", values, url)


def tell_staff(kind, permission, key, values, url):
    """Tell the active staff who hold ``permission`` (full name) by a role; not those who may everything anyway."""
    backend = "django.contrib.auth.backends.ModelBackend"
    people = User.objects.with_perm(permission, backend=backend, include_superusers=False)
    for person in people.filter(is_staff=True):
        templates.send(f"members.{kind}", person, key, values, url)


def change_answered(change):
    """Tell who asked, and the main contact, how the change was decided."""
    key = f"profile-change:{change.pk}:{change.state}"
    if change.state == ProfileChange.State.ACCEPTED:
        tell_contacts("change_done", change.organisation, key, {}, {change.asked_by})
    else:
        tell_contacts("change_refused", change.organisation, key, {"reason": change.reason}, {change.asked_by})


def renewed(period):
    tell_contacts("renewed", period.organisation, f"renewed:{period.pk}", {"period": str(period)})


def renewal_refused(request):
    key, values = f"renewal-request:{request.pk}:refused", {"reason": request.reason}
    tell_contacts("renewal_refused", request.organisation, key, values, {request.asked_by})


def ends_soon(period, person, key, days):
    """Tell ``person`` (User) that the MembershipPeriod ends in ``days`` (int), or ended so many days ago if negative."""
    values = {"organisation": str(period.organisation), "day": date_format(period.last_on)}
    kind = "membership_ends"
    if days < 0:
        kind, values["until"] = "membership_ended", date_format(period.reads_until)
    return templates.send(f"members.{kind}", person, key, values, url_of(period.organisation))


def tell_contacts(kind, organisation, key, values, others=()):
    values = {"organisation": str(organisation), **values}
    contacts = Affiliation.objects.contacts().current().filter(organisation=organisation).select_related("user")
    for person in {*(contact.user for contact in contacts), *others} - {None}:
        templates.send(f"members.{kind}", person, key, values, url_of(organisation))


def url_of(organisation):
    return reverse("mine:organisation_detail", args=[organisation.pk])
