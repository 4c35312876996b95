"""Where numbers come from: the catalogue of tables, their checking and loading. No torch."""

from bench.data.catalogue import CatalogueEntry, catalogue, catalogue_entry
from bench.data.table import Table, content_digest, load_table, write_table

__all__ = [
    "CatalogueEntry",
    "Table",
    "catalogue",
    "catalogue_entry",
    "content_digest",
    "load_table",
    "write_table",
]
