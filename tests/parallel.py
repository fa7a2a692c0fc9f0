"""Several people at the same moment: real threads, each with a connection of its own, on both databases."""

from contextlib import contextmanager
from threading import Barrier, Thread
from unittest.mock import patch

from django.db import connection


def at_once(tasks, connected=True):
    """Run ``tasks`` (functions without arguments) in threads that start together; return what each gave or raised.

    connected: whether each has its connection to the database before they start; not needed to talk to a server.
    """
    outcomes = [None] * len(tasks)
    start = Barrier(len(tasks), timeout=60)

    def run(position, task):
        try:
            if connected:
                connection.ensure_connection()
            start.wait()
            outcomes[position] = task()
        except Exception as error:
            outcomes[position] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@contextmanager
def deferred_transactions():
    """Let SQLite take the lock of writers at their first write instead of at the beginning; for negative controls."""
    if connection.vendor != "sqlite":
        yield
        return
    with patch.dict(connection.settings_dict["OPTIONS"], transaction_mode="DEFERRED"):
        yield
