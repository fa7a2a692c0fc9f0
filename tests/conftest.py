from tools import prepare


def pytest_configure(config):
    # The compiled catalogues are not in git. The workers of xdist find them made.
    if not hasattr(config, "workerinput"):
        prepare.compile_catalogues()
