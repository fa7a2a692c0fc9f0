"""What people are told of their sign-ups, each thing once."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

import outbox

from .models import SignUp

State = SignUp.State


def tell(sign_up, state):
    """Tell the person of ``sign_up`` (SignUp) that it is now in ``state`` (State); of an offer also who signed him up."""
    subject, body = text_of(sign_up, state)
    people = {sign_up.person}
    if state == State.OFFERED:
        people.add(sign_up.signed_up_by)
    for person in people:
        outbox.send(person, f"sign-up:{sign_up.pk}:{state}", subject, body, url_of(sign_up.activity))


def tell_of_change(change):
    """Tell everybody who is signed up of the ActivityChange."""
    activity = change.activity
    lines = [
        _("%(what)s: %(after)s (before: %(before)s)")
        % {"what": activity._meta.get_field(name).verbose_name, "after": shown(after), "before": shown(before)}
        for (name, after), before in zip(change.after.items(), change.before.values(), strict=True)
    ]
    subject = _("Changed: %(activity)s") % {"activity": activity.title}
    body = "\n".join([*lines, "", _("If this does not suit you, you may cancel until the activity begins.")])
    tell_all(activity, f"activity-change:{change.pk}", subject, body)


def tell_of_calling_off(activity):
    subject = _("Called off: %(activity)s") % {"activity": activity.title}
    body = _("The activity was called off. Reason: %(reason)s") % {"reason": activity.call_off_reason}
    moment = activity.called_off_at.isoformat()
    tell_all(activity, f"activity-called-off:{activity.pk}:{moment}", subject, body)


def tell_of_resuming(activity, at):
    """Tell everybody who is signed up, at ``at`` (aware datetime), that the activity takes place after all."""
    subject = _("Takes place after all: %(activity)s") % {"activity": activity.title}
    body = _("The activity was called off before and takes place after all: %(moment)s, %(place)s.") % {
        "moment": shown(activity.starts_at),
        "place": shown(activity.place),
    }
    tell_all(activity, f"activity-resumed:{activity.pk}:{at.isoformat()}", subject, body)


def tell_all(activity, key, subject, body):
    for sign_up in SignUp.objects.live().filter(activity=activity).select_related("person"):
        outbox.send(sign_up.person, key, subject, body, url_of(activity))


def text_of(sign_up, state):
    """Return subject and body (str)."""
    title = sign_up.activity.title
    match state:
        case State.PENDING:
            text = _("We have received the sign-up. The association confirms each one; we tell you when it is done.")
        case State.WAITING:
            text = _("All places are taken. You are on the waiting list; before you: %(count)d.") % {
                "count": sign_up.ahead
            }
        case State.OFFERED:
            text = _(
                "A place has become free for you. Please accept it by %(moment)s; otherwise it goes to the next."
            ) % {"moment": shown(sign_up.accept_by)}
        case State.CONFIRMED:
            text = _("You have a place.")
        case State.CANCELLED:
            text = _("The sign-up was cancelled.")
        case State.LAPSED:
            text = _("The offered place was not accepted in time and has gone to the next.")
        case State.REFUSED:
            text = _("The association could not accept the sign-up. Reason: %(reason)s") % {"reason": sign_up.reason}
        case State.REMOVED:
            text = _("The association cancelled the sign-up. Reason: %(reason)s") % {"reason": sign_up.reason}
    return f"{state.label}: {title}", text


def url_of(activity):
    return activity.get_absolute_url()


def shown(value):
    """Return ``value`` (a moment, or str) as people read it."""
    if hasattr(value, "tzinfo"):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    return value or _("not known")
