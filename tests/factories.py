"""Ordinary valid rows; a test states only what matters to it."""

from datetime import date, timedelta
from itertools import count

from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import ReaderGroup, ReaderGroupMembership, User
from members import credit_codes, reader_rows, signing_up
from members.models import (
    Activity,
    Affiliation,
    CouncilSeat,
    CouncilTerm,
    MemberGroup,
    MembershipPeriod,
    Organisation,
    SignUp,
)
from news.models import Article
from notices.models import Notice
from portal.models import Page
from publishing import content, roles
from publishing.models import Column, Label, Question
from publishing.questions import fingerprint

_serial = count(1)
LIFECYCLE = (
    "expires_at",
    "repealed_at",
    "repeal_reason",
    "withdrawn_at",
    "withdrawal_reason",
    "trashed_at",
    "trash_reason",
    "pinned_until",
    "pin_rank",
    "is_dated",
)
PUBLISHED = object()  # published an hour ago


def make_user(**overrides):
    number = next(_serial)
    password = overrides.pop("password", None)
    user = User(**{"username": f"person{number}", "name": f"样例人员{number}", **overrides})
    user.set_password(password) if password else user.set_unusable_password()
    user.save()
    return user


def make_administrator(**overrides):
    return make_user(**{"is_staff": True, "is_superuser": True, **overrides})


def make_staff(role, **overrides):
    """Return a member of staff who holds ``role`` (a group's name, see publishing.roles)."""
    user = make_user(**{"is_staff": True, **overrides})
    user.groups.add(Group.objects.get(name=role))
    return user


def make_reader_group(*members, **overrides):
    group = ReaderGroup.objects.create(**{"name": f"样例读者组{next(_serial)}", **overrides})
    for user in members:
        ReaderGroupMembership.objects.create(group=group, user=user)
    return group


def make_column(subject="news", **overrides):
    return Column.objects.create(
        **{"subject": subject, "review_steps": 0, "title": f"样例栏目{next(_serial)}", **overrides}
    )


def make_label(name=None, **overrides):
    return Label.objects.create(**{"axis": Label.Axis.REGION, "name": name or f"标签{next(_serial)}", **overrides})


def make_item(model, published_at=PUBLISHED, labels=(), readers=(), attachments=(), relations=(), **overrides):
    """Return a saved item; ``published_at=None`` leaves it a draft, a moment publishes or schedules it then."""
    lifecycle = {name: overrides.pop(name) for name in LIFECYCLE if name in overrides}
    column = overrides.pop("column", None) or Column.objects.filter(subject=model.subject()).first()
    values = {"title": f"样例标题{next(_serial)}", "body": "<p>样例正文。</p>", **overrides}
    item = model(column=column or make_column(model.subject()), **values)
    if readers:
        item.audience = model.Audience.GROUPS
    item.save()
    revision = item.record_revision(
        {
            "fields": content.of_fields(item),
            "labels": [label.pk for label in labels],
            "readers": [group.pk for group in readers],
            "attachments": [{"asset": asset.pk, "caption": ""} for asset in attachments],
            "relations": [{"target": target.pk, "kind": kind} for target, kind in relations],
        },
        author=None,
        base=None,
    )
    if published_at is not None:
        moment = timezone.now() - timedelta(hours=1) if published_at is PUBLISHED else published_at
        item.publish(revision, at=moment, by=None)
    if lifecycle:
        type(item).objects.filter(pk=item.pk).update(**lifecycle)
        item.refresh_from_db()
    return item


def has_pending_changes(item):
    """Return whether a newer revision waits behind the live one of ``item``."""
    return type(item).objects.with_pending_changes().filter(pk=item.pk).exists()


def make_article(**overrides):
    return make_item(Article, **overrides)


def make_notice(**overrides):
    return make_item(Notice, **overrides)


def make_activity(**overrides):
    return make_item(Activity, **overrides)


def make_open_activity(**overrides):
    """Return an activity of next week that takes sign-ups of everybody with an account."""
    values = {"takes_sign_ups": True, "sign_up_for": "everyone", "starts_at": timezone.now() + timedelta(days=7)}
    return make_activity(**values | overrides)


def make_sign_up(activity, person=None, organisation=None, **overrides):
    """Return the sign-up of ``person`` (default a new one), made as people make it; ``overrides`` are written over it."""
    person = person or make_user()
    [sign_up] = signing_up.sign_up(activity, [person], by=person, organisation=organisation)
    if overrides:
        SignUp.objects.filter(pk=sign_up.pk).update(**overrides)
        sign_up.refresh_from_db()
    return sign_up


def make_credit_code():
    """Return a code that is valid and, with a division that does not exist, visibly a sample."""
    beginning = f"91000000{next(_serial):09d}"
    return beginning + credit_codes.check_character(beginning)


def make_member_group(**overrides):
    return MemberGroup.objects.create(**{"name": f"样例{next(_serial)}大组", **overrides})


def make_organisation(people=(), period=(date(2020, 1, 1), None), **overrides):
    """Return an organisation with one ``period`` (first and last day, or None for none), which ``people`` serve."""
    organisation = Organisation.objects.create(**{"name": f"样例单位{next(_serial)}", **overrides})
    if period:
        make_period(organisation, *period)
    for user in people:
        make_affiliation(organisation, user)
    return organisation


def make_period(organisation, first_on, last_on=None):
    return MembershipPeriod.objects.create(organisation=organisation, first_on=first_on, last_on=last_on)


def make_affiliation(organisation, user=None, **overrides):
    """Return an affiliation since 2020; its reader rows follow."""
    affiliation = Affiliation.objects.create(
        **{"organisation": organisation, "user": user or make_user(), "first_on": date(2020, 1, 1), **overrides}
    )
    reader_rows.bring_up([affiliation.user_id])
    return affiliation


def make_council_term(number=None, **overrides):
    return CouncilTerm.objects.create(**{"number": number or next(_serial), "first_on": date(2024, 1, 1), **overrides})


def make_council_seat(organisation, term, **overrides):
    return CouncilSeat.objects.create(organisation=organisation, term=term, **overrides)


def make_question(item, text=None, **overrides):
    """Return a question of ``item``: a short text that must be answered."""
    values = {"text": text or f"样例问题{next(_serial)}", "order": item.dossier.questions.count(), **overrides}
    return Question.objects.create(dossier=item.dossier, **values)


def answers_to(item, answers=None, prefix="answers"):
    """Return the POST data (dict) with which a browser would send ``answers`` ({Question: value}) to those of ``item``."""
    data = {f"{prefix}-q{question.pk}": value for question, value in (answers or {}).items()}
    return data | {f"{prefix}-seen": fingerprint(item.dossier.questions.all())}


def make_page(**overrides):
    return make_item(Page, **{"slug": f"page{next(_serial)}", **overrides})


def make_review(by=None, stage="first", steps=3, publish_at=None, urgency="", **overrides):
    """Return the open review of a draft that ``by`` (default a new author) wrote; ``stage``: what it waits for."""
    by = by or make_staff(roles.AUTHOR)
    column = overrides.pop("column", None) or make_column(review_steps=steps)
    item = make_article(**{"published_at": None, "column": column, **overrides})
    revision = item.record_revision(content.of_row(item), by, base=item.dossier.newest_revision)
    review = item.submit(revision, by=by, publish_at=publish_at, urgency=urgency)
    while review.stage != stage:
        review.pass_stage(make_administrator(), review.checks())
    return review
