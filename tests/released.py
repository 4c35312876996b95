"""Released protocols whose tables are on this machine; the embedded ones always are."""

from __future__ import annotations

from bench.data import catalogue_entry
from bench.protocol.search import load_protocol, released_protocols
from bench.tasks import pinned_tables


def _here(name):
    tables = pinned_tables(load_protocol(name).rules.task)
    return all(catalogue_entry(table.name).path.exists() for table in tables)


PLAYABLE = [name for name in released_protocols() if _here(name)]
EMBEDDED = ["nb201-digits", "nb201-digits-3obj"]

assert set(EMBEDDED) <= set(PLAYABLE)
