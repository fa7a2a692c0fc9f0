from importlib import import_module

import pytest

from tools import prepare


def pytest_configure(config):
    # The compiled catalogues are not in git. The workers of xdist find them made.
    if not hasattr(config, "workerinput"):
        prepare.compile_catalogues()


@pytest.fixture(autouse=True, scope="session")
def the_log_may_be_flushed():
    """Let tests that commit empty the database afterwards, which the triggers of the audit log refuse, as they should."""
    from django.db import transaction
    from django.db.backends.base.operations import BaseDatabaseOperations

    triggers = import_module("audit.migrations.0002_refuse_changes")
    execute_sql_flush = BaseDatabaseOperations.execute_sql_flush

    def lift_and_flush(operations, sql_list):
        with transaction.atomic(using=operations.connection.alias):
            triggers.run(triggers.REMOVE, operations.connection)
            execute_sql_flush(operations, sql_list)
            triggers.run(triggers.INSTALL, operations.connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", lift_and_flush)
        yield


@pytest.fixture(autouse=True)
def empty_cache():
    """Forget what other tests left: the content version is the key, and tests that are rolled back use the same ones."""
    from django.core.cache import cache

    cache.clear()
