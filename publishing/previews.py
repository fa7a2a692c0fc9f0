"""A revision on the page that readers would see: for staff, and by a signed link for people without an account.

A link is not stored: its token says which revision it shows, who made it and until when it holds. It dies early when its
item is withdrawn or trashed, or when its maker may no longer see the item. Pictures and attachments leave by the file
door, which otherwise asks for a visible item; whoever has just opened the page brings its token along in a cookie that
is sent to that door alone.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

import audit
import outbox
from accounts.models import User
from audit.actions import Action

from . import content, permissions, subjects
from .models import Dossier, Revision, StaffNote

SALT = "publishing.previews"
FILES = "/files/"  # where the cookie goes
COOKIE = "preview_"  # and a part of the token's digest, so that two links can be open side by side
COOKIE_AGE = timedelta(hours=1)
MOST_COOKIES = 5
MOST_COMMENTS = 20  # on an item, while a link holds


def page(request, item, revision, reader, words, view_class=None, **context):
    """Return the page of ``item`` as it would show ``revision`` to ``reader`` (User, AnyMember or None for a visitor).

    words: of the bar on top. view_class: a PublishedDetailView, by default the one that answers the item's address.
    ``item`` has the content of ``revision`` afterwards, in memory.
    """
    content.apply(item, revision.content)
    view = (view_class or resolve(item.get_absolute_url()).func.view_class)()
    view.setup(request, pk=item.pk, revision=revision, reader=reader)
    view.object = item
    response = view.render_to_response({**view.get_context_data(), "preview_words": words, **context})
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def state_in_words(item, revision):
    """Return what the bar says about a saved ``revision``."""
    is_live = revision.pk == item.live_revision_id and item.status == item.Status.PUBLISHED
    return gettext("Preview, already published") if is_live else gettext("Preview, not yet published")


# -- Links ------------------------------------------------------------------------------------------------------------


class Dead(Exception):
    """The link shows nothing, and never did or no longer does."""


class Expired(Dead):
    """The link has shown something until its time was over."""


@dataclass(frozen=True)
class Link:
    """What a token says; ``item``, ``revision`` and ``maker`` are there once it was opened."""

    dossier_pk: int
    number: int
    maker_pk: int
    made_at: datetime
    until: datetime

    @classmethod
    def make(cls, revision, maker, days):
        now = timezone.now().replace(microsecond=0)
        return cls(revision.dossier_id, revision.number, maker.pk, now, now + timedelta(days=days))

    @property
    def token(self):
        moments = [int(moment.timestamp()) for moment in (self.made_at, self.until)]
        return signing.dumps([self.dossier_pk, self.number, self.maker_pk, *moments], salt=SALT)

    def get_absolute_url(self):
        return reverse("preview", args=[self.token])

    def get_item(self):
        """Return the item, fit for its page; Dead if the link must not show it any more."""
        maker = User.objects.filter(pk=self.maker_pk).first()
        dossier = Dossier.objects.filter(pk=self.dossier_pk).first()
        if dossier is None or maker is None:
            raise Dead
        model = subjects.model_for(dossier.subject)
        item = model.objects.for_pages().filter(pk=dossier.pk).first()
        if item is None or item.is_removed:
            raise Dead
        # Asked of the person as he is today: somebody who has left or changed desks shows nothing to others.
        if not (maker.is_staff and maker.has_perm(permissions.codename(model, "view"), item)):
            raise Dead
        return item

    def get_revision(self):
        revision = Revision.objects.filter(dossier=self.dossier_pk, number=self.number).first()
        if revision is None:
            raise Dead
        return revision


def read(token):
    """Return the Link of ``token`` (untrusted str); Dead if we never signed it, Expired if its time is over."""
    try:
        dossier_pk, number, maker_pk, *moments = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise Dead from error
    made_at, until = (datetime.fromtimestamp(moment, UTC) for moment in moments)
    if until <= timezone.now():
        raise Expired
    return Link(dossier_pk, number, maker_pk, made_at, until)


def in_words(moment):
    """Return ``moment`` (aware datetime) to the minute in Shanghai: 2026年11月24日 17:07."""
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


# -- Its files --------------------------------------------------------------------------------------------------------


def let_files_through(response, link, is_secure):
    """Give the reader of ``response`` what the file door asks for."""
    age = min(COOKIE_AGE, link.until - timezone.now())
    response.set_cookie(
        COOKIE + hashlib.sha256(link.token.encode()).hexdigest()[:12],
        link.token,
        max_age=age,
        path=FILES,
        secure=is_secure,
        httponly=True,
        samesite="Lax",
    )


def shows(request, asset):
    """Return whether the person behind ``request`` has opened a link whose revision shows ``asset``."""
    tokens = [value for name, value in request.COOKIES.items() if name.startswith(COOKIE)]
    for token in tokens[:MOST_COOKIES]:
        try:
            link = read(token)
            link.get_item()
            if link.get_revision().file_uses.filter(asset=asset).exists():
                return True
        except Dead:
            continue
    return False


# -- Its page ---------------------------------------------------------------------------------------------------------


class CommentForm(forms.Form):
    name = forms.CharField(label=_("Name or organisation"), max_length=60, required=False)
    text = forms.CharField(label=_("Comment"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5}))
    website = forms.CharField(required=False)  # out of sight: only machines fill it in


def take_comment(link, name, text):
    """Keep ``text`` (str) of the person called ``name`` (str, may be empty) for staff, and tell the link's maker.

    ValidationError if the item has too many comments already. The same words twice are one comment.
    """
    detail = f"{name}：{text}" if name else text
    with transaction.atomic():
        dossier = Dossier.objects.locked().get(pk=link.dossier_pk)
        comments = dossier.staff_notes.filter(code=StaffNote.Code.COMMENT, created_at__gte=link.made_at)
        if comments.filter(detail=detail).exists():
            return
        if comments.count() >= MOST_COMMENTS:
            raise ValidationError(
                _(
                    "This preview has received as many comments as it can hold. Please tell the person who sent you the link."
                )
            )
        note = dossier.staff_notes.create(code=StaffNote.Code.COMMENT, detail=detail)
        item = dossier.item
        outbox.send(
            to=User.objects.get(pk=link.maker_pk),
            key=f"comment:{note.pk}",
            subject=gettext("Comment on the preview of “%(title)s”") % {"title": item.title},
            body=gettext("On revision %(number)s somebody with your link writes:\n\n%(text)s")
            % {"number": link.number, "text": detail},
            url=reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", args=[item.pk]),
        )
        audit.record(None, Action.COMMENTED, item=dossier.pk, revision=link.number, note=note.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preview_page(request, token):
    """Show the revision that the link is for, and take comments on it."""
    try:
        link = read(token)
        item, revision = link.get_item(), link.get_revision()
    except Dead as error:
        has_expired = isinstance(error, Expired)
        response = TemplateResponse(
            request, "publishing/preview_gone.html", {"has_expired": has_expired}, status=410 if has_expired else 404
        )
    else:
        form = CommentForm(request.POST if request.method == "POST" else None)
        if form.is_bound and is_taken(form, link):
            response = HttpResponseRedirect(f"{request.path}?sent=1#comment")
        else:
            state = state_in_words(item, revision)
            words = gettext("%(state)s · valid until %(moment)s") % {"state": state, "moment": in_words(link.until)}
            is_sent = "sent" in request.GET and not form.is_bound
            response = page(request, item, revision, None, words, comment_form=form, is_comment_sent=is_sent)
            let_files_through(response, link, request.is_secure())
    response.headers["X-Robots-Tag"] = "noindex"
    # The address is the key: it goes to no other host, but our own check of the form's origin still sees it.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def is_taken(form, link):
    """Return whether the comment in ``form`` was kept, or came from a machine; if not, the form says why."""
    if not form.is_valid():
        return False
    if form.cleaned_data["website"]:
        return True
    try:
        take_comment(link, form.cleaned_data["name"], form.cleaned_data["text"])
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True
