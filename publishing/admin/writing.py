"""What surrounds the writing of a text: previews while one types, a draft on one's own machine, another editor's version."""

import re

from csp.constants import SELF
from csp.decorators import csp_update
from django import forms
from django.contrib import admin
from django.forms.widgets import Script
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from . import conflicts, previews

# Tells static/js/admin/local-draft.js on the next page that the server has what it kept; the rest of the name is the
# draft's own, which the form has sent along.
CONFIRMATION = "saved_draft_"
CONFIRMATION_AGE_SECONDS = 60 * 60 * 24


class WritingAdmin(admin.ModelAdmin):
    """The base of PublishableAdmin, which sets ``request.is_saved`` when it has saved what was typed."""

    @property
    def media(self):
        return super().media + forms.Media(
            css={"all": ["css/admin/compare.css", "css/admin/writing.css"]},
            js=[Script(f"js/admin/{name}.js", type="module") for name in ("local-draft", "take-over", "side-preview")],
        )

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("preview/typed/", wrap(self.typed_view), name=f"{name}_typed"),
            path("<number:pk>/preview/typed/", wrap(self.typed_view), name=f"{name}_typed"),
            path("<number:pk>/preview/", wrap(self.preview_view), name=f"{name}_preview"),
            path("<number:pk>/preview/<number:number>/", wrap(self.preview_view), name=f"{name}_preview"),
            path("<number:pk>/share/", wrap(self.share_view), name=f"{name}_share"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def preview_view(self, request, pk, number=None):
        """Show a revision (the newest, without ``number``) on the page that readers would see."""
        return previews.saved_page(self, request, pk, number)

    @method_decorator(require_POST)
    def typed_view(self, request, pk=None):
        """Show what is typed, unsaved, on the page that readers would see."""
        return previews.typed_page(self, request, pk)

    def share_view(self, request, pk):
        """Make a link to the newest revision for people without an account."""
        return previews.share_page(self, request, pk)

    @method_decorator(csp_update({"frame-src": [SELF]}))  # the preview beside the form
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        response = super().changeform_view(request, object_id, form_url, extra_context)
        draft = request.POST.get("local_draft", "")
        if getattr(request, "is_saved", False) and re.fullmatch("[0-9a-f]{16}", draft):
            response.set_cookie(
                CONFIRMATION + draft,
                "1",
                max_age=CONFIRMATION_AGE_SECONDS,
                path=reverse("admin:index"),
                secure=request.is_secure(),
                samesite="Lax",
            )
        return response

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        form = context["adminform"].form
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        pks = [obj.pk] if change else []
        newest = form.newest
        context["typed_url"] = reverse(f"{name}_typed", args=pks)
        may_share = newest is not None and not obj.is_removed and self.has_change_permission(request, obj)
        context["share_url"] = reverse(f"{name}_share", args=pks) if may_share else None
        context["conflict"] = conflicts.of_form(form)
        context["draft"] = {
            "user": request.user.pk,
            "item": f"{self.opts.label_lower}:{obj.pk if change else 'new'}",
            "base": newest.number if newest else "",
            "saved_by": str(newest.author or "") if newest else "",
            "saved_at": newest.created_at if newest else None,
        }
        return super().render_change_form(request, context, add, change, form_url, obj)
