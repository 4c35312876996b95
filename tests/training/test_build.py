"""The building of both embedded tables: resumable, whole or not written, and the way back."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from bench.data import catalogue_entry, content_digest, load_table  # noqa: E402
from bench.errors import TrainingError  # noqa: E402
from bench.training.tables.assemble import assemble  # noqa: E402
from bench.training.tables.build import BuildFile, measure_latencies, train_rows  # noqa: E402
from bench.training.tables.check import check_rows  # noqa: E402
from bench.training.tables.digits import DigitsTable, intraclass_correlation  # noqa: E402
from bench.training.tables.embedded import EmbeddedTable, RowCheck, TimedTable, table_cells  # noqa: E402
from bench.training.train import Recipe  # noqa: E402
from methods.mote.training.estimates_table import DIGITS_RECIPE, EstimatesTable  # noqa: E402

QUICK = {
    "nb201-digits": DigitsTable(Recipe(epochs=1)),
    "nb201-digits-estimates": EstimatesTable(replace(DIGITS_RECIPE, epochs=1, batch=909)),
}
MEASURED = {
    "nb201-digits": ("test_accuracy", "validation_accuracy", "train_loss"),
    "nb201-digits-estimates": ("train_loss", "landscape_loss"),
}


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(params=sorted(QUICK))
def table(request):
    return QUICK[request.param]


def test_build_goes_on_where_it_was(tmp_path, table):
    path = tmp_path / "b.jsonl"
    done = []
    train_rows(BuildFile(path, table), range(2), workers=1, finished=done.append)
    assert done == [0, 1, 2]
    first = path.read_bytes()
    path.write_bytes(first + b'{"row":2,"cel')  # killed while writing
    again = []
    train_rows(BuildFile(path, table), range(3), workers=1, finished=again.append)
    assert again == [2, 3]
    assert path.read_bytes().startswith(first)
    trained = BuildFile(path, table).trainings()
    assert sorted(trained) == [0, 1, 2]
    alone = table.train(1, table_cells()[1].tolist())
    for key in MEASURED[table.name]:
        assert alone[key] == trained[1][key]


def test_another_recipe_is_refused(tmp_path, table):
    BuildFile(tmp_path / "b.jsonl", table)
    other = replace(table, recipe=replace(table.recipe, epochs=2))
    with pytest.raises(TrainingError, match="begun with another recipe"):
        BuildFile(tmp_path / "b.jsonl", other)


def test_an_unfinished_build_writes_no_table(tmp_path, table):
    build = BuildFile(tmp_path / "b.jsonl", table)
    build.append(table.train(0, table_cells()[0].tolist()))
    untimed = 6466 if table.latency_rounds else 0
    with pytest.raises(
        TrainingError, match=rf"6465 of 6466 rows are not trained and {untimed} not timed"
    ):
        assemble(build, tmp_path)
    assert not (tmp_path / "embedded").exists() or not list((tmp_path / "embedded").iterdir())


def test_a_damaged_line_is_named(tmp_path, table):
    path = tmp_path / "b.jsonl"
    BuildFile(path, table)
    path.write_bytes(path.read_bytes() + b"{]\n")
    with pytest.raises(TrainingError, match=r"b\.jsonl line 2 is damaged"):
        BuildFile(path, table).trainings()


def test_only_a_table_that_says_so_is_timed(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.training.tables.build.table_cells", lambda: table_cells()[:2])
    timings = []
    build = BuildFile(tmp_path / "b.jsonl", QUICK["nb201-digits"])
    measure_latencies(build, finished=timings.append)
    assert timings == list(range(1, 7))
    assert {row: len(ms) for row, ms in build.latencies().items()} == {0: 3, 1: 3}
    other = BuildFile(tmp_path / "other.jsonl", QUICK["nb201-digits-estimates"])
    measure_latencies(other, finished=timings.append)
    assert len(timings) == 6
    assert other.latencies() == {}


# -- from the build file to the table --------------------------------------------------------------


def committed_lines(table, columns):
    """Return the lines of a build that would make the committed table."""
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


@pytest.mark.parametrize("whole", [DigitsTable(), EstimatesTable()], ids=lambda t: t.name)
def test_the_committed_table_is_what_its_build_assembles_to(tmp_path, whole):
    committed = load_table(whole.name)
    build = BuildFile(tmp_path / "b.jsonl", whole)
    lines = [json.dumps(line) for line in committed_lines(whole, committed.columns)]
    with build.path.open("a", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    path = assemble(build, tmp_path / "data")
    entry = tomllib.loads(
        (tmp_path / "data" / "catalogue" / "tables" / f"{whole.name}.toml").read_text("utf-8")
    )
    shipped = catalogue_entry(whole.name)
    assert entry["content_sha256"] == shipped.content_sha256 == content_digest(committed.columns)
    assert entry["columns"] == shipped.columns == dict(whole.column_meanings)
    assert (entry["rows"], entry["command"]) == (6466, f"monas table build {whole.name}")
    card = path.with_suffix(".md").read_text("utf-8")
    assert shipped.content_sha256 in card
    assert "{" not in card
    assert measured(card) == measured(shipped.path.with_suffix(".md").read_text("utf-8"))


def measured(card):
    """Return the lines of a card that neither its machine nor what else lies on it decides."""
    lines = card.split("## Measured")[1].splitlines()
    return [line for line in lines if "CIFAR-10" not in line]


# -- the way back ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("whole", "rows"), [(DigitsTable(), [700, 5000]), (EstimatesTable(), [0, 700, 5000])]
)
def test_committed_rows_can_be_trained_again(whole, rows):
    checks = check_rows(load_table(whole.name), rows, whole, finished=lambda _: None)
    assert [check.row for check in checks] == rows
    assert all(check.agrees for check in checks), checks


def test_a_row_of_other_numbers_does_not_agree():
    whole = EstimatesTable()
    columns = dict(load_table(whole.name).columns)
    now = {
        "train_loss": [float(columns[f"train_loss_e{e + 1}"][9]) for e in range(5)],
        "landscape_loss": [float(columns[f"landscape_loss_{g}"][9]) for g in range(11)],
    }
    assert whole.compare(columns, 9, now) == RowCheck(
        9, identical=True, difference=0.0, tolerance=pytest.approx(5 * whole.spread * 2**0.5)
    )
    near = now | {"train_loss": [loss + whole.spread for loss in now["train_loss"]]}
    far = now | {"train_loss": [loss + 8 * whole.spread for loss in now["train_loss"]]}
    bent = now | {"landscape_loss": now["landscape_loss"][::-1]}
    assert (whole.compare(columns, 9, near).identical, whole.compare(columns, 9, near).agrees) == (
        False,
        True,
    )
    assert not whole.compare(columns, 9, far).agrees
    assert not whole.compare(columns, 9, bent).identical


def test_losses_that_are_no_numbers_agree_with_themselves_and_rank_last(tmp_path):
    whole = EstimatesTable()
    columns = {name: values.copy() for name, values in load_table(whole.name).columns.items()}
    nothing = {"train_loss": [np.nan] * 5, "landscape_loss": [np.nan] * 11, "train_seconds": 1.0}
    for name, values in columns.items():
        if "loss" in name:
            values[4] = np.nan
    assert whole.compare(columns, 4, nothing).identical
    said = whole.measured(columns)
    assert said[0] == "1 of 6,466 trainings has a loss that is not a number and ranks last"
    assert not any("nan" in line for line in said)
    build = BuildFile(tmp_path / "b.jsonl", whole)
    build.append({"row": 4, "cell": [0] * 6} | nothing)
    assert np.isnan(BuildFile(build.path, whole).trainings()[4]["train_loss"]).all()


def test_both_are_embedded_tables():
    tables = {*EmbeddedTable.__subclasses__(), *TimedTable.__subclasses__()} - {TimedTable}
    assert {t.name for t in tables} == set(QUICK)


def test_intraclass_correlation_of_known_cases():
    rng = np.random.default_rng(0)
    cell = rng.normal(size=(4000, 1))
    one, three = intraclass_correlation(cell + rng.normal(scale=0.5, size=(4000, 3)))
    assert one == pytest.approx(1 / 1.25, abs=0.02)
    assert three == pytest.approx(1 / (1 + 0.25 / 3), abs=0.02)
    assert intraclass_correlation(np.repeat(cell, 3, axis=1))[0] == pytest.approx(1.0)
