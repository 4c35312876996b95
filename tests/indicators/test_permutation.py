"""The permutation test: counted by hand, and the same for any order."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import IndicatorError
from bench.indicators.permutation import permutation_p

VALUES = st.lists(st.integers(0, 9), min_size=2, max_size=4)


@given(VALUES, VALUES)
def test_it_is_the_share_of_the_permutations(a, b):
    values = np.array(a + b, dtype=float)
    observed = np.mean(a) - np.mean(b)
    differences = []
    for chosen in combinations(range(len(values)), len(a)):
        is_first = np.isin(np.arange(len(values)), chosen)
        differences.append(values[is_first].mean() - values[~is_first].mean())
    found = np.array(differences)
    tails = np.mean(found >= observed - 1e-9), np.mean(found <= observed + 1e-9)
    expected = min(1.0, 2 * min(tails))
    assert permutation_p(a, b, rng=np.random.default_rng(0)) == pytest.approx(expected)


def test_large_samples_are_drawn():
    rng = np.random.default_rng(1)
    p = permutation_p(np.arange(20.0), np.arange(20.0) + 30, rng=rng)
    assert p == pytest.approx(2e-5)


@pytest.mark.parametrize("bad", [[], [2.0], [1.0, float("nan")], [[1.0]]])
def test_what_is_no_sample_is_an_error(bad):
    with pytest.raises(IndicatorError):
        permutation_p(bad, [1.0, 2.0], rng=np.random.default_rng(0))
