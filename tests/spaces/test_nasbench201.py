"""NAS-Bench-201: counts, strings, isomorphism classes and closed forms."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import SpaceError
from bench.spaces import NASBench201, Skeleton
from bench.spaces.nasbench201 import CONV1, CONV3, EDGES, NONE, POOL, SKIP

SPACE = NASBench201()
ALL = SPACE.enumerate()
cells = st.lists(st.integers(0, 4), min_size=6, max_size=6)


def test_there_are_6466_classes():
    assert len(SPACE.canonical_indices()) == 6466


@given(cells)
def test_string_round_trip(cell):
    assert SPACE.from_strings(SPACE.to_strings([cell]))[0].tolist() == cell


def test_string_form():
    string = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|nor_conv_1x1~1|none~2|"
    assert SPACE.from_strings([string])[0].tolist() == [CONV3, NONE, SKIP, POOL, CONV1, NONE]


@pytest.mark.parametrize(
    "string",
    [
        "",
        "|nor_conv_3x3~0|",
        "|nor_conv_5x5~0|+|none~0|none~1|+|none~0|none~1|none~2|",
        "|none~1|+|none~0|none~1|+|none~0|none~1|none~2|",
        "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|+|none~0|",
    ],
)
def test_invalid_strings_are_refused(string):
    with pytest.raises(SpaceError, match=r"not a NAS-Bench-201 cell.*expected \|op~0\|"):
        SPACE.from_strings([string])


def test_canonical_is_a_projection_onto_the_smallest_member():
    representatives = SPACE.canonical(ALL)
    assert np.array_equal(SPACE.canonical(representatives), representatives)
    skeleton = Skeleton(32, 3, 10)
    assert (skeleton.params(representatives) <= skeleton.params(ALL)).all()


def _function_of(cell):
    """Evaluate a cell on symbols: a multiset of paths, each a nest of operations on the input.

    A convolution of zero is zero, and nested sums are flattened: the coarsest reasonable
    definition of equal functions.
    """
    nodes = {0: ("x",)}
    for target in (1, 2, 3):
        terms = []
        for (source, end), operation in zip(EDGES, cell, strict=True):
            if end != target or operation == NONE or not nodes[source]:
                continue
            terms.extend(nodes[source] if operation == SKIP else [(int(operation), nodes[source])])
        nodes[target] = tuple(sorted(terms, key=repr))
    return nodes[3]


def test_a_class_never_joins_different_functions():
    by_class = {}
    for index, cell in zip(SPACE.index(SPACE.canonical(ALL)), ALL, strict=True):
        by_class.setdefault(int(index), set()).add(_function_of(cell))
    assert len(by_class) == 6466
    assert all(len(functions) == 1 for functions in by_class.values())


def test_there_are_4930_functions():
    assert len({_function_of(cell) for cell in ALL}) == 4930


def test_connected_cells_have_a_path():
    assert SPACE.connected(ALL).tolist() == [bool(_function_of(cell)) for cell in ALL]


def test_an_operation_without_effect_on_the_output_is_ignored():
    for op02, op03, op23 in product(range(5), repeat=3):
        same = [[op01, op02, NONE, op03, NONE, op23] for op01 in range(5)]
        assert len(np.unique(SPACE.canonical(same), axis=0)) == 1


def test_operations_on_a_node_without_input_are_ignored():
    for op02, op03, op23 in product(range(5), repeat=3):
        same = [[NONE, op02, a, op03, b, op23] for a in range(5) for b in range(5)]
        assert len(np.unique(SPACE.canonical(same), axis=0)) == 1


def test_all_3x3_cell_on_cifar10():
    skeleton = Skeleton(32, 3, 10)
    cell = [[CONV3] * 6]
    assert skeleton.flops(cell)[0] / 1e6 == pytest.approx(220.11969, abs=1e-6)
    assert skeleton.params(cell)[0] / 1e6 == pytest.approx(1.531546, abs=1e-9)


@pytest.mark.parametrize(
    ("prefix", "image", "classes"), [("c10", 32, 10), ("c100", 32, 100), ("in16", 16, 120)]
)
def test_closed_forms_equal_the_published_columns(real_tables, prefix, image, classes):
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = ["arch_str", f"{prefix}_flops_m", f"{prefix}_params_m"]
    table = parquet.read_table(real_tables / "nb201.parquet", columns=columns)
    published = SPACE.from_strings(table["arch_str"].to_pylist())
    assert len(np.unique(SPACE.index(published))) == 15625
    skeleton = Skeleton(image, 3, classes)
    assert skeleton.flops(published) / 1e6 == pytest.approx(table[columns[1]].to_numpy(), abs=1e-9)
    assert skeleton.params(published) / 1e6 == pytest.approx(table[columns[2]].to_numpy(), abs=1e-9)


def test_classes_match_a_published_table(real_tables):
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(real_tables / "nb201.parquet", columns=["arch_str", "rep_index"])
    ours = SPACE.index(SPACE.canonical(SPACE.from_strings(table["arch_str"].to_pylist())))
    theirs = table["rep_index"].to_numpy()
    assert len(np.unique(ours)) == len(np.unique(theirs)) == 6466
    assert len(set(zip(ours.tolist(), theirs.tolist(), strict=True))) == 6466
