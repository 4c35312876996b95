"""From a finished build to the embedded table, its catalogue entry and its card."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np

from bench.data import Columns, content_digest, write_table
from bench.errors import TrainingError
from bench.spaces import NASBench201
from bench.training.build import LATENCY_ROUNDS, BuildFile, table_cells
from bench.training.card import make_card
from bench.training.columns import COLUMN_MEANINGS, COMMAND, NAME
from bench.training.images import noisy_digits

__all__ = ["assemble"]


def assemble(build: BuildFile, data_folder: Path) -> Path:
    """Write table, catalogue entry and card below `data_folder` (the folder of `bench.data`).

    Returns
    -------
    Path
        The parquet file.

    Raises
    ------
    TrainingError
        If a row is missing: the table is whole or it is not written.
    """
    columns = _columns(build)
    path = data_folder / "embedded" / f"{NAME}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(path, columns)
    file_digest, digest = sha256(path.read_bytes()).hexdigest(), content_digest(columns)
    entry = data_folder / "catalogue" / "tables" / f"{NAME}.toml"
    entry.parent.mkdir(parents=True, exist_ok=True)
    entry.write_text(_catalogue_toml(len(columns["index"]), file_digest, digest), encoding="utf-8")
    card = make_card(build, columns, file_digest, digest)
    path.with_suffix(".md").write_text(card, encoding="utf-8")
    return path


def _columns(build: BuildFile) -> Columns:
    cells = table_cells()
    trainings, latencies = build.trainings(), build.latencies()
    untrained = len(cells) - len(trainings)
    untimed = sum(len(latencies.get(row, ())) < LATENCY_ROUNDS for row in range(len(cells)))
    if untrained or untimed:
        raise TrainingError(
            f"{build.path}: {untrained} of {len(cells)} rows are not trained and {untimed} not "
            f"timed; run `{COMMAND}` again to go on"
        )
    space = NASBench201()
    rows = [trainings[row] for row in range(len(cells))]
    if any(list(cell) != row["cell"] for cell, row in zip(cells.tolist(), rows, strict=True)):
        raise TrainingError(f"{build.path} holds rows of another numbering of cells")
    skeleton = build.recipe.skeleton(noisy_digits(noise=build.recipe.noise))
    columns: Columns = {
        "index": space.index(cells).astype(np.int16),
        "arch_str": np.asarray(space.to_strings(cells), dtype=object),
    }
    for kind in ("validation_accuracy", "test_accuracy"):
        for place, seed in enumerate(build.recipe.seeds):
            values = [row[kind][place] for row in rows]
            columns[f"{kind}_s{seed}"] = np.asarray(values, dtype=np.float32)
    for place, seed in enumerate(build.recipe.seeds):
        losses = np.asarray([row["train_loss"][place] for row in rows], dtype=np.float32)
        for epoch in range(build.recipe.epochs):
            columns[f"train_loss_s{seed}_e{epoch + 1}"] = losses[:, epoch].copy()
    columns["train_seconds"] = np.asarray([r["train_seconds"] for r in rows], dtype=np.float32)
    medians = [np.median(latencies[row]) for row in range(len(cells))]
    columns["latency_ms"] = np.asarray(medians, dtype=np.float32)
    columns["flops"] = skeleton.flops(cells).astype(np.int32)
    columns["params"] = skeleton.params(cells).astype(np.int32)
    return columns


def _catalogue_toml(rows: int, file_digest: str, digest: str) -> str:
    columns = "\n".join(f'"{name}" = "{text}"' for name, text in COLUMN_MEANINGS.items())
    return f"""# Written by `{COMMAND}`.
name = "{NAME}"
title = "NAS-Bench-201 cells trained on scikit-learn's digits with noise, three seeds each"
licence = "MIT"
embedded = true
file = "{NAME}.parquet"
rows = {rows}
sha256 = "{file_digest}"
content_sha256 = "{digest}"
command = "{COMMAND}"

[columns]
{columns}
"""
