"""The admin of what all published things share: ``columns`` for the filing, ``files`` for the library, ``reviews`` for the
three reviews, ``items`` for the items themselves."""

from . import columns, dossiers, files, reviews
from .items import PublishableAdmin

__all__ = ["PublishableAdmin", "columns", "dossiers", "files", "reviews"]
