"""The jobs that mail people what concerns their account: links to a first and to a new password, a factor that is gone."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django_tasks import task

from .models import User


@task()
def mail_link_to_new_password(email):
    """Mail the link to whoever has ``email`` (str, as typed), an open account and a password; else to nobody."""
    form = PasswordResetForm({"email": email})
    if form.is_valid():
        portal = urlsplit(settings.PORTAL_URL)  # not the host of a request, which can be forged
        form.save(
            domain_override=portal.netloc,
            use_https=portal.scheme == "https",
            subject_template_name="accounts/mail/new_password_subject.txt",
            email_template_name="accounts/mail/new_password.txt",
        )


@task()
def mail_invitation(user_pk, by_pk):
    """Mail the link to a first password to the person with the key ``user_pk``, if he still needs one."""
    from . import invitations  # which imports this module

    user = User.objects.filter(pk=user_pk).first()
    if user is None or invitations.objection_to(user):
        return
    context = {
        "user": user,
        "by": User.objects.filter(pk=by_pk).first(),
        "link": f"{settings.PORTAL_URL}{invitations.link_for(user)}",
        "days": invitations.GOOD_FOR.days,
    }
    subject = render_to_string("accounts/mail/invitation_subject.txt", context).strip()
    send_mail(subject, render_to_string("accounts/mail/invitation.txt", context), None, [user.email])


@task()
def mail_end_of_second_factor(user_pk):
    """Tell the person with the key ``user_pk`` that his account asks for no code any more."""
    user = User.objects.filter(pk=user_pk, is_active=True).exclude(email="").first()
    if user is None:
        return
    context = {"user": user, "link": f"{settings.PORTAL_URL}{reverse('accounts:second_factor')}"}
    subject = render_to_string("accounts/mail/no_second_factor_subject.txt", context).strip()
    send_mail(subject, render_to_string("accounts/mail/no_second_factor.txt", context), None, [user.email])
