"""Building of both embedded tables: resumption, errors, timing, and rows trained again."""

from __future__ import annotations

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from bench.data import load_table  # noqa: E402
from bench.errors import TrainingError  # noqa: E402
from bench.training.tables.build import (  # noqa: E402
    BuildFile,
    check_rows,
    measure_latencies,
    train_rows,
)
from bench.training.tables.digits import DigitsTable  # noqa: E402
from bench.training.tables.embedded import EmbeddedTable, TimedTable, table_cells  # noqa: E402
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


@pytest.fixture(params=sorted(QUICK))
def table(request):
    return QUICK[request.param]


def test_a_stopped_build_continues(tmp_path, table):
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
    row = table.train(1, table_cells()[1].tolist())
    for key in MEASURED[table.name]:
        assert row[key] == trained[1][key]


def test_another_recipe_is_refused(tmp_path, table):
    BuildFile(tmp_path / "b.jsonl", table)
    other = replace(table, recipe=replace(table.recipe, epochs=2))
    with pytest.raises(TrainingError, match="begun with another recipe"):
        BuildFile(tmp_path / "b.jsonl", other)


def test_a_damaged_line_is_named(tmp_path, table):
    path = tmp_path / "b.jsonl"
    BuildFile(path, table)
    path.write_bytes(path.read_bytes() + b"{]\n")
    with pytest.raises(TrainingError, match=r"b\.jsonl line 2 is not JSON"):
        BuildFile(path, table).trainings()


def test_only_a_timed_table_is_timed(tmp_path, monkeypatch):
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


@pytest.mark.parametrize(
    ("whole", "rows"), [(DigitsTable(), [700, 5000]), (EstimatesTable(), [0, 700, 5000])]
)
def test_committed_rows_can_be_trained_again(whole, rows):
    checks = check_rows(load_table(whole.name), rows, whole, finished=lambda _: None)
    assert [check.row for check in checks] == rows
    assert all(check.agrees for check in checks), checks


def test_these_are_all_embedded_tables():
    tables = {*EmbeddedTable.__subclasses__(), *TimedTable.__subclasses__()} - {TimedTable}
    assert {t.name for t in tables} == set(QUICK)
