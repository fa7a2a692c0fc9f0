"""The places of an activity that are kept for member groups."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet, inlineformset_factory
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import audit
from audit.actions import Action
from publishing import content_version
from publishing.admin.verbs import moment_field

from .. import signing_up
from ..models import Activity, ReservedSeats


class ReservationForm(forms.ModelForm):
    until = moment_field(ReservedSeats._meta.get_field("until").verbose_name)

    class Meta:
        fields = ["member_group", "seats", "until"]

    class Media:
        js = ["admin/js/core.js"]  # the calendar takes it for granted

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("aria-label", str(field.label))

    def clean_until(self):
        starts_at, until = self.instance.activity.starts_at, self.cleaned_data["until"]
        if starts_at and until > starts_at:
            raise ValidationError(_("Places are kept until the activity begins at the latest."))
        return until


class ReservationFormSet(BaseInlineFormSet):
    def clean(self):
        super().clean()
        if any(self.errors) or self.instance.seats is None:
            return
        kept = sum(
            form.cleaned_data.get("seats") or 0
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        )
        if kept > self.instance.seats:
            text = _("These are %(kept)d places; the activity has %(seats)d.")
            raise ValidationError(text % {"kept": kept, "seats": self.instance.seats})


Reservations = inlineformset_factory(
    Activity, ReservedSeats, form=ReservationForm, formset=ReservationFormSet, extra=2, can_delete=True
)


def page(model_admin, request, activity):
    """Show the reservations, or change them and give the places that are free now. The caller holds the dossier."""
    if request.method == "POST":
        activity = signing_up.locked(activity.pk)
        rows = Reservations(request.POST, instance=activity)
        if rows.is_valid():
            rows.save()
            now = timezone.now()
            signing_up.settle(activity, now)
            kept = [
                {"group": row.member_group_id, "seats": row.seats, "until": row.until}
                for row in activity.reservations.all()
            ]
            audit.record(request.user, Action.PLACES_RESERVED, item=activity.pk, reserved=kept)
            content_version.advance()
            model_admin.message_user(request, _("The reserved places hold from now on."), messages.SUCCESS)
            return model_admin.back_to(activity)
    else:
        rows = Reservations(instance=activity)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Reserved places"),
        "opts": model_admin.opts,
        "item": activity,
        "rows": rows,
        "back_url": model_admin.url_of("change", activity.pk),
        "media": rows.media,
    }
    return TemplateResponse(request, "admin/members/reserved_places.html", context)
