"""The review sheet (审核单): what the audit log tells of an item in words, alone or with all others of its month."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from django.core.paginator import Paginator
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.actions import Action
from audit.models import Entry

from ..models import Dossier, Stage
from . import history

# What a review sheet tells: how the text came to its readers and what became of it.
ON_THE_SHEET = (
    Action.SUBMITTED, Action.PASSED, Action.RETURNED, Action.RECALLED, Action.SUPERSEDED, Action.PUBLISHED_EARLY,
    Action.PUBLISHED, Action.DATED, Action.EXPIRY_SET, Action.REPEALED, Action.WITHDRAWN, Action.REINSTATED,
    Action.CORRECTED, Action.RESTORED_REVISION, Action.CHANGED_AT_ONCE, Action.TRASHED, Action.RESTORED,
)  # fmt: skip
MOST_SHEETS = 200  # in one part of a bundle


@dataclass
class Line:
    """An entry of the audit log in words."""

    entry: Entry
    who: str
    what: str
    details: list = field(default_factory=list)
    checks: list = field(default_factory=list)


@dataclass
class Sheet:
    """The review sheet of one item."""

    number: int
    title: str
    kind: str
    column: str
    status: str
    lines: list
    changes: list = field(default_factory=list)  # [(revision number, base number or None, [str])]


def lines_of(entries, model):
    """Return a Line for each audit Entry on an item of ``model``: two queries."""
    entries = list(entries)
    names = names_of(entries)
    return [line_of(entry, names, model) for entry in entries]


def names_of(entries):
    """Return {number of a person: name} for everybody whom ``entries`` tell of, as they are called now: one query."""
    pks = {entry.by_id for entry in entries} | {entry.facts.get("for") for entry in entries}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=pks - {None})}


CHILDREN = {
    "labels": _("labels"),
    "readers": _("reader groups"),
    "attachments": _("attachments"),
    "relations": _("relations"),
}


def name_of_part(model, name):
    """Return what people call a part of a revision (see publishing.content), also one that the model no longer has."""
    if name in CHILDREN:
        return str(CHILDREN[name])
    names = {field.name: field.verbose_name for field in model._meta.get_fields() if hasattr(field, "verbose_name")}
    return str(names.get(name, name))


def line_of(entry, names, model):
    facts = entry.facts
    what = str(Action(entry.action).label) if entry.action in Action.values else entry.action
    if facts.get("stage"):
        what = f"{Stage(facts['stage']).label} · {what}"
    details = []
    if facts.get("revision"):
        details.append(_("revision %(number)s") % {"number": facts["revision"]})
    if facts.get("changed"):
        parts = "、".join(name_of_part(model, name) for name in facts["changed"])
        details.append(_("changed: %(parts)s") % {"parts": parts})
    for name in ("at", "until"):
        if facts.get(name):
            moment = timezone.localtime(datetime.fromisoformat(facts[name]))
            details.append(f"{moment:%Y-%m-%d %H:%M}")
    if "to" in facts:
        to = Stage(facts["to"]).label if facts["to"] else _("its author")
        details.append(_("sent back to: %(stage)s") % {"stage": to})
    if facts.get("urgency"):
        details.append(_("urgent: %(reason)s") % {"reason": facts["urgency"]})
    if facts.get("reason"):
        details.append(_("reason: %(reason)s") % {"reason": facts["reason"]})
    if facts.get("for"):
        details.append(_("in place of %(name)s") % {"name": names.get(facts["for"], facts["for"])})
    who = names.get(entry.by_id, str(entry.by_id)) if entry.by_id else str(_("the system"))
    return Line(entry, who, what, [str(detail) for detail in details], facts.get("checks", []))


def sheets_of(items, until=None):
    """Return the Sheet of each of ``items`` (list), with what happened before ``until`` (aware datetime, default everything).

    Two queries, and what the comparisons of each item take.
    """
    entries = Entry.objects.filter(
        item__in=[item.pk for item in items], action__in=[action.value for action in ON_THE_SHEET]
    )
    if until:
        entries = entries.filter(at__lt=until)
    entries = list(entries.order_by("number"))
    names, by_item = names_of(entries), defaultdict(list)
    for entry in entries:
        by_item[entry.item].append(entry)
    return [sheet_of(item, by_item[item.pk], names) for item in items]


def sheet_of(item, entries, names):
    """Return the Sheet of ``item`` on which ``entries`` stand; names: see ``names_of``."""
    model = type(item)
    submitted = [entry.facts for entry in entries if entry.action == Action.SUBMITTED]
    # Only the revisions that are compared: a long history is not read for a sheet.
    numbers = {facts.get(name) for facts in submitted for name in ("revision", "base")} - {None}
    revisions = {revision.number: revision for revision in item.dossier.revisions.filter(number__in=numbers)}
    changes = []
    for facts in submitted:
        revision, base = revisions.get(facts.get("revision")), revisions.get(facts.get("base"))
        if revision:
            changes.append((revision.number, base and base.number, changes_between(item, base, revision)))
    lines = [line_of(entry, names, model) for entry in entries]
    return Sheet(
        item.pk, item.title, str(model._meta.verbose_name), str(item.column), str(item.status.label), lines, changes
    )


def changes_between(item, old, new):
    """Return what differs between two revisions, a sentence a field (list of str)."""
    if old is None:
        return [_("a new text of %(count)s characters") % {"count": history.length_of(item, new)}]
    found = []
    for part in history.compare(item, old, new):
        gone = sum(len(piece.text) for row in part.rows for piece in row.old if piece.is_changed)
        added = sum(len(piece.text) for row in part.rows for piece in row.new if piece.is_changed)
        words = {"part": part.title, "gone": gone, "added": added}
        found.append(_("%(part)s: %(gone)s characters removed, %(added)s added") % words)
    return found


def sheet_page(model_admin, request, item):
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Review sheet"),
        "opts": model_admin.opts,
        "sheets": sheets_of([item]),
        "printed_at": timezone.now(),
        "back_url": model_admin.url_of("change", item.pk),
    }
    return TemplateResponse(request, "admin/publishing/sheets.html", context)


def sheets_of_month(user, first, part):
    """Return (Sheets, Page) of the items on which a review was decided in the month that begins with ``first`` (date).

    As far as ``user`` may look at them, MOST_SHEETS at a time; part: which of these parts, as the address says it.
    """
    after = (first + timedelta(days=32)).replace(day=1)
    start, end = (datetime(day.year, day.month, 1, tzinfo=timezone.get_default_timezone()) for day in (first, after))
    decided = [Action.PASSED.value, Action.RETURNED.value, Action.PUBLISHED_EARLY.value]
    numbers = set(Entry.objects.filter(action__in=decided, at__gte=start, at__lt=end).values_list("item", flat=True))
    dossiers = Dossier.objects.filter(pk__in=numbers).order_by("subject", "pk")
    items = []
    for _subject, group in groupby(dossiers, key=lambda dossier: dossier.subject):
        rows = list(group)
        model = type(rows[0].item)
        visible = model.objects.within_reach(user, "view").filter(pk__in=[row.pk for row in rows])
        visible = visible.select_related("dossier", "column").defer(*model.rich_text_names())
        items += visible.order_by("pk")
    page = Paginator(items, MOST_SHEETS).get_page(part)
    return sheets_of(page.object_list, until=end), page
