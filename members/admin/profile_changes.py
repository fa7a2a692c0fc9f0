"""Changes of members' particulars: staff see what was, what is and what is wished, and accept or refuse."""

import json

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from files import enclosures
from publishing.models import Refused

from .. import profiles
from ..models import ProfileChange

TONES = {"open": "ochre", "accepted": "green", "refused": "red"}


class AnswerForm(forms.Form):
    """``seen``: the present values (JSON) that were read; changed meanwhile, they are shown anew."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=5000)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("Needed to refuse it. The member reads it."),
    )

    def clean_seen(self):
        try:
            return json.loads(self.cleaned_data["seen"])
        except ValueError as error:
            raise ValidationError(_("Choose what to do.")) from error


class OpenFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("open", ProfileChange.State.OPEN.label)]

    def queryset(self, request, queryset):
        return queryset.open() if self.value() == "open" else queryset


@admin.register(ProfileChange)
class ProfileChangeAdmin(admin.ModelAdmin):
    handbook = "profile-changes"
    list_display = ["organisation", "fields_in_words", "asked_at", "asked_by", "state_in_words"]
    list_filter = [OpenFilter]
    list_select_related = ["organisation", "asked_by"]
    search_fields = ["organisation__name"]
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        wrap = self.admin_site.admin_view
        licence = path("<int:pk>/licence/", wrap(self.licence_view), name="members_profilechange_licence")
        return [licence, *super().get_urls()]

    @admin.display(description=_("changes"))
    def fields_in_words(self, change):
        words = [str(row[0]) for row in change.rows()]
        return "、".join([*words, *([str(_("business licence"))] if change.licence_id else [])])

    @admin.display(description=_("state"))
    def state_in_words(self, change):
        return format_html('<span class="badge {}">{}</span>', TONES.get(change.state, "mute"), change.state.label)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show the change, or answer it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        change = self.get_object(request, unquote(object_id))
        if change is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = AnswerForm(request.POST if request.method == "POST" else None)
        if form.is_bound:
            if not self.has_change_permission(request):
                raise PermissionDenied
            if form.is_valid():
                try:
                    if "_refuse" in form.data:
                        profiles.refuse(change.pk, request.user, form.cleaned_data["reason"])
                        told = _("The change is refused. The member is told why.")
                    elif "_accept" in form.data:
                        profiles.accept(change.pk, request.user, form.cleaned_data["seen"])
                        told = _("The particulars are changed. The member is told.")
                    else:
                        raise Refused(_("Choose what to do."))
                except Refused as refusal:
                    form.add_error(None, str(refusal))
                except ValidationError as error:
                    form.add_error(None, ValidationError(error.messages))
                else:
                    self.message_user(request, told, messages.SUCCESS)
                    return redirect("admin:members_profilechange_changelist")
        change = ProfileChange.objects.select_related("organisation", "asked_by", "licence").get(pk=change.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change of particulars: %(name)s") % {"name": change.organisation},
            "opts": self.opts,
            "change": change,
            "tone": TONES.get(change.state, "mute"),
            "form": form,
            "seen": json.dumps({name: getattr(change.organisation, name) for name in change.new}),
            "may_answer": change.is_open and self.has_change_permission(request),
            "list_url": reverse("admin:members_profilechange_changelist"),
        }
        return TemplateResponse(request, "admin/members/profile_change.html", context)

    def licence_view(self, request, pk):
        if not self.has_view_permission(request):
            raise PermissionDenied
        change = get_object_or_404(ProfileChange, pk=pk)
        if change.licence is None:
            raise Http404("no licence came with it")
        return enclosures.response(change.licence, request)
