"""What the rows of a table would do to what there is: decided without writing anything.

The same rows over the same data make the same plans, so that what was shown and what is done can be compared.
"""

import re
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.names import PHONE, folded
from hanzi.fold import fold

from .. import credit_codes
from ..models import Affiliation, ImportRow, MemberGroup, MembershipPeriod, Organisation, first_overlap, in_words
from .columns import PLAIN_FIELDS, SAMPLE_NAME

DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
AT_ONCE = 500  # names in one query


@dataclass
class Plan:
    """What one row does. JSON can say all of it; days are ISO texts, people and organisations primary keys."""

    number: int
    organisation: int | None = None  # the one that is meant; None: it is made by this row or by of_row
    of_row: int | None = None  # the earlier row that makes the organisation
    creates: dict = field(default_factory=dict)  # fields of a new organisation
    sets: dict = field(default_factory=dict)  # {field: [before, after]} of one that is there
    period: list = field(default_factory=list)  # [first day, last day or None] of a new period
    person: int | None = None
    person_of_row: int | None = None  # the earlier row that makes the person
    creates_person: dict = field(default_factory=dict)
    fills: dict = field(default_factory=dict)  # {field: value} that the person's account lacks
    affiliation: int | None = None  # the one whose role changes
    role: list = field(default_factory=list)  # [before, after]; before is "" for a new affiliation

    @property
    def kind(self):
        if self.creates:
            return ImportRow.Kind.NEW
        does = (self.sets, self.period, self.creates_person, self.fills, self.role)
        return ImportRow.Kind.CHANGED if any(does) else ImportRow.Kind.UNCHANGED

    def as_json(self):
        return asdict(self)


class Faults(Exception):
    """A row is refused: ``args[0]`` is [(key of the column, sentence)]."""


@dataclass
class Known:
    """An organisation as the rows up to now would leave it."""

    pk: int | None
    row: int | None  # that makes it
    fields: dict
    periods: list = field(default_factory=list)  # of (first day, last day or None)
    people: dict = field(default_factory=dict)  # {key of the person: (pk of the affiliation or None, role)}

    @property
    def key(self):
        return ("pk", self.pk) if self.pk else ("row", self.row)


@dataclass
class KnownPerson:
    pk: int | None
    row: int | None
    name: str
    email: str
    phone: str
    is_active: bool = True
    is_staff: bool = False

    @property
    def key(self):
        return ("pk", self.pk) if self.pk else ("row", self.row)


FIELDS = ("name", "former_names", "credit_code", "level", "member_group_id", "joined_on", *PLAIN_FIELDS)


class Present:
    """What the database has for ``lines`` (list of reading.Line), read with a fixed number of queries a hundred rows."""

    def __init__(self, lines):
        self.groups = {group.name: group.pk for group in MemberGroup.objects.all()}
        self.by_code, self.by_name, self.by_fold, self.by_pk = {}, {}, {}, {}
        self.by_email, self.by_phone = {}, {}
        self.refused = {}  # {name: number of the refused row that would have made it}
        self.read_organisations(lines)
        self.read_people(lines)

    def read_organisations(self, lines):
        # Every name is folded, so that a name that differs by brackets or width alone is found; a few thousand are read.
        rows = list(Organisation.objects.order_by("pk").values("pk", *FIELDS))
        codes = {credit_codes.normalise(line.values.get("credit_code", "")) for line in lines}
        names = {line.values.get("name") for line in lines}
        for row in rows:
            self.by_fold.setdefault(fold(row["name"]), row["name"])
            if row["name"] in names or (row["credit_code"] and row["credit_code"] in codes):
                fields = {name: row[name] for name in FIELDS}
                if fields["joined_on"]:
                    fields["joined_on"] = fields["joined_on"].isoformat()
                self.add(Known(row["pk"], None, fields))
        today = timezone.localdate()
        for part in parts(sorted(self.by_pk)):
            for pk, first_on, last_on in MembershipPeriod.objects.filter(organisation__in=part).values_list(
                "organisation", "first_on", "last_on"
            ):
                self.by_pk[pk].periods.append((first_on, last_on))
            running = Affiliation.objects.filter(Q(last_on__isnull=True) | Q(last_on__gte=today), organisation__in=part)
            for row in running.order_by("pk"):
                self.by_pk[row.organisation_id].people[("pk", row.user_id)] = (row.pk, row.role)

    def read_people(self, lines):
        emails = sorted({line.values.get("person_email", "").lower() for line in lines} - {""})
        phones = sorted({folded(line.values.get("phone", "")) for line in lines} - {""})
        names = ("pk", "username", "name", "email", "phone", "is_active", "is_staff", "is_superuser")
        for part in parts(emails):
            users = User.objects.annotate(lower=Lower("email"), lower_name=Lower("username"))
            for user in users.filter(Q(lower__in=part) | Q(lower_name__in=part)).values(*names):
                self.add_user(user)
        for part in parts(phones):
            for user in User.objects.filter(Q(phone__in=part) | Q(username__in=part)).values(*names):
                self.add_user(user)

    def add_user(self, user):
        person = KnownPerson(
            user["pk"], None, user["name"] or user["username"], user["email"], user["phone"], user["is_active"],
            user["is_staff"] or user["is_superuser"],
        )  # fmt: skip
        self.add_person(person)
        # Who signs in by a user name that is somebody's e-mail or phone is found by it, as signing in finds him.
        self.by_email.setdefault(user["username"].lower(), person)
        self.by_phone.setdefault(user["username"], person)

    def add(self, organisation):
        if organisation.pk:
            self.by_pk[organisation.pk] = organisation
        self.by_name[organisation.fields["name"]] = organisation
        self.by_fold.setdefault(fold(organisation.fields["name"]), organisation.fields["name"])
        if organisation.fields["credit_code"]:
            self.by_code[organisation.fields["credit_code"]] = organisation

    def add_person(self, person):
        if person.email:
            self.by_email[person.email.lower()] = person
        if person.phone:
            self.by_phone[person.phone] = person


def parts(values):
    return [values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE)]


def plan_all(lines):
    """Return [(Line, Plan or None, faults)] for ``lines`` (list of reading.Line): faults say why a row has no plan."""
    present = Present(lines)
    results = []
    for line in lines:
        try:
            plan, commit = plan_line(line, present)
        except Faults as faults:
            present.refused.setdefault(line.values.get("name"), line.number)
            results.append((line, None, [list(fault) for fault in faults.args[0]]))
        else:
            commit()
            results.append((line, plan, []))
    return results


def plan_line(line, present):
    """Return (Plan, function that lets ``present`` know of it) for ``line``, or raise Faults."""
    values, faults = line.values, list(line.faults)
    name = values.get("name", "")
    if not name:
        sentence = _("Please fill in the name of the organisation; it stands in every row.")
        raise Faults(faults or [("name", sentence)])
    if name == SAMPLE_NAME:
        raise Faults([("name", _("This is the sample row of the template. It is left out."))])
    typed = typed_fields(values, present, faults)
    period = typed_period(values, faults)
    person = typed_person(values, faults)
    if faults:
        raise Faults(faults)
    known = find_organisation(name, typed.get("credit_code", ""), present)
    plan = Plan(line.number)
    if known is None:
        earlier = present.refused.get(name)
        if earlier is not None:
            raise Faults([("name", _("Row %(number)s of the same organisation is refused.") % {"number": earlier})])
        plan.creates = {"name": name, **typed}
        known = Known(None, line.number, {**empty_organisation(), **plan.creates})
    else:
        plan.organisation, plan.of_row = known.pk, None if known.pk else known.row
        plan.sets = differences(name, typed, known)
        if plan.sets and not known.pk:
            headings = list(plan.sets)
            raise Faults([(key_of(headings[0]), _("This differs from row %(number)s of the same organisation.")
                           % {"number": known.row})])  # fmt: skip
    if period and period not in known.periods:
        overlap = first_overlap([*known.periods, period])
        if overlap:
            other = overlap[0] if overlap[1] == period else overlap[1]
            raise Faults([("first_on", _("It shares days with the period %(period)s. Please correct periods by hand.")
                           % {"period": in_words(*other)})])  # fmt: skip
        plan.period = [day and day.isoformat() for day in period]
    who = plan_person(person, known, plan, present) if person else None

    def commit():
        known.fields |= {name: after for name, (_before, after) in plan.sets.items()}
        present.add(known)
        if plan.period:
            known.periods.append(period)
        if who:
            who.email, who.phone = plan.fills.get("email", who.email), plan.fills.get("phone", who.phone)
            present.add_person(who)
            if plan.role:
                known.people[who.key] = (plan.affiliation, plan.role[1])

    return plan, commit


def empty_organisation():
    empty = {name: None if name in ("member_group_id", "joined_on") else "" for name in FIELDS}
    return {**empty, "level": Organisation.Level.ORDINARY.value}


def key_of(name):
    return "member_group" if name == "member_group_id" else name


# -- The organisation -------------------------------------------------------------------------------------------------


def typed_fields(values, present, faults):
    """Return {field: value} of what ``values`` fills in of the organisation besides its name; add to ``faults``."""
    typed = {}
    if code := credit_codes.normalise(values.get("credit_code", "")):
        if sentence := credit_codes.fault(code[:60]):
            faults.append(("credit_code", sentence))
        typed["credit_code"] = code
    if text := values.get("level"):
        levels = {str(label): value for value, label in Organisation.Level.choices}
        if text not in levels:
            faults.append(("level", _("Choose among: %(names)s") % {"names": "、".join(levels)}))
        typed["level"] = levels.get(text, "")
    if text := values.get("member_group"):
        if text not in present.groups:
            faults.append(
                ("member_group", _("There is no member group of this name. Please add it first, or correct it."))
            )
        typed["member_group_id"] = present.groups.get(text)
    if values.get("joined_on"):
        day = read_date("joined_on", values, faults)
        typed["joined_on"] = day and day.isoformat()
    for name in PLAIN_FIELDS:
        if text := values.get(name):
            if name == "website" and "://" not in text:
                text = f"https://{text}"
            typed[name] = text
    for name in ("name", *PLAIN_FIELDS):
        text = typed.get(name) or values.get(name, "")
        try:
            if text:
                Organisation._meta.get_field(name).clean(text, None)
        except ValidationError as error:
            faults.append((name, " ".join(error.messages)))
    return typed


def find_organisation(name, code, present):
    """Return the Known that is meant: by its credit code, else by its exact name; None if it is a new one."""
    by_code, by_name = present.by_code.get(code) if code else None, present.by_name.get(name)
    if by_code and by_name and by_code is not by_name:
        raise Faults([("name", _("Another organisation, without this credit code, has this name."))])
    if by_code:
        return by_code
    if by_name:
        kept = by_name.fields["credit_code"]
        if code and kept and kept != code:
            raise Faults(
                [("credit_code", _("The organisation of this name has another credit code: %(code)s") % {"code": kept})]
            )
        return by_name
    alike = present.by_fold.get(fold(name))
    if alike:
        raise Faults([("name", _("An organisation called “%(name)s” is there. Please spell the name as it is spelled there.")
                       % {"name": alike})])  # fmt: skip
    return None


def differences(name, typed, known):
    """Return {field: [before, after]} where the row fills in something else than ``known`` has."""
    wanted = dict(typed)
    if name != known.fields["name"]:
        former = [*filter(None, known.fields["former_names"].splitlines()), known.fields["name"]]
        wanted = {"name": name, "former_names": "\n".join(dict.fromkeys(former)), **wanted}
    return {key: [known.fields[key], value] for key, value in wanted.items() if value != known.fields[key]}


def typed_period(values, faults):
    """Return (first day, last day or None) of the membership, or None; add to ``faults``."""
    if not values.get("first_on"):
        if values.get("last_on"):
            faults.append(("first_on", _("A period needs its first day.")))
        return None
    first_on = read_date("first_on", values, faults)
    last_on = read_date("last_on", values, faults) if values.get("last_on") else None
    if first_on and last_on and last_on < first_on:
        faults.append(("last_on", _("The last day cannot lie before the first day.")))
    return first_on, last_on


def read_date(key, values, faults):
    """Return the date that ``values[key]`` spells, or None and a fault."""
    text = re.sub(r"\s", "", values[key])
    for format in DATE_FORMATS:
        try:
            day = datetime.strptime(text, format).date()  # noqa: DTZ007 a day has no time zone
        except ValueError:
            continue
        if 1900 <= day.year < 2200:
            return day
    faults.append((key, _("This is no date. Please write it like 2026-01-31.")))
    return None


# -- The person -------------------------------------------------------------------------------------------------------


def typed_person(values, faults):
    """Return {name, role, phone, email} of the person of the row, or None if it names nobody; add to ``faults``."""
    keys = ("person", "role", "phone", "person_email")
    if not any(values.get(key) for key in keys):
        return None
    roles = {str(label): value for value, label in Affiliation.Role.choices}
    text, phone, email = values.get("role"), folded(values.get("phone", "")), values.get("person_email", "")
    if not values.get("person"):
        faults.append(("person", _("Please fill in the name of the person.")))
    elif len(values["person"]) > 60:
        faults.append(("person", _("A name has at most 60 characters.")))
    if not phone and not email:
        faults.append(("phone", _("A person needs a mobile phone or an e-mail address to be known by.")))
    if text and text not in roles:
        faults.append(("role", _("Choose among: %(names)s") % {"names": "、".join(roles)}))
    if phone and not PHONE.fullmatch(phone):
        faults.append(("phone", _("Please enter a phone number, digits only, for example 13800000000.")))
    if email:
        try:
            validate_email(email)
            User._meta.get_field("email").clean(email, None)
        except ValidationError as error:
            faults.append(("person_email", " ".join(error.messages)))
    return {"name": values.get("person", ""), "role": roles.get(text, ""), "phone": phone, "email": email}


def plan_person(person, known, plan, present):
    """Complete ``plan`` with what the row does to the person; return the KnownPerson. Raise Faults."""
    by_email = present.by_email.get(person["email"].lower()) if person["email"] else None
    by_phone = present.by_phone.get(person["phone"]) if person["phone"] else None
    if by_email and by_phone and by_email is not by_phone:
        raise Faults([("phone", _("The phone and the e-mail address belong to two different people."))])
    who = by_email or by_phone
    if who is None:
        plan.creates_person = {key: person[key] for key in ("name", "email", "phone")}
        who = KnownPerson(None, plan.number, **plan.creates_person)
    else:
        plan.person, plan.person_of_row = who.pk, None if who.pk else who.row
        plan.fills = lacking(person, who)
    affiliation, role = known.people.get(who.key, (None, ""))
    wanted = person["role"] or role or Affiliation.Role.OTHER.value
    if wanted != role:
        plan.affiliation, plan.role = affiliation, [role, wanted]
        contacts = [key for key, (_pk, held) in known.people.items() if held == Affiliation.Role.CONTACT]
        if wanted == Affiliation.Role.CONTACT and [key for key in contacts if key != who.key]:
            raise Faults(
                [("role", _("The organisation has a main contact already. Please end that one's days first."))]
            )
    return who


def lacking(person, who):
    """Return {field: value} that the row knows of ``who`` and the account lacks; raise Faults where the two contradict."""
    if fold(person["name"]) != fold(who.name):
        raise Faults(
            [("person", _("This phone or e-mail address belongs to a person called %(name)s.") % {"name": who.name})]
        )
    if not who.is_active:
        raise Faults([("person", _("The account of this person is closed."))])
    fills = {}
    for key, column, kept in (("email", "person_email", who.email), ("phone", "phone", who.phone)):
        if not person[key] or person[key].lower() == kept.lower():
            continue
        if kept:
            raise Faults([(column, _("The account of this person has another one: %(kept)s") % {"kept": kept})])
        if who.is_staff or not who.pk:
            raise Faults([(column, _("The account of this person has none. Please enter it there."))])
        fills[key] = person[key]
    return fills
