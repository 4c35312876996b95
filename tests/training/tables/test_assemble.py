"""Assembly of both embedded tables: the committed files, and unfinished builds."""

from __future__ import annotations

import json
import tomllib

import pytest

torch = pytest.importorskip("torch")

from bench.data import catalogue_entry, content_digest, load_table  # noqa: E402
from bench.errors import TrainingError  # noqa: E402
from bench.training.tables.assemble import assemble  # noqa: E402
from bench.training.tables.build import BuildFile  # noqa: E402
from bench.training.tables.digits import DigitsTable  # noqa: E402
from bench.training.tables.embedded import table_cells  # noqa: E402
from methods.mote.training.estimates_table import EstimatesTable  # noqa: E402

TABLES = [DigitsTable(), EstimatesTable()]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_an_unfinished_build_writes_no_table(tmp_path, table):
    build = BuildFile(tmp_path / "b.jsonl", table)
    build.append(table.train(0, table_cells()[0].tolist()))
    untimed = 6466 if table.latency_rounds else 0
    with pytest.raises(
        TrainingError, match=rf"6465 of 6466 rows are not trained and {untimed} not timed"
    ):
        assemble(build, tmp_path)
    assert not (tmp_path / "embedded").exists() or not list((tmp_path / "embedded").iterdir())


def committed_lines(table, columns):
    """Return the lines of a build file from which the committed table is assembled."""
    cells = table_cells()
    for row, cell in enumerate(cells.tolist()):
        line = {"row": row, "cell": cell, "train_seconds": float(columns["train_seconds"][row])}
        if table.name == "nb201-digits":
            for kind in ("validation_accuracy", "test_accuracy"):
                line[kind] = [float(columns[f"{kind}_s{s}"][row]) for s in range(3)]
            line["train_loss"] = [
                [float(columns[f"train_loss_s{s}_e{e + 1}"][row]) for e in range(12)]
                for s in range(3)
            ]
            yield from ({"row": row, "latency_ms": float(columns["latency_ms"][row])},) * 3
        else:
            epochs = range(table.recipe.epochs)
            line["train_loss"] = [float(columns[f"train_loss_e{e + 1}"][row]) for e in epochs]
            line["landscape_loss"] = [float(columns[f"landscape_loss_{g}"][row]) for g in range(11)]
        yield line


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_committed_table_is_assembled_from_its_build(tmp_path, table):
    committed = load_table(table.name)
    build = BuildFile(tmp_path / "b.jsonl", table)
    lines = [json.dumps(line) for line in committed_lines(table, committed.columns)]
    with build.path.open("a", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    path = assemble(build, tmp_path / "data")
    entry = tomllib.loads(
        (tmp_path / "data" / "catalogue" / "tables" / f"{table.name}.toml").read_text("utf-8")
    )
    shipped = catalogue_entry(table.name)
    assert entry["content_sha256"] == shipped.content_sha256 == content_digest(committed.columns)
    assert entry["columns"] == shipped.columns == dict(table.column_meanings)
    assert (entry["rows"], entry["command"]) == (6466, f"monas table build {table.name}")
    card = path.with_suffix(".md").read_text("utf-8")
    assert shipped.content_sha256 in card
    assert "{" not in card
    assert measured(card) == measured(shipped.path.with_suffix(".md").read_text("utf-8"))


def measured(card):
    """Return the lines of a card that do not depend on the machine or on other tables there."""
    lines = card.split("## Measured")[1].splitlines()
    return [line for line in lines if "CIFAR-10" not in line]
