"""Who is told what of a review. Called inside the transaction of what happened, so that a message stands or falls with it."""

from django.urls import reverse
from django.utils.translation import gettext as _

import outbox


def turn(review):
    """Tell those who may decide the present stage that it is theirs; once for each time it comes to them."""
    words = _words(review)
    when = int(review.waiting_since.timestamp() * 1000)
    if review.is_urgent:
        subject = _("Urgent: %(stage)s of “%(title)s”") % words
    else:
        subject = _("%(stage)s of “%(title)s”") % words
    body = (
        _("%(name)s submitted the %(kind)s “%(title)s” in the column %(column)s. It waits for the %(stage)s.") % words
    )
    for person in review.people_for(review.stage):
        outbox.send(person, f"review:{review.pk}:{review.stage}:{when}", subject, body, _url(review, "review"))


def returned(review, by, reason):
    """Tell the authors that the text came back to them."""
    words = {**_words(review), "by": str(by), "reason": reason}
    subject = _("Returned: “%(title)s”") % words
    body = _("%(by)s sent the %(kind)s “%(title)s” back to you:") % words + f"\n\n{reason}"
    _tell_authors(review, f"review:{review.pk}:returned", subject, body, "change")


def sent_to_stage(review, by, reason):
    """Tell the authors that an earlier step is done again; its reviewers are told by ``turn``."""
    words = {**_words(review), "by": str(by)}
    subject = _("Back to the %(stage)s: “%(title)s”") % words
    body = _("%(by)s sent the %(kind)s “%(title)s” back to the %(stage)s:") % words + f"\n\n{reason}"
    when = int(review.waiting_since.timestamp() * 1000)
    _tell_authors(review, f"review:{review.pk}:back:{when}", subject, body, "review")


def passed(review):
    """Tell the authors that the last step is passed."""
    words = _words(review)
    subject = _("Passed: “%(title)s”") % words
    body = _("The %(kind)s “%(title)s” passed its review.") % words
    _tell_authors(review, f"review:{review.pk}:passed", subject, body, "change")


def published_early(review, by):
    """Tell the authors that readers see the text ahead of its review."""
    words = {**_words(review), "by": str(by)}
    subject = _("Published, review owed: “%(title)s”") % words
    body = _("%(by)s let readers see the %(kind)s “%(title)s” ahead of its review, which goes on.") % words
    _tell_authors(review, f"review:{review.pk}:early", subject, body, "review")


def ended(review, by):
    """Tell the other authors, and who passed a step, that the review ended without a decision."""
    words = {**_words(review), "by": str(by), "outcome": review.get_outcome_display()}
    subject = _("Review ended: “%(title)s”") % words
    body = _("The review of the %(kind)s “%(title)s” ended: %(outcome)s (%(by)s).") % words
    people = {*review.authors.filter(is_active=True), *(person for _stage, person in review.passes if person.is_active)}
    for person in people - {by}:
        outbox.send(person, f"review:{review.pk}:ended", subject, body, _url(review, "change"))


def _tell_authors(review, key, subject, body, page):
    for person in review.authors.filter(is_active=True):
        outbox.send(person, key, subject, body, _url(review, page))


def _words(review):
    item = review.dossier.item
    return {
        "title": review.revision.content["fields"]["title"],
        "kind": item._meta.verbose_name,
        "column": review.column.title,
        "stage": review.get_stage_display(),
        "name": str(review.submitted_by),
    }


def _url(review, page):
    meta = type(review.dossier.item)._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=[review.dossier_id])
