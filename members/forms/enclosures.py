"""Uploads in a form that keeps them when it is refused: what was stored once is named by a signed list in the form."""

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from files import enclosures
from files.models import Enclosure

SALT = "members.forms.enclosures"


class FilesInput(forms.FileInput):
    """A choice of files; those that are kept stand below it (templates/members/includes/field.html)."""

    allow_multiple_selected = True

    def __init__(self, most=1):
        super().__init__({"accept": enclosures.ACCEPT, **({"multiple": True} if most > 1 else {})})
        self.kept = []

    @property
    def kept_token(self):
        return signing.dumps([enclosure.pk for enclosure in self.kept], salt=SALT) if self.kept else ""

    def value_from_datadict(self, data, files, name):
        return {
            "uploads": files.getlist(name) if hasattr(files, "getlist") else [],
            "kept": data.get(f"{name}-kept", ""),
            "left_out": data.getlist(f"{name}-out") if hasattr(data, "getlist") else [],
        }

    def value_omitted_from_data(self, data, files, name):
        return False

    def use_required_attribute(self, initial):
        return False  # a file may be kept from before


class EnclosuresField(forms.Field):
    """Files that people hand in: cleans to a list of Enclosure of at most ``most``.

    by: the User who hands them in, or None. Kept are those of ``initial`` (list of Enclosure) and those of a form that
    was refused before; a name of the list that the form brings is signed, so that nobody names another's file.
    """

    widget = FilesInput
    default_error_messages = {
        "required": _("Please choose a file."),
        "too_many": _("At most %(most)d files can be handed in here. Please leave out some."),
    }

    def __init__(self, *, most=1, **kwargs):
        super().__init__(widget=FilesInput(most=most), **kwargs)
        self.most, self.by = most, None

    def prepare_value(self, value):
        """Show what was kept: of ``initial`` before anything is sent."""
        if isinstance(value, list):
            self.widget.kept = value
        return

    def clean(self, value):
        """Store what is new, whatever else is wrong with the form: its files shall not have to be chosen again."""
        kept = self.kept_of(value)
        faults = []
        for upload in value["uploads"][: self.most + 1]:
            try:
                kept.append(enclosures.accept(upload, self.by))
            except ValidationError as error:
                faults.append(ValidationError(f"{upload.name[:60]}：{error.messages[0]}"))
        if self.most == 1:
            kept = kept[-1:]  # a new file takes the place of the former one
        self.widget.kept = kept
        if faults:
            raise ValidationError(faults)
        if self.required and not kept:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(kept) > self.most:
            raise ValidationError(self.error_messages["too_many"], code="too_many", params={"most": self.most})
        return kept

    @staticmethod
    def kept_of(value):
        try:
            pks = signing.loads(value["kept"], salt=SALT) if value["kept"] else []
        except signing.BadSignature:
            pks = []
        found = Enclosure.objects.in_bulk(pks)
        return [found[pk] for pk in pks if pk in found and str(pk) not in value["left_out"]]

    def has_changed(self, initial, data):
        return True
