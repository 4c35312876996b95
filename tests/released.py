"""Released search protocols whose tables are on this machine, such as the embedded ones."""

from __future__ import annotations

from bench.data import catalogue_entry
from bench.protocol import load_search_protocol, released_protocols
from bench.tasks import pinned_tables


def _here(name):
    tables = pinned_tables(load_search_protocol(name).rules.task)
    return all(catalogue_entry(table.name).path.exists() for table in tables)


PLAYABLE = [name for name in released_protocols("search") if _here(name)]
EMBEDDED = ["nb201-digits", "nb201-digits-3obj"]

assert set(EMBEDDED) <= set(PLAYABLE)
