"""EC-NAS, every NAS-Bench-101 cell of at most four vertices: four budgets, three repeats each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.data.readers.converters._ecnas import energy_columns
from bench.data.table import Columns

__all__ = ["convert"]


def convert(files: Mapping[str, Path]) -> Columns:
    """Return the table's columns; see `bench.data.readers.converters._ecnas.energy_columns`."""
    return energy_columns(files, "ec-nas-bench/energy_4V9E.tfrecord", checkpoint_epoch=1)
