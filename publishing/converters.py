"""What stands for an item in an address."""

from django.urls.converters import IntConverter


class NumberConverter(IntConverter):
    """``<number:pk>``: a whole number that a key can have. SQLite fails on a longer one where Django looks up a relation."""

    regex = "[0-9]{1,18}"
