"""The card beside an embedded table: how it was made, and what was measured of it."""

from __future__ import annotations

from importlib.resources import files

from bench.data import Columns
from bench.training.tables.build import BuildFile

__all__ = ["make_card"]


def make_card(build: BuildFile, columns: Columns, file_digest: str, digest: str) -> str:
    """Return the card as Markdown: `card-<table>.md` beside the table's module, filled in."""
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
