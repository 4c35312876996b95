"""The embedded table `nb201-digits-estimates`: MOTE's short training of every distinct cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.data import Columns, load_table
from bench.indicators import kendall_tau
from bench.spaces import NASBench201
from bench.training.images.noisy_digits import noisy_digits
from bench.training.tables.digits import DigitsTable
from bench.training.tables.embedded import EmbeddedTable, RowCheck, table_cells
from methods.mote.training.short_training import POINTS, ShortRecipe, short_training

__all__ = ["DIGITS_RECIPE", "EstimatesTable"]

# Ours: these differ from the released recipe; the card describes how they were chosen.
DIGITS_RECIPE = ShortRecipe(channels=8, epochs=5, batch=128, learning_rate=0.03, noise=1.0)


@dataclass(frozen=True)
class EstimatesTable(EmbeddedTable):
    """Losses, landscape and seconds of every distinct cell; MOTE and TSE are computed from them."""

    recipe: ShortRecipe = DIGITS_RECIPE

    name: ClassVar[str] = "nb201-digits-estimates"
    title: ClassVar[str] = (
        "MOTE's short training of NAS-Bench-201 cells on scikit-learn's digits with noise"
    )
    column_meanings: ClassVar[Mapping[str, str]] = {
        "index": "index of the cell in bench.spaces.NASBench201().enumerate()",
        "arch_str": "the cell in NAS-Bench-201's string form",
        "train_loss_e{epoch}": "mean training loss of the epoch (nats, labels smoothed)",
        "landscape_loss_{g}": "loss on the line from the trained (0) to the initial (10) weights",
        "train_seconds": "CPU seconds of one thread for the training, without the landscape",
    }
    compared: ClassVar[tuple[str, str]] = ("mean training loss", "nats")
    # Standard deviation of the mean training loss over seeds; the card describes its measurement.
    spread: ClassVar[float] = 0.073

    def train(self, row: int, cell: Sequence[int]) -> dict[str, Any]:
        """Train one row; see `EmbeddedTable.train`."""
        training = short_training(cell, noisy_digits(), self.recipe)
        return {
            "row": row,
            "cell": list(cell),
            "train_loss": training.losses.tolist(),
            "landscape_loss": training.landscape.tolist(),
            "train_seconds": round(training.seconds, 4),
        }

    def columns(
        self, trainings: Sequence[Mapping[str, Any]], latencies: Sequence[Sequence[float]]
    ) -> Columns:
        """Return the columns of losses, landscape and seconds."""
        losses = np.asarray([row["train_loss"] for row in trainings], dtype=np.float32)
        landscape = np.asarray([row["landscape_loss"] for row in trainings], dtype=np.float32)
        seconds = [row["train_seconds"] for row in trainings]
        columns: Columns = {
            f"train_loss_e{epoch + 1}": losses[:, epoch].copy()
            for epoch in range(self.recipe.epochs)
        }
        columns |= {f"landscape_loss_{g}": landscape[:, g].copy() for g in range(POINTS)}
        columns["train_seconds"] = np.asarray(seconds, dtype=np.float32)
        return columns

    def compare(self, committed: Columns, row: int, trained: Mapping[str, Any]) -> RowCheck:
        """Compare losses; the tolerance comes from the spread over seeds."""
        losses, landscape = (each[row] for each in self._curves(committed))
        same = np.array_equal(
            np.asarray(trained["train_loss"], dtype=np.float32), losses, equal_nan=True
        ) and np.array_equal(
            np.asarray(trained["landscape_loss"], dtype=np.float32), landscape, equal_nan=True
        )
        difference = float(np.mean(trained["train_loss"]) - losses.mean(dtype=np.float64))
        return RowCheck(row, same, difference, 5 * self.spread * 2**0.5)

    def measured(self, columns: Columns) -> list[str]:
        """Return the rank correlations of simple scores with the accuracies of `nb201-digits`."""
        losses, landscape = (each.astype(np.float64) for each in self._curves(columns))
        seconds = columns["train_seconds"].astype(np.float64)
        truth = dict(load_table(DigitsTable.name).columns)
        accuracy = DigitsTable().by_seed(truth, "test_accuracy").mean(axis=1, dtype=np.float64)
        connected = NASBench201().connected(table_cells())
        best = np.argsort(-accuracy, kind="stable")[: len(accuracy) // 10]
        finite = np.asarray(np.isfinite(np.hstack([losses, landscape])).all(axis=1))
        bad, mean = int((~finite).sum()), losses.mean(axis=1)
        scores = {
            "landscape (sum of 1 / loss)": (1 / landscape).sum(axis=1),
            "landscape (minus sum of losses)": -landscape.sum(axis=1),
            "speed (seconds / mean loss)": seconds / mean,
            "TSE (minus sum of the training losses)": -mean,
            "last training loss": -losses[:, -1],
            "seconds": seconds,
        }
        lines = [
            f"{bad} of {len(finite):,} trainings {'has' if bad == 1 else 'have'} a loss that is "
            f"not a number and {'ranks' if bad == 1 else 'rank'} last",
            "mean training loss, minimum / quartiles / maximum: "
            + " / ".join(f"{q:.3f}" for q in np.nanpercentile(mean, [0, 25, 50, 75, 100])),
            f"training: {seconds.sum() / 3600:.2f} CPU hours in all, {seconds.mean():.2f} s a "
            "cell; the landscape, 11 further epochs, is not counted",
            "Kendall tau against the mean test accuracy of `nb201-digits`, over all cells / the "
            f"{connected.sum():,} that connect input and output / the tenth that is best by it:",
        ]
        for name, score in scores.items():
            ranked = np.where(finite, score, score[finite].min() - 1)
            taus = [
                kendall_tau(ranked[chosen], accuracy[chosen])
                for chosen in (np.arange(len(ranked)), np.flatnonzero(connected), best)
            ]
            lines.append(f"{name}: " + " / ".join(f"{tau:.3f}" for tau in taus))
        return lines

    def _curves(self, columns: Columns) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return losses [rows, epochs] and landscape [rows, 11]."""
        losses = [columns[f"train_loss_e{epoch + 1}"] for epoch in range(self.recipe.epochs)]
        landscape = [columns[f"landscape_loss_{g}"] for g in range(POINTS)]
        return (
            np.stack(losses, axis=1).astype(np.float32),
            np.stack(landscape, axis=1).astype(np.float32),
        )
