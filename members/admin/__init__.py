from .activities import ActivityAdmin
from .applications import ApplicationAdmin
from .consents import ConsentTextAdmin
from .groups import MemberGroupAdmin
from .imports import ImportBatchAdmin
from .organisations import CouncilTermAdmin, OrganisationAdmin
from .profile_changes import ProfileChangeAdmin
from .reminders import ReminderRuleAdmin
from .renewals import RenewalRequestAdmin
from .replies import ReplyAdmin

__all__ = [
    "ActivityAdmin",
    "ApplicationAdmin",
    "ConsentTextAdmin",
    "CouncilTermAdmin",
    "ImportBatchAdmin",
    "MemberGroupAdmin",
    "OrganisationAdmin",
    "ProfileChangeAdmin",
    "RenewalRequestAdmin",
    "ReminderRuleAdmin",
    "ReplyAdmin",
]
