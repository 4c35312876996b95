"""The embedded table `nb201-digits`: every distinct cell trained on noisy digits, three seeds."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Floats, Mask
from bench.data import Columns
from bench.indicators import kendall_tau
from bench.spaces import NASBench201
from bench.training.images.noisy_digits import noisy_digits
from bench.training.tables.embedded import RowCheck, TimedTable, table_cells
from bench.training.train import Recipe, inference_latency, train_cell

__all__ = ["DigitsTable", "intraclass_correlation"]


@dataclass(frozen=True)
class DigitsTable(TimedTable):
    """Accuracies, losses, training seconds, latency and sizes of every distinct cell."""

    recipe: Recipe = field(default_factory=Recipe)

    name: ClassVar[str] = "nb201-digits"
    title: ClassVar[str] = (
        "NAS-Bench-201 cells trained on scikit-learn's digits with noise, three seeds each"
    )
    column_meanings: ClassVar[Mapping[str, str]] = {
        "index": "index of the cell in bench.spaces.NASBench201().enumerate()",
        "arch_str": "the cell in NAS-Bench-201's string form",
        "validation_accuracy_s{seed}": "%, 1,490 noisy images, after the last epoch",
        "test_accuracy_s{seed}": "%, 2,950 noisy images, after the last epoch",
        "train_loss_s{seed}_e{epoch}": "mean cross-entropy of the epoch's batches (nats)",
        "train_seconds": "CPU seconds of one thread for the three trainings together",
        "latency_ms": "ms, one image on one thread: median of 3 rounds of the median of 20 passes",
        "flops": "multiply-adds of one image (closed form, equal to the network's)",
        "params": "trainable parameters (closed form, equal to the network's)",
    }
    compared: ClassVar[tuple[str, str]] = ("mean test accuracy", "points")
    latency_rounds: ClassVar[int] = 3

    def train(self, row: int, cell: Sequence[int]) -> dict[str, Any]:
        """Train one row with three seeds; see `EmbeddedTable.train`."""
        training = train_cell(cell, noisy_digits(noise=self.recipe.noise), self.recipe)
        return {
            "row": row,
            "cell": list(cell),
            "validation_accuracy": training.validation_accuracy.tolist(),
            "test_accuracy": training.test_accuracy.tolist(),
            "train_loss": training.train_loss.tolist(),
            "train_seconds": round(training.seconds, 4),
        }

    def latency_ms(self, cell: Sequence[int]) -> float:
        """Return the milliseconds of one forward pass of the cell's network, measured once."""
        return inference_latency(cell, noisy_digits(noise=self.recipe.noise), self.recipe)

    def columns(
        self, trainings: Sequence[Mapping[str, Any]], latencies: Sequence[Sequence[float]]
    ) -> Columns:
        """Return the columns of accuracies, losses, seconds, latency and sizes."""
        cells = table_cells()
        skeleton = self.recipe.skeleton(noisy_digits(noise=self.recipe.noise))
        columns: Columns = {}
        for kind in ("validation_accuracy", "test_accuracy"):
            for i, seed in enumerate(self.recipe.seeds):
                values = [row[kind][i] for row in trainings]
                columns[f"{kind}_s{seed}"] = np.asarray(values, dtype=np.float32)
        for i, seed in enumerate(self.recipe.seeds):
            losses = np.asarray([row["train_loss"][i] for row in trainings], dtype=np.float32)
            for epoch in range(self.recipe.epochs):
                columns[f"train_loss_s{seed}_e{epoch + 1}"] = losses[:, epoch].copy()
        seconds = [row["train_seconds"] for row in trainings]
        columns["train_seconds"] = np.asarray(seconds, dtype=np.float32)
        medians = [np.median(rounds) for rounds in latencies]
        columns["latency_ms"] = np.asarray(medians, dtype=np.float32)
        columns["flops"] = skeleton.flops(cells).astype(np.int32)
        columns["params"] = skeleton.params(cells).astype(np.int32)
        return columns

    def compare(self, committed: Columns, row: int, trained: Mapping[str, Any]) -> RowCheck:
        """Compare accuracies; the tolerance comes from the table's own spread over seeds."""
        tests = self.by_seed(committed, "test_accuracy")
        same = [
            np.array_equal(
                np.asarray(trained[kind], dtype=np.float32), self.by_seed(committed, kind)[row]
            )
            for kind in ("test_accuracy", "validation_accuracy")
        ]
        spread = float(np.sqrt(tests.var(axis=1, ddof=1).mean()))
        tolerance = 5 * spread * (2 / len(self.recipe.seeds)) ** 0.5
        difference = float(np.mean(trained["test_accuracy"]) - tests[row].mean())
        return RowCheck(row, all(same), difference, tolerance)

    def measured(self, columns: Columns) -> list[str]:
        """Return the agreement of seeds, for all and for the best cells, and the training time."""
        connected = NASBench201().connected(table_cells())
        tests = self.by_seed(columns, "test_accuracy").astype(np.float64)
        validations = self.by_seed(columns, "validation_accuracy").astype(np.float64)
        mean = tests.mean(axis=1)
        one, three = intraclass_correlation(tests)
        quantiles = np.percentile(mean[connected], [0, 25, 50, 75, 100])
        tau = kendall_tau(validations[connected, 0], mean[connected])
        seconds = columns["train_seconds"].astype(np.float64)
        return [
            f"test accuracy of all {len(mean):,} cells: share of variance that belongs to the cell "
            f"{one:.3f} for one seed, {three:.3f} for the mean of three",
            f"{connected.sum():,} cells connect input and output; of those alone:",
            _agreement("test", tests[connected]),
            _agreement("validation", validations[connected]),
            "mean test accuracy, minimum / quartiles / maximum: "
            + " / ".join(f"{q:.2f}" for q in quantiles),
            f"Kendall tau between validation accuracy of seed 0 and mean test accuracy: {tau:.3f}",
            _among_the_best(tests[connected]),
            _against_cifar10(mean, connected),
            f"training: {seconds.sum() / 3600:.2f} CPU hours in all, {seconds.mean():.2f} s a cell "
            "(three seeds together)",
        ]

    def by_seed(self, columns: Columns, kind: str) -> NDArray[np.float32]:
        """Return one measurement of every seed.

        Parameters
        ----------
        columns : dict of str to array
            Columns of the table.
        kind : {"test_accuracy", "validation_accuracy"}
            The measurement.

        Returns
        -------
        array [rows, seeds]
            In per cent.
        """
        each = [columns[f"{kind}_s{seed}"] for seed in self.recipe.seeds]
        return np.stack(each, axis=1).astype(np.float32)


def intraclass_correlation(values: NDArray[np.floating]) -> tuple[float, float]:
    """Return the intraclass correlation of values [rows, k]: of one value, and of a row's mean.

    It is the share of the variance that is between rows.

    Notes
    -----
    One-way random effects: ICC(1) and ICC(k) of Shrout and Fleiss, "Intraclass correlations: uses
    in assessing rater reliability" (Psychological Bulletin, 1979).

    Examples
    --------
    >>> intraclass_correlation(np.array([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]]))
    (1.0, 1.0)
    """
    k = values.shape[1]
    between = k * values.mean(axis=1).var(ddof=1)
    within = values.var(axis=1, ddof=1).mean()
    single = (between - within) / (between + (k - 1) * within)
    return float(single), float((between - within) / between)


def _agreement(name: str, values: Floats) -> str:
    one, three = intraclass_correlation(values)
    taus = ", ".join(
        f"{kendall_tau(values[:, i], values[:, j]):.3f}" for i, j in ((0, 1), (0, 2), (1, 2))
    )
    return (
        f"{name} accuracy: share of variance that belongs to the cell {one:.3f} for one seed, "
        f"{three:.3f} for the mean of three; Kendall tau between seeds {taus}; standard deviation "
        f"over seeds {np.sqrt(values.var(axis=1, ddof=1).mean()):.2f} points"
    )


def _among_the_best(tests: Floats) -> str:
    """Compare seeds 1 and 2 on the cells that are best by seed 0, which is independent of them."""
    best = np.argsort(-tests[:, 0], kind="stable")[: len(tests) // 10]
    others = tests[best, 1:]
    return (
        "among the tenth of the cells that is best by seed 0: Kendall tau between test accuracies "
        f"of seeds 1 and 2 {kendall_tau(others[:, 0], others[:, 1]):.3f}, share of variance that "
        f"belongs to the cell {intraclass_correlation(others)[0]:.3f} for one seed, standard "
        f"deviation over seeds {np.sqrt(others.var(axis=1, ddof=1).mean()):.2f} points"
    )


def _against_cifar10(mean: Floats, connected: Mask) -> str:
    """Compare with the published CIFAR-10 accuracies, if `MONAS_DATA` has them."""
    folder = os.environ.get("MONAS_DATA")
    path = Path(folder) / "nb201.parquet" if folder else None
    if path is None or not path.exists():
        return "Kendall tau against CIFAR-10 accuracy: not measured, the real table was not there"
    import pyarrow.parquet as pq

    real = pq.read_table(path, columns=["arch_str", "c10_test_acc_200"])
    space = NASBench201()
    accuracy = np.empty(space.size)
    accuracy[space.index(space.from_strings(real.column("arch_str").to_pylist()))] = real.column(
        "c10_test_acc_200"
    ).to_numpy()
    of_rows = accuracy[space.canonical_indices()]
    return (
        "Kendall tau against the published CIFAR-10 test accuracy after 200 epochs: "
        f"{kendall_tau(mean, of_rows):.3f} over all cells, "
        f"{kendall_tau(mean[connected], of_rows[connected]):.3f} over the connected ones"
    )
