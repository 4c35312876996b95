"""Loading and writing of tables: content, digests, and refusal of changed files."""

from __future__ import annotations

import numpy as np
import pytest

from bench.data import catalogue, catalogue_entry, content_digest, load_table, write_table
from bench.errors import DataError, DataMissingError
from bench.spaces import NASBench201, Skeleton

SPACE = NASBench201()


@pytest.fixture
def moved(tmp_path, monkeypatch):
    """Return a function that writes (changed) bytes of the table to another path and uses that."""
    entry = catalogue_entry("nb201-digits")

    def move(content=None, **changes):
        path = tmp_path / entry.file
        if content is not None:
            path.write_bytes(content)
        copy = entry.model_copy(update=changes)
        monkeypatch.setattr(type(copy), "path", property(lambda _: path))
        monkeypatch.setattr("bench.data.table.catalogue_entry", lambda _: copy)

    return move


INSTALLED = [entry for entry in catalogue() if entry.path.exists()]


def test_the_embedded_table_exists_and_comes_first():
    assert INSTALLED[0].name == "nb201-digits"


@pytest.mark.parametrize("entry", INSTALLED, ids=lambda entry: entry.name)
def test_every_table_on_this_machine_loads(entry):
    table = load_table(entry.name)
    assert table.content_sha256 == entry.content_sha256
    if entry.kind == "table":
        assert {len(values) for values in table.columns.values()} == {entry.rows}
    else:
        assert len(table.columns) == entry.rows


@pytest.mark.parametrize("name", ["nb201-digits", "nb201-digits-estimates"])
def test_one_row_for_each_class_and_no_missing_values(name):
    table = load_table(name)
    assert np.array_equal(table.column("index"), SPACE.canonical_indices())
    cells = SPACE.from_index(table.column("index"))
    assert SPACE.to_strings(cells) == table.column("arch_str").tolist()
    for column, values in table.columns.items():
        if values.dtype.kind == "f":
            assert np.isfinite(values).all(), column


def test_sizes_equal_the_closed_forms():
    table = load_table("nb201-digits")
    skeleton, cells = Skeleton(8, 1, 10, 4, 1, "pooling"), SPACE.from_index(table.column("index"))
    assert np.array_equal(table.column("flops"), skeleton.flops(cells))
    assert np.array_equal(table.column("params"), skeleton.params(cells))


def test_columns_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        load_table("nb201-digits").column("flops")[0] = 0


@pytest.mark.parametrize("position", [0, 1000, -1])
def test_a_changed_byte_is_found(moved, position):
    content = bytearray(catalogue_entry("nb201-digits").path.read_bytes())
    content[position] ^= 1
    moved(bytes(content))
    with pytest.raises(
        DataError, match=r"'nb201-digits' is damaged.*expected .*rebuild it with `monas table"
    ):
        load_table("nb201-digits")


def test_a_missing_file_names_the_command(moved):
    moved()
    with pytest.raises(DataMissingError, match="install it with `monas table build nb201-digits`"):
        load_table("nb201-digits")


def test_the_content_is_checked_besides_the_file(moved):
    moved(catalogue_entry("nb201-digits").path.read_bytes(), content_sha256="0" * 64)
    with pytest.raises(DataError, match="the catalogue expects 000000000000"):
        load_table("nb201-digits")


def test_an_unknown_column_lists_the_known_ones():
    with pytest.raises(DataError, match=r"no column 'speed': expected one of arch_str, "):
        load_table("nb201-digits").column("speed")


def test_content_digest_depends_on_values_names_and_types_only(tmp_path):
    columns = {"a": np.arange(3, dtype=np.int16), "b": np.asarray(["x", "y", "z"], dtype=object)}
    digest = content_digest(columns)
    assert digest == content_digest(dict(reversed(columns.items())))
    assert digest == content_digest({**columns, "a": columns["a"].astype(">i2")})
    for other in (
        {**columns, "a": columns["a"] + 1},
        {**columns, "a": columns["a"].astype(np.int32)},
        {"c": columns["a"], "b": columns["b"]},
    ):
        assert content_digest(other) != digest
    write_table(tmp_path / "t.parquet", columns)
    import pyarrow.parquet as pq

    back = pq.read_table(tmp_path / "t.parquet")
    assert content_digest({n: back.column(n).to_numpy() for n in back.column_names}) == digest
