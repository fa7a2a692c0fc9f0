from .activities import ActivityAdmin
from .consents import ConsentTextAdmin
from .groups import MemberGroupAdmin
from .organisations import CouncilTermAdmin, OrganisationAdmin

__all__ = ["ActivityAdmin", "ConsentTextAdmin", "CouncilTermAdmin", "MemberGroupAdmin", "OrganisationAdmin"]
