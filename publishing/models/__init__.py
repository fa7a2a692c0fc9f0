"""What every published thing has in common, one concept a file."""

from .columns import Column, Label
from .content_version import ContentVersion
from .dossiers import Attachment, Dossier, FileUse, Relation, Revision, StaffNote
from .publishable import Publishable, PublishableQuerySet, cover_field

__all__ = [
    "Attachment",
    "Column",
    "ContentVersion",
    "Dossier",
    "FileUse",
    "Label",
    "Publishable",
    "PublishableQuerySet",
    "Relation",
    "Revision",
    "StaffNote",
    "cover_field",
]
