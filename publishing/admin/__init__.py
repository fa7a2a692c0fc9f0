"""The admin of what all published things share: ``columns`` for the filing, ``files`` for the library, ``items`` for the
items themselves."""

from . import columns, dossiers, files
from .items import PublishableAdmin

__all__ = ["PublishableAdmin", "columns", "dossiers", "files"]
