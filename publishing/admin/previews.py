"""Previews for staff: a saved revision, what is typed at this moment, and a link to either for people without an account."""

from csp.constants import HEADER as POLICY_HEADER
from csp.constants import SELF
from csp.utils import build_policy
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

import audit
from audit.actions import Action

from .. import content, previews
from ..models import Column, Dossier, Publishable, Revision
from ..views import teaser_page
from ..visibility import AnyMember

READERS = {"visitor": None, "member": AnyMember()}


def reader_of(request, audience):
    """Return (name of the reader whose eyes are asked for, reader): by default one of those the item is for."""
    name = request.GET.get("as") or ("visitor" if audience == Publishable.Audience.EVERYONE else "member")
    if name not in READERS:
        raise Http404("no such reader")
    return name, READERS[name]


def framed(response):
    """Return ``response`` under the readers' policy, but for the frame in which our own form may show the page."""
    response.headers[POLICY_HEADER] = build_policy(replace={"frame-ancestors": [SELF]})
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def page(model_admin, request, item, revision, words):
    """Return ``revision`` as the reader whom the address names (?as=visitor or member) would see it."""
    audience = revision.content["fields"].get("audience", item.audience)
    name, reader = reader_of(request, audience)
    if name == "visitor" and audience == Publishable.Audience.TEASED:
        content.apply(item, revision.content)
        words = gettext("%(state)s · what a visitor finds at this address") % {"state": words}
        trail = model_admin.detail_view_class().trail(item)
        context = {"preview": revision, "as_visitor": True, "preview_words": words}
        return framed(teaser_page(request, item, trail, **context))
    if name == "visitor" and audience == Publishable.Audience.GROUPS:
        context = {"preview": revision, "as_visitor": True}
        words = gettext("%(state)s · what a visitor finds at this address") % {"state": words}
        return framed(TemplateResponse(request, "404.html", {**context, "preview_words": words}))
    view_class = model_admin.detail_view_class
    return framed(previews.page(request, item, revision, reader, words, view_class, as_visitor=name == "visitor"))


def saved_page(model_admin, request, pk, number=None):
    """Return the page of a revision (the newest, without ``number``)."""
    item = get_object_or_404(model_admin.model.objects.for_pages(), pk=pk)
    if not model_admin.has_view_permission(request, item):
        raise PermissionDenied
    revision = item.dossier.revisions.filter(**({"number": number} if number else {})).first()
    if revision is None:
        raise Http404("no such revision")
    return page(model_admin, request, item, revision, previews.state_in_words(item, revision))


def typed_page(model_admin, request, pk=None):
    """Return the page as the form that was sent would make it. Nothing is written and nobody has to wait."""
    item = get_object_or_404(model_admin.model.objects.for_pages(), pk=pk) if pk else None
    may = model_admin.has_change_permission(request, item) if item else model_admin.has_add_permission(request)
    if not may:
        raise PermissionDenied
    form_class = model_admin.get_form(request, item, change=item is not None)
    form_class.is_looking = True
    form = form_class(request.POST, instance=item)
    form.is_valid()
    if item is None:
        item = new_item(form.instance)
    revision = Revision(dossier=item.dossier, number=0, content=form.get_content())
    if form.newest and revision.content == form.newest.content and not {*form.changed_data} & {*item.immediate}:
        words = previews.state_in_words(item, form.newest)
    else:
        words = gettext("Preview, not yet saved")
    unseen = len([name for name in form.errors if name in form.fields])
    unseen += sum(not row.is_valid() for rows in (form.attachments, form.relations) for row in rows.forms)
    if unseen:
        words += " · " + ngettext(
            "%(count)s entry is not shown: it has to be mended first",
            "%(count)s entries are not shown: they have to be mended first",
            unseen,
        ) % {"count": unseen}
    return page(model_admin, request, item, revision, words)


def new_item(item):
    """Return ``item``, which was never saved, with what its page cannot do without."""
    item.dossier = Dossier(pk=0, subject=item.subject())
    item.get_absolute_url = item.list_url  # it has no address yet
    if item.column_id is None:
        item.column = Column.objects.for_subject(item.subject()).first()
        if item.column is None:
            raise Http404("no column to show the item in")
    return item


# -- A link for people without an account -----------------------------------------------------------------------------


class ShareForm(forms.Form):
    DAYS = [(1, _("1 day")), (3, _("3 days")), (7, _("7 days")), (14, _("14 days"))]

    days = forms.TypedChoiceField(label=_("valid for"), choices=DAYS, coerce=int, initial=3, widget=forms.RadioSelect)


@transaction.atomic
def share_page(model_admin, request, pk):
    """Make a link to the newest revision, and show it to be copied."""
    model_admin.lock_to_write(request, pk)
    item = get_object_or_404(model_admin.model.objects.select_related("dossier"), pk=pk)
    if not model_admin.has_change_permission(request, item):
        raise PermissionDenied
    revision = item.dossier.newest_revision
    if revision is None or item.is_removed:
        model_admin.message_user(request, _("This is not possible in the item's present state."), messages.WARNING)
        return model_admin.back_to(item)
    form, link = ShareForm(request.POST if request.method == "POST" else None), None
    if form.is_bound and form.is_valid():
        link = previews.Link.make(revision, request.user, form.cleaned_data["days"])
        audit.record(request.user, Action.PREVIEW_SHARED, item=item.pk, revision=revision.number, until=link.until)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Share a preview"),
        "opts": model_admin.opts,
        "item": item,
        "revision": revision,
        "form": form,
        "address": link and request.build_absolute_uri(link.get_absolute_url()),
        "until": link and timezone.localtime(link.until),
        "back_url": model_admin.url_of("change", pk),
    }
    return TemplateResponse(request, "admin/publishing/share.html", context)
