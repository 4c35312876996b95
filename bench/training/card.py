"""The card beside the embedded table: how it was made, and what was measured of it."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.data import Columns
from bench.indicators import kendall_tau
from bench.spaces import NASBench201
from bench.training.build import BuildFile, table_cells
from bench.training.columns import COMMAND, by_seed

__all__ = ["intraclass_correlation", "make_card"]

Floats = NDArray[np.float64]


def make_card(build: BuildFile, columns: Columns, file_digest: str, digest: str) -> str:
    """Return the card as Markdown: `card.md` of this folder, filled in."""
    template = (files("bench.training") / "card.md").read_text(encoding="utf-8")
    recipe = build.recipe
    return template.format(
        rows=len(columns["index"]),
        command=COMMAND,
        file_digest=file_digest,
        digest=digest,
        settings="\n".join(f"| {key} | {value} |" for key, value in vars(recipe).items()),
        environment="\n".join(f"| {k} | {v} |" for k, v in build.environment().items()),
        measured="\n".join(f"- {line}" for line in _measured(build, columns)),
    )


def intraclass_correlation(values: NDArray[np.floating]) -> tuple[float, float]:
    """Return the share of variance that belongs to the row: of one value, and of the row's mean.

    One-way random effects, ICC(1) and ICC(k) of Shrout and Fleiss (1979), of values [rows, k].
    """
    k = values.shape[1]
    between = k * values.mean(axis=1).var(ddof=1)
    within = values.var(axis=1, ddof=1).mean()
    single = (between - within) / (between + (k - 1) * within)
    return float(single), float((between - within) / between)


def _measured(build: BuildFile, columns: Columns) -> list[str]:
    connected = NASBench201().connected(table_cells())
    tests = by_seed(columns, "test_accuracy", build.recipe).astype(np.float64)
    validations = by_seed(columns, "validation_accuracy", build.recipe).astype(np.float64)
    mean = tests.mean(axis=1)
    one, three = intraclass_correlation(tests)
    lines = [
        f"test accuracy of all {len(mean):,} cells: share of variance that belongs to the cell "
        f"{one:.3f} for one seed, {three:.3f} for the mean of three",
        f"{connected.sum():,} cells connect input and output; of those alone:",
        _agreement("test", tests[connected]),
        _agreement("validation", validations[connected]),
    ]
    quantiles = " / ".join(f"{q:.2f}" for q in np.percentile(mean[connected], [0, 25, 50, 75, 100]))
    tau = kendall_tau(validations[connected, 0], mean[connected])
    lines += [
        f"mean test accuracy, minimum / quartiles / maximum: {quantiles}",
        f"Kendall tau between validation accuracy of seed 0 and mean test accuracy: {tau:.3f}",
        _among_the_best(tests[connected]),
        _against_cifar10(mean, connected),
    ]
    seconds = columns["train_seconds"].astype(np.float64)
    lines.append(
        f"training: {seconds.sum() / 3600:.2f} CPU hours in all, {seconds.mean():.2f} s a cell "
        "(three seeds together)"
    )
    return lines


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
    """Compare seeds 1 and 2 where seed 0, which they do not depend on, says cells are good."""
    best = np.argsort(-tests[:, 0])[: len(tests) // 10]
    others = tests[best, 1:]
    return (
        "among the tenth of the cells that is best by seed 0: Kendall tau between test accuracies "
        f"of seeds 1 and 2 {kendall_tau(others[:, 0], others[:, 1]):.3f}, share of variance that "
        f"belongs to the cell {intraclass_correlation(others)[0]:.3f} for one seed, standard "
        f"deviation over seeds {np.sqrt(others.var(axis=1, ddof=1).mean()):.2f} points"
    )


def _against_cifar10(mean: NDArray[np.float64], connected: NDArray[np.bool_]) -> str:
    """Compare with the published CIFAR-10 accuracies, where `MONAS_DATA` has them."""
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
