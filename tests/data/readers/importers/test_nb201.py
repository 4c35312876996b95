"""The benchmark's own numbering of the 15,625 cells, computed without its files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.data.readers.importers._nb201 import check_order, identity_columns, official_strings
from bench.errors import DataError
from bench.spaces import NASBench201


@pytest.mark.parametrize(
    ("index", "operations"),
    [(0, "421211"), (9, "400103"), (123, "442043"), (1462, "333333")],
)
def test_known_indices_of_cells(index, operations):
    cell = NASBench201().from_strings([official_strings()[index]])[0]
    assert "".join(map(str, cell)) == operations


def test_every_cell_has_one_index():
    assert len(set(official_strings())) == 15_625
    assert len(set(identity_columns(range(15_625))["rep_index"].tolist())) == 6_466


def test_order_equals_the_published_tables(real_tables):
    import pyarrow.parquet as pq

    columns = identity_columns(range(15_625))
    table = pq.read_table(real_tables / "nb201.parquet", columns=list(columns))
    for name, values in columns.items():
        published = table.column(name).to_numpy()
        assert np.array_equal(values, published), name
        assert values.dtype == published.dtype, name


def test_another_order_is_refused():
    cells = list(official_strings())
    cells[7], cells[8] = cells[8], cells[7]
    with pytest.raises(DataError, match=r"^file: meta_archs\[7\] is '\|.*', expected '\|"):
        check_order(Path("file"), cells, "meta_archs")
    with pytest.raises(DataError, match=r"^file: meta_archs has 3 cells, expected 15,625"):
        check_order(Path("file"), cells[:3], "meta_archs")
