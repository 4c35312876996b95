"""Where numbers come from: a catalogue of tables; bringing, checking, loading them. No torch."""

from bench.data.catalogue import CatalogueEntry, catalogue, catalogue_entry
from bench.data.fetch import fetch_table, keep_table
from bench.data.importing import import_table
from bench.data.places import data_folder
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
    "keep_table",
    "load_table",
    "require_tables",
    "write_table",
]
