"""The form of an item. It works on the newest revision and makes the next one; it never touches what readers see."""

import json

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import display_for_field
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple, RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import ReaderGroup
from audit.actions import Action
from audit.models import Entry
from files.models import Asset

from . import content, permissions, visibility
from .models import Attachment, Dossier, Label, Relation


class AttachmentForm(forms.Form):
    asset = forms.ModelChoiceField(
        Asset.objects.all(),
        label=_("file"),
        widget=RelatedFieldWidgetWrapper(
            AutocompleteSelect(Attachment._meta.get_field("asset"), admin.site),
            Attachment._meta.get_field("asset").remote_field,
            admin.site,
            can_add_related=True,
        ),
    )
    caption = forms.CharField(
        label=_("caption"), max_length=120, required=False, help_text=_("Empty: the title of the file.")
    )

    def __init__(self, *args, may_add_files, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["asset"].widget.can_add_related = may_add_files

    @staticmethod
    def row(cleaned):
        return {"asset": cleaned["asset"].pk, "caption": cleaned["caption"]}

    @staticmethod
    def key(row):
        return row["asset"]


class RelationForm(forms.Form):
    kind = forms.ChoiceField(label=_("this item"), choices=[("", "---------"), *Relation.Kind.choices])
    target = forms.ModelChoiceField(
        Dossier.objects.all(),
        label=_("the item"),
        widget=AutocompleteSelect(Relation._meta.get_field("target"), admin.site),
    )

    def __init__(self, *args, targets, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = targets

    @staticmethod
    def row(cleaned):
        return {"target": cleaned["target"].pk, "kind": cleaned["kind"]}

    @staticmethod
    def key(row):
        return (row["target"], row["kind"])


class RowFormSet(forms.BaseFormSet):
    """What a revision keeps in order: attachments, relations. It writes no table; ``rows`` go into the revision."""

    title = ""
    add_text = ""
    handbook = ""  # the sections of the handbook that tell more

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = str(field.label)  # the head of the column is no label of an input

    @property
    def rows(self):
        """The rows (list of dict) as a revision keeps them, in the order that was typed; without those that are wrong."""
        sound = [form.cleaned_data for form in self.forms if not form.errors]
        kept = [cleaned for cleaned in sound if cleaned and not cleaned.get("DELETE")]
        kept.sort(key=lambda cleaned: (cleaned.get("ORDER") is None, cleaned.get("ORDER") or 0))
        return [self.form.row(cleaned) for cleaned in kept]

    @property
    def rows_to_show(self):
        """All forms and, last, the template of the rows that the script adds; ``is_kept``: the revision has it."""
        for position, form in enumerate(self.forms):
            form.is_kept = position < self.initial_form_count()
        return [*self.forms, self.empty_form]

    @property
    def script_options(self):
        """What the script of Django's inlines wants to know, as JSON."""
        options = {"prefix": self.prefix, "addText": str(self.add_text), "deleteText": gettext("Remove")}
        return json.dumps({"name": f"#{self.prefix}", "options": options})

    def clean(self):
        if any(self.errors):
            return
        keys = [self.form.key(row) for row in self.rows]
        if len(set(keys)) < len(keys):
            raise ValidationError(_("Two rows say the same. Please delete one of them."))


class AttachmentRows(RowFormSet):
    title = _("Attachments")
    add_text = _("Add another attachment")
    handbook = "attachments"


class RelationRows(RowFormSet):
    title = _("Relations to other items")
    add_text = _("Add another relation")
    handbook = "relations"


# Two spare rows, for those whose browser runs no script that adds them.
AttachmentFormSet = forms.formset_factory(AttachmentForm, AttachmentRows, extra=2, can_order=True, can_delete=True)
RelationFormSet = forms.formset_factory(RelationForm, RelationRows, extra=1, can_delete=True)


def in_short(item, name):
    """Return the value of the field ``name`` of ``item`` as a str that is the same for the same value."""
    return item._meta.get_field(name).value_to_string(item)


class PublishableForm(forms.ModelForm):
    """The newest revision of an item, to be edited.

    ``base`` travels through the page as the number of the revision that was opened. If somebody saved another one in
    the meantime, the form is invalid and comes back with the typed text, ready to be saved on top of the other.
    """

    user = None  # who edits, and
    is_publishing = False  # whether the text goes to readers at once: set by the admin on the class of this request
    is_looking = False  # whether it is bound only to show what was typed: nothing is locked, since nothing is written

    base = forms.IntegerField(required=False, widget=forms.HiddenInput)
    # {name: what stood there when the form was opened} for what changes with the save and is in no revision
    seen = forms.JSONField(required=False, widget=forms.HiddenInput)
    labels = forms.ModelMultipleChoiceField(
        Label.objects.all(),
        label=_("labels"),
        required=False,
        widget=AutocompleteSelectMultiple(Dossier._meta.get_field("labels"), admin.site),
    )
    readers = forms.ModelMultipleChoiceField(
        ReaderGroup.objects.all(),
        label=_("reader groups"),
        required=False,
        widget=AutocompleteSelectMultiple(Dossier._meta.get_field("readers"), admin.site),
        help_text=_("Only for items that are not for everyone."),
    )

    def __init__(self, data=None, files=None, *, instance=None, initial=None, **kwargs):
        self.newest, opened = None, content.EMPTY
        self.at_once = {}  # as ``seen``, of this moment
        self.live_column = None  # of the row; the text may want to move to another
        if instance is not None and instance.pk:
            if data is not None and not self.is_looking:
                # Until the end of the transaction nobody else saves, publishes or withdraws this item.
                instance.hold()
                instance.refresh_from_db()
            self.newest, self.live_column = instance.dossier.newest_revision, instance.column
            opened = self.newest.content if self.newest else content.of_row(instance)
            self.at_once = {name: in_short(instance, name) for name in instance.immediate}
            content.apply(instance, opened)
        initial = {
            "base": self.newest and self.newest.number,
            "seen": self.at_once,
            "labels": opened["labels"],
            "readers": opened["readers"],
            **(initial or {}),
        }
        super().__init__(data, files, instance=instance, initial=initial, **kwargs)
        if "column" in self.fields:
            self.fields["column"].queryset = self.fields["column"].queryset.for_subject(self._meta.model.subject())
        self.attachments = AttachmentFormSet(
            data,
            prefix="attachments",
            initial=opened["attachments"],
            form_kwargs={"may_add_files": self.user is not None and self.user.has_perm("files.add_asset")},
        )
        self.relations = RelationFormSet(
            data,
            prefix="relations",
            initial=opened["relations"],
            form_kwargs={"targets": self._targets([row["target"] for row in opened["relations"]])},
        )

    def _targets(self, kept):
        """Return the dossiers that a relation may name: those the person may know of, and those it names already."""
        if self.user is None:
            return Dossier.objects.all()
        known = Dossier.objects.nameable_by(self.user)
        return Dossier.objects.filter(Q(pk__in=known.values("pk")) | Q(pk__in=kept))

    @property
    def media(self):
        rows = forms.Media(js=["admin/js/jquery.init.js", "admin/js/inlines.js"])
        return super().media + self.attachments.media + self.relations.media + rows

    @property
    def changed_data(self):
        formsets = {"attachments": self.attachments, "relations": self.relations}
        return [*super().changed_data, *(name for name, formset in formsets.items() if formset.has_changed())]

    # -- Cleaning -----------------------------------------------------------------------------------------------------

    def clean(self):
        super().clean()
        self._clean_base()
        self._clean_at_once()
        if self.cleaned_data.get("audience") in visibility.RESERVED and not self.cleaned_data.get("readers"):
            self.add_error("readers", _("Choose the reader groups, or let everyone read it."))
        for formset in (self.attachments, self.relations):
            if not formset.is_valid():
                self.add_error(None, _("Please check the rows under “%(title)s”.") % {"title": formset.title})
        if self.relations.is_valid() and any(row["target"] == self.instance.pk for row in self.relations.rows):
            self.add_error(None, _("An item cannot be related to itself."))

    def clean_column(self):
        column = self.cleaned_data["column"]
        action = "change" if self.instance.pk else "add"
        is_moved = self.instance.pk is None or column.pk != self.instance.column_id
        if is_moved and self.user and not self.user.has_perm(permissions.codename(type(self.instance), action), column):
            raise ValidationError(_("Your roles do not allow you to write in this column. Please choose another one."))
        return column

    def _clean_base(self):
        self.opened_number = self.cleaned_data.get("base")
        if self.newest is None or self.cleaned_data.get("base") == self.newest.number:
            return
        newest = self.newest
        meta = self.instance._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_preview", args=[self.instance.pk, newest.number])
        self.add_error(
            None,
            ValidationError(
                format_html(
                    '{} <a href="{}" target="_blank">{}</a>',
                    _(
                        "%(name)s saved this item on %(moment)s, after you had opened it. Nothing was saved now; your "
                        "text is below as you typed it. Compare it with the other version, take over what is missing, "
                        "and save again: the other version stays in the history."
                    )
                    % {
                        "name": newest.author or _("Somebody"),
                        "moment": date_format(timezone.localtime(newest.created_at), "DATETIME_FORMAT"),
                    },
                    url,
                    _("See the other version"),
                ),
                code="stale",
            ),
        )
        self.data = self.data.copy()
        self.data[self.add_prefix("base")] = newest.number

    def _clean_at_once(self):
        """Keep what somebody else has changed at once since the form was opened, unless the same was changed here too."""
        seen, meta = self.cleaned_data.get("seen") or {}, self.instance._meta
        for name, now in self.at_once.items():
            if name not in self.cleaned_data or seen.get(name) == now:
                continue
            value, other = self.cleaned_data[name], getattr(self.instance, name)
            typed = in_short(type(self.instance)(**{name: value}), name)
            if typed == seen.get(name):
                self.cleaned_data[name] = other
            elif typed != now:
                entry = Entry.objects.filter(item=self.instance.pk, action=Action.CHANGED_AT_ONCE).last()
                words = {
                    "name": entry and entry.by or _("Somebody"),
                    "value": display_for_field(other, meta.get_field(name), "–"),
                }
                message = _(
                    "%(name)s has changed this to “%(value)s” after you had opened the form. Nothing was saved now. To "
                    "replace it with what you typed, save again."
                )
                self.add_error(name, message % words)
                seen = {**seen, name: now}
        if self.errors:
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = json.dumps(seen)

    def _post_clean(self):
        super()._post_clean()  # puts what was typed into the instance
        if self.is_publishing and not self.errors:
            try:
                self._check_the_way_to_readers({self.live_column, self.instance.column} - {None})
                if self.newest is not None and self.instance.open_review:
                    raise ValidationError(_("This item is under review. Take it back before you publish it yourself."))
                self.instance.clean_for_publication()
            except ValidationError as error:
                self.add_error(None, error)

    def _check_the_way_to_readers(self, columns):
        """Raise ValidationError unless the person may publish in all of ``columns`` (of the row, of the text) unreviewed."""
        publish = permissions.codename(type(self.instance), "publish")
        if not all(self.user.has_perm(publish, column) for column in columns):
            raise ValidationError(_("Your roles do not allow you to publish in this column. Save the text as a draft."))
        if any(column.review_steps for column in columns):
            raise ValidationError(_("Texts of this column are published by their review. Submit the text for review."))

    # -- The next revision --------------------------------------------------------------------------------------------

    def get_content(self):
        """Return what was typed as the content of a revision (dict, see publishing.content).

        Of a form that is not valid this can be shown, not saved: what is wrong in it is left out, or as it was before.
        """
        return {
            "fields": content.of_fields(self.instance),
            "labels": [label.pk for label in self.cleaned_data.get("labels") or ()],
            "readers": [group.pk for group in self.cleaned_data.get("readers") or ()],
            "attachments": self.attachments.rows,
            "relations": self.relations.rows,
        }

    def save_revision(self):
        """Save what was typed as the next revision and return it; the newest one, if nothing was changed."""
        typed = self.get_content()
        if self.newest is not None and typed == self.newest.content:
            return self.newest
        return self.instance.record_revision(typed, author=self.user, base=self.newest)
