"""Assembly of an embedded table, its catalogue entry and its card from a finished build."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import numpy as np

from bench.data import Columns, content_digest, write_table
from bench.errors import TrainingError
from bench.files import write_atomically
from bench.spaces import NASBench201
from bench.training.tables.build import BuildFile
from bench.training.tables.embedded import EmbeddedTable, table_cells

__all__ = ["assemble"]


def assemble(build: BuildFile, data_folder: Path) -> Path:
    """Write table, catalogue entry and card.

    Parameters
    ----------
    build : BuildFile
        A finished build.
    data_folder : Path
        The folder of `bench.data`, or another one; the files go to `embedded` and
        `catalogue/tables` in it.

    Returns
    -------
    Path
        The parquet file.

    Raises
    ------
    TrainingError
        If a row is missing; nothing is written then.
    """
    table, columns = build.table, _columns(build)
    path = data_folder / "embedded" / f"{table.name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(path, columns)
    file_digest, digest = sha256(path.read_bytes()).hexdigest(), content_digest(columns)
    entry = data_folder / "catalogue" / "tables" / f"{table.name}.toml"
    entry.parent.mkdir(parents=True, exist_ok=True)
    toml = _catalogue_toml(table, len(columns["index"]), file_digest, digest)
    write_atomically(entry, toml.encode())
    card = _card(build, columns, file_digest, digest)
    write_atomically(path.with_suffix(".md"), card.encode())
    return path


def _columns(build: BuildFile) -> Columns:
    cells = table_cells()
    trainings, latencies = build.trainings(), build.latencies()
    rounds = [latencies.get(row, []) for row in range(len(cells))]
    untrained = len(cells) - len(trainings)
    untimed = sum(len(each) < build.table.latency_rounds for each in rounds)
    if untrained or untimed:
        raise TrainingError(
            f"{build.path}: {untrained} of {len(cells)} rows are not trained and {untimed} not "
            f"timed; run `{build.table.command}` again to continue"
        )
    rows = [trainings[row] for row in range(len(cells))]
    if any(list(cell) != row["cell"] for cell, row in zip(cells.tolist(), rows, strict=True)):
        raise TrainingError(
            f"{build.path}: rows of another numbering of the cells; remove the file and build again"
        )
    space = NASBench201()
    return {
        "index": space.index(cells).astype(np.int16),
        "arch_str": np.asarray(space.to_strings(cells), dtype=object),
        **build.table.columns(rows, rounds),
    }


def _catalogue_toml(table: EmbeddedTable, rows: int, file_digest: str, digest: str) -> str:
    columns = "\n".join(f'"{name}" = "{text}"' for name, text in table.column_meanings.items())
    return f"""# Written by `{table.command}`.
name = "{table.name}"
title = "{table.title}"
licence = "MIT"
embedded = true
file = "{table.name}.parquet"
rows = {rows}
sha256 = "{file_digest}"
content_sha256 = "{digest}"
command = "{table.command}"

[columns]
{columns}
"""


def _card(build: BuildFile, columns: Columns, file_digest: str, digest: str) -> str:
    """Return the card as Markdown: the template `card-<table>.md` beside the table's module."""
    table = build.table
    folder = files(type(table).__module__.rpartition(".")[0])
    template = (folder / f"card-{table.name}.md").read_text(encoding="utf-8")
    return template.format(
        rows=len(columns["index"]),
        command=table.command,
        file_digest=file_digest,
        digest=digest,
        settings="\n".join(f"| {key} | {value} |" for key, value in vars(table.recipe).items()),
        environment="\n".join(f"| {k} | {v} |" for k, v in build.environment().items()),
        measured="\n".join(f"- {line}" for line in table.measured(columns)),
    )
