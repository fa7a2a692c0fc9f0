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
