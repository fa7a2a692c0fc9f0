"""What staff do to an item besides writing: each verb is a form that is asked on a page of its own before it is done."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime, AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import permissions
from ..models import Dossier, Publishable, Refused, Relation
from ..validators import validate_year

Status = Publishable.Status


class Verb(forms.Form):
    """A verb on ``item``. Subclasses say its words, when it applies, what it asks and what it does."""

    name = ""  # in the address
    label = ""  # on buttons
    explanation = ""  # what readers will notice
    done = ""  # told afterwards
    is_grave = False  # whether readers lose something
    handbook = "verbs"  # the sections of the handbook that tell more

    class Media:
        js = ["admin/js/core.js"]  # the calendar takes it for granted

    do_not_call_in_templates = True  # the class itself stands in the list of buttons
    outcome = None  # another item that it has made, whose form comes next

    def __init__(self, *args, item, user, **kwargs):
        """item: None while the answers are meant for many items; then only they are checked. user: who is asked."""
        super().__init__(*args, **kwargs)
        self.item, self.user = item, user

    def clean(self):
        if self.item is not None:
            self.check()

    def check(self):
        """Raise ValidationError if the answers do not fit the item."""

    @classmethod
    def applies_to(cls, item):
        raise NotImplementedError

    @classmethod
    def permission(cls, item):
        """Return the action whose permission it takes: to publish, since readers will notice."""
        return "publish"

    @classmethod
    def objection_of(cls, user, item):
        """Return why ``user`` may not do this to ``item`` (str), or None if he may."""
        if not user.has_perm(permissions.codename(type(item), cls.permission(item)), item):
            return _("Your roles do not allow this in the column of the item.")
        if not cls.applies_to(item):
            return _("This is not possible in the item's present state.")
        return None

    def perform(self, user):
        raise NotImplementedError

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
    return forms.SplitDateTimeField(label=label, widget=widget, validators=[validate_year], **kwargs)


def reason_field(help_text=""):
    return forms.CharField(
        label=_("reason"), max_length=200, widget=forms.TextInput(attrs={"class": "vTextField"}), help_text=help_text
    )


class Submit(Verb):
    name = "submit"
    label = _("Submit for review")
    handbook = "submit"
    explanation = _(
        "The newest saved version goes to the reviewers of its column. Whoever saves another version meanwhile ends the "
        "review."
    )
    done = _("The item is under review. You will be told how it goes.")
    publish_at = moment_field(
        _("publish at"),
        required=False,
        help_text=_("Shanghai time. Empty: as soon as the last reviewer has passed it. For first publications only."),
    )
    urgency = forms.CharField(
        label=_("why it is urgent"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_(
            "Only if readers must see it before all have read it: a publisher may then let it out first, and the review "
            "that is owed stays in sight until it is done."
        ),
    )

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, item=item, **kwargs)
        if item is not None and item.published_at is not None:
            del self.fields["publish_at"]

    @classmethod
    def permission(cls, item):
        return "change"

    @classmethod
    def applies_to(cls, item):
        newest = item.dossier.newest_revision
        if item.is_removed or newest is None or item.open_review:
            return False
        is_settled = newest.pk == item.live_revision_id and not item.dossier.reviews.owed().exists()
        return not is_settled and item.required_steps(newest) > 0

    def clean_publish_at(self):
        moment = self.cleaned_data["publish_at"]
        if moment and moment <= timezone.now():
            raise ValidationError(_("Choose a moment in the future."))
        return moment

    def check(self):
        self.item.check_revision(self.item.dossier.newest_revision)

    def perform(self, user):
        review = self.item.submit(
            self.item.dossier.newest_revision,
            by=user,
            publish_at=self.cleaned_data.get("publish_at"),
            urgency=self.cleaned_data["urgency"],
        )
        if not review.people_for(review.stage).exists():
            self.done = _(
                "The item is under review, but at present nobody can decide its first step. Please tell an administrator."
            )


class Recall(Verb):
    name = "recall"
    label = _("Take back from review")
    handbook = "submit"
    explanation = _("The review ends without a decision; the text can be changed and submitted again.")
    done = _("The item is no longer under review.")

    @classmethod
    def permission(cls, item):
        return "change"

    @classmethod
    def applies_to(cls, item):
        return item.open_review is not None

    def perform(self, user):
        self.item.open_review.recall(user)


class Publish(Verb):
    name = "publish"
    label = _("Publish with a date")
    handbook = "publish"
    explanation = _(
        "The newest saved version appears at this moment. A moment in the future schedules it; one in the past is shown "
        "as the date of publication."
    )
    done = _("The item is published or scheduled.")
    at = moment_field(_("publish at"))

    @classmethod
    def applies_to(cls, item):
        newest = item.dossier.newest_revision
        if item.status != Status.DRAFT or newest is None or item.open_review:
            return False
        return not item.required_steps(newest)

    def check(self):
        self.item.check_revision(self.item.dossier.newest_revision)

    def perform(self, user):
        self.item.publish(self.item.dossier.newest_revision, by=user, at=self.cleaned_data["at"])


class Date(Verb):
    name = "date"
    label = _("Change the date")
    handbook = "publish"
    explanation = _("The item is listed and shown with this date. In the future: it disappears until then.")
    done = _("The date of publication was changed.")
    at = moment_field(_("publish at"))

    @classmethod
    def applies_to(cls, item):
        return item.published_at is not None and item.trashed_at is None

    def check(self):
        if "at" in self.cleaned_data:
            self.item.published_at = self.cleaned_data["at"]
            self.check_dates()

    def perform(self, user):
        self.item.date(self.cleaned_data["at"], by=user)


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
        self.item.pin(self.cleaned_data["until"], by=user, rank=self.cleaned_data["rank"])


class Unpin(Verb):
    name = "unpin"
    label = _("Unpin")
    explanation = _("The item goes back to its place by date.")
    done = _("The item is no longer pinned.")

    @classmethod
    def applies_to(cls, item):
        return item.is_pinned

    def perform(self, user):
        self.item.pin(None, by=user)


class Expire(Verb):
    name = "expire"
    label = _("Set the end")
    handbook = "endings"
    explanation = _("At this moment the item leaves the lists; its page stays, with a ribbon.")
    done = _("The end was set.")
    at = moment_field(_("in force until"), required=False, help_text=_("Shanghai time. Empty: without end."))

    @classmethod
    def applies_to(cls, item):
        return item.status in (Status.PUBLISHED, Status.SCHEDULED, Status.EXPIRED)

    def check(self):
        if "at" in self.cleaned_data:
            self.item.expires_at = self.cleaned_data["at"]
            self.check_dates()

    def perform(self, user):
        end = self.cleaned_data["at"]
        self.item.expire(end, by=user)
        if end and end <= timezone.now():
            self.done = _("The end that you set lies in the past: the item has left the lists.")


class Repeal(Verb):
    name = "repeal"
    label = _("Repeal")
    handbook = "endings"
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

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.fields["successor"].queryset = Dossier.objects.nameable_by(user)

    def clean_successor(self):
        """The successor is changed too: it takes the right to publish there, and a review of it is not ended by the way."""
        successor = self.cleaned_data["successor"]
        if successor is None:
            return None
        if successor.pk == self.item.pk or successor.subject != self.item.subject():
            raise ValidationError(_("Choose another item of the same subject."))
        if not self.user.has_perm(permissions.codename(type(self.item), "publish"), successor.item):
            raise ValidationError(
                _("Your roles do not allow you to publish in its column. Leave this empty, or ask who publishes there.")
            )
        if successor.item.open_review:
            raise ValidationError(_("This item is under review; name it when the review has ended."))
        return successor

    def perform(self, user):
        # The successor first: who waits for another dossier must not hold the content version, which its editor waits for.
        if self.cleaned_data["successor"]:
            self.cleaned_data["successor"].item.relate(self.item.dossier, Relation.Kind.REPLACES, by=user)
        self.item.repeal(self.cleaned_data["reason"], by=user)


class Withdraw(Verb):
    name = "withdraw"
    label = _("Withdraw")
    handbook = "endings"
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
        self.item.withdraw(self.cleaned_data["reason"], by=user)


class Correct(Verb):
    name = "correct"
    label = _("Add a correction note")
    handbook = "corrections"
    explanation = _(
        "The page and the feeds tell readers, with today's date, what was wrong. Correct the text itself in the form. "
        "Where the column has reviews, the note goes through them."
    )
    done = _("The correction note was added.")
    note = forms.CharField(
        label=_("correction"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("What was wrong, and what is right. Readers see it."),
    )

    @classmethod
    def permission(cls, item):
        return "change" if cls._needs_review(item) else "publish"

    @classmethod
    def applies_to(cls, item):
        is_out = item.status in (Status.PUBLISHED, Status.EXPIRED, Status.REPEALED)
        return is_out and item.dossier.newest_revision.pk == item.live_revision_id

    @staticmethod
    def _needs_review(item):
        newest = item.dossier.newest_revision
        return newest is not None and item.required_steps(newest) > 0

    def perform(self, user):
        revision = self.item.correct(self.cleaned_data["note"], by=user)
        if self._needs_review(self.item):
            self.item.submit(revision, by=user)
            self.done = _("The correction note is under review.")
        else:
            self.item.publish(revision, by=user)


class Reinstate(Verb):
    name = "reinstate"
    label = _("Reinstate")
    handbook = "endings"
    explanation = _("The withdrawal or the repeal is undone; readers see the item again as before.")
    done = _("The item was reinstated.")

    @classmethod
    def applies_to(cls, item):
        return item.trashed_at is None and bool(item.withdrawn_at or item.repealed_at)

    def perform(self, user):
        self.item.reinstate(by=user)


class OfDrafts:
    """For verbs that readers do not notice while nothing was published."""

    @classmethod
    def permission(cls, item):
        return "change" if item.published_at is None else "publish"


class Trash(OfDrafts, Verb):
    name = "trash"
    label = _("Move to the trash")
    handbook = "trash"
    explanation = _("The item disappears for readers and from the work of staff. It can be restored.")
    done = _("The item is in the trash.")
    is_grave = True
    reason = reason_field()

    @classmethod
    def applies_to(cls, item):
        return item.trashed_at is None

    def perform(self, user):
        self.item.trash(self.cleaned_data["reason"], by=user)


class Restore(OfDrafts, Verb):
    name = "restore"
    label = _("Restore from the trash")
    handbook = "trash"
    explanation = _("The item is again what it was before.")
    done = _("The item was restored.")

    @classmethod
    def applies_to(cls, item):
        return item.trashed_at is not None

    def perform(self, user):
        self.item.restore(by=user)


def by_name(*verb_classes):
    """Return {name: verb} in this order, which is that of the buttons."""
    return {verb.name: verb for verb in verb_classes}


# What can be done to items of every subject; the admin of one may know more.
VERBS = by_name(
    Submit, Recall, Publish, Date, Pin, Unpin, Expire, Correct, Reinstate, Restore, Repeal, Withdraw, Trash,
)  # fmt: skip


def attempt(verb_class, user, item, data):
    """Do a verb to ``item`` with the answers ``data`` (QueryDict) and return the bound form; its errors say why not.

    The caller holds the dossier's lock. What the verb has begun when it is refused is undone.
    """
    verb = verb_class(data, item=item, user=user)
    if verb.is_valid():
        try:
            with transaction.atomic():
                verb.perform(user)
        except Refused as refusal:
            verb.add_error(None, str(refusal))
        except ValidationError as error:
            verb.add_error(None, error.messages)
    return verb
