"""The report on an activity: an article that begins with the figures of who came."""

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

import audit
from audit.actions import Action
from publishing import content, subjects
from publishing.models import Relation

SUBJECT = "news"  # where reports appear; this room may not import it


def report_of(activity):
    """Return the newest report on ``activity`` that is not removed, whoever began it (an Article), or None."""
    ties = Relation.objects.filter(target=activity.pk, kind=Relation.Kind.REPORT_OF, source__subject=SUBJECT)
    reports = subjects.model_for(SUBJECT).objects.filter(pk__in=ties.values("source"))
    return reports.filter(trashed_at__isnull=True, withdrawn_at__isnull=True).order_by("-pk").first()


def attendance(activity):
    """Return {"signed_up", "attended", "organisations": int}; the organisations of those who came, where that is known."""
    counts = activity.sign_ups.aggregate(
        signed_up=Count("pk", filter=Q(ended_at__isnull=True, accepted_at__isnull=False)),
        attended=Count("pk", filter=Q(checked_in_at__isnull=False)),
    )
    rows = activity.sign_ups.attended() if counts["attended"] else activity.sign_ups.confirmed()
    organisations = rows.order_by().aggregate(number=Count("organisation", distinct=True))["number"]
    return {**counts, "organisations": organisations}


@transaction.atomic
def begin(activity, column, by):
    """Make a draft article in ``column`` that reports on ``activity``, for the same readers; return it."""
    report = subjects.model_for(SUBJECT)(
        title=(_("Report: %(activity)s") % {"activity": activity.title})[:200],
        body=text_of(activity),
        column=column,
        audience=activity.audience,
    )
    report.author = by
    report.save()
    relation = {"target": activity.pk, "kind": Relation.Kind.REPORT_OF.value}
    readers = list(activity.dossier.readers.values_list("pk", flat=True))
    fields = content.of_fields(report)
    report.record_revision({**content.EMPTY, "fields": fields, "readers": readers, "relations": [relation]}, by, None)
    audit.record(by, Action.REPORT_BEGUN, item=activity.pk, report=report.pk)
    return report


def text_of(activity):
    """Return the first paragraph (HTML): when, where, how many."""
    day = date_format(timezone.localtime(activity.starts_at), "DATE_FORMAT")
    if activity.place:
        text = _("“%(activity)s” took place on %(day)s in %(place)s.")
    else:
        text = _("“%(activity)s” took place on %(day)s.")
    sentences = [text % {"day": day, "activity": activity.title, "place": activity.place}]
    figures = attendance(activity)
    if figures["attended"]:
        sentences.append(_("%(signed_up)s people had signed up, %(attended)s came.") % figures)
    elif figures["signed_up"]:
        sentences.append(_("%(signed_up)s people had signed up.") % figures)
    if figures["organisations"]:
        sentences.append(_("They came from %(organisations)s organisations.") % figures)
    return format_html("<p>{}</p>", "".join(sentences))
