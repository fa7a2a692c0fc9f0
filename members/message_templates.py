"""What members are told, in texts that staff may word themselves; ``outbox.templates`` says how, ``messages`` when."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbox.templates import Template, register

from .models import SignUp

State = SignUp.State

# What cannot wait until somebody reads his mail goes by SMS as well, where the portal has it.
URGENT = ("sms",)

ACTIVITY = {
    "activity": (pgettext_lazy("placeholder", "title of the activity"), "样例：质量管理培训班"),
    "starts": (pgettext_lazy("placeholder", "beginning"), "2026年9月8日 13:30"),
    "place": (pgettext_lazy("placeholder", "place"), "样例会议中心三楼"),
}
PERSON = {"person": (pgettext_lazy("placeholder", "name of the person signed up"), "样例人员")}
REASON = {"reason": (pgettext_lazy("placeholder", "reason"), "样例理由")}


def sign_up_kind(state):
    """Return the name of the kind of message that tells of a sign-up being in ``state`` (State)."""
    return f"members.sign_up_{state}"


def register_sign_up(state, label, subject, body, placeholders=None, **options):
    placeholders = {**PERSON, **ACTIVITY, **(placeholders or {})}
    register(Template(sign_up_kind(state), label, subject, body, placeholders, **options))


def register_activity(name, label, subject, body, placeholders=None, **options):
    register(Template(f"members.{name}", label, subject, body, {**ACTIVITY, **(placeholders or {})}, **options))


register_sign_up(
    State.PENDING,
    _("Sign-up received, to be confirmed by staff"),
    _("To be confirmed: {activity}"),
    _("We have received the sign-up of {person}. The association confirms each one; we tell you when it is done."),
)
register_sign_up(
    State.WAITING,
    _("Sign-up on the waiting list"),
    _("On the waiting list: {activity}"),
    _("All places are taken. {person} is on the waiting list; before: {ahead}."),
    {"ahead": (pgettext_lazy("placeholder", "number of people before"), "3")},
)
register_sign_up(
    State.OFFERED,
    _("A place has become free and is offered"),
    _("Place offered: {activity}"),
    _("A place has become free for {person}. Please accept it by {accept_by}; otherwise it goes to the next."),
    {"accept_by": (pgettext_lazy("placeholder", "to be accepted by"), "2026年9月6日 18:00")},
    required=("accept_by",),
    channels=URGENT,
)
register_sign_up(
    State.CONFIRMED,
    _("Place given"),
    _("Signed up: {activity}"),
    _("{person} has a place.\nBeginning: {starts}\nPlace: {place}"),
)
register_sign_up(
    State.CANCELLED,
    _("Sign-up cancelled by people themselves"),
    _("Cancelled: {activity}"),
    _("The sign-up of {person} was cancelled."),
)
register_sign_up(
    State.LAPSED,
    _("Offered place not accepted in time"),
    _("Offer lapsed: {activity}"),
    _("The place offered to {person} was not accepted in time and has gone to the next."),
)
register_sign_up(
    State.REFUSED,
    _("Sign-up not accepted by the association"),
    _("Not accepted: {activity}"),
    _("The association could not accept the sign-up of {person}. Reason: {reason}"),
    REASON,
    required=("reason",),
)
register_sign_up(
    State.REMOVED,
    _("Sign-up cancelled by the association"),
    _("Cancelled by the association: {activity}"),
    _("The association cancelled the sign-up of {person}. Reason: {reason}"),
    REASON,
    required=("reason",),
)

register_activity(
    "activity_changed",
    _("Time or place changed"),
    _("Changed: {activity}"),
    _("{changes}\n\nIf this does not suit you, you may cancel until the activity begins."),
    {
        "changes": (
            pgettext_lazy("placeholder", "what changed"),
            "地点：样例会议中心三楼（原为：样例大厦一楼）",
        )
    },
    required=("changes",),
    channels=URGENT,
)
register_activity(
    "activity_called_off",
    _("Activity called off"),
    _("Called off: {activity}"),
    _("The activity was called off. Reason: {reason}"),
    REASON,
    required=("reason",),
    channels=URGENT,
)
register_activity(
    "activity_resumed",
    _("Activity takes place after all"),
    _("Takes place after all: {activity}"),
    _("The activity was called off before and takes place after all: {starts}, {place}."),
    channels=URGENT,
)

REMINDER = {
    **PERSON,
    "address": (pgettext_lazy("placeholder", "address"), "样例路 100 号"),
    "closing": (pgettext_lazy("placeholder", "end of sign-up"), "2026年9月5日 18:00"),
}
register_activity(
    "reminder_before_start",
    _("Reminder before the beginning"),
    _("Reminder: {activity}"),
    _("{person} is expected at this activity.\nBeginning: {starts}\nPlace: {place}\nAddress: {address}"),
    REMINDER,
    channels=URGENT,
)
register_activity(
    "reminder_after_end",
    _("Message after the end"),
    _("Thank you: {activity}"),
    _("Thank you for taking part. Reports and files will be on the page of the activity."),
    REMINDER,
)
register_activity(
    "reminder_before_closing",
    _("Reminder before sign-up closes"),
    _("Sign-up closes soon: {activity}"),
    _("Sign-up closes on {closing}. Please look at the sign-up of {person} on the page of the activity until then."),
    REMINDER,
)

register(
    Template(
        "members.reply_received",
        _("Reply to a notice received"),
        _("Reply received: {notice}"),
        _("The association has the reply of {organisation} to “{notice}”. It may be changed until: {deadline}."),
        {
            "notice": (pgettext_lazy("placeholder", "title of the notice"), "样例：关于报送参加人员的通知"),
            "organisation": (pgettext_lazy("placeholder", "organisation"), "样例单位"),
            "deadline": (pgettext_lazy("placeholder", "deadline of the replies"), "2026年9月6日 18:00"),
        },
    )
)

# -- Membership -------------------------------------------------------------------------------------------------------

ORGANISATION = {"organisation": (pgettext_lazy("placeholder", "organisation"), "样例单位")}
DAY = {"day": (pgettext_lazy("placeholder", "last day of the membership"), "2026年12月31日")}
NUMBER = {"number": (pgettext_lazy("placeholder", "number of the application"), "SQ20260017")}


def register_membership(name, label, subject, body, placeholders=None, **options):
    register(Template(f"members.{name}", label, subject, body, {**ORGANISATION, **(placeholders or {})}, **options))


register_membership(
    "application_waits",
    _("To staff: an application waits for a step"),
    _("{step}: application of “{organisation}”"),
    _("The application {number} of “{organisation}” for membership waits for this step: {step}."),
    {**NUMBER, "step": (pgettext_lazy("placeholder", "step of joining"), "秘书处初审")},
)
register_membership(
    "change_waits",
    _("To staff: a member asks for a change of particulars"),
    _("Change of particulars: {organisation}"),
    _("“{organisation}” asks for a change of its particulars."),
)
register_membership(
    "renewal_waits",
    _("To staff: a member asks for renewal"),
    _("Renewal: {organisation}"),
    _("“{organisation}” asks for the renewal of its membership.\n\n{note}"),
    {"note": (pgettext_lazy("placeholder", "note of the member"), "样例说明")},
)
register_membership(
    "change_done",
    _("Change of particulars done"),
    _("Your change of particulars is done"),
    _("{organisation}: the particulars are changed as you asked."),
)
register_membership(
    "change_refused",
    _("Change of particulars not accepted"),
    _("Your change of particulars was not accepted"),
    _("{organisation}: {reason}"),
    REASON,
    required=("reason",),
)
register_membership(
    "renewed",
    _("Membership renewed"),
    _("Membership renewed: {organisation}"),
    _("The membership of “{organisation}” is renewed for {period}."),
    {"period": (pgettext_lazy("placeholder", "period of the membership"), "2027年1月1日至2027年12月31日")},
)
register_membership(
    "renewal_refused",
    _("Request for renewal not accepted"),
    _("Your request for renewal was not accepted"),
    _("{organisation}: {reason}"),
    REASON,
    required=("reason",),
)
register_membership(
    "membership_ends",
    _("Membership ends soon"),
    _("The membership of “{organisation}” ends on {day}"),
    _("The membership of “{organisation}” ends on {day}. You can ask for its renewal under “My organisation”."),
    DAY,
    required=("day",),
)
register_membership(
    "membership_ended",
    _("Membership has ended"),
    _("The membership of “{organisation}” ended on {day}"),
    _(
        "The membership of “{organisation}” ended on {day}. Until {until} you read on as members; please ask for its "
        "renewal under “My organisation” before that."
    ),
    {**DAY, "until": (pgettext_lazy("placeholder", "last day of reading on"), "2027年1月30日")},
    required=("day",),
)

APPLICANT = {"person": (pgettext_lazy("placeholder", "contact person"), "样例人员")}
STATUS = {
    "address": (
        pgettext_lazy("placeholder", "address of the status page"),
        "https://portal.example/members/join/status/",
    )
}


def register_application(event, label, subject, body, placeholders=None, **options):
    placeholders = {**APPLICANT, **NUMBER, **(placeholders or {})}
    register_membership(f"application_{event}", label, subject, body, placeholders, is_mail_only=True, **options)


register_application(
    "received",
    _("To the applicant: application received"),
    _("Your application {number} has been received"),
    _(
        "{person}, hello. The association has received the application of “{organisation}” for membership.\n\n"
        "Number: {number}\nCode: {code}\n\n"
        "With the two you can see at any time how far it has come, mend it or take it back:\n{address}"
    ),
    {"code": (pgettext_lazy("placeholder", "code of the application"), "ABCDE23456"), **STATUS},
    required=("number", "code", "address"),
)
register_application(
    "returned",
    _("To the applicant: application returned for changes"),
    _("Please mend your application {number}"),
    _(
        "{person}, hello. The association has returned the application of “{organisation}”. What is to be changed:\n\n"
        "{reason}\n\n"
        "Please open it with its number and code, mend it and send it again:\n{address}\nNumber: {number}"
    ),
    {**REASON, **STATUS},
    required=("number", "reason", "address"),
)
register_application(
    "refused",
    _("To the applicant: application not accepted"),
    _("About your application {number}"),
    _(
        "{person}, hello. The association could not accept the application of “{organisation}” for membership. "
        "The reason:\n\n{reason}"
    ),
    REASON,
    required=("reason",),
)
register_application(
    "accepted",
    _("To the applicant: application accepted"),
    _("Your application {number} is accepted"),
    _(
        "{person}, hello. “{organisation}” is now a member of the association. You are its main contact; a mail of its own "
        "tells you how to sign in."
    ),
)
