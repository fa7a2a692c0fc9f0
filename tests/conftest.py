import pytest

from tools import prepare


def pytest_configure(config):
    # The compiled catalogues are not in git. The workers of xdist find them made.
    if not hasattr(config, "workerinput"):
        prepare.compile_catalogues()


@pytest.fixture(autouse=True)
def empty_cache():
    """Forget what other tests left: the content version is the key, and tests that are rolled back use the same ones."""
    from django.core.cache import cache

    cache.clear()
