"""The admin site: our name, our dashboard, our policy for content."""

from functools import wraps

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib import admin
from django.contrib.admin import actions
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from outbox.models import Message

from . import dashboard, handbook, subjects
from .pasting.views import clean_paste

# What CKEditor and the admin's own scripts need beyond the readers' policy; never a script in the page, never "eval".
POLICY = {
    "script-src-attr": [UNSAFE_INLINE],  # the editor's buttons carry their handlers
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],  # the editor's icons, and what a picture is until it is uploaded
}


def without_nul(view):
    """Answer 400 to an address with a NUL in its query: Django's lists ask the database for it, and PostgreSQL refuses."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if any("\0" in value for _name, values in request.GET.lists() for value in values):
            raise BadRequest("NUL in the query")
        return view(request, *args, **kwargs)

    return guarded


class PortalAdminSite(admin.AdminSite):
    site_title = _("Content management")
    site_header = _("Content management")
    index_title = _("Dashboard")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # In one transaction, so that the logs tell of what was deleted and of nothing else.
        self.add_action(transaction.atomic(actions.delete_selected), "delete_selected")

    def has_permission(self, request):
        """Let nobody in who has not shown his second factor, where staff need one; no page of the admin asks another way."""
        return super().has_permission(request) and not request.user.must_prove_identity

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        """Send people to the portal's one sign-in; whoever is signed in and may not enter would be sent round in a circle."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            if request.user.must_prove_identity:
                return redirect_to_login(
                    request.GET.get("next") or reverse("admin:index"), reverse("accounts:second_factor")
                )
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def password_change(self, request, extra_context=None):
        """Send people to the portal's one form, which counts wrong passwords."""
        return redirect("accounts:change_password")

    def admin_view(self, view, cacheable=False):
        return super().admin_view(csp_replace(POLICY)(without_nul(view)), cacheable)

    def each_context(self, request):
        # A function: the header of every page says the number, a pop-up or an answer without a header asks for none.
        unread = Message.objects.unread_by(request.user).count if self.has_permission(request) else None
        return {**super().each_context(request), "unread_message_count": unread}

    def get_urls(self):
        # Pictures say themselves how long they may be kept.
        picture = self.admin_view(handbook.handbook_picture, cacheable=True)
        return [
            path("clean-paste/", self.admin_view(clean_paste), name="clean_paste"),
            path("handbook/", self.admin_view(handbook.handbook_page), {"admin_site": self}, name="handbook"),
            path("handbook/screenshots/<slug:name>.png", picture, name="handbook_picture"),
            *super().get_urls(),
        ]

    def index(self, request, extra_context=None):
        return super().index(request, {"panels": dashboard.panels(request.user), **(extra_context or {})})

    def get_app_list(self, request, app_label=None):
        """List the subjects first, in the order of the settings, then the other apps by name."""
        order = {model.subject(): position for position, model in enumerate(subjects.models())}
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: order.get(app["app_label"], len(order)))
