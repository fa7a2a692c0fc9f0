"""Who may do what in which column: a person's roles, the columns they hold in, and the days on which he stands in.

Roles are groups of Django. A group that a person belongs to holds everywhere; a ``ColumnRole`` holds in one column and
what lies below it. ``user.has_perm(name)`` answers "anywhere at all", ``user.has_perm(name, item_or_column)`` "there".
"""

from dataclasses import dataclass, field

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.db.models import Q

from accounts.models import User

from . import roles, subjects

EVERYWHERE = object()
REVIEWING = ("view", "first_review", "second_review", "final_review")  # what a stand-in may do in place of another


def codename(model, action):
    """Return the full name of the permission for ``action`` on ``model``, such as ``news.publish_article``."""
    return f"{model._meta.app_label}.{action}_{model._meta.model_name}"


@dataclass
class Reach:
    """What a person may do: permissions that hold everywhere, and the columns (set of numbers) others hold in."""

    everywhere: set = field(default_factory=set)
    by_permission: dict = field(default_factory=dict)

    def columns(self, permission):
        """Return EVERYWHERE, or the set of the numbers of the columns in which ``permission`` holds."""
        return EVERYWHERE if permission in self.everywhere else self.by_permission.get(permission, set())

    def covers(self, permission, column_pk):
        return permission in self.everywhere or column_pk in self.by_permission.get(permission, ())


def reach(user):
    """Return the Reach of ``user``, asked once per object of the user: his own and, in reviews, that of the absent."""
    from .models import StandIn

    if hasattr(user, "_reach"):
        return user._reach
    found = own_reach(user)
    if user.is_authenticated and user.is_active and not (user.is_superuser or user.must_prove_identity):
        names = {codename(model, action) for model in subjects.models() for action in REVIEWING}
        for stand_in in StandIn.objects.current().filter(person=user).select_related("absent"):
            other = own_reach(stand_in.absent)
            found.everywhere |= other.everywhere & names
            for permission in names & other.by_permission.keys():
                found.by_permission.setdefault(permission, set()).update(other.by_permission[permission])
    user._reach = found
    return found


def own_reach(user):
    """Return the Reach of ``user`` by his own roles: two queries, or three if he holds roles in columns."""
    from .models import ColumnRole

    if not user.is_authenticated or not user.is_active or user.must_prove_identity:
        return Reach()
    found = Reach(set(ModelBackend().get_all_permissions(user)))
    if user.is_superuser:
        return found
    rows = ColumnRole.objects.filter(user=user).values_list(
        "column_id", "column__subject", "role__permissions__content_type__app_label", "role__permissions__codename"
    )
    chosen = roles.chosen_models()
    for column_pk, subject, app_label, name in rows:
        if name and _holds_in_a_column(subject, app_label, name, chosen):
            found.by_permission.setdefault(f"{app_label}.{name}", set()).add(column_pk)
    if found.by_permission:
        below = _columns_below()
        for permission, columns in found.by_permission.items():
            found.by_permission[permission] = {pk for column in columns for pk in below(column)}
    return found


def _holds_in_a_column(subject, app_label, name, chosen):
    """Return whether a role narrowed to a column of ``subject`` gives the permission.

    To items of that subject, to files, and to look up what an item is made of: accounts, roles, the log and the home
    page lie in no column, and whoever asks for them asks without one.
    """
    action, _underscore, model_name = name.rpartition("_")
    is_of_items = (app_label, model_name) == (subject, subjects.model_for(subject)._meta.model_name)
    return is_of_items or app_label == "files" or roles.is_for_all_staff(app_label, model_name, action, chosen)


def _columns_below():
    """Return a function that gives the numbers of a column and of all below it: one query for the whole tree."""
    from .models import Column

    children = {}
    for pk, parent in Column.objects.order_by().values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)

    def below(pk):
        found, waiting = [], [pk]
        while waiting:
            found.append(waiting.pop())
            waiting.extend(children.get(found[-1], ()))
        return found

    return below


def stands_in_for(user, permission, column):
    """Return the number of the person in whose place ``user`` acts, or None if ``permission`` is his own."""
    from .models import StandIn

    if own_reach(user).covers(permission, column.pk):
        return None
    for stand_in in StandIn.objects.current().filter(person=user).select_related("absent"):
        if own_reach(stand_in.absent).covers(permission, column.pk):
            return stand_in.absent_id
    return None


def people_with(permission, column):
    """Return the active members of staff who hold ``permission`` in ``column``, themselves or standing in."""
    from .models import ColumnRole, StandIn

    app_label, name = permission.split(".")
    holders = User.objects.with_perm(permission, backend="django.contrib.auth.backends.ModelBackend")
    chain = [column.pk, *(ancestor.pk for ancestor in column.ancestors)]
    in_columns = ColumnRole.objects.filter(
        column__in=chain, role__permissions__codename=name, role__permissions__content_type__app_label=app_label
    )
    own = Q(pk__in=holders.values("pk")) | Q(pk__in=in_columns.values("user"))
    absent = User.objects.filter(own, is_active=True)
    standing_in = StandIn.objects.current().filter(absent__in=absent.values("pk"))
    return User.objects.filter(own | Q(pk__in=standing_in.values("person")), is_active=True, is_staff=True).distinct()


class ColumnRoleBackend(BaseBackend):
    """Answers for columns and items; signs nobody in. Stands beside Django's ModelBackend in the settings."""

    def has_perm(self, user_obj, perm, obj=None):
        found = reach(user_obj)
        if obj is None:
            return perm in found.everywhere or perm in found.by_permission
        column_pk = getattr(obj, "column_id", obj.pk)
        return found.covers(perm, column_pk)

    def has_module_perms(self, user_obj, app_label):
        found = reach(user_obj)
        return any(name.startswith(f"{app_label}.") for name in (*found.everywhere, *found.by_permission))
