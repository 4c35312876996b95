"""Known facts: true for the published tables, false after a value is changed."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest

from bench.data import Table, catalogue, catalogue_entry
from bench.data.facts.checking import Fact, FactResult, check_facts, facts
from bench.errors import DataError, DataMissingError
from bench.spaces import NASBench201, Skeleton

SPACE = NASBench201()
TABLES = [entry.name for entry in catalogue() if facts(entry.name)]


# Without published tables ---------------------------------------------------------------------


@cache
def consistent_cells():
    """Return columns that agree with every fact about the cells, in the order of the space."""
    cells = SPACE.enumerate()
    keys = np.asarray(SPACE.class_keys(cells))
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    columns = {f"op{edge}": cells[:, edge] for edge in range(6)}
    columns["arch_str"] = np.asarray(SPACE.to_strings(cells), dtype=object)
    columns["rep_index"] = first[inverse].astype(np.int32)
    sizes = {"c10": (32, 3, 10), "c100": (32, 3, 100), "in16": (16, 3, 120)}
    for dataset, network in sizes.items():
        columns[f"{dataset}_flops_m"] = Skeleton(*network).flops(cells) / 1e6
        columns[f"{dataset}_params_m"] = Skeleton(*network).params(cells) / 1e6
        columns[f"{dataset}_test_acc_200"] = np.full(SPACE.size, 50.0)
        for seed in ("", "_s777", "_s888", "_s999"):
            columns[f"{dataset}_val_acc_200{seed}"] = np.full(SPACE.size, 50.0)
    return columns


def result(columns, statement, table="nb201", **options):
    found = check_facts(Table(table, columns, ""), **options)
    return next(r for r in found if r.statement == statement)


def changed(columns, name, row, value):
    values = columns[name].copy()
    values[row] = value
    return {**columns, name: values}


@pytest.mark.parametrize(
    ("statement", "column", "value"),
    [
        ("every cell once", "arch_str", SPACE.to_strings([[1] * 6])[0]),
        ("strings that differ from the operation codes", "op3", 4),
        ("6,466 isomorphism classes", "rep_index", -1),
        ("cells whose representative is not the first of their class", "rep_index", 7),
        ("values missing besides those of seed 999", "c100_test_acc_200", np.nan),
        ("means that differ from the mean of the seeds, in16", "in16_val_acc_200_s888", 51.0),
        ("sizes that differ from the closed form, c10", "c10_flops_m", 7.0),
        ("sizes that differ from the closed form, c100", "c100_params_m", 7.0),
    ],
)
def test_facts_about_the_cells_are_false_after_a_change(statement, column, value):
    columns = consistent_cells()
    assert result(columns, statement).ok is True
    after = result(changed(columns, column, 2, value), statement)
    assert after.ok is False
    assert after.found != after.expected


def test_constant_accuracies_are_not_the_published_ones():
    columns = consistent_cells()
    assert result(columns, "best mean test accuracy, c10").found == (50.0, 0)
    assert result(columns, "cells without a third seed, c10").found == 0
    front = result(columns, "exact front of (validation error, FLOPs), c10")
    assert front.found == int((columns["c10_flops_m"] == columns["c10_flops_m"].min()).sum())


def test_a_fact_that_cannot_be_computed_is_false():
    after = result(
        changed(consistent_cells(), "op0", 3, 9), "sizes that differ from the closed form, c10"
    )
    assert after.ok is False
    assert "category 9 at variable 0" in after.found
    short = {name: values[:0] for name, values in consistent_cells().items()}
    assert result(short, "best mean test accuracy, c10").ok is False


def proxies(params):
    return {"index": np.asarray([3, 8], dtype=np.int32), "c10_zc_params": params}


def test_a_fact_about_two_tables_needs_both():
    statement = "parameters that differ from those of nb201, c10"
    nb201 = Table("nb201", consistent_cells(), "")
    params = consistent_cells()["c10_params_m"][[3, 8]].astype(np.float32)

    def absent(name):
        raise DataMissingError(name)

    def check(columns, load):
        fact = next(f for f in facts("nb201-zero-cost") if f.statement == statement)
        assert fact.needs == "nb201"
        table = Table("nb201-zero-cost", columns, "")
        found = [r for r in check_facts(table, load=load) if r.statement == statement]
        return found[0]

    assert check(proxies(params), {"nb201": nb201}.__getitem__).ok is True
    assert check(proxies(params + 1), {"nb201": nb201}.__getitem__).found == 2
    for load in (None, absent):
        unknown = check(proxies(params), load)
        assert unknown.ok is None
        assert unknown.found == "not checked: it needs table 'nb201'"


def test_a_damaged_second_table_is_an_error():
    def damaged(name):
        raise DataError(f"{name} is damaged")

    with pytest.raises(DataError, match="nb201 is damaged"):
        check_facts(Table("nb201-zero-cost", proxies(np.zeros(2)), ""), load=damaged)


def test_a_table_of_the_user_has_no_facts():
    assert facts("mine") == []
    assert check_facts(Table("mine", {"a": np.zeros(1)}, "")) == []


def test_every_published_table_has_facts():
    pinned = {e.name for e in catalogue() if not e.embedded and e.content_sha256}
    assert pinned == set(TABLES)
    for name in TABLES:
        statements = [fact.statement for fact in facts(name)]
        assert len(set(statements)) == len(statements), name


def test_facts_and_results_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Fact("a", len, 0).expected = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        FactResult("a", 0, 0, True).ok = False


# On the published tables ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def load(real_tables):
    """Return a function that loads a published table, restricted to the suite's columns."""
    import pyarrow.parquet as pq

    from bench.data.table import check_columns

    @cache
    def read(name):
        entry = catalogue_entry(name)
        path = real_tables / entry.file
        if not path.is_file():
            pytest.skip(f"no {entry.file} among the published tables")
        if path.suffix == ".npz":
            with np.load(path) as arrays:
                columns = dict(arrays)
        else:
            table = pq.read_table(path)
            columns = {n: table.column(n).to_numpy() for n in table.column_names}
        return Table(name, check_columns(entry, columns, str(path)), "")

    return read


@pytest.mark.parametrize("name", TABLES)
def test_every_fact_is_true_for_the_published_table(name, load):
    results = check_facts(load(name), load=load)
    assert [r for r in results if r.ok is not True] == []


def set_value(column, row, value):
    """Change one value; `row` and `value` may be functions of the columns and the old value."""

    def change(columns):
        at = row(columns) if callable(row) else row
        old = columns[column][at]
        return changed(columns, column, at, value(old) if callable(value) else value)

    return change


def drop_a_row(columns):
    return {name: values[:-1] for name, values in columns.items()}


def copy_a_row(columns):
    return {name: np.concatenate([v[:1], v[:1], v[2:]]) for name, v in columns.items()}


def one_of_a_pair(prefix):
    """Return a function that finds a row whose columns `prefix...` equal those of another row."""

    def find(columns):
        seen = {}
        keys = zip(*(v.tolist() for n, v in columns.items() if n.startswith(prefix)), strict=True)
        return next(row for row, key in enumerate(keys) if seen.setdefault(key, row) != row)

    return find


def not_first_of_its_class(columns):
    return int(np.flatnonzero(columns["rep_index"] != np.arange(SPACE.size))[0])


def all_conv3(columns):
    return int(np.flatnonzero(sum(columns[f"op{e}"] == 3 for e in range(6)) == 6)[0])


def least(column):
    return lambda columns: int(np.argmin(columns[column]))


NAN, MORE = np.nan, (lambda old: old + 1)
ROWS = "15,625 cells"
# A change for each fact: table, statement, change. A fact about three datasets has three.
CHANGES = [
    ("nb201", ROWS, drop_a_row),
    ("nb201", "every cell once", copy_a_row),
    ("nb201", "strings that differ from the operation codes", set_value("op5", 9, 0)),
    ("nb201", "6,466 isomorphism classes", set_value("rep_index", not_first_of_its_class, -1)),
    (
        "nb201",
        "cells whose representative is not the first of their class",
        set_value("rep_index", 4, 3),
    ),
    (
        "nb201",
        "MFLOPs and M parameters of the all-3x3 cell, c10",
        set_value("c10_flops_m", all_conv3, 220.0),
    ),
    ("nb201", "values missing besides those of seed 999", set_value("c10_val_acc_12", 0, NAN)),
    ("nb201-hw", ROWS, drop_a_row),
    (
        "nb201-hw",
        "published measures of the cell of index 0, c10",
        set_value("c10_fpga_energy_mj", 0, MORE),
    ),
    (
        "nb201-hw",
        "values of 0 or less besides edgetpu's",
        set_value("c100_raspi4_latency_ms", 5, 0.0),
    ),
    ("nb201-devices", ROWS, drop_a_row),
    ("nb201-devices", "latencies of 0 or less", set_value("pixel2_ms", 3, 0.0)),
    ("nb201-devices", "values missing", set_value("titanx_32_ms", 3, NAN)),
    ("nb201-robustness", ROWS, drop_a_row),
    ("nb201-robustness", "values missing", set_value("pgd_linf_8.0", 3, NAN)),
    (
        "nb201-robustness",
        "median accuracies that rise with the strength of an attack",
        set_value("square_linf_8.0", slice(None), 100.0),
    ),
    (
        "nb201-robustness",
        "accuracies under attack that differ within an isomorphism class",
        set_value("fgsm_linf_1.0", 0, MORE),
    ),
    ("nb201-zero-cost", "9,445 cells without unreachable operations", drop_a_row),
    ("nb201-zero-cost", "every cell once", copy_a_row),
    ("nb201-zero-cost", "values missing", set_value("in16_zc_zen", 1, NAN)),
    (
        "nb201-zero-cost",
        "parameters that differ from those of nb201, c10",
        set_value("c10_zc_params", 1, MORE),
    ),
    ("nb201-mote", "15,614 cells", drop_a_row),
    ("nb201-mote", "cells that are absent", set_value("index", 0, 3990)),
    (
        "nb201-mote",
        "speed terms that differ from time / mean loss",
        set_value("proxy_train_time_s", 1, MORE),
    ),
    (
        "nb301-yahpo",
        "34 embedded inputs",
        lambda columns: {n: v for n, v in columns.items() if n != "emb33"},
    ),
    (
        "nb301-yahpo",
        "inputs besides the embeddings and the epoch",
        lambda columns: {**columns, "emb00": columns["emb00"][:, 1:]},
    ),
    ("nbmacro", "6,561 networks", drop_a_row),
    ("nbmacro", "every network once", copy_a_row),
    ("nbmacro", "choices that differ from the digits of their network", set_value("op0", 0, 2)),
    ("nbmacro", "best mean test accuracy and its network", set_value("c10_test_acc_mean", 0, 94.0)),
    (
        "nbmacro",
        "means that differ from the mean of the runs",
        set_value("c10_test_acc_r1", 0, MORE),
    ),
    ("hwgpt-s", "10,000 networks", drop_a_row),
    ("hwgpt-s", "all of them distinct", copy_a_row),
    ("hwgpt-s", "values missing", set_value("perplexity", 0, NAN)),
    ("accel-nasbench", "5,138 results", drop_a_row),
    (
        "accel-nasbench",
        "distinct networks (13 twice)",
        set_value("block0_e", one_of_a_pair("block"), 9),
    ),
    ("nbgraph", "26,206 networks", drop_a_row),
    ("nbgraph", "every network once", copy_a_row),
    ("nbgraph", "keys that differ from the digits of their network", set_value("op2", 0, MORE)),
    (
        "nbgraph",
        "networks trained on proteins",
        set_value("proteins_test_perf", slice(None), 0.5),
    ),
    (
        "nbgraph",
        "values missing besides those on proteins",
        set_value("arxiv_latency_s", 0, NAN),
    ),
    ("ecnas-4v", "91 cells", set_value("hash", 0, "another")),
    ("ecnas-4v", "four budgets", set_value("epochs", 0, 5)),
    ("ecnas-4v", "91 cells x 4 budgets x 3 repeats", copy_a_row),
    ("cifar100-r10", "the labels", set_value("label_names", 0, "sea")),
    ("cifar100-r10", "training images of each label", set_value("train_labels", 0, 1)),
    ("cifar100-r10", "test images of each label", set_value("test_labels", 0, 1)),
    (
        "cifar100-r10",
        "images in both training and test split",
        lambda columns: changed(columns, "train_images", 0, columns["test_images"][0]),
    ),
    ("ecnas-5v", "2,532 cells", drop_a_row),
    ("ecnas-5v", "every cell once", copy_a_row),
    ("ecnas-5v", "one budget", set_value("epochs", 0, 5)),
]
for d, most_accurate, fast in (("c10", 6111, 0), ("c100", 9930, 0), ("in16", 857, 857)):
    mean, cheapest = f"{d}_val_acc_200", least(f"{d}_flops_m")
    CHANGES += [
        ("nb201", f"best mean validation accuracy, {d}", set_value(mean, 0, 99.0)),
        ("nb201", f"best mean test accuracy, {d}", set_value(f"{d}_test_acc_200", 0, 99.0)),
        (
            "nb201",
            f"cells without a third seed, {d}",
            set_value(f"{mean}_s999", lambda c, m=mean: np.isnan(c[f"{m}_s999"]).argmax(), 50.0),
        ),
        ("nb201", f"means that differ from the mean of the seeds, {d}", set_value(mean, 0, MORE)),
        (
            "nb201",
            f"sizes that differ from the closed form, {d}",
            set_value(f"{d}_params_m", 0, MORE),
        ),
        (
            "nb201",
            f"exact front of (validation error, FLOPs), {d}",
            set_value(mean, cheapest, 99.0),
        ),
        (
            "nb201-hw",
            f"cells that edgetpu does not support, {d}",
            set_value(f"{d}_edgetpu_latency_ms", least(f"{d}_edgetpu_latency_ms"), 1.0),
        ),
        (
            "nb201-hw",
            f"exact front of (test error, edgegpu energy), {d}",
            set_value(f"{d}_edgegpu_energy_mj", most_accurate, 0.0),
        ),
        (
            "nb201-hw",
            f"exact front of (test error, parameters, edgegpu latency), {d}",
            set_value(f"{d}_edgegpu_latency_ms", fast, 0.0),
        ),
    ]


def test_there_is_a_change_for_every_fact():
    known = {(name, fact.statement) for name in TABLES for fact in facts(name)}
    assert {(name, statement) for name, statement, _ in CHANGES} == known


@pytest.mark.parametrize(("name", "statement", "change"), CHANGES)
def test_a_fact_is_false_after_a_change(name, statement, change, load):
    columns = change(dict(load(name).columns))
    found = check_facts(Table(name, columns, ""), load=load)
    assert next(r for r in found if r.statement == statement).ok is False
