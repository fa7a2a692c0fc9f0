"""The text on personal data that people agree to when they sign up."""

from .models import ConsentText


def current_text():
    """Return the ConsentText in force; saved or not."""
    return ConsentText.objects.current()


def agreed(text):
    """Return the saved ConsentText of the wording ``text`` (str) if that is in force still, else None.

    The form sends the wording back that it has shown: whoever agreed to another one is asked again.
    """
    current = current_text()
    if current.text.split() != text.split():
        return None
    if current.pk is None:
        current.save()
    return current
