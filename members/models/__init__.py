from .activities import Activity, ActivityChange, ActivityQuerySet, start_of_day, validate_agenda
from .affiliations import Affiliation
from .applications import CONFIRM_WITHIN, Application, ApplicationAttachment, ApplicationVersion
from .calendars import CalendarFeed
from .changes import ProfileChange, RenewalRequest
from .consents import ConsentText
from .councils import CouncilSeat, CouncilTerm
from .groups import ALL_MEMBERS, MemberGroup, ReaderRow, ReadersOfMembers
from .imports import ImportBatch, ImportRow
from .invitations import Invitation
from .member_numbers import MemberNumberSeries
from .organisations import CreditCodeField, MembershipPeriod, Organisation, in_words
from .reminders import ReminderRule
from .replies import Reply
from .sign_ups import Places, ReservedSeats, SignUp
from .spans import first_overlap

__all__ = [
    "ALL_MEMBERS",
    "CONFIRM_WITHIN",
    "Activity",
    "ActivityChange",
    "ActivityQuerySet",
    "Affiliation",
    "ConsentText",
    "Application",
    "ApplicationAttachment",
    "ApplicationVersion",
    "CalendarFeed",
    "CouncilSeat",
    "CouncilTerm",
    "CreditCodeField",
    "ImportBatch",
    "ImportRow",
    "Invitation",
    "MemberGroup",
    "MemberNumberSeries",
    "MembershipPeriod",
    "Organisation",
    "Places",
    "ProfileChange",
    "ReaderRow",
    "ReadersOfMembers",
    "ReminderRule",
    "RenewalRequest",
    "ReservedSeats",
    "Reply",
    "SignUp",
    "first_overlap",
    "in_words",
    "start_of_day",
    "validate_agenda",
]
