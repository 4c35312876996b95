"""Compressed pickles: read whole, and refused when they are damaged or grow without measure."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import pickle
import tracemalloc
import zipfile

import pytest

from bench.data.readers.unpickle import load_compressed, load_torch_zip, safe_load
from bench.errors import DataError

FORMS = {"bz2": bz2.compress, "gzip": gzip.compress, "xz": lzma.compress}
CONTENT = {"a": list(range(1000)), "b": "x" * 5000}
MIB = 1 << 20


@pytest.mark.parametrize("form", FORMS)
def test_compressed_pickles_are_read(form, tmp_path):
    path = tmp_path / "packed"
    content = pickle.dumps(CONTENT)
    path.write_bytes(FORMS[form](content))
    assert load_compressed(path, form) == CONTENT
    path.write_bytes(FORMS[form](content[:300]) + FORMS[form](content[300:]))
    assert load_compressed(path, form) == CONTENT


@pytest.mark.parametrize("form", FORMS)
def test_damaged_files_are_named(form, tmp_path):
    path = tmp_path / "packed"
    whole = FORMS[form](pickle.dumps(CONTENT))
    for content in (b"", b"no such format", whole[:-9], whole[:40], whole + b"more", whole[5:]):
        path.write_bytes(content)
        with pytest.raises(DataError, match=rf"packed: cannot be read as {form}: "):
            load_compressed(path, form)


@pytest.mark.parametrize("form", FORMS)
def test_files_that_grow_without_measure_are_refused_in_little_memory(form, tmp_path):
    path = tmp_path / "packed"
    path.write_bytes(FORMS[form](bytes(MIB)) * 90)
    tracemalloc.start()
    with pytest.raises(DataError, match=rf"bytes of {form} grow to more than 67,108,864 bytes"):
        load_compressed(path, form)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 160 * MIB


@pytest.mark.parametrize("form", FORMS)
def test_many_small_parts_are_refused(form, tmp_path):
    path = tmp_path / "packed"
    path.write_bytes(FORMS[form](b"") * 101)
    with pytest.raises(DataError, match=rf"more than 100 parts of {form} in a row"):
        load_compressed(path, form)


def test_a_zip_file_that_grows_without_measure_is_refused(tmp_path):
    path = tmp_path / "latency.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("latency/data.pkl", bytes(65 * MIB))
    with pytest.raises(DataError, match=r"latency\.pt: a pickle of more than 67,108,864 bytes"):
        load_torch_zip(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_files_that_torch_does_not_write_are_refused(method, tmp_path):
    path = tmp_path / "latency.pt"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("latency/data.pkl", pickle.dumps([1]))
    with pytest.raises(DataError, match=r"latency\.pt: compressed in another way"):
        load_torch_zip(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
def test_a_pipe_does_not_block(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    for read in (safe_load, load_torch_zip, lambda path: load_compressed(path, "xz")):
        with pytest.raises(DataError, match=r"pipe: cannot be read: not a regular file"):
            read(path)
