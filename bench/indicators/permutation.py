"""A permutation test of two samples of runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats
from bench.errors import IndicatorError
from bench.indicators._arrays import as_vector

__all__ = ["permutation_p"]

_MOST_RESAMPLES = 99_999  # *ours*: p-values down to 1e-5, so that Holm's correction can keep them


def permutation_p(a: ArrayLike, b: ArrayLike, *, rng: np.random.Generator) -> float:
    """Return the two-sided p-value of the permutation test of two means.

    Parameters
    ----------
    a, b : array_like [r], [s]
        Values of independent runs.
    rng : numpy.random.Generator
        The only source of randomness; not used if all permutations can be counted.

    Returns
    -------
    float
        In (0, 1]; 1.0 if all values are equal.

    Raises
    ------
    IndicatorError
        If a sample has fewer than two values, or a value is not finite.

    Notes
    -----
    Fisher, 1935, "The design of experiments", section 21. Computed by
    `scipy.stats.permutation_test`: exactly if there are at most 99,999 permutations.

    Examples
    --------
    >>> permutation_p([1, 2, 3, 4], [5, 6, 7, 8], rng=np.random.default_rng(0))  # 2 of 70
    0.02857142857142857
    """
    from scipy import stats

    first, second = as_vector(a, "a"), as_vector(b, "b")
    if min(len(first), len(second)) < 2:
        raise IndicatorError(
            f"a and b: expected at least two values of each, got {len(first)} and {len(second)}"
        )
    if np.ptp(np.concatenate([first, second])) == 0:
        return 1.0

    def difference(x: Floats, y: Floats, axis: int) -> Floats:
        found: Floats = x.mean(axis=axis) - y.mean(axis=axis)
        return found

    found = stats.permutation_test(
        (first, second),
        difference,
        permutation_type="independent",
        vectorized=True,
        n_resamples=_MOST_RESAMPLES,
        batch=10_000,
        alternative="two-sided",
        rng=rng,
    )
    return float(found.pvalue)
