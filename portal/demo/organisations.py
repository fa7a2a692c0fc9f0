"""Sample organisations with their people, periods and seats on the council."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import User
from members import credit_codes, reader_rows
from members.models import Affiliation, CouncilSeat, CouncilTerm, MemberGroup, MembershipPeriod, Organisation

from . import people

GROUPS = ["样例机械大组", "样例化工大组", "样例服务大组"]
KINDS = ["机械厂", "仪表公司", "化工集团", "检测中心", "物流公司", "建设集团", "食品公司", "研究院"]
DISTRICTS = ["样例东区", "样例西区", "样例南区"]
INDUSTRIES = ["装备制造", "化工", "检验检测", "现代服务"]
COUNT = 24
PEOPLE_EACH = 5


@dataclass
class Members:
    """What was made, for what is made from it."""

    all: list = field(default_factory=list)  # Organisations
    people: dict = field(default_factory=dict)  # Organisation: [User], the main contact first
    groups: list = field(default_factory=list)
    member: User = None  # an ordinary person of a member organisation
    contact: User = None  # the main contact of the same one
    former: User = None  # of an organisation whose membership has ended


def fill(staff, now):
    today = timezone.localdate(now)
    members = Members(groups=[MemberGroup.objects.create(name=name, order=i) for i, name in enumerate(GROUPS)])
    for group in members.groups:
        reader_rows.readers_of(group)
    password = make_password(people.PASSWORD)  # hashed once: a hundred times would take minutes
    for number in range(COUNT):
        organisation = make_organisation(number, members.groups)
        first_on, last_on = days_of(number, today)
        MembershipPeriod.objects.create(organisation=organisation, first_on=first_on, last_on=last_on)
        members.all.append(organisation)
        members.people[organisation] = make_people(organisation, number, password, first_on)
    reader_rows.rebuild()
    fill_council(members, today)
    first, former = members.all[0], members.all[-1]
    members.contact, members.member = (
        rename(members.people[first][0], "contact"),
        rename(members.people[first][1], "member"),
    )
    members.former = rename(members.people[former][0], "former")
    return members


def make_organisation(number, groups):
    return Organisation.objects.create(
        name=f"样例{KINDS[number % len(KINDS)]}{number // len(KINDS) + 1}号",
        credit_code=make_code(number),
        level=Organisation.Level.SENIOR if number % 6 == 0 else Organisation.Level.ORDINARY,
        member_group=groups[number % len(groups)],
        district=DISTRICTS[number % len(DISTRICTS)],
        industry=INDUSTRIES[number % len(INDUSTRIES)],
        introduction="样例简介：本单位为虚构单位，用于展示会员名录。",
        website="https://example.org/",
        address=f"样例路 {number + 1} 号",
    )


def make_code(number):
    """Return a credit code that is right in form, of a division that does not exist."""
    beginning = f"91000000{number + 1:09d}"
    return beginning + credit_codes.check_character(beginning)


def days_of(number, today):
    """Return the first and last day of a membership: most run on, the last ones are due, in grace and expired."""
    ends = {COUNT - 1: -200, COUNT - 2: -10, COUNT - 3: 20}
    last_on = today + timedelta(days=ends.get(number, 300))
    return last_on - timedelta(days=365 * 3), last_on


def make_people(organisation, number, password, first_on):
    roles = [Affiliation.Role.CONTACT, Affiliation.Role.QUALITY_HEAD]
    made = []
    for place in range(PEOPLE_EACH):
        serial = number * PEOPLE_EACH + place
        user = User.objects.create(
            username=f"person{serial + 1}",
            name=people.name_of(serial),
            email=f"person{serial + 1}@example.org",
            phone=f"1990000{serial + 1:04d}",
            password=password,
        )
        role = roles[place] if place < len(roles) else Affiliation.Role.OTHER
        Affiliation.objects.create(organisation=organisation, user=user, role=role, first_on=first_on)
        made.append(user)
    return made


def fill_council(members, today):
    term = CouncilTerm.objects.create(number=1, first_on=today - timedelta(days=400))
    roles = list(CouncilSeat.Role)
    for place, organisation in enumerate(members.all[:12]):
        role = roles[place] if place < len(roles) else CouncilSeat.Role.DIRECTOR
        CouncilSeat.objects.create(term=term, organisation=organisation, role=role)


def rename(user, username):
    user.username = username
    user.email = f"{username}@example.org"
    user.save(update_fields=["username", "email"])
    return user
