"""Renewing memberships in the admin: who is due, one organisation or many at once, and what members ask for."""

from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from publishing.admin.bulk import MOST_ITEMS, Line
from publishing.models import Refused
from publishing.validators import validate_year

from .. import renewal
from ..models import MembershipPeriod, Organisation, RenewalRequest, in_words

DUE_WITHIN = timedelta(days=60)
PERMISSION = "members.change_renewalrequest"


class RenewalForm(forms.Form):
    last_on = forms.DateField(
        label=_("last day"),
        required=False,
        widget=AdminDateWidget,
        validators=[validate_year],
        help_text=_("Empty: a year from the first day of the new period."),
    )
    payment = forms.CharField(
        label=_("payment"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("The amount and how it came, as the accountant would say it."),
    )
    paid_on = forms.DateField(label=_("paid on"), required=False, widget=AdminDateWidget)

    class Media:
        js = ["admin/js/core.js"]  # the calendar takes it for granted

    do_not_call_in_templates = True
    handbook = "renewals"
    name, label, is_grave = "renew", _("Renew the membership"), False
    explanation = _(
        "Adds a membership period from the day after the last one; from today where the membership has lapsed. Former "
        "periods stay as they are."
    )


class AnswerForm(RenewalForm):
    """The same for one organisation that has asked, which may be refused."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("Needed to refuse the request. The member reads it."),
    )


class DueFilter(admin.SimpleListFilter):
    title = _("renewal")
    parameter_name = "renewal"

    def lookups(self, request, model_admin):
        return [
            ("soon", _("Ends within %(days)d days") % {"days": DUE_WITHIN.days}),
            ("grace", _("In days of grace")),
            ("lapsed", _("Membership expired")),
            ("asked", _("Renewal asked for")),
        ]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        match self.value():
            case "soon":
                periods = MembershipPeriod.objects.filter(organisation=OuterRef("pk"))
                ending = periods.filter(last_on__range=(today, today + DUE_WITHIN))
                return queryset.filter(Exists(ending)).exclude(Exists(periods.filter(first_on__gt=today)))
            case "grace":
                return queryset.filter(standing=Organisation.Standing.GRACE)
            case "lapsed":
                return queryset.filter(standing=Organisation.Standing.EXPIRED)
            case "asked":
                return queryset.filter(pk__in=RenewalRequest.objects.open().values("organisation"))
        return queryset


def look(organisation):
    """Return the Line of what a renewal today would do to ``organisation``."""
    url = reverse("admin:members_organisation_change", args=[organisation.pk])
    try:
        renewal.next_first_day(organisation)
    except Refused as refusal:
        return Line(organisation, url, [str(refusal)])
    return Line(organisation, url, [])


@admin.action(description=_("Renew the membership"), permissions=["renew"])
def renew_chosen(model_admin, request, queryset):
    """Ask once for all chosen organisations, renew each in a transaction of its own, and tell how it went."""
    chosen = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_ITEMS + 1])
    if len(chosen) > MOST_ITEMS:
        text = _("These are more than %(most)s items. Please choose fewer at a time.") % {"most": MOST_ITEMS}
        model_admin.message_user(request, text, messages.WARNING)
        return None
    form = RenewalForm(request.POST if "_do" in request.POST else None)
    is_answered = form.is_valid()
    lines = [look(organisation) for organisation in Organisation.objects.filter(pk__in=chosen).order_by("pk")]
    if is_answered:
        for line in lines:
            if not line.refusals:
                try:
                    renewal.renew(line.item, request.user, **form.cleaned_data)
                except Refused as refusal:
                    line.refusals = [str(refusal)]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": form.label,
        "opts": model_admin.opts,
        "verb": form,
        "is_done": is_answered,
        "lines": lines,
        "possible": sum(not line.refusals for line in lines),
        "chosen": chosen,
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "action": "renew_chosen",
        "media": form.media,
    }
    return TemplateResponse(request, "admin/publishing/bulk.html", context)


def renew_view(model_admin, request, pk):
    """Ask, and renew one organisation, or refuse what it asked for."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    organisation = get_object_or_404(Organisation.objects.with_membership(), pk=pk)
    asked = RenewalRequest.objects.open().filter(organisation=organisation).select_related("asked_by").first()
    form = (AnswerForm if asked else RenewalForm)(request.POST if request.method == "POST" else None)
    try:
        first_on, objection = renewal.next_first_day(organisation), ""
    except Refused as refusal:
        first_on, objection = None, str(refusal)
    if form.is_bound and form.is_valid():
        answer = dict(form.cleaned_data)
        reason = answer.pop("reason", "")
        try:
            if "_refuse" in request.POST:
                renewal.refuse(organisation, request.user, reason)
                told = _("The request is refused. The member is told why.")
            else:
                period = renewal.renew(organisation, request.user, **answer)
                told = _("The membership is renewed: %(period)s.") % {"period": period}
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            model_admin.message_user(request, told, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:members_organisation_change", args=[organisation.pk]))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": form.label,
        "opts": model_admin.opts,
        "item": organisation,
        "verb": form,
        "first_on": first_on,
        "objection": objection,
        "asked": asked,
        "periods": organisation.periods.order_by("-first_on"),
        "back_url": reverse("admin:members_organisation_change", args=[organisation.pk]),
        "media": form.media,
    }
    return TemplateResponse(request, "admin/members/renew.html", context)


@admin.register(RenewalRequest)
class RenewalRequestAdmin(admin.ModelAdmin):
    """What members have asked for; it is answered on the page that renews the organisation."""

    handbook = "renewals"
    list_display = ["asking", "asked_at", "asked_by", "state_in_words", "days"]
    list_display_links = None
    list_select_related = ["organisation", "asked_by", "period"]
    search_fields = ["organisation__name"]
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("organisation"), ordering="organisation__name")
    def asking(self, asked):
        if not asked.is_open:
            return asked.organisation
        url = reverse("admin:members_organisation_renew", args=[asked.organisation_id])
        return format_html('<a href="{}">{}</a>', url, asked.organisation)

    @admin.display(description=_("state"))
    def state_in_words(self, asked):
        tones = {"open": "ochre", "accepted": "green", "refused": "red"}
        return format_html('<span class="badge {}">{}</span>', tones.get(asked.state, "mute"), asked.state.label)

    @admin.display(description=_("period"))
    def days(self, asked):
        return asked.period and in_words(asked.period.first_on, asked.period.last_on)
