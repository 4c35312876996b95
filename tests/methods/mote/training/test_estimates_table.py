"""The table `nb201-digits-estimates`: comparison of rows, and losses that are not finite."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from bench.data import load_table  # noqa: E402
from bench.training.tables.build import BuildFile  # noqa: E402
from bench.training.tables.embedded import RowCheck  # noqa: E402
from methods.mote.training.estimates_table import EstimatesTable  # noqa: E402


def test_a_row_with_other_losses_does_not_agree():
    table = EstimatesTable()
    columns = dict(load_table(table.name).columns)
    now = {
        "train_loss": [float(columns[f"train_loss_e{e + 1}"][9]) for e in range(5)],
        "landscape_loss": [float(columns[f"landscape_loss_{g}"][9]) for g in range(11)],
    }
    assert table.compare(columns, 9, now) == RowCheck(
        9, identical=True, difference=0.0, tolerance=pytest.approx(5 * table.spread * 2**0.5)
    )
    near = now | {"train_loss": [loss + table.spread for loss in now["train_loss"]]}
    far = now | {"train_loss": [loss + 8 * table.spread for loss in now["train_loss"]]}
    reversed_ = now | {"landscape_loss": now["landscape_loss"][::-1]}
    assert (table.compare(columns, 9, near).identical, table.compare(columns, 9, near).agrees) == (
        False,
        True,
    )
    assert not table.compare(columns, 9, far).agrees
    assert not table.compare(columns, 9, reversed_).identical


def test_losses_that_are_nan_equal_each_other_and_rank_last(tmp_path):
    table = EstimatesTable()
    columns = {name: values.copy() for name, values in load_table(table.name).columns.items()}
    diverged = {"train_loss": [np.nan] * 5, "landscape_loss": [np.nan] * 11, "train_seconds": 1.0}
    for name, values in columns.items():
        if "loss" in name:
            values[4] = np.nan
    assert table.compare(columns, 4, diverged).identical
    lines = table.measured(columns)
    assert lines[0] == "1 of 6,466 trainings has a loss that is not a number and ranks last"
    assert not any("nan" in line for line in lines)
    build = BuildFile(tmp_path / "b.jsonl", table)
    build.append({"row": 4, "cell": [0] * 6} | diverged)
    assert np.isnan(BuildFile(build.path, table).trainings()[4]["train_loss"]).all()
