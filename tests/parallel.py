"""Several people at the same moment: real threads, each with a connection of its own, on both databases."""

from threading import Barrier, Thread

from django.db import connection


def at_once(tasks):
    """Run ``tasks`` (functions without arguments) in threads that start together; return what each gave or raised."""
    outcomes = [None] * len(tasks)
    start = Barrier(len(tasks), timeout=60)

    def run(position, task):
        try:
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
