"""The admin of what all published things share: ``columns`` for the filing, ``items`` for the items themselves."""

from . import columns, dossiers
from .items import PublishableAdmin

__all__ = ["PublishableAdmin", "columns", "dossiers"]
