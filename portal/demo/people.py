"""The people of the sample association, and how they sign in."""

from django.contrib.auth.models import Group

from accounts.models import User
from members import roles as members_roles
from publishing import roles

PASSWORD = "demo-2026-sample"  # noqa: S105  for a portal that answers on this machine only, and holds nothing of worth

STAFF = {  # user name: (name, role)
    "author": ("样例作者", roles.AUTHOR),
    "reviewer": ("样例审核员", roles.REVIEWER),
    "publisher": ("样例发布员", roles.PUBLISHER),
    "office": ("样例管理员", roles.ADMINISTRATOR),
    "service": ("样例会员服务", members_roles.MEMBER_SERVICE),
    "secretary": ("样例秘书长", members_roles.SECRETARY),
    "council": ("样例理事会", members_roles.COUNCIL),
}
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN_NAMES = "甲乙丙丁戊己庚辛壬癸"


def make(username, name, **values):
    user = User(username=username, name=name, email=f"{username}@example.org", **values)
    user.set_password(PASSWORD)
    user.save()
    return user


def make_staff():
    """Return {user name: User} of the staff."""
    staff = {}
    for username, (name, role) in STAFF.items():
        staff[username] = make(username, name, is_staff=True)
        staff[username].groups.add(Group.objects.get(name=role))
    return staff


def name_of(number):
    """Return the name of the ``number``-th sample person, such as 样例赵甲; the first 160 differ."""
    given, surname = divmod(number, len(SURNAMES))
    return f"样例{SURNAMES[surname]}{GIVEN_NAMES[given % len(GIVEN_NAMES)]}"
