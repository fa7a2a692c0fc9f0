"""Breaking the log on purpose, as somebody with all rights to the database could."""

from contextlib import contextmanager
from importlib import import_module

from django.db import connection

triggers = import_module("audit.migrations.0002_refuse_changes")


@contextmanager
def lifted_triggers():
    """Give a function that executes SQL while the triggers of the log are away."""
    triggers.run(triggers.REMOVE, connection)
    with connection.cursor() as cursor:
        yield cursor.execute
    triggers.run(triggers.INSTALL, connection)
