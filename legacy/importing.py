"""From a captured page to items: repair, file, label and publish what it holds, and invent nothing.

A list on a page gives titles without dates and texts; a lead article may have no headline. What is unknown stays empty,
what is proposed is marked, and a note on the item tells staff what to check (docs/decisions/0004-undated-imports.md).
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.html import escape

from hanzi.fold import fold
from hanzi.repair import repair
from hanzi.titles import first_sentence, split_label
from members.models import Activity
from news.models import Article
from notices.models import Notice
from publishing import content
from publishing.models import Column, Label, StaffNote

from .captures import notice_kind, read_capture
from .models import Capture, CapturedItem, Repair

# Which kind of item a side list holds, and the column that its items are filed in.
LISTS = {
    "通知公告": (Notice, "通知公告"),
    "会员活动": (Activity, "会员活动"),
    "最新动态": (Article, "最新动态"),
}
LEAD_COLUMN = "要闻"
NOTICE_KINDS = {
    "通知": Notice.Kind.NOTIFICATION,
    "公告": Notice.Kind.ANNOUNCEMENT,
    "公示": Notice.Kind.PUBLIC_REVIEW,
    "决定": Notice.Kind.DECISION,
}

# Labels that name a place stand on the axis of regions, all others on that of topics.
REGIONS = set(
    "全国 北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 "
    "重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 香港 澳门 台湾".split()
)

CERTAIN_ENOUGH = 0.75  # a repair below this confidence is shown to a person


@dataclass
class Outcome:
    """What became of one captured page."""

    name: str
    is_known: bool = False  # this very page was imported before: nothing was done
    created: Counter = field(default_factory=Counter)  # list heading → items made
    found: Counter = field(default_factory=Counter)  # list heading → items that another page had brought
    skipped_headings: list[str] = field(default_factory=list)  # lists that the portal has no place for
    unread: list[str] = field(default_factory=list)  # lines that belong to no part of the page
    repairs: Counter = field(default_factory=Counter)  # rule → changes
    doubtful_repairs: int = 0
    notes: Counter = field(default_factory=Counter)  # StaffNote code → notes

    def as_json(self):
        return {name: dict(value) if isinstance(value, Counter) else value for name, value in vars(self).items()}


class NothingImported(Exception):
    """The pages were readable, but none of their lists has a place in the portal."""


def import_captures(files, dry_run=False):
    """Import ``files`` ([(name, bytes)]) in one transaction and return an Outcome for each.

    Raises captures.CaptureError before anything is written if one of them is no captured page, NothingImported if no
    item could be filed. ``dry_run``: do everything, then take it back.
    """
    captures = [(name, data, read_capture(data, name)) for name, data in files]
    with transaction.atomic():
        outcomes = [_import_capture(name, data, capture) for name, data, capture in captures]
        if not any(outcome.is_known or outcome.created or outcome.found for outcome in outcomes):
            raise NothingImported
        if dry_run:
            transaction.set_rollback(True)
    return outcomes


def _import_capture(name, data, capture):
    outcome = Outcome(name)
    digest = hashlib.sha256(data).hexdigest()
    if Capture.objects.filter(digest=digest).exists():
        outcome.is_known = True
        return outcome
    row = Capture.objects.create(name=name, digest=digest, raw_text=capture.text)
    outcome.unread.extend(capture.unread)
    job = _Importer(row, outcome)
    if capture.lead:
        job.import_lead(capture.lead)
    for side_list in capture.side_lists:
        heading = repair(side_list.heading).text
        if heading not in LISTS:
            outcome.skipped_headings.append(heading)
            continue
        for item in side_list.items:
            job.import_listed(heading, item.position, item.text)
    return outcome


class _Importer:
    """Makes the items of one capture."""

    def __init__(self, capture, outcome):
        self.capture = capture
        self.outcome = outcome
        self.at = timezone.now()

    def import_lead(self, paragraphs):
        raw = "\n".join(paragraphs)
        repaired = repair(raw)
        lines = [line for line in repaired.text.splitlines() if line.strip()]
        body = "".join(f"<p>{escape(line.strip())}</p>" for line in lines)
        proposal = first_sentence(lines[0], limit=40)
        article = Article(title=proposal.text, body=body)
        self.file(
            article, LEAD_COLUMN, LEAD_COLUMN, 0, raw, repaired, fold("".join(lines))[:250],
            notes={StaffNote.Code.PROPOSED_TITLE: proposal.text},
        )  # fmt: skip

    def import_listed(self, heading, position, raw):
        model, column_title = LISTS[heading]
        repaired = repair(raw)
        labels, title = split_label(repaired.text, position)
        item = model(title=title)
        notes = {StaffNote.Code.MISSING_BODY: ""}
        if model is Notice:
            kind = notice_kind(title)
            item.kind = NOTICE_KINDS.get(kind, Notice.Kind.NOTIFICATION)
            if kind is None:
                notes[StaffNote.Code.DOUBTFUL_KIND] = title
        self.file(item, heading, column_title, position, raw, repaired, fold(title)[:250], labels, notes)

    def file(self, item, heading, column_title, position, raw, repaired, key, labels=(), notes=None):
        """Publish ``item`` in its column, unless another capture brought it, and log where it came from."""
        known = CapturedItem.objects.filter(key=key, dossier__subject=item.subject()).first()
        if known:
            dossier = known.dossier
            self.outcome.found[heading] += 1
        else:
            item.column = column_for(item.subject(), column_title)
            item.save()
            dossier = item.dossier
            revision = item.record_revision(
                {
                    **content.EMPTY,
                    "fields": content.of_fields(item),
                    "labels": [label_named(name).pk for name in labels],
                },
                author=None,
                base=None,
            )
            # A microsecond apart, so that the list keeps its order on the portal.
            item.publish(revision, by=None, at=self.at - timedelta(microseconds=position), is_dated=False)
            self.outcome.created[heading] += 1
            self.note(dossier, {StaffNote.Code.UNKNOWN_DATE: "", **(notes or {})}, repaired)
        row = CapturedItem.objects.create(
            capture=self.capture, dossier=dossier, heading=heading, position=position, raw_text=raw, key=key
        )
        self.log(row, repaired)

    def note(self, dossier, notes, repaired):
        doubtful = [change for change in repaired.changes if change.confidence < CERTAIN_ENOUGH]
        if doubtful:
            notes[StaffNote.Code.DOUBTFUL_REPAIR] = "；".join(
                f"{change.before} → {change.after}" for change in doubtful
            )[:500]
        for code, detail in notes.items():
            StaffNote.objects.create(dossier=dossier, code=code, detail=detail)
            self.outcome.notes[str(code)] += 1

    def log(self, row, repaired):
        Repair.objects.bulk_create(
            Repair(
                item=row,
                rule=change.rule,
                start=change.start,
                before=change.before[:200],
                after=change.after[:200],
                confidence=change.confidence,
            )
            for change in repaired.changes
        )
        self.outcome.repairs.update(change.rule for change in repaired.changes)
        self.outcome.doubtful_repairs += sum(change.confidence < CERTAIN_ENOUGH for change in repaired.changes)


def column_for(subject, title):
    """Return the column of ``subject`` with this title, wherever staff have moved it; make it if there is none."""
    return Column.objects.for_subject(subject).filter(title=title).first() or Column.objects.create(
        subject=subject, title=title
    )


def label_named(name):
    axis = Label.Axis.REGION if name in REGIONS else Label.Axis.TOPIC
    return Label.objects.get_or_create(axis=axis, name=name)[0]
