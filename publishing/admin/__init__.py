"""The admin of what all published things share: ``columns`` for the filing, ``items`` for the items themselves."""

from . import columns, items

__all__ = ["columns", "items"]
