"""The formats that can be imported: their tables, and the common form of their readers."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module

import pytest

from bench.data.readers.importers import importers
from bench.errors import DataError


def test_formats_and_their_tables():
    found = {name: importer.table for name, importer in importers().items()}
    assert found == {
        "nas-bench-201": "nb201",
        "nats-bench": "nb201",
        "hw-nas-bench": "nb201-hw",
        "mote-nas": "nb201-mote",
        "mote-nas-images": "cifar100-r10",
        "nasbench301": "nb301-xgb",
    }


@pytest.mark.parametrize("name", importers())
def test_every_reader_has_the_same_signature(name):
    module = import_module(importers()[name].module)
    assert "read" in module.__all__
    first, *others = inspect.signature(module.read).parameters.values()
    assert first.name == "path"
    assert all(other.kind is other.KEYWORD_ONLY for other in others)
    assert "finished" in {other.name for other in others}


@pytest.mark.parametrize("name", importers())
def test_a_missing_path_is_named(name, tmp_path):
    importer = importers()[name]
    if importer.needs[:1] == ("torch",):
        pytest.importorskip("torch")
    with pytest.raises(DataError, match="absent"):
        importer.read(tmp_path / "absent")


def test_importing_the_readers_imports_no_heavy_packages(tmp_path):
    code = (
        "import sys; from bench.data.readers.importers import importers\n"
        "from bench.data.readers.importers import nas_bench_201, nats_bench\n"
        "from bench.data.readers.importers import hw_nas_bench, mote_nas\n"
        "from bench.data.readers.importers import nasbench301, mote_nas_images\n"
        "heavy = {'torch', 'xgboost', 'pandas', 'pyarrow', 'nas_201_api', 'nasbench301'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stdout.strip() == "[]"
