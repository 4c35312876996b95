"""Table tasks: one table or several, the columns of each role, and refused tables."""

from __future__ import annotations

import numpy as np
import pytest

from bench.data import Table
from bench.errors import DataError, ProtocolError
from bench.method import candidates
from bench.spaces import NASBenchMacro
from bench.tasks import TableTask, TableTaskSpec

SPACE = NASBenchMacro()
ARCHITECTURES = SPACE.enumerate()[::-1]  # rows in another order than the space's
DIGEST = "0" * 64
RNG = np.random.default_rng(0)
FIRST = {
    "position": np.arange(len(ARCHITECTURES)),
    **{f"op{v}": ARCHITECTURES[:, v] for v in range(8)},
    "a": RNG.random(len(ARCHITECTURES)) * 100,
    "b": RNG.random(len(ARCHITECTURES)) * 100,
    "seconds": RNG.random(len(ARCHITECTURES)),
}
SECOND = {
    "position": np.arange(len(ARCHITECTURES)),
    "c": RNG.random(len(ARCHITECTURES)),
    "a": np.zeros(len(ARCHITECTURES)),
}

SPEC = {
    "kind": "table",
    "space": "nasbench-macro",
    "tables": [{"name": "first", "content_sha256": DIGEST}],
    "architecture": [f"op{v}" for v in range(8)],
    "cost": ["seconds", "a"],
    "cost_scale": 2.0,
    "objectives": [
        {"name": "error", "title": "E", "unit": "%", "search": ["a"], "score": ["a", "b"],
         "transform": "100 - mean"},
        {"name": "size", "title": "S", "unit": "k", "search": ["b"], "score": ["b"],
         "scale": 0.5, "cheap": True},
    ],
}  # fmt: skip
BOTH = SPEC | {
    "tables": [*SPEC["tables"], {"name": "second", "content_sha256": DIGEST}],
    "join": "position",
}


@pytest.fixture(autouse=True)
def tables(monkeypatch):
    columns = {"first": dict(FIRST), "second": dict(SECOND)}
    monkeypatch.setattr(
        "bench.tasks.pinned.load_table", lambda name: Table(name, columns[name], DIGEST)
    )
    return columns


def make(**changes):
    return TableTask(TableTaskSpec.model_validate(SPEC | changes))


def row(architecture):
    return int(np.flatnonzero((architecture == ARCHITECTURES).all(axis=1))[0])


def test_rows_are_found_by_their_architecture():
    task = make()
    architectures = SPACE.sample(np.random.default_rng(1), 20)
    rows = [row(a) for a in architectures]
    answer = task.evaluate(candidates(architectures))
    assert answer.objectives[:, 0] == pytest.approx(100 - FIRST["a"][rows])
    assert answer.objectives[:, 1] == pytest.approx(0.5 * FIRST["b"][rows])
    assert answer.cost_seconds == pytest.approx(2 * (FIRST["seconds"] + FIRST["a"])[rows])
    assert task.cheap(architectures)[:, 0] == pytest.approx(0.5 * FIRST["b"][rows])
    mean = (FIRST["a"] + FIRST["b"])[rows] / 2
    assert task.score(architectures)[:, 0] == pytest.approx(100 - mean)


def test_evaluations_without_cost_columns_are_free():
    assert not make(cost=[]).evaluate(candidates(ARCHITECTURES[:3])).cost_seconds.any()


def test_columns_come_from_the_first_table_that_has_them(tables):
    objectives = [*SPEC["objectives"], SPEC["objectives"][1] | {"search": ["c"], "score": ["c"]}]
    task = TableTask(TableTaskSpec.model_validate(BOTH | {"objectives": objectives}))
    answer = task.evaluate(candidates(ARCHITECTURES[:4])).objectives
    assert answer[:, 0] == pytest.approx(100 - FIRST["a"][:4])
    assert answer[:, 2] == pytest.approx(0.5 * SECOND["c"][:4])


def test_tables_with_different_rows_are_refused(tables):
    tables["second"]["position"] = SECOND["position"][::-1]
    with pytest.raises(
        DataError, match=r"'first' and 'second' do not have the same rows .*'position'"
    ):
        TableTask(TableTaskSpec.model_validate(BOTH))


def test_a_missing_value_is_refused_with_its_row(tables):
    tables["first"]["b"] = np.where(np.arange(len(ARCHITECTURES)) == 7, np.nan, FIRST["b"])
    with pytest.raises(DataError, match=r"no value for objective 'size' in row 7.*'refuse'"):
        make()


def test_an_architecture_without_a_row_is_refused(tables):
    tables["first"] = {name: values[:-1] for name, values in FIRST.items()}
    with pytest.raises(DataError, match="'first' has no row for 00000000"):
        make()


def test_rows_are_found_by_their_index(tables):
    tables["first"]["position"] = SPACE.index(ARCHITECTURES)
    architectures = SPACE.sample(np.random.default_rng(1), 20)
    by_index = make(architecture=[], row_key="position")
    assert np.array_equal(by_index.score(architectures), make().score(architectures))


@pytest.mark.parametrize("value", [len(ARCHITECTURES), -1, 0.5, np.nan])
def test_a_column_of_other_numbers_is_not_an_index(value, tables):
    tables["first"]["position"] = np.where(
        np.arange(len(ARCHITECTURES)) == 7, value, SPACE.index(ARCHITECTURES)
    )
    with pytest.raises(
        ProtocolError,
        match=rf"'position' of table 'first' has {value:g} in row 7; expected the index .* 6560;",
    ):
        make(architecture=[], row_key="position")


def test_a_column_without_numbers_is_not_an_index(tables):
    tables["first"]["position"] = np.array(["cell"] * len(ARCHITECTURES), dtype=object)
    with pytest.raises(DataError, match="column 'position' does not have one number per row"):
        make(architecture=[], row_key="position")


def test_an_unknown_column_lists_all_columns():
    with pytest.raises(DataError, match=r"no column 'watts': expected one of a, b, op0"):
        make(cost=["watts"])


def test_content_that_is_not_pinned_is_refused():
    with pytest.raises(
        ProtocolError, match=r"has content 000000000000\.\.\., this protocol was froz"
    ):
        make(tables=[{"name": "first", "content_sha256": "1" * 64}])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"row_key": "position"}, "needs one of row_key, architecture and listed"),
        ({"architecture": []}, "needs one of row_key, architecture and listed"),
        ({"join": "position"}, "join is needed for several tables, and only then"),
        ({"tables": BOTH["tables"]}, "join is needed for several tables, and only then"),
    ],
)
def test_contradictory_specifications_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        make(**changes)


def test_only_some_spaces_have_a_sample():
    with pytest.raises(ProtocolError, match="no table is a sample of the space 'nasbench"):
        make(architecture=[], listed=True)


def test_same_objectives_are_equal_in_every_bit():
    task = make()
    answer = task.score(ARCHITECTURES[:2])
    assert task.same(answer, answer.copy())
    assert not task.same(answer, np.nextafter(answer, np.inf))
    assert not task.same(answer, answer[:1])
