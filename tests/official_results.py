"""Random results of a few architectures, made with the classes of the benchmarks' own packages."""

from __future__ import annotations

import numpy as np

from bench.data.readers.importers._nb201 import official_strings

PARTS = {
    "cifar10-valid": ("x-valid", "ori-test"),
    "cifar10": ("ori-test",),
    "cifar100": ("ori-test", "x-valid", "x-test"),
    "ImageNet16-120": ("ori-test", "x-valid", "x-test"),
}
# Index: seeds of the 200-epoch trainings.
SEEDS = {0: (777, 888, 999), 857: (777, 888), 6111: (888,), 15_624: (777, 888, 999)}
SHORT_SEEDS = {"cifar10-valid": (111, 777), "cifar10": (777,), "cifar100": (777,)}


def make_trial(package, dataset, index, seed, epochs):
    """Return a `ResultsCount` of `package` with random numbers, which depend on the arguments."""
    rng = np.random.default_rng([index, seed, epochs, list(PARTS).index(dataset)])

    def curve(scale):
        return {epoch: float(scale * rng.random()) for epoch in range(epochs)}

    def curves(scale):
        return {f"{p}@{e}": v for p in PARTS[dataset] for e, v in curve(scale).items()}

    config = {"channel": 16, "num_cells": 5, "arch_str": official_strings()[index], "class_num": 9}
    size, flops = 0.1 + index / 1e4, 7.5 + index / 1e3 + list(PARTS).index(dataset)
    trial = package.ResultsCount(
        dataset, None, curve(100), curve(3), size, flops, config, str(seed), epochs, [0.01, 0.02]
    )
    trial.update_train_info(trial.train_acc1es, curve(100), trial.train_losses, curve(60))
    trial.update_eval(curves(100), curves(3), curves(5))
    return trial


def make_results(package, index, seeds_of=SEEDS):
    """Return the states of one architecture after 200 and 12 epochs; `seeds_of` is like `SEEDS`."""
    states = {}
    for epochs in (200, 12):
        results = package.ArchResults(index, official_strings()[index])
        for dataset in PARTS:
            seeds = seeds_of[index] if epochs == 200 else SHORT_SEEDS.get(dataset, ())
            for seed in seeds:
                results.update(dataset, seed, make_trial(package, dataset, index, seed, epochs))
        states[str(epochs)] = results.state_dict()
    return states
