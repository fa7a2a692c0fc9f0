"""Writing what the rows of an import would do, and taking it back: each in one transaction, and never half a row."""

import hashlib
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

import audit
from accounts.models import ReaderGroupMembership, User
from audit.actions import Action
from publishing import content_version

from .. import reader_rows
from ..models import Affiliation, ImportBatch, ImportRow, MemberNumberSeries, MembershipPeriod, Organisation
from . import planning, reading

Kind = ImportRow.Kind


class NotPossible(ValidationError):
    """The batch is in another state by now; the message says so."""


class Left(Exception):
    """A row is left as it is; ``args[0]`` (str) says why."""


def check(upload, by):
    """Return a new ImportBatch for ``upload`` (a django File), whose rows say what they would do. Nothing else is written.

    Raises reading.Unreadable for a file that is none of ours. by: the User who uploads it.
    """
    table = reading.read(upload)
    upload.seek(0)
    digest = hashlib.file_digest(upload, "sha256").hexdigest()
    results = planning.plan_all(table.lines)
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            file_name=upload.name[-200:], digest=digest, is_cut=table.is_cut, created_by=by
        )
        ImportRow.objects.bulk_create(
            [
                ImportRow(
                    batch=batch,
                    number=line.number,
                    values=line.values,
                    kind=plan.kind if plan else Kind.REFUSED,
                    plan=plan.as_json() if plan else {},
                    faults=faults,
                )
                for line, plan, faults in results
            ],
            batch_size=200,
        )
    return batch


def check_kept(batch):
    if not batch.is_kept:
        raise NotPossible(_("The rows of this import are kept no longer: nothing can be done with it."))


# -- Applying ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def apply(batch, by):
    """Do what the rows of ``batch`` (ImportBatch) were shown to do; return how many were applied and how many refused.

    A row that would do something else by now, since somebody changed what it is about, is refused. Nobody is mailed.
    """
    batch = ImportBatch.objects.locked().get(pk=batch.pk)
    if batch.state != batch.State.CHECKED:
        raise NotPossible(_("This import has been done already."))
    check_kept(batch)
    rows = {row.number: row for row in batch.rows.kept().exclude(kind=Kind.REFUSED)}
    # Before anything is read, in one order, so that nobody waits in a circle.
    meant = sorted({row.plan["organisation"] for row in rows.values()} - {None})
    list(Organisation.objects.locked().filter(pk__in=meant).order_by("pk").values_list("pk", flat=True))
    if any(row.plan["period"] for row in rows.values()):
        MemberNumberSeries.hold()
    reader_rows.hold(Affiliation.objects.people_of(meant) | {row.plan["person"] for row in rows.values()} - {None})
    lines = [reading.Line(row.number, row.values) for row in rows.values()]
    writer = Writer()
    for line, plan, faults in planning.plan_all(lines):
        row = rows[line.number]
        if plan is None or plan.as_json() != row.plan:
            row.remark = (
                faults[0][1] if faults else _("The data have changed since the check. Please check this row again.")
            )
        else:
            try:
                with transaction.atomic():
                    row.done = writer.write(plan)
                row.applied_at = timezone.now()
            except (Left, IntegrityError):
                row.remark = _("The data have changed since the check. Please check this row again.")
    ImportRow.objects.bulk_update(rows.values(), ["done", "applied_at", "remark"], batch_size=200)
    batch.applied_at = timezone.now()
    batch.save(update_fields=["applied_at"])
    reader_rows.bring_up(writer.people_touched())
    applied = sum(row.applied_at is not None for row in rows.values())
    audit.record(by, Action.IMPORTED, batch=batch.pk, digest=batch.digest, rows=applied, refused=len(rows) - applied)
    content_version.advance()
    return applied, len(rows) - applied


class Writer:
    """Writes plans one after the other and remembers what earlier rows have made."""

    def __init__(self):
        self.organisations, self.people = {}, {}  # {number of the row: primary key}
        self.touched = set()

    def people_touched(self):
        return Affiliation.objects.people_of(self.touched)

    def write(self, plan):
        """Write ``plan`` (Plan) within a transaction; return what ``undo`` needs, as JSON can say it. Raises Left."""
        done = {}
        if plan.creates:
            organisation = Organisation.objects.create(**plan.creates)
            done["organisation"] = {"pk": organisation.pk, "fields": plan.creates}
        else:
            pk = plan.organisation or self.organisations.get(plan.of_row)
            organisation = Organisation.objects.filter(pk=pk).first()
            if organisation is None:
                raise Left
        if plan.sets:
            done["sets"] = {"pk": organisation.pk, "fields": plan.sets}
            for name, (_before, after) in plan.sets.items():
                setattr(organisation, name, after)
            organisation.save(update_fields=list(plan.sets))
        if plan.period:
            first_on, last_on = (day and date.fromisoformat(day) for day in plan.period)
            organisation.refresh_from_db()  # days as days, for the year of the number
            period = MembershipPeriod.objects.create(organisation=organisation, first_on=first_on, last_on=last_on)
            done["period"] = {"pk": period.pk, "days": plan.period}
        self.write_person(plan, organisation, done)
        if plan.creates:
            self.organisations[plan.number] = organisation.pk
        self.touched.add(organisation.pk)
        return done

    def write_person(self, plan, organisation, done):
        if plan.creates_person:
            user = User(username=f"m-{get_random_string(10).lower()}", **plan.creates_person)
            user.set_unusable_password()
            user.save()
            done["person"] = {"pk": user.pk, "fields": plan.creates_person}
        elif plan.person or plan.person_of_row:
            user = User.objects.filter(pk=plan.person or self.people.get(plan.person_of_row)).first()
            if user is None:
                raise Left
        else:
            return
        if plan.fills:
            for name, value in plan.fills.items():
                setattr(user, name, value)
            user.save(update_fields=list(plan.fills))
            done["fills"] = {"pk": user.pk, "fields": plan.fills}
        if plan.affiliation:
            changed = Affiliation.objects.filter(pk=plan.affiliation).update(role=plan.role[1])
            if not changed:
                raise Left
            done["role"] = {"pk": plan.affiliation, "role": plan.role}
        elif plan.role:
            affiliation = Affiliation.objects.create(organisation=organisation, user=user, role=plan.role[1])
            done["affiliation"] = {
                "pk": affiliation.pk, "role": plan.role[1], "first_on": affiliation.first_on.isoformat(),
            }  # fmt: skip
        if plan.creates_person:
            self.people[plan.number] = user.pk


# -- Undoing ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def undo(batch, by):
    """Take back what ``batch`` wrote, the last row first; return how many rows were undone and how many are left.

    A row is left, whole, if what it wrote was changed or built upon since; its remark says by what.
    """
    batch = ImportBatch.objects.locked().get(pk=batch.pk)
    if batch.state != batch.State.APPLIED:
        raise NotPossible(_("Only what was imported can be undone, and only once."))
    check_kept(batch)
    rows = list(batch.rows.kept().filter(applied_at__isnull=False, undone_at__isnull=True).order_by("-number"))
    meant = {part["pk"] for row in rows for part in (row.done.get("organisation"), row.done.get("sets")) if part}
    meant |= {row.plan["organisation"] for row in rows} - {None}
    list(Organisation.objects.locked().filter(pk__in=meant).order_by("pk").values_list("pk", flat=True))
    people = Affiliation.objects.people_of(meant)
    reader_rows.hold(
        people | {row.done[what]["pk"] for row in rows for what in ("person", "fills") if what in row.done}
    )
    named = {
        "organisation": named_elsewhere(Organisation, made_by(rows, "organisation")),
        "person": named_elsewhere(User, made_by(rows, "person")),
    }
    for row in rows:
        try:
            with transaction.atomic():
                take_back(row.done, named)
            row.undone_at, row.remark = timezone.now(), ""
        except Left as left:
            row.remark = left.args[0]
    # All at once: to delete one row, Django asks every table that might point at it.
    undone_rows = [row for row in rows if row.undone_at]
    for model, what in ((User, "person"), (Organisation, "organisation")):
        for part in planning.parts(made_by(undone_rows, what)):
            model.objects.filter(pk__in=part).delete()
    ImportRow.objects.bulk_update(rows, ["undone_at", "remark"], batch_size=200)
    batch.undone_at = timezone.now()
    batch.save(update_fields=["undone_at"])
    reader_rows.bring_up(people)
    undone = sum(row.undone_at is not None for row in rows)
    audit.record(by, Action.IMPORT_UNDONE, batch=batch.pk, rows=undone, left=len(rows) - undone)
    content_version.advance()
    return undone, len(rows) - undone


def made_by(rows, what):
    return [row.done[what]["pk"] for row in rows if what in row.done]


def take_back(done, named):
    """Undo what one row wrote (``done``, as Writer.write returned it), or raise Left; named: who is named elsewhere.

    The account and the organisation that it made are only looked at; whoever calls deletes them in the end.
    """
    if part := done.get("affiliation"):
        affiliation = Affiliation.objects.filter(pk=part["pk"]).first()
        if affiliation is None:
            raise Left(_("The person no longer serves the organisation as imported."))
        kept = (affiliation.role, affiliation.first_on.isoformat(), affiliation.last_on)
        if kept != (part["role"], part["first_on"], None):
            raise Left(_("The days or the role of the person were changed since."))
        affiliation.delete()
    if part := done.get("role"):
        before, after = part["role"]
        if not Affiliation.objects.filter(pk=part["pk"], role=after).update(role=before):
            raise Left(_("The days or the role of the person were changed since."))
    if part := done.get("fills"):
        user = User.objects.filter(pk=part["pk"], **part["fields"])
        if not user.update(**dict.fromkeys(part["fields"], "")):
            raise Left(_("The account of the person was changed since."))
    if part := done.get("person"):
        check_person(part, named["person"])
    if part := done.get("period"):
        first_on, last_on = part["days"]
        if not MembershipPeriod.objects.filter(pk=part["pk"], first_on=first_on, last_on=last_on).delete()[0]:
            raise Left(_("The membership period was changed since."))
    if part := done.get("sets"):
        organisation = Organisation.objects.filter(pk=part["pk"]).first()
        if organisation is None or not still_has(
            organisation, {key: after for key, (_b, after) in part["fields"].items()}
        ):
            raise Left(_("The organisation was changed since."))
        Organisation.objects.filter(pk=part["pk"]).update(
            **{key: before for key, (before, _a) in part["fields"].items()}
        )
    if part := done.get("organisation"):
        check_organisation(part, named["organisation"])


def check_person(part, named):
    """Raise Left unless nobody has used or changed the account that a row made, and nothing else names it."""
    user = User.objects.filter(pk=part["pk"]).first()
    if user is None:
        return
    if not still_has(user, part["fields"]) or user.is_staff or user.last_login or user.has_usable_password():
        raise Left(_("The account of the person was used or changed since."))
    if user.pk in named or user.affiliations.exists():
        raise Left(_("Something else belongs to the account of the person by now."))


def check_organisation(part, named):
    organisation = Organisation.objects.filter(pk=part["pk"]).first()
    if organisation is None:
        return
    if not still_has(organisation, part["fields"]):
        raise Left(_("The organisation was changed since."))
    if organisation.pk in named or organisation.affiliations.exists() or organisation.periods.exists():
        raise Left(_("Something else belongs to the organisation by now."))


def still_has(row, fields):
    """Return whether ``row`` (a model instance) still has ``fields`` ({name: value as JSON says it})."""
    return all(getattr(row, name) == type(row)._meta.get_field(name.removesuffix("_id")).to_python(value)
               for name, value in fields.items())  # fmt: skip


# What rows of an import make themselves, or what follows from it; it is looked at when its turn comes.
FOLLOWING = (Affiliation, MembershipPeriod, ReaderGroupMembership)


def named_elsewhere(model, pks):
    """Return which of ``pks`` (of ``model``) any other table points at, apart from FOLLOWING: one query a table and part."""
    named = set()
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and relation.related_model not in FOLLOWING:
            name = relation.field.name
            for part in planning.parts(pks):
                rows = relation.related_model._base_manager.filter(**{f"{name}__in": part})
                named.update(rows.values_list(name, flat=True))
    return named
