from .activities import ActivityAdmin
from .groups import MemberGroupAdmin
from .organisations import CouncilTermAdmin, OrganisationAdmin

__all__ = ["ActivityAdmin", "CouncilTermAdmin", "MemberGroupAdmin", "OrganisationAdmin"]
