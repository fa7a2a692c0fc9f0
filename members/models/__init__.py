from .activities import Activity, ActivityQuerySet, start_of_day, validate_agenda
from .affiliations import Affiliation
from .councils import CouncilSeat, CouncilTerm
from .groups import ALL_MEMBERS, MemberGroup, ReaderRow, ReadersOfMembers
from .organisations import CreditCodeField, MembershipPeriod, Organisation, in_words
from .spans import first_overlap

__all__ = [
    "ALL_MEMBERS",
    "Activity",
    "ActivityQuerySet",
    "Affiliation",
    "CouncilSeat",
    "CouncilTerm",
    "CreditCodeField",
    "MemberGroup",
    "MembershipPeriod",
    "Organisation",
    "ReaderRow",
    "ReadersOfMembers",
    "first_overlap",
    "in_words",
    "start_of_day",
    "validate_agenda",
]
