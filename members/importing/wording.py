"""What a row of an import does, in words for staff."""

from datetime import date

from django.utils.translation import gettext as _

from ..models import Affiliation, ImportRow, MemberGroup, Organisation, in_words
from .columns import heading_of
from .planning import key_of

TONES = {
    ImportRow.Kind.NEW: "green",
    ImportRow.Kind.CHANGED: "blue",
    ImportRow.Kind.UNCHANGED: "mute",
    ImportRow.Kind.REFUSED: "red",
}


class Wording:
    """Words for many rows; the names of member groups are read once."""

    def __init__(self):
        self.groups = dict(MemberGroup.objects.values_list("pk", "name"))
        self.levels = dict(Organisation.Level.choices)
        self.roles = dict(Affiliation.Role.choices)

    def of(self, row):
        """Return [(text, whether it is a fault)] for ``row`` (ImportRow)."""
        if row.emptied_at:
            return [(_("What the row said was deleted, since it names people."), False)]
        if row.faults:
            return [(f"{heading_of(key)}：{sentence}", True) for key, sentence in row.faults]
        lines = [(text, False) for text in self.of_plan(row.plan)]
        return [*lines, (row.remark, True)] if row.remark else lines

    def of_plan(self, plan):
        if plan["creates"]:
            yield _("New organisation")
            for name, value in plan["creates"].items():
                if name != "name":
                    yield f"{self.heading(name)}：{self.value(name, value)}"
        for name, (before, after) in plan["sets"].items():
            yield f"{self.heading(name)}：{self.value(name, before)} → {self.value(name, after)}"
        if plan["period"]:
            days = [day and date.fromisoformat(day) for day in plan["period"]]
            yield _("New membership period: %(days)s") % {"days": in_words(*days)}
        if plan["creates_person"]:
            yield _("New account: %(name)s") % {"name": plan["creates_person"]["name"]}
        for value in plan["fills"].values():
            yield _("Added to the account: %(value)s") % {"value": value}
        if plan["role"]:
            before, after = plan["role"]
            if before:
                yield f"{heading_of('role')}：{self.roles.get(before, before)} → {self.roles.get(after, after)}"
            else:
                yield _("Serves the organisation as: %(role)s") % {"role": self.roles.get(after, after)}

    def heading(self, name):
        return _("Former names") if name == "former_names" else heading_of(key_of(name))

    def value(self, name, value):
        if value in (None, ""):
            return _("(empty)")
        if name == "level":
            return self.levels.get(value, value)
        if name == "member_group_id":
            return self.groups.get(value, value)
        return str(value).replace("\n", "、")
