"""What every published thing has in common, one concept a file."""

from .columns import Column, ColumnRole, Label
from .content_version import ContentVersion
from .dossiers import Attachment, Dossier, FileUse, Relation, Revision, StaffNote
from .publishable import Publishable, cover_field
from .querysets import PURGED_AFTER, PublishableQuerySet
from .reviews import ROUTES, ProofCheck, Refused, Review, Stage
from .stand_ins import StandIn

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
