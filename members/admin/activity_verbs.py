"""What staff do to an activity besides what they do to every item."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from publishing import permissions, subjects
from publishing.admin.verbs import Verb, moment_field, reason_field
from publishing.models import Column

from .. import copies, reports
from ..models import Activity

OUT = (Activity.Status.PUBLISHED, Activity.Status.EXPIRED, Activity.Status.REPEALED)


class TellsEverybody:
    """For verbs that are told to everybody who is signed up: their page says how many these are."""

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, item=item, **kwargs)
        count = item.sign_ups.live().count()
        told = ngettext(
            "%(count)d person is signed up and is told.", "%(count)d people are signed up; each is told.", count
        )
        nobody = _("Nobody is signed up.")
        self.explanation = f"{self.explanation} {told % {'count': count} if count else nobody}"


class CallOff(TellsEverybody, Verb):
    name = "call-off"
    label = _("Call off")
    handbook = "call-off"
    explanation = _("The page stays and says that the activity was called off, and why. Nobody can sign up any more.")
    done = _("The activity was called off.")
    is_grave = True
    reason = reason_field(_("Readers see it, and everybody who is signed up is told it."))

    @classmethod
    def applies_to(cls, item):
        return item.status in OUT and item.phase in (Activity.Phase.UPCOMING, Activity.Phase.RUNNING)

    def perform(self, user):
        self.item.call_off(self.cleaned_data["reason"], by=user)


class Resume(TellsEverybody, Verb):
    name = "resume"
    label = _("Undo calling off")
    handbook = "call-off"
    explanation = _("The activity takes place after all: sign-ups hold as before, and free places are given again.")
    done = _("The activity takes place after all.")

    @classmethod
    def applies_to(cls, item):
        return item.called_off_at is not None and not item.is_removed

    def perform(self, user):
        self.item.resume(by=user)


class Copy(Verb):
    name = "copy"
    label = _("Copy")
    handbook = "copy-activity"
    explanation = _(
        "A new draft with the text and all settings of this activity. Every date moves by as much as the start; nobody is "
        "signed up."
    )
    done = _("This is the copy, a draft. Please check its text: dates in it have stayed as they were.")
    starts_at = moment_field(_("the copy starts at"))

    @classmethod
    def permission(cls, item):
        return "add"

    @classmethod
    def applies_to(cls, item):
        return item.trashed_at is None and item.dossier.newest_revision is not None

    def check(self):
        column = Column.objects.filter(pk=self.item.dossier.newest_revision.content["fields"].get("column")).first()
        if not self.user.has_perm(permissions.codename(Activity, "add"), column or self.item.column):
            raise ValidationError(_("Your roles do not allow you to write in this column. Please choose another one."))

    def perform(self, user):
        self.outcome = copies.copy_of(self.item, self.cleaned_data["starts_at"], user)


class WriteReport(Verb):
    name = "report"
    label = _("Write report")
    handbook = "activity-report"
    explanation = _(
        "A draft article that begins with the figures of who came. Once it is published, both pages show each other."
    )
    done = _("This is the draft of the report. The figures are those of this moment.")
    column = forms.ModelChoiceField(Column.objects.none(), label=_("column"))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        columns = Column.objects.for_subject(reports.SUBJECT).within_reach(user, "add")
        self.fields["column"].queryset = columns
        self.fields["column"].initial = columns.first()

    @classmethod
    def permission(cls, item):
        return "change"

    @classmethod
    def objection_of(cls, user, item):
        add = permissions.codename(subjects.model_for(reports.SUBJECT), "add")
        return super().objection_of(user, item) or (
            None if user.has_perm(add) else _("Your roles do not allow you to write articles.")
        )

    @classmethod
    def applies_to(cls, item):
        has_begun = item.phase in (Activity.Phase.RUNNING, Activity.Phase.PAST) and item.starts_at is not None
        return has_begun and item.status in OUT

    def check(self):
        report = reports.report_of(self.item)
        if report is not None:
            text = _("There is a report already: “%(title)s” (%(number)s).")
            raise ValidationError(text % {"title": report.title, "number": report.pk})

    def perform(self, user):
        self.outcome = reports.begin(self.item, self.cleaned_data["column"], user)
