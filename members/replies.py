"""Replying (回执) to a notice on behalf of a member organisation, and who has not replied yet.

The subject of an item is not known here: it takes replies if its model names a ``reply_deadline_field`` and the item asks
something.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

import audit
from audit.actions import Action
from publishing import subjects, visibility
from publishing.models import Dossier

from . import messages
from .models import MemberGroup, Organisation, Reply

REPLYING = (Organisation.Standing.MEMBER, Organisation.Standing.GRACE)


class Refused(ValidationError):
    """Why a reply is not taken: one sentence in the reader's language, with a code. Nothing was changed."""


def models():
    """Return the Publishable models to whose items organisations reply (list)."""
    return [model for model in subjects.models() if model.reply_deadline_field]


def find(user, pk, at=None):
    """Return the item with the number ``pk`` that asks for replies and that ``user`` may open, or None."""
    for model in models():
        item = model.objects.reachable(user, at).asking().select_related("dossier").filter(pk=pk).first()
        if item:
            return item
    return None


def organisations_of(user, at=None):
    """Return the organisations that ``user`` serves at ``at`` (queryset with_membership), members or not."""
    today = timezone.localdate(at)
    return Organisation.objects.served_by(user, today).with_membership(today).order_by("name")


def objection(item, organisation, at):
    """Return why ``organisation`` (with_membership) cannot reply to ``item`` at ``at`` (Refused), or None."""
    if not item.takes_replies_at(at):
        deadline = item.reply_deadline
        if deadline and deadline <= at:
            moment = date_format(timezone.localtime(deadline), "DATETIME_FORMAT")
            return Refused(_("Replies were taken until %(moment)s.") % {"moment": moment}, code="closed")
        return Refused(_("This item is no longer in force; replies are not taken any more."), code="closed")
    if organisation is None:
        text = _("Your account belongs to no member organisation, and replies are given by those.")
        return Refused(text, code="no_organisation")
    if organisation.standing not in REPLYING:
        text = _("%(organisation)s is not a member at present, so it cannot reply on-line.")
        return Refused(text % {"organisation": organisation}, code="no_member")
    return None


@transaction.atomic
def reply(item, organisation, by, form, stamp="", at=None):
    """Store the valid ``form`` (AnswersForm) as what ``organisation`` replies to ``item``; return the Reply.

    stamp: of the Reply that ``by`` (User) had before him, "" if there was none; one that a colleague has written since is
    not overwritten unseen. Raises Refused, also with code "stale", or Changed where the questions are others by now.
    """
    at = at or timezone.now()
    Dossier.objects.locked().get(pk=item.pk)
    item = find(by, item.pk, at)
    if item is None:
        raise Refused(_("This item does not take replies any more."), code="closed")
    organisation = organisations_of(by, at).filter(pk=organisation.pk).first()
    refused = objection(item, organisation, at)
    if refused:
        raise refused
    row = Reply.objects.filter(dossier=item.pk, organisation=organisation).first()
    if row and row.stamp != stamp:
        text = _(
            "%(person)s has replied for %(organisation)s since you opened this page. Nothing was saved now; to replace "
            "that reply by what you typed, submit again."
        )
        raise Refused(text % {"person": row.by or _("A colleague"), "organisation": organisation}, code="stale")
    form.keep()
    if row is None:
        row = Reply.objects.create(
            dossier=item.dossier, organisation=organisation, by=by, answers=form.answers, replied_at=at
        )
        action = Action.REPLIED
    elif row.answers != form.answers:
        row.answers, row.by, row.changed_at = form.answers, by, at
        row.save(update_fields=["answers", "by", "changed_at"])
        action = Action.REPLY_CHANGED
    else:
        return row
    messages.tell_of_reply(row, item)
    # That it changed, not what was answered: the log is kept for longer than anybody's answers.
    audit.record(by, action, item=item.pk, organisation=str(organisation))
    return row


# -- What a person sees of them ---------------------------------------------------------------------------------------


def open_to(user, at):
    """Return the items (list) to which ``user`` may reply at ``at`` and that he may see in lists, the most urgent first."""
    found = []
    for model in models():
        items = model.objects.listed(user, at).asking().for_lists()
        found += [item for item in items if item.takes_replies_at(at)]
    return sorted(found, key=lambda item: (item.reply_deadline is None, item.reply_deadline or at, item.pk))


def given_by(organisations, user, at):
    """Return [(Reply, item)] of ``organisations`` to what ``user`` may open, the newest first."""
    rows = Reply.objects.filter(organisation__in=organisations).select_related("organisation", "by")
    rows = list(rows.order_by("-replied_at", "-pk"))
    numbers = {row.dossier_id for row in rows}
    items = {
        item.pk: item
        for model in models()
        for item in model.objects.reachable(user, at).filter(pk__in=numbers).for_lists()
    }
    return [(row, items[row.dossier_id]) for row in rows if row.dossier_id in items]


# -- What staff see ---------------------------------------------------------------------------------------------------


def addressed(item, at=None):
    """Return the member organisations to whom ``item`` is addressed: all, or those of the member groups that may read it.

    Reader groups that stand for no member group address nobody.
    """
    members = Organisation.objects.members(timezone.localdate(at))
    if item.audience == visibility.Audience.EVERYONE:
        return members
    readers = item.dossier.readers.filter(of_members__isnull=False)
    if readers.filter(of_members__member_group__isnull=True).exists():
        return members
    return members.filter(member_group__in=MemberGroup.objects.filter(readers__reader_group__in=readers))
