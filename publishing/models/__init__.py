"""What every published thing has in common, one concept a file."""

from .columns import Column, ColumnRole, Label
from .content_version import ContentVersion
from .dossiers import Attachment, Dossier, FileUse, Relation, Revision, StaffNote
from .publishable import PURGED_AFTER, Publishable, PublishableQuerySet, cover_field
from .reviews import ROUTES, ProofCheck, Refused, Review, Stage, StandIn

__all__ = [
    "Attachment",
    "Column",
    "ColumnRole",
    "ContentVersion",
    "Dossier",
    "FileUse",
    "Label",
    "PURGED_AFTER",
    "ProofCheck",
    "Publishable",
    "PublishableQuerySet",
    "ROUTES",
    "Refused",
    "Relation",
    "Review",
    "Revision",
    "Stage",
    "StaffNote",
    "StandIn",
    "cover_field",
]
