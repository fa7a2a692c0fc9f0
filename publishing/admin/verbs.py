"""What staff do to an item besides writing: each verb is a form that is asked on a page of its own before it is done."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime, AutocompleteSelect
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from .. import content
from ..models import Dossier, Publishable, Relation

Status = Publishable.Status


class Verb(forms.Form):
    """A verb on ``item``. Subclasses say its words, when it applies, what it asks and what it does."""

    name = ""  # in the address
    label = ""  # on buttons
    explanation = ""  # what readers will notice
    done = ""  # told afterwards
    is_grave = False  # whether readers lose something

    class Media:
        js = ["admin/js/core.js"]  # the calendar takes it for granted

    do_not_call_in_templates = True  # the class itself stands in the list of buttons

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, **kwargs)
        self.item = item

    @classmethod
    def applies_to(cls, item):
        raise NotImplementedError

    @classmethod
    def permission(cls, item):
        """Return the action whose permission it takes: to publish, since readers will notice."""
        return "publish"

    def perform(self, user):
        raise NotImplementedError

    def summary(self):
        """Return what was done and with which answers (str), for the history."""
        answers = [
            f"{self.fields[name].label}: {localize(value)}"
            for name, value in self.cleaned_data.items()
            if value not in (None, "")
        ]
        return " · ".join([str(self.label), *answers])

    def check_dates(self):
        """Raise ValidationError in words of the form if the dates set on ``item`` in memory break a promise."""
        try:
            self.item.validate_constraints()
        except ValidationError as error:
            raise ValidationError(error.messages) from error


def moment_field(label, **kwargs):
    """Return a field for an aware datetime, typed in Shanghai time."""
    kwargs.setdefault("help_text", _("Shanghai time."))
    widget = AdminSplitDateTime()
    for part, name in zip(widget.widgets, (_("Date"), _("Time")), strict=True):
        part.attrs["aria-label"] = name
    return forms.SplitDateTimeField(label=label, widget=widget, **kwargs)


def reason_field(help_text=""):
    return forms.CharField(
        label=_("reason"), max_length=200, widget=forms.TextInput(attrs={"class": "vTextField"}), help_text=help_text
    )


class Publish(Verb):
    name = "publish"
    label = _("Publish with a date")
    explanation = _(
        "The newest saved version appears at this moment. A moment in the future schedules it; one in the past is shown "
        "as the date of publication."
    )
    done = _("The item is published or scheduled.")
    at = moment_field(_("publish at"))

    @classmethod
    def applies_to(cls, item):
        return item.status == Status.DRAFT

    def clean(self):
        content.apply(self.item, self.item.dossier.newest_revision.content)
        try:
            self.item.full_clean()
            self.item.clean_for_publication()
        except ValidationError as error:
            raise ValidationError(
                [
                    f"{self.item._meta.get_field(name).verbose_name}: {message}"
                    if name != NON_FIELD_ERRORS
                    else message
                    for name, messages in error.message_dict.items()
                    for message in messages
                ]
            ) from error

    def perform(self, user):
        self.item.publish(self.item.dossier.newest_revision, at=self.cleaned_data["at"])


class Date(Verb):
    name = "date"
    label = _("Change the date")
    explanation = _("The item is listed and shown with this date. In the future: it disappears until then.")
    done = _("The date of publication was changed.")
    at = moment_field(_("publish at"))

    @classmethod
    def applies_to(cls, item):
        return item.published_at is not None and item.trashed_at is None

    def clean(self):
        if "at" in self.cleaned_data:
            self.item.published_at = self.cleaned_data["at"]
            self.check_dates()

    def perform(self, user):
        self.item.date(self.cleaned_data["at"])


class Pin(Verb):
    name = "pin"
    label = _("Pin")
    explanation = _("The item stands on top of its lists until this moment.")
    done = _("The item is pinned.")
    until = moment_field(_("pinned until"))
    rank = forms.IntegerField(
        label=_("rank among the pinned"),
        min_value=0,
        max_value=99,
        initial=0,
        help_text=_("The highest stands first."),
    )

    @classmethod
    def applies_to(cls, item):
        return item.status in (Status.PUBLISHED, Status.SCHEDULED)

    def clean_until(self):
        if self.cleaned_data["until"] <= timezone.now():
            raise ValidationError(_("Choose a moment in the future."))
        return self.cleaned_data["until"]

    def perform(self, user):
        self.item.pin(self.cleaned_data["until"], self.cleaned_data["rank"])


class Unpin(Verb):
    name = "unpin"
    label = _("Unpin")
    explanation = _("The item goes back to its place by date.")
    done = _("The item is no longer pinned.")

    @classmethod
    def applies_to(cls, item):
        return item.is_pinned

    def perform(self, user):
        self.item.pin(None)


class Expire(Verb):
    name = "expire"
    label = _("Set the end")
    explanation = _("At this moment the item leaves the lists; its page stays, with a ribbon.")
    done = _("The end was set.")
    at = moment_field(_("in force until"), required=False, help_text=_("Shanghai time. Empty: without end."))

    @classmethod
    def applies_to(cls, item):
        return item.status in (Status.PUBLISHED, Status.SCHEDULED, Status.EXPIRED)

    def clean(self):
        if "at" in self.cleaned_data:
            self.item.expires_at = self.cleaned_data["at"]
            self.check_dates()

    def perform(self, user):
        self.item.expire(self.cleaned_data["at"])


class Repeal(Verb):
    name = "repeal"
    label = _("Repeal")
    explanation = _("The item leaves the lists; its page stays, with a ribbon that tells the reason.")
    done = _("The item was repealed.")
    is_grave = True
    reason = reason_field(_("Readers see it."))
    successor = forms.ModelChoiceField(
        Dossier.objects.all(),
        label=_("replaced by"),
        required=False,
        widget=AutocompleteSelect(Relation._meta.get_field("target"), admin.site),
        help_text=_("The item that takes its place, if there is one. Both pages will name each other."),
    )

    @classmethod
    def applies_to(cls, item):
        return item.status in (Status.PUBLISHED, Status.EXPIRED)

    def clean_successor(self):
        successor = self.cleaned_data["successor"]
        if successor and (successor.pk == self.item.pk or successor.subject != self.item.subject()):
            raise ValidationError(_("Choose another item of the same subject."))
        return successor

    def perform(self, user):
        # The successor first: who waits for another dossier must not hold the content version, which its editor waits for.
        if self.cleaned_data["successor"]:
            self.cleaned_data["successor"].item.relate(self.item.dossier, Relation.Kind.REPLACES, author=user)
        self.item.repeal(self.cleaned_data["reason"])


class Withdraw(Verb):
    name = "withdraw"
    label = _("Withdraw")
    explanation = _(
        "Readers can no longer open the item or its files; its address tells that it was withdrawn, and why."
    )
    done = _("The item was withdrawn.")
    is_grave = True
    reason = reason_field(_("Readers see it."))

    @classmethod
    def applies_to(cls, item):
        return item.status in (Status.PUBLISHED, Status.SCHEDULED, Status.EXPIRED, Status.REPEALED)

    def perform(self, user):
        self.item.withdraw(self.cleaned_data["reason"])


class Reinstate(Verb):
    name = "reinstate"
    label = _("Reinstate")
    explanation = _("The withdrawal or the repeal is undone; readers see the item again as before.")
    done = _("The item was reinstated.")

    @classmethod
    def applies_to(cls, item):
        return item.trashed_at is None and bool(item.withdrawn_at or item.repealed_at)

    def perform(self, user):
        self.item.reinstate()


class OfDrafts:
    """For verbs that readers do not notice while nothing was published."""

    @classmethod
    def permission(cls, item):
        return "change" if item.published_at is None else "publish"


class Trash(OfDrafts, Verb):
    name = "trash"
    label = _("Move to the trash")
    explanation = _("The item disappears for readers and from the work of staff. It can be restored.")
    done = _("The item is in the trash.")
    is_grave = True
    reason = reason_field()

    @classmethod
    def applies_to(cls, item):
        return item.trashed_at is None

    def perform(self, user):
        self.item.trash(self.cleaned_data["reason"])


class Restore(OfDrafts, Verb):
    name = "restore"
    label = _("Restore from the trash")
    explanation = _("The item is again what it was before.")
    done = _("The item was restored.")

    @classmethod
    def applies_to(cls, item):
        return item.trashed_at is not None

    def perform(self, user):
        self.item.restore()


VERBS = {verb.name: verb for verb in (Publish, Date, Pin, Unpin, Expire, Reinstate, Restore, Repeal, Withdraw, Trash)}
