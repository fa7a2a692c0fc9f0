from .activities import Activity, ActivityChange, ActivityQuerySet, start_of_day, validate_agenda
from .affiliations import Affiliation
from .consents import ConsentText
from .councils import CouncilSeat, CouncilTerm
from .groups import ALL_MEMBERS, MemberGroup, ReaderRow, ReadersOfMembers
from .member_numbers import MemberNumberSeries
from .organisations import CreditCodeField, MembershipPeriod, Organisation, in_words
from .sign_ups import Places, ReservedSeats, SignUp
from .spans import first_overlap

__all__ = [
    "ALL_MEMBERS",
    "Activity",
    "ActivityChange",
    "ActivityQuerySet",
    "Affiliation",
    "ConsentText",
    "CouncilSeat",
    "CouncilTerm",
    "CreditCodeField",
    "MemberGroup",
    "MemberNumberSeries",
    "MembershipPeriod",
    "Organisation",
    "Places",
    "ReaderRow",
    "ReadersOfMembers",
    "ReservedSeats",
    "SignUp",
    "first_overlap",
    "in_words",
    "start_of_day",
    "validate_agenda",
]
