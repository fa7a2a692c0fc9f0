"""The pages of an organisation for its own people; whoever does not serve it today gets 404."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import limits
from files import enclosures
from publishing.models import Refused

from .. import people, profiles, renewal
from ..forms.joining import count_or_refuse
from ..forms.my_organisation import ChangeForm, DetailsForm, InviteForm, RenewalForm, RoleForm
from ..models import Affiliation, Invitation, Organisation, ProfileChange, RenewalRequest

# A contact may mistype an address, but is no sender of mails to the whole town.
INVITATIONS_BY_ORGANISATION = limits.Limit("invitations by organisation", free=20, memory=limits.AttemptCount.KEPT)

Role = Affiliation.Role
MANAGERS = (Role.CONTACT, Role.DEPUTY)


def served_by(user):
    """Return the Affiliations of ``user`` that hold today."""
    return Affiliation.objects.current().filter(user=user).select_related("organisation")


def mine_or_404(request, pk, roles=Role.values):
    """Return the organisation ``pk`` and the role in which the reader serves it, one of ``roles``; else 404."""
    own = served_by(request.user).filter(organisation=pk)
    found = {affiliation.role: affiliation for affiliation in own if affiliation.role in roles}
    for role in Role.values:  # the highest first
        if role in found:
            return Organisation.objects.with_membership().get(pk=pk), role
    raise Http404("not an organisation that the reader may do this for")


def trail(organisation=None, title=None):
    steps = [(_("Home"), reverse("home")), (_("My organisation"), reverse("mine:organisation"))]
    if title:
        steps += [(organisation.name, address_of(organisation)), (title, None)]
    else:
        steps[-1] = (steps[-1][0], None)
    return steps


def address_of(organisation):
    return reverse("mine:organisation_detail", args=[organisation.pk])


@never_cache
@login_required
@require_safe
def organisation(request):
    """Lead to the organisation that the reader serves, or let him choose among several."""
    served = {affiliation.organisation for affiliation in served_by(request.user)}
    if len(served) == 1:
        return redirect(address_of(served.pop()))
    context = {"organisations": sorted(served, key=str), "trail": trail()}
    return render(request, "members/my_organisation/choose.html", context)


@never_cache
@login_required
@require_safe
def organisation_detail(request, pk):
    """Show the organisation, its membership and its people, and to its contacts what they can do."""
    organisation, role = mine_or_404(request, pk)
    people_of_today = Affiliation.objects.current().filter(organisation=organisation).select_related("user")
    is_manager = role in MANAGERS
    context = {
        "organisation": organisation,
        "standing": Organisation.Standing(organisation.standing),
        "periods": organisation.periods.order_by("-first_on"),
        "people": sorted(people_of_today, key=lambda one: (Role.values.index(one.role), one.pk)),
        "invitations": Invitation.objects.open().filter(organisation=organisation) if is_manager else [],
        "is_manager": is_manager,
        "is_contact": role == Role.CONTACT,
        "roles": Role.choices,
        "renewal": RenewalRequest.objects.filter(organisation=organisation).first() if is_manager else None,
        "may_ask_renewal": is_manager and may_ask_renewal(organisation),
        "renewal_form": RenewalForm(),
        "change": ProfileChange.objects.filter(organisation=organisation).first() if is_manager else None,
        "trail": trail(),
    }
    return render(request, "members/my_organisation/detail.html", context)


def may_ask_renewal(organisation):
    if RenewalRequest.objects.open().filter(organisation=organisation).exists():
        return False
    try:
        renewal.next_first_day(organisation)
    except Refused:
        return False
    return True


@method_decorator([never_cache, login_required], name="dispatch")
class ManagerView(View):
    """A form of the organisation's contacts. Subclasses say form, words and what is done."""

    roles = MANAGERS
    template_name = "members/my_organisation/form.html"
    form_class = None
    title = submit = ""

    def dispatch(self, request, pk, *args, **kwargs):
        self.organisation, self.role = mine_or_404(request, pk, self.roles)
        return super().dispatch(request, *args, **kwargs)

    def form(self, data=None, files=None):
        return self.form_class(data, files, instance=Organisation.objects.get(pk=self.organisation.pk))

    def get(self, request, *args, **kwargs):
        return self.show(self.form())

    def post(self, request, *args, **kwargs):
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            try:
                messages.success(request, self.perform(form))
                return redirect(address_of(self.organisation))
            except Refused as refusal:
                form.add_error(None, str(refusal))
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
        return self.show(form)

    def show(self, form):
        context = {
            "form": form,
            "organisation": self.organisation,
            "title": self.title,
            "submit": self.submit,
            "back_url": address_of(self.organisation),
            "trail": trail(self.organisation, self.title),
        }
        return render(self.request, self.template_name, context)


class DetailsView(ManagerView):
    form_class = DetailsForm

    @property
    def title(self):
        return _("Change details")

    @property
    def submit(self):
        return _("Save")

    def perform(self, form):
        profiles.change_at_once(self.organisation, form.cleaned_data, self.request.user)
        return _("The details were saved.")


class ChangeView(ManagerView):
    form_class = ChangeForm

    @property
    def title(self):
        return _("Change name, credit code or level")

    @property
    def submit(self):
        return _("Ask for the change")

    def form(self, data=None, files=None):
        form = super().form(data, files)
        form.fields["licence"].by = self.request.user
        return form

    def perform(self, form):
        licence = next(iter(form.cleaned_data["licence"]), None)
        profiles.ask(self.organisation, form.new, self.request.user, licence, form.cleaned_data["note"])
        return _("The office looks at the change; you will be told.")


class InviteView(ManagerView):
    form_class = InviteForm

    @property
    def title(self):
        return _("Invite a colleague")

    @property
    def submit(self):
        return _("Send the invitation")

    def form(self, data=None, files=None):
        return InviteForm(data)

    def perform(self, form):
        count_or_refuse([limits.Counter(INVITATIONS_BY_ORGANISATION, (str(self.organisation.pk),))])
        people.invite(self.organisation, by=self.request.user, **form.cleaned_data)
        return _("An invitation is on its way to %(email)s.") % {"email": form.cleaned_data["email"]}


def attempt(request, organisation, verb, done):
    """Do ``verb`` (function) and tell ``done``, or why not; lead back to the organisation."""
    try:
        verb()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(address_of(organisation))


@never_cache
@login_required
@require_POST
def renew(request, pk):
    organisation, _role = mine_or_404(request, pk, MANAGERS)
    form = RenewalForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(message for errors in form.errors.values() for message in errors))
        return redirect(address_of(organisation))
    return attempt(
        request,
        organisation,
        lambda: renewal.ask(organisation, request.user, form.cleaned_data["note"]),
        _("The association has received your request for renewal."),
    )


@never_cache
@login_required
@require_POST
def withdraw_change(request, pk, change):
    organisation, _role = mine_or_404(request, pk, MANAGERS)
    change = get_object_or_404(ProfileChange, pk=change, organisation=organisation)
    return attempt(
        request, organisation, lambda: profiles.withdraw(change.pk, request.user), _("The request was taken back.")
    )


@never_cache
@login_required
@require_safe
def change_licence(request, pk, change):
    """Stream the licence that came with a change to the contacts."""
    organisation, _role = mine_or_404(request, pk, MANAGERS)
    change = get_object_or_404(ProfileChange, pk=change, organisation=organisation, licence__isnull=False)
    return enclosures.response(change.licence, request)


@never_cache
@login_required
def end_service(request, pk, affiliation):
    """Ask, and end the service of a person."""
    organisation, _role = mine_or_404(request, pk, MANAGERS)
    affiliation = get_object_or_404(Affiliation.objects.current(), pk=affiliation, organisation=organisation)
    if request.method == "POST":
        return attempt(
            request,
            organisation,
            lambda: people.end_service(affiliation, request.user),
            _("%(name)s no longer serves the organisation after today.") % {"name": affiliation.user},
        )
    title = _("End the service")
    context = {
        "organisation": organisation,
        "affiliation": affiliation,
        "title": title,
        "back_url": address_of(organisation),
        "trail": trail(organisation, title),
    }
    return render(request, "members/my_organisation/end_service.html", context)


@never_cache
@login_required
@require_POST
def give_role(request, pk, affiliation):
    """Give a person another role; the main contact alone may, since he may hand his own over."""
    organisation, _role = mine_or_404(request, pk, (Role.CONTACT,))
    affiliation = get_object_or_404(Affiliation.objects.current(), pk=affiliation, organisation=organisation)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose a role."))
        return redirect(address_of(organisation))
    return attempt(
        request,
        organisation,
        lambda: people.give_role(affiliation, form.cleaned_data["role"], request.user),
        _("The role was changed."),
    )


@never_cache
@login_required
@require_POST
def call_back(request, pk, invitation):
    organisation, _role = mine_or_404(request, pk, MANAGERS)
    invitation = get_object_or_404(Invitation, pk=invitation, organisation=organisation)
    return attempt(
        request, organisation, lambda: people.call_back(invitation, request.user), _("The invitation was taken back.")
    )


@never_cache
@login_required
def invitation(request, token):
    """Let the account that is signed in say that the invitation is meant for it."""
    try:
        invitation = Invitation.objects.select_related("organisation").of_token(token)
    except Invitation.DoesNotExist:
        raise Http404("no such invitation, or it holds no more") from None
    if request.method == "POST":
        try:
            people.accept(invitation, request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("mine:organisation")
        messages.success(request, _("You now act for this organisation."))
        return redirect(address_of(invitation.organisation))
    context = {"invitation": invitation, "trail": trail()}
    return render(request, "members/my_organisation/invitation.html", context)
