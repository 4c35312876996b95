"""NAS-Bench-Macro: strings, classes, and the published table."""

from __future__ import annotations

import numpy as np
import pytest

from bench.errors import SpaceError
from bench.spaces import NASBenchMacro

SPACE = NASBenchMacro()
ALL = SPACE.enumerate()


def test_there_are_6561_architectures_in_3969_classes():
    assert SPACE.size == 6561
    assert len(np.unique(SPACE.canonical(ALL), axis=0)) == 3969


def _blocks(architecture):
    """Return the first block of each stage, followed by its other blocks that are no identity."""
    a = architecture
    return tuple((s[0], *(b for b in s[1:] if b)) for s in (a[:2], a[2:5], a[5:]))


def test_a_class_is_a_sequence_of_blocks():
    classes = {}
    for representative, architecture in zip(SPACE.canonical(ALL), ALL.tolist(), strict=True):
        classes.setdefault(_blocks(architecture), set()).add(tuple(representative.tolist()))
    assert len(classes) == 3969
    assert all(len(representatives) == 1 for representatives in classes.values())
    assert all(_blocks(r) == blocks for blocks, (r,) in classes.items())


@pytest.mark.parametrize(
    ("string", "canonical"),
    [
        ("22212202", "22212220"),
        ("00001001", "00010010"),
        ("01000002", "01000020"),
        ("10021012", "10021012"),
    ],
)
def test_identities_come_last_in_their_stage(string, canonical):
    assert SPACE.to_strings(SPACE.canonical(SPACE.from_strings([string]))) == [canonical]


def test_strings_are_base_3_numbers():
    assert SPACE.to_strings(ALL) == [np.base_repr(i, 3).zfill(8) for i in range(6561)]


@pytest.mark.parametrize("string", ["", "2221220", "222122021", "22212203", "2221220٢", " 2221220"])
def test_invalid_strings_are_refused(string):
    with pytest.raises(SpaceError, match=r"not a NAS-Bench-Macro architecture.*expected 8 digits"):
        SPACE.from_strings([string])


def test_members_of_a_class_have_the_same_measurements(real_tables):
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(real_tables / "nbmacro_cifar10.parquet")
    architectures = SPACE.from_strings(table["arch"].to_pylist())
    codes = np.stack([table[f"op{layer}"].to_numpy() for layer in range(8)], axis=1)
    assert np.array_equal(architectures, codes)
    index = SPACE.index(architectures)
    assert np.array_equal(np.sort(index), np.arange(6561))

    row = np.argsort(index)
    trained = row[SPACE.index(SPACE.canonical(architectures))]
    measured = [name for name in table.column_names if not name.startswith(("arch", "op"))]
    assert {"params", "flops", "c10_test_acc_mean"} <= set(measured)
    for name in measured:
        values = table[name].to_numpy()
        assert np.array_equal(values, values[trained]), name
    accuracies = np.stack([table[f"c10_test_acc_r{run}"].to_numpy() for run in range(3)], axis=1)
    assert len(np.unique(accuracies[np.unique(trained)], axis=0)) > 3900
