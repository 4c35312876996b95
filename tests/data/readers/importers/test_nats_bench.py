"""A NATS-Bench topology folder: a small one made with its own package, compared with its API."""

from __future__ import annotations

import bz2
import pickle

import pytest

from bench.data.readers.importers._nb201 import official_strings
from bench.data.readers.importers.nats_bench import read
from bench.errors import DataError, UntrustedPickleError

package = pytest.importorskip("nats_bench")
api_utils = pytest.importorskip("nats_bench.api_utils")


def dump(path, content):
    path.write_bytes(bz2.compress(pickle.dumps(content), 1))


@pytest.fixture(scope="module")
def packed(seeds, results_of):
    """Bytes of each file of the folder, by name."""
    files = {
        "meta.pickle.pbz2": {"meta_archs": list(official_strings()), "total_archs": 15_625},
        **{f"{index:06d}.pickle.pbz2": results_of(api_utils, index) for index in seeds},
    }
    return {name: bz2.compress(pickle.dumps(content), 1) for name, content in files.items()}


@pytest.fixture
def folder(packed, tmp_path):
    folder = tmp_path / "NATS-tss-v1_0-3ffb9-simple"
    folder.mkdir()
    for name, content in packed.items():
        (folder / name).write_bytes(content)
    return folder


def test_columns_equal_the_answers_of_the_package(folder, check_against):
    counts = []
    columns = read(folder, partial=True, finished=counts.append)
    assert columns["index"].tolist() == [0, 857, 6111, 15_624]
    assert counts == [1, 2, 3, 4]
    check_against(columns, package.create(str(folder), "tss", fast_mode=True, verbose=False))


def test_if_seeds_differ_in_size_that_of_888_is_taken(folder, results_of):
    results = results_of(api_utils, 857)
    results["200"]["all_results"]["cifar100", 777] |= {"flop": 1.0, "params": 2.0}
    dump(folder / "000857.pickle.pbz2", results)
    columns = read(folder, partial=True)
    costs = package.create(str(folder), "tss", fast_mode=True, verbose=False).get_cost_info(
        857, "cifar100", hp="200"
    )
    assert (columns["c100_flops_m"][1], columns["c100_params_m"][1]) == (10.357, 0.1857)
    assert (costs["flops"], costs["params"]) == (10.357, 0.1857)


def test_columns_are_those_of_the_published_table(folder, real_tables):
    import pyarrow.parquet as pq

    schema = pq.read_schema(real_tables / "nb201.parquet")
    published = dict(zip(schema.names, schema.types, strict=True))
    for name, values in read(folder, partial=True).items():
        expected = "large_string" if name == "arch_str" else str(published[name])
        expected = {"double": "float64", "large_string": "object"}.get(expected, expected)
        assert str(values.dtype) == expected, name


def test_an_incomplete_folder_is_refused_before_its_files_are_read(folder):
    (folder / "000000.pickle.pbz2").write_bytes(b"not even bz2")
    with pytest.raises(DataError, match=r"simple: found 4 architectures, expected 15,625"):
        read(folder)


def test_another_folder_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(
            DataError, match=r"not a NATS-Bench folder: expected meta\.pickle\.pbz2"
        ):
            read(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("meta", {"archs": []}, r"meta\.pickle\.pbz2: no key 'meta_archs'"),
        ("meta", {"meta_archs": ["|none~0|"]}, r"meta_archs has 1 cells, expected 15,625"),
        ("000857", {"12": {}}, r"000857\.pickle\.pbz2: no key '200'"),
        ("000857", {"12": {}, "200": {}}, r"000857\.pickle\.pbz2: no key 'arch_str'"),
        ("000857", [1], r"no key '200', expected results after '12' and '200' epochs"),
        ("020000", {}, r"020000\.pickle\.pbz2: index 20000, expected 0 to 15624"),
    ],
)
def test_faults_are_named(name, content, message, folder):
    dump(folder / f"{name}.pickle.pbz2", content)
    with pytest.raises(DataError, match=message):
        read(folder, partial=True)


def test_a_file_with_the_results_of_another_index_is_refused(folder):
    (folder / "000857.pickle.pbz2").rename(folder / "000858.pickle.pbz2")
    with pytest.raises(DataError, match=r"000858\.pickle\.pbz2: results of '\|.*, expected those"):
        read(folder, partial=True)


def test_damaged_files_are_named(folder):
    path = folder / "000857.pickle.pbz2"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"000857\.pickle\.pbz2: cannot be read as bz2"):
        read(folder, partial=True)
    path.write_bytes(b"text")
    with pytest.raises(DataError, match=r"000857\.pickle\.pbz2: cannot be read as bz2"):
        read(folder, partial=True)


def test_code_is_refused_and_does_not_run(folder, attack):
    dump(folder / "000857.pickle.pbz2", {"12": {}, "200": {"all_results": [attack.payload]}})
    with pytest.raises(UntrustedPickleError, match=r"000857\.pickle\.pbz2: .* refers to posix"):
        read(folder, partial=True)
    assert not attack.marker.exists()
