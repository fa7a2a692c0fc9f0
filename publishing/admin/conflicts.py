"""Two editors at once: what the other one has saved, beside what was typed on an older revision."""

from dataclasses import dataclass, field

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import Textarea, TextInput

from ..models import Revision
from . import history


@dataclass
class Conflict:
    """theirs: the newest Revision; base: the one that was opened, or None; differences: history.Parts of theirs and of
    what was typed; news: history.Parts of base and theirs; texts: {id of the input: what stands there in theirs}."""

    theirs: Revision
    base: Revision | None
    differences: list
    news: list = field(default_factory=list)
    texts: dict = field(default_factory=dict)


def of_form(form):
    """Return the Conflict for which ``form`` (PublishableForm) was refused, or None."""
    if not form.is_bound or not form.has_error(NON_FIELD_ERRORS, "stale"):
        return None
    item, theirs = form.instance, form.newest
    base = item.dossier.revisions.filter(number=form.opened_number or 0).first()
    mine = Revision(dossier=item.dossier, number=0, content=form.get_content())
    conflict = Conflict(theirs, base, history.compare(item, theirs, mine))
    if base is not None and base != theirs:
        conflict.news = history.compare(item, base, theirs)
    names = {item._meta.get_field(name).verbose_name: name for name in item.versioned if name in form.fields}
    for part in conflict.differences:
        name = names.get(part.title)
        # Words can be taken over in place. What is chosen from a list is chosen again as quickly.
        if name and isinstance(form.fields[name].widget, TextInput | Textarea):
            part.input_id = form[name].auto_id
            conflict.texts[part.input_id] = theirs.content["fields"].get(name) or ""
    return conflict
