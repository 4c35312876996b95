"""Known facts of the tables over NAS-Bench-201's cells."""

from __future__ import annotations

from functools import partial

import numpy as np

from bench.arrays import Indices
from bench.data.facts._checks import (
    Fact,
    Named,
    at_most_zero,
    count,
    distinct,
    floats,
    front,
    largest,
    missing,
    missing_elsewhere,
    rows,
    values_of_row,
)
from bench.spaces import NASBench201, Skeleton

__all__ = ["NB201_FACTS"]

_SKELETONS = {
    "c10": Skeleton(32, 3, 10),
    "c100": Skeleton(32, 3, 100),
    "in16": Skeleton(16, 3, 120),
}
_SEEDS = ("s777", "s888", "s999")


def _cells(columns: Named) -> Indices:
    """Return the operation codes [rows, 6]."""
    return np.stack([columns[f"op{e}"] for e in range(6)], axis=1).astype(np.int64)


def _strings_that_differ(columns: Named) -> int:
    strings = NASBench201().to_strings(_cells(columns))
    return int(np.sum(np.asarray(strings, dtype=object) != columns["arch_str"]))


def _wrong_representatives(columns: Named) -> int:
    keys = np.asarray(NASBench201().class_keys(_cells(columns)))
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return int((columns["rep_index"] != first[inverse]).sum())


def _off_closed_form(columns: Named, *, dataset: str) -> int:
    """Count cells whose FLOPs or parameters differ from the closed forms of `bench.spaces`."""
    cells, skeleton = _cells(columns), _SKELETONS[dataset]
    flops = floats(columns, f"{dataset}_flops_m") != skeleton.flops(cells) / 1e6
    params = floats(columns, f"{dataset}_params_m") != skeleton.params(cells) / 1e6
    return int((flops | params).sum())


def _all_conv3(columns: Named) -> tuple[float, float]:
    row = int(np.flatnonzero((_cells(columns) == 3).all(axis=1))[0])
    flops, params = (float(columns[f"c10_{size}_m"][row]) for size in ("flops", "params"))
    return round(flops, 4), round(params, 6)


def _off_seed_mean(columns: Named, *, dataset: str) -> int:
    mean = f"{dataset}_val_acc_200"
    seeds = np.stack([floats(columns, f"{mean}_{seed}") for seed in _SEEDS], axis=1)
    return int((np.abs(np.nanmean(seeds, axis=1) - floats(columns, mean)) > 1e-9).sum())


def _differing_inside_classes(columns: Named) -> int:
    """Count accuracies under attack that differ from those of their class's first cell."""
    first = np.asarray(columns["nb201/rep_index"])[columns["index"]]
    measures = [v for name, v in columns.items() if "_linf_" in name]
    return sum(int((values != values[first]).sum()) for values in measures)


def _rising_medians(columns: Named) -> int:
    """Count the steps of strength at which the median accuracy under an attack rises."""
    rises = 0
    for attack in ("apgdce", "square", "fgsm", "pgd"):
        names = [name for name in columns if name.startswith(f"{attack}_linf_")]
        names.sort(key=lambda name: float(name.rpartition("_")[2]))
        medians = [np.median(floats(columns, name)) for name in names]
        rises += int(np.sum(np.diff(medians) > 0))
    return rises


def _proxy_params_that_differ(columns: Named) -> int:
    params = floats(columns, "nb201/c10_params_m")[columns["index"]].astype(np.float32)
    return int((columns["c10_zc_params"] != params).sum())


def _absent_cells(columns: Named) -> tuple[int, ...]:
    present = set(columns["index"].tolist())
    return tuple(i for i in range(NASBench201().size) if i not in present)


def _wrong_speed_terms(columns: Named) -> int:
    loss = np.asarray(columns["proxy_train_loss"], dtype=np.float64).mean(axis=1)
    expected = floats(columns, "proxy_train_time_s") / loss
    return int((np.abs(floats(columns, "speed_term") / expected - 1) > 1e-4).sum())


def _nb201() -> list[Fact]:
    best = {  # validation, test: (largest mean over seeds, its official index)
        "c10": ((91.6067, 6111), (94.3733, 6111)),
        "c100": ((73.4933, 9930), (73.5133, 9930)),
        "in16": ((46.7333, 10676), (47.3111, 857)),
    }
    fronts = {"c10": 13, "c100": 15, "in16": 13}
    found = [
        Fact("15,625 cells", rows, 15625),
        Fact("every cell once", partial(distinct, names=("arch_str",)), 15625),
        Fact("strings that differ from the operation codes", _strings_that_differ, 0),
        Fact("6,466 isomorphism classes", partial(distinct, names=("rep_index",)), 6466),
        Fact(
            "cells whose representative is not the first of their class", _wrong_representatives, 0
        ),
        Fact("MFLOPs and M parameters of the all-3x3 cell, c10", _all_conv3, (220.1197, 1.531546)),
        Fact(
            "values missing besides those of seed 999",
            partial(missing_elsewhere, besides=("_s999",)),
            0,
        ),
    ]
    for dataset, (validation, test) in best.items():
        mean = f"{dataset}_val_acc_200"
        absent = partial(missing, name=f"{mean}_s999")
        form = partial(_off_closed_form, dataset=dataset)
        size = partial(front, errors=mean, costs=(f"{dataset}_flops_m",))
        found += [
            Fact(
                f"best mean validation accuracy, {dataset}",
                partial(largest, name=mean),
                validation,
            ),
            Fact(
                f"best mean test accuracy, {dataset}",
                partial(largest, name=f"{dataset}_test_acc_200"),
                test,
            ),
            Fact(f"cells without a third seed, {dataset}", absent, 7456),
            Fact(
                f"means that differ from the mean of the seeds, {dataset}",
                partial(_off_seed_mean, dataset=dataset),
                0,
            ),
            Fact(f"sizes that differ from the closed form, {dataset}", form, 0),
            Fact(f"exact front of (validation error, FLOPs), {dataset}", size, fronts[dataset]),
        ]
    return found


def _nb201_hw() -> list[Fact]:
    published = {  # the cell of index 0 on CIFAR-10, as HW-NAS-Bench's README prints it
        "edgegpu_latency_ms": 5.807418537139893,
        "edgegpu_energy_mj": 24.226614330768584,
        "raspi4_latency_ms": 10.481976820010459,
        "edgetpu_latency_ms": 0.9571811309997429,
        "pixel3_latency_ms": 3.6058499999999998,
        "eyeriss_latency_ms": 3.645620000000001,
        "eyeriss_energy_mj": 0.6872827644999999,
        "fpga_latency_ms": 2.57296,
        "fpga_energy_mj": 18.01072,
    }
    names = tuple(f"c10_{name}" for name in published)
    found = [
        Fact("15,625 cells", rows, 15625),
        Fact(
            "published measures of the cell of index 0, c10",
            partial(values_of_row, row=0, names=names),
            tuple(published.values()),
        ),
        Fact(
            "values of 0 or less besides edgetpu's",
            partial(at_most_zero, besides=("edgetpu_latency_ms",)),
            0,
        ),
    ]
    fronts = {"c10": (36, 87), "c100": (39, 107), "in16": (39, 107)}
    for dataset, (energy, latency) in fronts.items():
        unsupported = partial(count, name=f"{dataset}_edgetpu_latency_ms", value=-1)
        size = partial(front, errors=f"nb201/{dataset}_test_acc_200")
        costs = (f"nb201/{dataset}_params_m", f"{dataset}_edgegpu_latency_ms")
        found += [
            Fact(f"cells that edgetpu does not support, {dataset}", unsupported, 4699),
            Fact(
                f"exact front of (test error, edgegpu energy), {dataset}",
                partial(size, costs=(f"{dataset}_edgegpu_energy_mj",)),
                energy,
                needs="nb201",
            ),
            Fact(
                f"exact front of (test error, parameters, edgegpu latency), {dataset}",
                partial(size, costs=costs),
                latency,
                needs="nb201",
            ),
        ]
    return found


NB201_FACTS: dict[str, list[Fact]] = {
    "nb201": _nb201(),
    "nb201-hw": _nb201_hw(),
    "nb201-devices": [
        Fact("15,625 cells", rows, 15625),
        Fact("latencies of 0 or less", at_most_zero, 0),
        Fact("values missing", partial(missing_elsewhere, besides=()), 0),
    ],
    "nb201-robustness": [
        Fact("15,625 cells", rows, 15625),
        Fact("values missing", partial(missing_elsewhere, besides=()), 0),
        Fact("median accuracies that rise with the strength of an attack", _rising_medians, 0),
        Fact(
            "accuracies under attack that differ within an isomorphism class",
            _differing_inside_classes,
            0,
            needs="nb201",
        ),
    ],
    "nb201-zero-cost": [
        Fact("9,445 cells without unreachable operations", rows, 9445),
        Fact("every cell once", partial(distinct, names=("index",)), 9445),
        Fact("values missing", partial(missing_elsewhere, besides=()), 0),
        Fact(
            "parameters that differ from those of nb201, c10",
            _proxy_params_that_differ,
            0,
            needs="nb201",
        ),
    ],
    "nb201-mote": [
        Fact("15,614 cells", rows, 15614),
        Fact("cells that are absent", _absent_cells, tuple(range(3989, 4000))),
        Fact("speed terms that differ from time / mean loss", _wrong_speed_terms, 0),
    ],
}
