"""Two editors at once: what the other one has saved, beside what was typed on an older revision."""

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import Textarea, TextInput
from django.utils.functional import cached_property

from ..models import Revision
from . import history


def of_form(form):
    """Return the Conflict for which ``form`` (PublishableForm) was refused, or None."""
    return Conflict(form) if form.is_bound and form.has_error(NON_FIELD_ERRORS, "stale") else None


class Conflict:
    """Compared when the page is written: by then the refused save holds nobody up any more.

    theirs: the newest Revision; base: the one that was opened, or None.
    """

    def __init__(self, form):
        self.form, self.item, self.theirs = form, form.instance, form.newest
        self.base = self.item.dossier.revisions.filter(number=form.opened_number or 0).first()

    @cached_property
    def differences(self):
        """The history.Parts of theirs and of what was typed; those whose words can be taken over have an ``input_id``."""
        mine = Revision(dossier=self.item.dossier, number=0, content=self.form.get_content())
        fields = self.form.fields
        names = {self.item._meta.get_field(name).verbose_name: name for name in self.item.versioned if name in fields}
        parts = history.compare(self.item, self.theirs, mine)
        for part in parts:
            name = names.get(part.title)
            # What is chosen from a list is chosen again as quickly.
            if name and isinstance(fields[name].widget, TextInput | Textarea):
                part.input_id = self.form[name].auto_id
        return parts

    @cached_property
    def news(self):
        """The history.Parts of the base and of theirs."""
        return history.compare(self.item, self.base, self.theirs) if self.base not in (None, self.theirs) else []

    @property
    def texts(self):
        """What stands in theirs (str), by the id of the input in the form."""
        inputs = {self.form[name].auto_id: name for name in self.item.versioned if name in self.form.fields}
        fields = self.theirs.content["fields"]
        return {part.input_id: fields.get(inputs[part.input_id]) or "" for part in self.differences if part.input_id}
