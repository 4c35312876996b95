"""Check of the tables' values against facts from their papers and sources.

A digest shows that a table is the catalogue's; facts show that the catalogue's table is right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench.data.facts._checks import (
    Fact,
    Named,
    distinct,
    floats,
    largest,
    missing,
    missing_elsewhere,
    rows,
)
from bench.data.facts.nb201 import NB201_FACTS
from bench.data.table import Table
from bench.errors import DataMissingError, MonasError

__all__ = ["Fact", "FactResult", "check_facts", "facts"]


@dataclass(frozen=True)
class FactResult:
    """The outcome of one check.

    Attributes
    ----------
    statement, expected
        Of the fact.
    found
        The table's value, or the reason why there is none.
    ok : bool or None
        Whether both agree; None if the second table of the fact is not on this machine.
    """

    statement: str
    expected: object
    found: object
    ok: bool | None


def facts(table_name: str) -> list[Fact]:
    """Return the facts known of table `table_name`, which may be none."""
    return list(_FACTS.get(table_name, ()))


def check_facts(table: Table, *, load: Callable[[str], Table] | None = None) -> list[FactResult]:
    """Compare a table with every fact known of it.

    Parameters
    ----------
    table : Table
        Its name decides which facts are checked.
    load : callable, optional
        Returns another table by name, as `bench.data.load_table` does; without it, facts about
        two tables are not checked (`ok` is None).

    Returns
    -------
    list of FactResult
        One for each fact, in the order of `facts`.
    """
    return [_result(fact, table, load) for fact in facts(table.name)]


def _result(fact: Fact, table: Table, load: Callable[[str], Table] | None) -> FactResult:
    columns = dict(table.columns)
    if fact.needs is not None:
        other = _other(fact.needs, load)
        if other is None:
            reason = f"not checked: it needs table {fact.needs!r}"
            return FactResult(fact.statement, fact.expected, reason, None)
        columns |= {f"{fact.needs}/{name}": values for name, values in other.columns.items()}
    try:
        found = fact.check(columns)
    except (MonasError, LookupError, ValueError) as error:  # of values that no such table can have
        found = f"cannot be computed: {error}"
    return FactResult(fact.statement, fact.expected, found, found == fact.expected)


def _other(name: str, load: Callable[[str], Table] | None) -> Table | None:
    try:
        return load(name) if load else None
    except DataMissingError:
        return None


def _best_arch(columns: Named) -> tuple[float, str]:
    accuracy, row = largest(columns, name="c10_test_acc_mean")
    return accuracy, str(columns["arch"][row])


def _off_run_mean(columns: Named) -> int:
    runs = np.stack([floats(columns, f"c10_test_acc_r{run}") for run in range(3)], axis=1)
    return int((np.abs(runs.mean(axis=1) - floats(columns, "c10_test_acc_mean")) > 1e-6).sum())


def _digits_that_differ(columns: Named) -> int:
    digits = np.asarray([list(map(int, name)) for name in columns["arch"]])
    choices = np.stack([columns[f"op{layer}"] for layer in range(8)], axis=1)
    return int(np.sum(digits != choices))


def _wrong_hashes(columns: Named) -> int:
    key = np.zeros(rows(columns), dtype=np.int64)
    for name in ("link", "op0", "op1", "op2", "op3"):
        key = key * 10 + columns[name]
    return int(np.sum(key != columns["hash"]))


def _present(columns: Named, *, name: str) -> int:
    return rows(columns) - missing(columns, name=name)


def _embeddings(columns: Named) -> int:
    return sum(name.startswith("emb") for name in columns)


def _input_width(columns: Named) -> int:
    """Return the number of inputs of the first layer besides the embeddings and the epoch."""
    embedded = sum(int(v.shape[1]) for name, v in columns.items() if name.startswith("emb"))
    return int(columns["first_w"].shape[1]) - embedded - 1


def _images_of_each_label(columns: Named, *, split: str) -> list[int]:
    return sorted(set(np.bincount(columns[f"{split}_labels"]).tolist()))


def _images_of_both(columns: Named) -> int:
    train, test = ({i.tobytes() for i in columns[f"{s}_images"]} for s in ("train", "test"))
    return len(train & test)


_REDUCED_LABELS = "beaver caterpillar mapletree orange pear poppy sea seal tractor willowtree"
_HWGPT_ARCHITECTURE = (
    *("embed_dim", "n_layer", "bias"),
    *(f"{variable}_{layer}" for variable in ("n_head", "mlp_ratio") for layer in range(12)),
)
_ACCEL_ARCHITECTURE = tuple(
    f"block{block}_{variable}" for block in range(7) for variable in ("e", "k", "l", "se")
)

_FACTS: dict[str, list[Fact]] = {
    **NB201_FACTS,
    "nb301-yahpo": [
        Fact("34 embedded inputs", _embeddings, 34),
        Fact("inputs besides the embeddings and the epoch", _input_width, 0),
    ],
    "nbmacro": [
        Fact("6,561 networks", rows, 3**8),
        Fact("every network once", partial(distinct, names=("arch",)), 3**8),
        Fact("choices that differ from the digits of their network", _digits_that_differ, 0),
        Fact("best mean test accuracy and its network", _best_arch, (93.1267, "22212202")),
        Fact("means that differ from the mean of the runs", _off_run_mean, 0),
    ],
    "hwgpt-s": [
        Fact("10,000 networks", rows, 10000),
        Fact("all of them distinct", partial(distinct, names=_HWGPT_ARCHITECTURE), 10000),
        Fact("values missing", partial(missing_elsewhere, besides=()), 0),
    ],
    "accel-nasbench": [
        Fact("5,138 results", rows, 5138),
        Fact("distinct networks (13 twice)", partial(distinct, names=_ACCEL_ARCHITECTURE), 5125),
    ],
    "nbgraph": [
        Fact("26,206 networks", rows, 26206),
        Fact("every network once", partial(distinct, names=("hash",)), 26206),
        Fact("keys that differ from the digits of their network", _wrong_hashes, 0),
        Fact("networks trained on proteins", partial(_present, name="proteins_test_perf"), 2021),
        Fact(
            "values missing besides those on proteins",
            partial(
                missing_elsewhere,
                besides=tuple(
                    f"proteins_{m}" for m in ("valid_perf", "test_perf", "latency_s", "params_m")
                ),
            ),
            0,
        ),
    ],
    "ecnas-4v": [
        Fact("91 cells", partial(distinct, names=("hash",)), 91),
        Fact("four budgets", partial(distinct, names=("epochs",)), 4),
        Fact(
            "91 cells x 4 budgets x 3 repeats",
            partial(distinct, names=("hash", "epochs", "repeat")),
            1092,
        ),
    ],
    "cifar100-r10": [
        Fact("the labels", lambda columns: " ".join(columns["label_names"]), _REDUCED_LABELS),
        Fact("training images of each label", partial(_images_of_each_label, split="train"), [500]),
        Fact("test images of each label", partial(_images_of_each_label, split="test"), [100]),
        Fact("images in both training and test split", _images_of_both, 0),
    ],
    "ecnas-5v": [
        Fact("2,532 cells", rows, 2532),
        Fact("every cell once", partial(distinct, names=("hash",)), 2532),
        Fact("one budget", partial(distinct, names=("epochs",)), 1),
    ],
}
