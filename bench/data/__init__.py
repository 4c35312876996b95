"""Tables: a catalogue of them, their download and import, checks, and loading. No torch."""

from bench.data.catalogue import CatalogueEntry, catalogue, catalogue_entry, data_folder
from bench.data.fetch import fetch_table, install_table
from bench.data.importing import import_table
from bench.data.table import Columns, Table, content_digest, load_table, require_tables, write_table

__all__ = [
    "CatalogueEntry",
    "Columns",
    "Table",
    "catalogue",
    "catalogue_entry",
    "content_digest",
    "data_folder",
    "fetch_table",
    "import_table",
    "install_table",
    "load_table",
    "require_tables",
    "write_table",
]
