from .activities import ActivityAdmin
from .applications import ApplicationAdmin
from .consents import ConsentTextAdmin
from .groups import MemberGroupAdmin
from .organisations import CouncilTermAdmin, OrganisationAdmin

__all__ = [
    "ActivityAdmin",
    "ApplicationAdmin",
    "ConsentTextAdmin",
    "CouncilTermAdmin",
    "MemberGroupAdmin",
    "OrganisationAdmin",
]
