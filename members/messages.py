"""What people are told of their sign-ups and replies, each thing once; the words stand in ``message_templates``."""

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from outbox import templates
from outbox.models import Message

from .message_templates import sign_up_kind
from .models import SignUp

State = SignUp.State


def tell(sign_up, state):
    """Tell the person of ``sign_up`` (SignUp) that it is now in ``state`` (State); of an offer also who signed him up.

    Who deleted his data meanwhile is told nothing, and who signed a colleague up only while he could still accept for him.
    """
    activity = sign_up.activity
    values = {**facts(activity), "person": str(sign_up.person), **facts_of_state(sign_up, state)}
    people = {sign_up.person}
    if state == State.OFFERED:
        by = sign_up.signed_up_by
        if by and sign_up.may_be_changed_by(by):
            people.add(by)
    for person in people - {None}:
        templates.send(sign_up_kind(state), person, f"sign-up:{sign_up.pk}:{state}", values, url_of(activity))


def unname(sign_up):
    """Take the name of the person of ``sign_up`` out of what was told to who signed him up."""
    nobody = _("deleted person")
    told = Message.objects.filter(to=sign_up.signed_up_by_id, key__startswith=f"sign-up:{sign_up.pk}:")
    for message in told:
        message.subject = message.subject.replace(str(sign_up.person), nobody)
        message.body = message.body.replace(str(sign_up.person), nobody)
        message.save(update_fields=["subject", "body"])


def tell_of_change(change):
    """Tell everybody who is signed up of the ActivityChange."""
    activity = change.activity
    lines = [
        _("%(what)s: %(after)s (before: %(before)s)")
        % {"what": activity._meta.get_field(name).verbose_name, "after": shown(after), "before": shown(before)}
        for (name, after), before in zip(change.after.items(), change.before.values(), strict=True)
    ]
    tell_all(activity, "activity_changed", f"activity-change:{change.pk}", {"changes": "\n".join(lines)})


def tell_of_calling_off(activity):
    key = f"activity-called-off:{activity.pk}:{activity.called_off_at.isoformat()}"
    tell_all(activity, "activity_called_off", key, {"reason": activity.call_off_reason})


def tell_of_resuming(activity, at):
    """Tell everybody who is signed up, at ``at`` (aware datetime), that the activity takes place after all."""
    tell_all(activity, "activity_resumed", f"activity-resumed:{activity.pk}:{at.isoformat()}", {})


def tell_all(activity, kind, key, values):
    values = {**facts(activity), **values}
    for sign_up in SignUp.objects.live().filter(activity=activity, person__isnull=False).select_related("person"):
        templates.send(f"members.{kind}", sign_up.person, key, values, url_of(activity))


def tell_of_reply(reply, item):
    """Tell who wrote ``reply`` (Reply) that it arrived; whoever changes his own later is not told again."""
    values = {
        "notice": item.title,
        "organisation": str(reply.organisation),
        "deadline": shown(item.reply_deadline) if item.reply_deadline else _("no limit"),
    }
    url = f"{reverse('mine:reply', args=[item.pk])}?organisation={reply.organisation_id}"
    templates.send("members.reply_received", reply.by, f"reply:{reply.pk}", values, url)


def facts(activity):
    """Return {placeholder: str} that every message on an activity may use."""
    return {"activity": activity.title, "starts": shown(activity.starts_at), "place": shown(activity.place)}


def facts_of_state(sign_up, state):
    match state:
        case State.WAITING:
            return {"ahead": str(sign_up.ahead)}
        case State.OFFERED:
            return {"accept_by": shown(sign_up.accept_by)}
        case State.REFUSED | State.REMOVED:
            return {"reason": sign_up.reason}
    return {}


def url_of(activity):
    return activity.get_absolute_url()


def shown(value):
    """Return ``value`` (a moment, or str) as people read it."""
    if hasattr(value, "tzinfo"):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    return value or _("not known")
