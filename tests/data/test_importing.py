"""Import of tables: guessed formats, and content that is not the catalogue's."""

from __future__ import annotations

import numpy as np
import pytest

from bench.data import import_table, load_table, write_table
from bench.data.importing import ORIGINALS
from bench.data.readers.importers import Importer
from bench.errors import CallError, DataError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MONAS_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.parametrize("layout", ["mirror", "flat", "clone"])
def test_originals_in_any_layout_become_the_table(real_originals, tmp_path, folder, layout):
    from bench.data.catalogue import source_file

    (reference,) = ("nas-bench-macro/nas-bench-macro_cifar10.json",)
    _, file = source_file(reference)
    path = tmp_path / "mine" / {"mirror": reference, "flat": file.name, "clone": file.path}[layout]
    path.parent.mkdir(parents=True)
    path.write_bytes((real_originals / reference).read_bytes())
    assert import_table("nbmacro", tmp_path / "mine") == folder / "nbmacro_cifar10.parquet"
    assert load_table("nbmacro").rows == 6561
    path.write_bytes(path.read_bytes().replace(b"9", b"8", 1))
    with pytest.raises(DataError, match=r"has sha256 .*, expected 686dee8363cc"):
        import_table("nbmacro", tmp_path / "mine")


def test_in_a_folder_without_the_originals_the_first_is_named(tmp_path):
    with pytest.raises(DataError, match=r"does not hold nas-bench-macro/.*\.json: expected it"):
        import_table("nbmacro", tmp_path, form=ORIGINALS)


def test_hw_nas_bench_becomes_the_table(real_originals, folder):
    (path,) = (real_originals / "hw-nas-bench").glob("*.xz")
    assert import_table("nb201-hw", path) == folder / "nb201_hwnasbench.parquet"
    assert load_table("nb201-hw").rows == 15625


def test_other_content_is_refused_and_can_be_written_elsewhere(monkeypatch, tmp_path, folder):
    columns = {
        "index": np.arange(15625, dtype=np.int32),
        **{
            f"{d}_{c}": np.zeros(15625)
            for d in ("c10", "c100", "in16")
            for c in ("edgegpu_latency_ms", "edgegpu_energy_mj", "eyeriss_arithmetic_intensity")
        },
    }
    monkeypatch.setattr(Importer, "read", lambda self, path, finished=None: columns)
    path = tmp_path / "mine.pickle"
    path.touch()
    with pytest.raises(DataError, match=r"read as hw-nas-bench, is not 'nb201-hw': .*--out FILE"):
        import_table("nb201-hw", path)
    assert not folder.exists()
    assert import_table("nb201-hw", path, out=tmp_path / "own.parquet") == tmp_path / "own.parquet"
    import pyarrow.parquet as pq

    assert pq.read_table(tmp_path / "own.parquet").column_names == list(columns)


def test_a_file_that_cannot_be_written_names_the_option_for_another_path(
    monkeypatch, tmp_path, folder
):
    monkeypatch.setattr(Importer, "read", lambda self, path, finished=None: {"a": np.zeros(1)})
    path = tmp_path / "mine.pickle"
    path.touch()
    with pytest.raises(CallError, match=r"cannot write .*own\.parquet: .*; .* path with --out$"):
        import_table("nb201-hw", path, out=path / "own.parquet")
    folder.touch()
    with pytest.raises(CallError, match=r"cannot write .*/data/t\.parquet: .*; MONAS_DATA names"):
        write_table(folder / "t.parquet", {"a": np.zeros(1)})


def test_wrong_calls_are_explained(tmp_path):
    with pytest.raises(CallError, match=r"nothing to import: .*nowhere does not exist"):
        import_table("nb201", tmp_path / "nowhere")
    with pytest.raises(
        CallError, match=r"from 'zip': expected one of nas-bench-201, nats-bench, o"
    ):
        import_table("nb201", tmp_path, form="zip")
    with pytest.raises(DataError, match="not a NATS-Bench folder"):
        import_table("nb201", tmp_path)
    with pytest.raises(
        CallError, match=r"cannot be imported; install it with `monas table build nb201-"
    ):
        import_table("nb201-digits", tmp_path)
