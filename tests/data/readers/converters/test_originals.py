"""Converters on the published originals: every column is that of the table, bit for bit."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

from bench.data import catalogue, content_digest
from bench.data.catalogue import source_file

CONVERTED = [entry for entry in catalogue() if entry.converter]


def published(path):
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            return dict(arrays)
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    return {name: table.column(name).to_numpy() for name in table.column_names}


def same(found, expected):
    if expected.dtype.kind == "O":
        return found.dtype == expected.dtype and found.tolist() == expected.tolist()
    return (found.dtype, found.shape, found.tobytes()) == (
        expected.dtype,
        expected.shape,
        expected.tobytes(),
    )


def originals_of(references, real_tables):
    """Return the original files, or skip if the folder does not have them all."""
    files = {}
    for reference in references:
        paths = [real_tables / folder / reference for folder in ("raw", "sources")]
        found = [path for path in paths if path.is_file()]
        if not found:
            pytest.skip(f"no {reference} among the originals on this machine")
        files[reference] = found[0]
    return files


@pytest.mark.parametrize("entry", CONVERTED, ids=lambda entry: entry.name)
def test_the_sources_of_a_table_are_in_the_catalogue_and_its_converter_exists(entry):
    assert entry.sources
    for reference in entry.sources:
        source, file = source_file(reference)
        assert reference == f"{source.key}/{file.name}"
    assert callable(import_module(f"bench.data.readers.converters.{entry.converter}").convert)


@pytest.mark.parametrize("entry", CONVERTED, ids=lambda entry: entry.name)
def test_a_converted_table_is_the_published_one(entry, real_tables):
    files = originals_of(entry.sources, real_tables)
    if entry.converter == "nb301_yahpo":
        pytest.importorskip("onnx")
    columns = import_module(f"bench.data.readers.converters.{entry.converter}").convert(files)
    expected = published(real_tables / entry.file)
    assert columns.keys() <= expected.keys()
    assert [name for name in columns if not same(columns[name], expected[name])] == []
    assert content_digest(columns) == entry.content_sha256


def test_a_device_with_an_original_file(real_tables, monkeypatch):
    from bench.data.readers.converters import nb201_devices

    monkeypatch.setattr(nb201_devices, "DEVICES", ("titan_rtx_256",))
    references = ["help_nasbench201/str_arch2idx.pt", "help_nasbench201/latency/titan_rtx_256.pt"]
    columns = nb201_devices.convert(originals_of(references, real_tables))
    expected = published(real_tables / "nb201_help_latency.parquet")
    assert all(same(values, expected[name]) for name, values in columns.items())
    assert list(columns) == ["index", "titan_rtx_256_ms"]


def test_a_graph_dataset_with_an_original_file(real_tables, monkeypatch):
    from bench.data.readers.converters import nbgraph

    monkeypatch.setattr(nbgraph, "_COMPLETE", ("cora",))
    monkeypatch.setattr(nbgraph, "_PARTIAL", "cora")
    columns = nbgraph.convert(originals_of(["nas-bench-graph_light/cora.bench"], real_tables))
    expected = published(real_tables / "nbgraph.parquet")
    assert all(same(values, expected[name]) for name, values in columns.items())
    assert len(columns) == 10
