"""The admin of texts that staff may word themselves: a list of the kinds, and for each a form with a preview.

What can be changed comes from the code, so nobody adds or deletes a kind; a row is there only where somebody changed one.
"""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import construct_change_message
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from .. import channels, templates
from ..models import MessageTemplate


class MessageTemplateForm(forms.ModelForm):
    channels = forms.MultipleChoiceField(
        label=_("also by"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("In the portal and by e-mail it is sent in any case."),
    )

    class Meta:
        model = MessageTemplate
        fields = ["subject", "body", "channels"]
        widgets = {
            "subject": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "body": forms.Textarea(attrs={"class": "vLargeTextField", "rows": 6}),
        }

    def __init__(self, *args, template, **kwargs):
        super().__init__(*args, **kwargs)
        self.template = template
        for name in ("subject", "body"):
            self.initial[name] = template.with_labels(self.initial[name])
        known = [(channel.name, channel.label) for channel in channels.configured().values()]
        if known and not template.is_mail_only:
            self.fields["channels"].choices = known
        else:
            del self.fields["channels"]

    def clean_subject(self):
        return self.template.with_names(self.cleaned_data["subject"])

    def clean_body(self):
        return self.template.with_names(self.cleaned_data["body"])

    def clean(self):
        if "subject" in self.cleaned_data and "body" in self.cleaned_data:
            self.template.check_required(self.cleaned_data["subject"], self.cleaned_data["body"])

    def preview(self):
        """Return {"subject", "body"} with samples in place of the placeholders; None while the texts have errors."""
        if self.is_bound and not self.is_valid():
            return None
        # What is_valid wrote into the instance is what would be kept.
        samples = self.template.samples()
        return {name: self.template.fill(getattr(self.instance, name), samples) for name in ("subject", "body")}


@admin.register(MessageTemplate)
class MessageTemplateAdmin(admin.ModelAdmin):
    handbook = "message-templates"

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="outbox_messagetemplate_changelist"),
            path("<str:kind>/", view(self.template_view), name="outbox_messagetemplate_change"),
            path("<str:kind>/reset/", view(self.reset_view), name="outbox_messagetemplate_reset"),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD"]))
    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = MessageTemplate.objects.in_bulk()
        kinds = [
            {
                "template": template,
                "subject": template.with_labels(rows[name].subject if name in rows else template.subject),
                "channels": [
                    channel.label for channel in channels.chosen(templates.channels_of(template, rows.get(name)))
                ],
                "is_changed": name in rows,
            }
            for name, template in templates.registered().items()
        ]
        context = {"kinds": kinds, "has_channels": bool(channels.configured())}
        return self._respond(request, "list.html", self.opts.verbose_name_plural, context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def template_view(self, request, kind):
        template = self._template(request, kind)
        may_change = self.has_change_permission(request)
        if request.method == "POST" and not may_change:
            raise PermissionDenied
        row = MessageTemplate.objects.filter(pk=kind).first()
        form = MessageTemplateForm(request.POST or None, instance=row or self._unchanged(template), template=template)
        if "_preview" not in request.POST and form.is_bound and form.is_valid():
            self._save(request, form, row)
            return redirect("admin:outbox_messagetemplate_changelist")
        if not may_change:
            for field in form.fields.values():
                field.disabled = True
        context = {
            "form": form,
            "template": template,
            "placeholders": [
                (template.label_of(name), sample, name in template.required)
                for name, sample in template.samples().items()
            ],
            "preview": form.preview(),
            "is_changed": row is not None,
            "may_change": may_change,
        }
        return self._respond(request, "form.html", template.label, context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def reset_view(self, request, kind):
        template = self._template(request, kind)
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            with transaction.atomic():
                row = MessageTemplate.objects.select_for_update().filter(pk=kind).first()
                if row:
                    self.log_deletions(request, [row])
                    row.delete()
            self.message_user(request, _("The portal's own text holds again."), messages.SUCCESS)
            return redirect("admin:outbox_messagetemplate_change", kind)
        context = {
            "template": template,
            "subject": template.with_labels(template.subject),
            "body": template.with_labels(template.body),
        }
        return self._respond(request, "reset.html", _("Back to the portal's own text"), context)

    def _template(self, request, kind):
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return templates.registered()[kind]
        except KeyError:
            raise Http404 from None

    def _unchanged(self, template):
        return MessageTemplate(
            kind=template.name,
            subject=str(template.subject),
            body=str(template.body),
            channels=list(template.channels),
        )

    @transaction.atomic
    def _save(self, request, form, row):
        saved = form.save()
        message = construct_change_message(form, None, add=row is None)
        (self.log_change if row else self.log_addition)(request, saved, message)
        self.message_user(request, _("The text was saved. It holds for messages from now on."), messages.SUCCESS)

    def _respond(self, request, name, title, context):
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, "media": self.media}
        frame["handbook"] = self.handbook
        return TemplateResponse(request, f"admin/outbox/messagetemplate/{name}", {**frame, **context})
