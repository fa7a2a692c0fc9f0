"""Joining: the application, the confirmation of its address, and the page that says how far it has come."""

from datetime import datetime, timedelta
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.forms import TOO_MANY_ATTEMPTS
from files import enclosures
from publishing.models import Refused

from .. import joining
from ..forms.joining import ApplicationForm, StatusForm, count_or_refuse, for_mails
from ..models import Application

OPENED = "application"  # in the session: which application this browser has opened by its code, and until when
OPENED_FOR = timedelta(hours=2)


def remember(request, application):
    until = timezone.now() + OPENED_FOR
    request.session[OPENED] = {"pk": application.pk, "until": until.isoformat()}


def opened(request):
    """Return the Application that this browser has opened, or None."""
    kept = request.session.get(OPENED)
    if not kept or datetime.fromisoformat(kept["until"]) < timezone.now():
        return None
    return Application.objects.select_related("newest__licence", "newest__member_group").filter(pk=kept["pk"]).first()


def trail(title, *steps):
    return [(_("Home"), reverse("home")), *steps, (title, None)]


def status_of(form):
    """Return 200, or 429 if ``form`` says that too much was tried."""
    errors = (error for errors in form.errors.as_data().values() for error in errors)
    return HTTPStatus.TOO_MANY_REQUESTS if any(e.code == TOO_MANY_ATTEMPTS for e in errors) else HTTPStatus.OK


@never_cache
def join(request):
    """Take an application of somebody without an account."""
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ApplicationForm(*data, request=request)
    if form.is_bound and form.is_valid():
        application, _is_new = joining.apply(form.cleaned_data["submission"], form.content, *form.enclosures)
        remember(request, application)
        return redirect("organisations:status")
    context = {"form": form, "trail": trail(_("Apply for membership"))}
    return render(request, "members/joining/form.html", context, status=status_of(form))


@never_cache
def confirm(request, token):
    """Confirm the address of an application; only by POST, since mail programs open links by themselves."""
    try:
        application = Application.objects.select_related("newest").of_token(token)
    except Application.DoesNotExist:
        raise Http404("no such application, or too late") from None
    if request.method == "POST":
        remember(request, joining.confirm(application))
        messages.success(request, _("Your address is confirmed. The association has received the application."))
        return redirect("organisations:status")
    context = {"application": application, "trail": trail(_("Confirm the address"))}
    return render(request, "members/joining/confirm.html", context)


@never_cache
def status(request):
    """Ask for number and code, or show the application that they have opened."""
    application = opened(request)
    if application and request.method != "POST":
        version = application.newest
        former = application.versions.exclude(pk=version.pk).order_by("-number")
        context = {
            "application": application,
            "version": version,
            "steps": version.steps() if application.confirmed_at else [],
            "former": former,
            "State": Application.State,
            "trail": trail(_("Your application")),
        }
        return render(request, "members/joining/status.html", context)
    form = StatusForm(request.POST if request.method == "POST" else None, request=request)
    if form.is_bound and form.is_valid():
        remember(request, form.application)
        return redirect("organisations:status")
    context = {"form": form, "trail": trail(_("How far is my application?"))}
    return render(request, "members/joining/ask.html", context, status=status_of(form))


def opened_or_404(request):
    application = opened(request)
    if application is None:
        raise Http404("no application is opened in this browser")
    return application


@never_cache
def mend(request):
    """Take the mended form of an application that was returned."""
    application = opened(request)
    if application is None or application.state != Application.State.RETURNED:
        return redirect("organisations:status")
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ApplicationForm(*data, request=request, version=application.newest)
    if form.is_bound and form.is_valid():
        try:
            joining.mend(application, form.cleaned_data["base"] or 0, form.content, *form.enclosures)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The application is sent again."))
        return redirect("organisations:status")
    context = {
        "form": form,
        "application": application,
        "trail": trail(_("Mend the application"), (_("Your application"), reverse("organisations:status"))),
    }
    return render(request, "members/joining/form.html", context, status=status_of(form))


@never_cache
def withdraw(request):
    """Ask, and take the application back."""
    application = opened_or_404(request)
    if request.method == "POST":
        try:
            joining.withdraw(application)
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("organisations:status")
    context = {
        "application": application,
        "trail": trail(_("Take it back"), (_("Your application"), reverse("organisations:status"))),
    }
    return render(request, "members/joining/withdraw.html", context)


@never_cache
@require_POST
def mail_again(request):
    """Mail the link to confirm the address once more."""
    application = opened_or_404(request)
    if application.state == Application.State.UNCONFIRMED:
        try:
            count_or_refuse(for_mails(request, application.newest.contact_email))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            joining.tell(application, "confirm")
            messages.success(request, _("The mail is on its way. Please look among the unwanted mails as well."))
    return redirect("organisations:status")


@never_cache
@require_POST
def close(request):
    """Let this browser forget the application."""
    request.session.pop(OPENED, None)
    return redirect("organisations:status")


@never_cache
@require_safe
def printable(request):
    """Show the newest version as a form for the seal, made to be printed."""
    application = opened_or_404(request)
    context = {"application": application, "version": application.newest, "trail": None}
    return render(request, "members/joining/printable.html", context)


@never_cache
@require_safe
def enclosure(request, pk):
    """Stream a file of the opened application to its applicant."""
    application = opened_or_404(request)
    for file in application.newest.files:
        if file.pk == pk:
            return enclosures.response(file, request)
    raise Http404("no file of this application")
