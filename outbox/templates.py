"""Texts of messages that staff may word themselves.

A room registers its kinds in a module ``message_templates``, which is imported when Django is ready:

    templates.register(
        Template(
            "members.reminder",
            _("Reminder of an activity"),
            subject=_("Tomorrow: {activity}"),
            body=_("{activity} begins at {starts}."),
            placeholders={"activity": (_("title of the activity"), "样例活动"), "starts": (_("beginning"), "…")},
        )
    )

and sends by ``templates.send("members.reminder", person, key, {"activity": …, "starts": …}, url)``.

A placeholder is a name between braces and nothing more: no attribute, no format. In code and in the database it goes by
its name, before staff by its label: {title of the activity}.
"""

import re
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

import outbox

from .mails import one_line

PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")

_kinds = {}


@dataclass(frozen=True)
class Template:
    """A kind of message.

    name: str, "room.what". label: what staff call it. subject, body: the text that holds until staff write another.
    placeholders: {name: (label, sample)}. required: names that a text must have in subject or body. channels: names of
    the channels by which it goes besides portal and mail, until staff choose others. is_mail_only: it goes to an address
    without an account, by a mail that the room composes of ``wording``.
    """

    name: str
    label: str
    subject: str
    body: str
    placeholders: dict = field(default_factory=dict)
    required: tuple = ()
    channels: tuple = ()
    is_mail_only: bool = False

    def samples(self):
        return {name: str(sample) for name, (_label, sample) in self.placeholders.items()}

    def label_of(self, name):
        return str(self.placeholders[name][0])

    def with_labels(self, text):
        """Return ``text`` (str) as staff read it: placeholders by their labels."""
        return PLACEHOLDER.sub(
            lambda match: f"{{{self.label_of(match[1])}}}" if match[1] in self.placeholders else match[0], str(text)
        )

    def with_names(self, text):
        """Return ``text`` as it is kept: placeholders by their names. ValidationError if it has others, or odd braces."""
        names = {self.label_of(name): name for name in self.placeholders}

        def name_of(match):
            wanted = match[1].strip()
            name = wanted if wanted in self.placeholders else names.get(wanted)
            if name is None:
                unknown.append(match[0])
                return match[0]
            return f"{{{name}}}"

        unknown = []
        text = PLACEHOLDER.sub(name_of, text)
        if unknown:
            raise ValidationError(
                _("There is no placeholder %(found)s here. Those in the list below can be used."),
                params={"found": "、".join(dict.fromkeys(unknown))},
                code="unknown_placeholder",
            )
        if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
            raise ValidationError(
                _("A brace stands alone. A placeholder is written {like this}, within one line; no other braces."),
                code="odd_brace",
            )
        return text

    def check_required(self, *texts):
        """Raise ValidationError if ``texts`` (kept ones) lack what readers must be told."""
        found = {name for text in texts for name in PLACEHOLDER.findall(text)}
        missing = [f"{{{self.label_of(name)}}}" for name in self.required if name not in found]
        if missing:
            raise ValidationError(
                _("The message lacks %(missing)s: without it people cannot act."),
                params={"missing": "、".join(missing)},
                code="missing_placeholder",
            )

    def fill(self, text, values):
        """Return ``text`` with ``values`` ({name: str}) in it; what a value looks like does not matter."""
        return PLACEHOLDER.sub(lambda match: str(values[match[1]]), str(text))


def register(template):
    """Make ``template`` (Template) known. ValueError if its name is taken, or its own text is not what we ask of staff."""
    if template.name in _kinds:
        raise ValueError(f"the kind {template.name!r} is registered already")
    texts = [str(template.subject), str(template.body)]
    used = {name for text in texts for name in PLACEHOLDER.findall(text)}
    if used - template.placeholders.keys() or set(template.required) - used:
        raise ValueError(f"the text of {template.name!r} and its placeholders do not fit")
    _kinds[template.name] = template
    return template


def registered():
    """Return {name: Template}, in the order of registration."""
    return _kinds


def text_of(template):
    """Return (subject, body, channels) of ``template`` as they hold: what staff wrote, or its own."""
    from .models import MessageTemplate

    row = MessageTemplate.objects.filter(pk=template.name).first()
    if row is None:
        return str(template.subject), str(template.body), channels_of(template, None)
    return row.subject, row.body, channels_of(template, row)


def channels_of(template, row):
    """Return the names of the channels by which ``template`` goes, given the MessageTemplate of its kind or None."""
    return tuple(template.channels if row is None else row.channels)


def wording(kind, values, text=None):
    """Return (subject, body, channels) of ``kind`` (name of a registered Template) with ``values`` in its text.

    values: {placeholder: str}, all of them. text: (subject, body) instead of the template's, as ``with_names`` gives it.
    """
    template = _kinds[kind]
    if missing := template.placeholders.keys() - values.keys():
        raise ValueError(f"{kind!r} is sent without {', '.join(sorted(missing))}")
    subject, body, channels = text_of(template)
    if text is not None:
        subject, body = text
    return one_line(template.fill(subject, values)), template.fill(body, values).strip(), channels


def send(kind, to, key, values, url="", text=None):
    """Tell ``to`` (User) once what ``kind`` says, with ``values`` and ``text`` as ``wording`` takes them; see ``outbox.send``."""
    subject, body, channels = wording(kind, values, text)
    return outbox.send(to, key, subject, body, url, channels)
