"""Messages to people: each once, in the portal, by e-mail, and by further channels where the portal has some."""


def send(to, key, subject, body, url="", by=()):
    """Tell ``to`` (User) something once; return the Message. With a key that he was told under, return that one.

    key: str of at most 200, unique for what happened, such as "review:12:returned:3".
    subject: one line; line breaks become spaces, and what goes beyond 200 characters is cut off.
    body: plain text. url: path inside the portal that the message leads to, or "" if it says all there is.
    by: names of channels (``outbox.channels``) by which it goes besides portal and mail; unknown ones are left out.
    ValueError if key or url is none. The message stands or falls with the transaction of the caller.

    What staff may word themselves is sent by ``outbox.templates.send``.
    """
    from .models import Message  # not at the top: Django loads this package before there can be models

    return Message.objects.send(to, key, subject, body, url, by)
