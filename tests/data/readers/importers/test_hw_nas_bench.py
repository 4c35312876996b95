"""HW-NAS-Bench's pickle: structure, order, errors, and the published values."""

from __future__ import annotations

import copy
import lzma
import pickle

import numpy as np
import pytest
from hostile_pickles import dtype, dtype_state, laughs, scalar, text, whole

from bench.data.readers.importers._nb201 import official_strings
from bench.data.readers.importers.hw_nas_bench import read
from bench.errors import DataError, UntrustedPickleError

METRICS = (
    "edgegpu_latency",
    "edgegpu_energy",
    "raspi4_latency",
    "edgetpu_latency",
    "pixel3_latency",
    "eyeriss_latency",
    "eyeriss_energy",
    "eyeriss_arithmetic_intensity",
    "fpga_latency",
    "fpga_energy",
)
CHOSEN = (5, 0, 15_624)


def make(indices, kind=list):
    rng = np.random.default_rng(3)
    content = {"nasbench201": {}, "fbnet": {"edgegpu_latency": {"AvgP": 0.5}}}
    for dataset, classes in (("cifar10", 10), ("cifar100", 100), ("ImageNet16-120", 120)):
        table = {metric: kind(rng.random(len(indices)).tolist()) for metric in METRICS}
        table["config"] = [
            {"name": "infer.tiny", "C": 16, "N": 5, "arch_str": cell, "num_classes": classes}
            for cell in (official_strings()[index] for index in indices)
        ]
        content["nasbench201"][dataset] = table
    return content


@pytest.fixture
def saved(tmp_path):
    def save(content):
        path = tmp_path / "HW-NAS-Bench-v1_0.pickle"
        path.write_bytes(pickle.dumps(content))
        return path

    return save


@pytest.mark.parametrize("kind", [list, np.asarray, tuple])
def test_units_and_order(kind, saved):
    content = make(CHOSEN, kind)
    columns = read(saved(content), partial=True)
    assert columns["index"].tolist() == list(CHOSEN)
    assert len(columns) == 31
    tables = content["nasbench201"]
    for name, dataset, metric in (
        ("c10_edgegpu_latency_ms", "cifar10", "edgegpu_latency"),
        ("c100_fpga_energy_mj", "cifar100", "fpga_energy"),
        ("in16_eyeriss_arithmetic_intensity", "ImageNet16-120", "eyeriss_arithmetic_intensity"),
    ):
        assert columns[name].tolist() == list(tables[dataset][metric])
        assert columns[name].dtype == np.float64


def test_a_whole_file_in_another_order_is_refused(saved):
    order = list(range(15_625))
    counts = []
    columns = read(saved(make(order)), finished=counts.append)
    assert columns["index"].tolist() == order
    assert counts == [15_625]
    order[0], order[1] = 1, 0
    with pytest.raises(DataError, match=r"cifar10/config\[0\] is '\|.*', expected '\|avg_pool"):
        read(saved(make(order)))


def test_the_published_values(real_tables):
    import pyarrow.parquet as pq

    folder = real_tables / "raw" / "hw-nas-bench"
    path = folder / "HW-NAS-Bench-v1_0.REBUILT-nb201-only.pickle.xz"
    if not path.exists():
        pytest.skip("no original files on this machine")
    columns = read(path)
    table = pq.read_table(real_tables / "nb201_hwnasbench.parquet")
    assert sorted(columns) == sorted(table.column_names)
    for name, values in columns.items():
        published = table.column(name).to_numpy()
        assert np.array_equal(values, published), name
        assert values.dtype == published.dtype, name


def test_an_incomplete_file_is_refused(saved):
    with pytest.raises(DataError, match=r"pickle: found 3 architectures, expected 15,625"):
        read(saved(make(CHOSEN)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("nasbench201"), r"no key 'nasbench201', found fbnet"),
        (lambda c: c["nasbench201"].pop("cifar100"), r"no key 'nasbench201/cifar100', found cif"),
        (
            lambda c: c["nasbench201"]["cifar100"].pop("fpga_energy"),
            r"no key 'nasbench201/cifar100/fpga_energy', found edgegpu",
        ),
        (
            lambda c: c["nasbench201"]["cifar10"]["fpga_energy"].pop(),
            r"cifar10/fpga_energy has 2 values, expected 3",
        ),
        (
            lambda c: c["nasbench201"]["cifar10"].update(fpga_energy=["fast"] * 3),
            r"cifar10/fpga_energy is not a list of numbers",
        ),
        (
            lambda c: c["nasbench201"]["cifar10"]["config"][1].update(arch_str="|conv~0|"),
            r"cifar10/config\[1\] is '\|conv~0\|', expected a cell of NAS-Bench-201",
        ),
        (
            lambda c: c["nasbench201"]["cifar100"]["config"].reverse(),
            r"cifar100/config lists other cells than the image sets before it",
        ),
        (
            lambda c: c["nasbench201"]["cifar10"]["config"].__setitem__(2, "cell"),
            r"no key 'nasbench201/cifar10/config/2/arch_str', found str",
        ),
        (
            lambda c: c["nasbench201"]["cifar10"].update(config=3),
            r"cifar10/config is int, expected a list",
        ),
    ],
)
def test_faults_are_named(change, message, saved):
    content = copy.deepcopy(make(CHOSEN))
    change(content)
    with pytest.raises(DataError, match=message):
        read(saved(content), partial=True)


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(DataError, match=r"absent\.pickle: cannot be read: No such file"):
        read(tmp_path / "absent.pickle")
    for name, content in (
        ("text.xz", b"text"),
        ("cut.xz", lzma.compress(pickle.dumps(make(CHOSEN)))[:200]),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(DataError, match=rf"{name}: cannot be read as xz"):
            read(path)


def test_code_is_refused_and_does_not_run(saved, attack):
    content = make(CHOSEN)
    content["nasbench201"]["cifar10"]["config"][0]["C"] = attack.payload
    with pytest.raises(UntrustedPickleError, match=r"HW-NAS-Bench.* refers to posix\.system"):
        read(saved(content), partial=True)
    assert not attack.marker.exists()


HOSTILE = {
    "objects without their flag": whole(
        scalar(dtype("O8", dtype_state(order="|", size=8)), b"AAAAAAAA")
    ),
    "lists that share others": laughs(60),
    "a list that contains itself": whole(b"]q\x00h\x00a"),
    "keys of lists that share others": whole(
        b"}" + text("nasbench201") + b"}" + laughs(60)[2:-1] + b"Nss"
    ),
    "a file": whole(b"cbuiltins\nopen\n(" + text("written") + text("w") + b"tR"),
    "nothing": b"",
    "text": b"\xff\xfe",
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_one_line_that_names_the_file(kind, packed, tmp_path, monas):
    path = tmp_path / ("HW.pickle.xz" if packed else "HW.pickle")
    path.write_bytes(lzma.compress(HOSTILE[kind]) if packed else HOSTILE[kind])
    status, _, errors = monas("data", "import", "nb201-hw", str(path))
    assert status == 1
    assert errors.startswith(f"monas: {path}: ")
    assert "expected" in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "written").exists()
