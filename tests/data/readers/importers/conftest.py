"""Fixtures for tests of official formats: results, comparison with the packages, an attack."""

from __future__ import annotations

import os
from types import SimpleNamespace

import numpy as np
import pytest
from official_results import SEEDS, make_results


@pytest.fixture(scope="session")
def seeds():
    """Seeds of the 200-epoch trainings by index, for the architectures of `results_of`."""
    return SEEDS


@pytest.fixture(scope="session")
def results_of():
    """Return the function that makes one architecture's results with a package's classes."""
    return make_results


@pytest.fixture(scope="session")
def check_against():
    """Return a function that compares columns with the answers of a package's own API."""

    def check(columns, api):
        for row, index in enumerate(columns["index"].tolist()):
            assert columns["arch_str"][row] == api.meta_archs[index]

            def accuracy(dataset, what, seed=False, epochs="200", index=index):
                answer = api.get_more_info(index, dataset, None, epochs, is_random=seed)
                return answer[f"{what}-accuracy"]

            for prefix, validated, tested in (
                ("c10", "cifar10-valid", "cifar10"),
                ("c100", "cifar100", "cifar100"),
                ("in16", "ImageNet16-120", "ImageNet16-120"),
            ):
                found = {n: v[row] for n, v in columns.items() if n.startswith(f"{prefix}_")}
                near = {
                    "val_acc_200": accuracy(validated, "valid"),
                    "test_acc_200": accuracy(tested, "test"),
                    "flops_m": api.get_cost_info(index, validated, hp="200")["flops"],
                    "params_m": api.get_cost_info(index, validated, hp="200")["params"],
                    "train_time_epoch_s": api.get_more_info(
                        index, validated, None, "200", is_random=False
                    )["train-per-time"],
                }
                absent = []
                if prefix == "in16":
                    absent += ["val_acc_12", "test_acc_12"]
                else:
                    near["val_acc_12"] = accuracy(validated, "valid", epochs="12")
                    near["test_acc_12"] = accuracy(tested, "test", epochs="12")
                exact = {}
                for seed in (777, 888, 999):
                    parts = ["valid"] if prefix == "c10" else ["valid", "valtest"]
                    for part in parts:
                        name = f"{part.replace('valid', 'val')}_acc_200_s{seed}"
                        if seed in SEEDS[index]:
                            exact[name] = accuracy(validated, part, seed=seed)
                        else:
                            absent.append(name)
                assert {n.removeprefix(f"{prefix}_") for n in found} == {*near, *exact, *absent}
                for name, value in near.items():
                    assert found[f"{prefix}_{name}"] == pytest.approx(value, rel=1e-14), name
                for name, value in exact.items():
                    assert found[f"{prefix}_{name}"] == value, name
                assert all(np.isnan(found[f"{prefix}_{name}"]) for name in absent)

    return check


class _Command:
    """An object whose pickle runs a command when it is loaded."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.fixture
def attack(tmp_path):
    """Return a `payload` for a pickle, and the file `marker` that it makes if its code runs."""
    marker = tmp_path / "it-ran"
    return SimpleNamespace(payload=_Command(f"touch {marker}"), marker=marker)
