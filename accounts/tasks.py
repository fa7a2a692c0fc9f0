"""The job that mails a link to a new password."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django_tasks import task


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
