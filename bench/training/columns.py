"""The embedded table: its name, the command that makes it, and what its columns hold."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bench.training.trainer import Recipe

__all__ = ["COLUMN_MEANINGS", "COMMAND", "NAME", "by_seed"]

NAME = "nb201-digits"
COMMAND = f"monas table build {NAME}"
COLUMN_MEANINGS = {
    "index": "place of the cell in bench.spaces.NASBench201().enumerate()",
    "arch_str": "the cell in NAS-Bench-201's string form",
    "validation_accuracy_s{seed}": "%, 1,490 noisy images, after the last epoch",
    "test_accuracy_s{seed}": "%, 2,950 noisy images, after the last epoch",
    "train_loss_s{seed}_e{epoch}": "mean cross-entropy of the epoch's batches (nats)",
    "train_seconds": "CPU seconds of one thread for the three trainings together",
    "latency_ms": "ms, one image on one thread: median of 3 rounds of the median of 20 passes",
    "flops": "multiply-adds of one image (closed form, equal to the network's)",
    "params": "trainable parameters (closed form, equal to the network's)",
}


def by_seed(
    columns: Mapping[str, NDArray[np.generic]], kind: str, recipe: Recipe
) -> NDArray[np.float32]:
    """Return one measurement, such as `test_accuracy`, of every seed: [rows, seeds]."""
    return np.stack([columns[f"{kind}_s{s}"] for s in recipe.seeds], axis=1).astype(np.float32)
