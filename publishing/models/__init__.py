"""What every published thing has in common, one concept a file."""

from .columns import Column, ColumnRole, Label
from .content_version import ContentVersion
from .dossiers import Attachment, Dossier, FileUse, Relation, Revision, StaffNote
from .publishable import Publishable, cover_field
from .querysets import PURGED_AFTER, PublishableQuerySet
from .questions import AnswerFile, Fixed, Question
from .reviews import ROUTES, ProofCheck, Refused, Review, Stage
from .stand_ins import StandIn

__all__ = [
    "AnswerFile",
    "Attachment",
    "Column",
    "ColumnRole",
    "ContentVersion",
    "Dossier",
    "FileUse",
    "Fixed",
    "Label",
    "PURGED_AFTER",
    "ProofCheck",
    "Publishable",
    "PublishableQuerySet",
    "Question",
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
