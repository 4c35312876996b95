"""Methods compared in pairs, each on the repetitions that both have.

Scores are arrays [methods, repetitions], higher-is-better, with NaN where a method has no run. A
method with few repetitions has no effect on the comparison of the others.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats, Mask
from bench.errors import IndicatorError
from bench.indicators._arrays import as_scores, as_vector
from bench.indicators._letters import compact_letters
from bench.indicators.statistics import holm, paired_wilcoxon

__all__ = [
    "least_repetitions",
    "mean_ranks",
    "pairs_told_apart",
    "pairwise_p",
    "pairwise_wins",
    "ranks_of_shares",
    "signed_rank_posterior",
    "significance_groups",
]

# The weight and the place of the prior observation are those of the authors' package baycomp
# (*released code*). The number of samples is *ours*: probabilities have an error below 0.005.
_PRIOR_WEIGHT, _PRIOR_DIFFERENCE, _SAMPLES = 0.5, 0.0, 10_000
_RESAMPLES = 20  # of repetitions, for a projection; *ours*


def pairwise_wins(scores: ArrayLike) -> Floats:
    """Return which method of each pair is better in each repetition.

    Parameters
    ----------
    scores : array_like [methods, repetitions]
        Higher is better; NaN for no run.

    Returns
    -------
    array of float [repetitions, methods, methods]
        1 where the first method of a pair has the higher score, 0.5 where they tie, 0 where it has
        the lower one, NaN where one of them has none. A method ties with itself.

    Raises
    ------
    IndicatorError
        If the shape is wrong or a value is infinite.
    """
    checked = as_scores(scores).T
    first, second = checked[:, :, None], checked[:, None, :]
    wins: Floats = np.where(first > second, 1.0, np.where(first == second, 0.5, 0.0))
    wins[np.isnan(first) | np.isnan(second)] = np.nan
    return wins


def mean_ranks(scores: ArrayLike) -> Floats:
    """Return the mean rank of each method over the repetitions; 1 is best.

    Parameters
    ----------
    scores : array_like [methods, repetitions]
        Higher is better; NaN for no run. Ties within a repetition share the mean of their ranks.

    Returns
    -------
    array of float [methods]
        From 1 to the number of methods; NaN for a method that shares no repetition with any other,
        unless it is alone.

    Raises
    ------
    IndicatorError
        If the shape is wrong or a value is infinite.

    Notes
    -----
    Friedman, 1937, as recommended by Demsar, 2006, "Statistical comparisons of classifiers over
    multiple data sets", section 3.2.2. A rank is 1 plus the number of methods that are better, so a
    mean rank is 1 plus the sum, over the other methods, of the share of repetitions in which they
    are better. Written so, each pair can be compared on what it shares (*ours*): the mean over the
    methods that share a repetition, times the number of other methods.

    Examples
    --------
    >>> mean_ranks([[0.9, 0.8], [0.9, 0.7], [0.1, 0.2]]).tolist()
    [1.25, 1.75, 3.0]
    >>> mean_ranks([[0.9, 0.8], [0.5, float("nan")]]).tolist()
    [1.0, 2.0]
    """
    wins = pairwise_wins(scores)
    return ranks_of_shares(_mean(wins, axis=0))


def ranks_of_shares(shares: Floats) -> Floats:
    """Return mean ranks [..., k] from the shares of repetitions in which i is better than j.

    Parameters
    ----------
    shares : array of float [..., k, k]
        NaN for a pair that shares nothing. The diagonal has no effect.
    """
    k = shares.shape[-1]
    lost = np.where(np.eye(k, dtype=np.bool_), np.nan, 1.0 - shares)
    return 1.0 + (k - 1) * _mean(lost, axis=-1) if k > 1 else np.ones(shares.shape[:-1])


def _mean(values: Floats, axis: int) -> Floats:
    """Return the mean of what is not NaN; NaN, without a warning, if there is nothing."""
    present = ~np.isnan(values)
    count = present.sum(axis=axis)
    total = np.where(present, values, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def least_repetitions(alpha: float) -> int:
    """Return the number of shared repetitions below which no pair can differ significantly.

    Parameters
    ----------
    alpha : float
        Significance level, in (0, 1).

    Raises
    ------
    IndicatorError
        If alpha is outside (0, 1).

    Notes
    -----
    The smallest p-value of the two-sided signed-rank test of n pairs is 2 ** (1 - n).

    Examples
    --------
    >>> least_repetitions(0.05)
    6
    """
    if not 0.0 < alpha < 1.0:
        raise IndicatorError(f"alpha: expected a level in (0, 1), got {alpha}")
    return math.ceil(1.0 - math.log2(alpha))


def pairwise_p(scores: ArrayLike, *, alpha: float = 0.05) -> Floats:
    """Return the p-value of each pair of methods, adjusted by `holm` over all tested pairs.

    Parameters
    ----------
    scores : array_like [methods, repetitions]
        Higher is better; NaN for no run.
    alpha : float
        Family-wise significance level, in (0, 1). A pair that shares fewer repetitions than
        `least_repetitions` is not tested, so that it does not make the correction of the others
        stricter.

    Returns
    -------
    array of float [methods, methods]
        Symmetric; two-sided p-values of `paired_wilcoxon` on the repetitions that both have; NaN
        for a pair that is not tested, and on the diagonal.

    Raises
    ------
    IndicatorError
        If the shape is wrong, a value is infinite, or alpha is outside (0, 1).
    """
    checked = as_scores(scores)
    least, present = least_repetitions(alpha), ~np.isnan(checked)
    pairs = zip(*np.triu_indices(len(checked), k=1), strict=True)
    tested = [(i, j) for i, j in pairs if (present[i] & present[j]).sum() >= least]
    found = np.full((len(checked), len(checked)), np.nan)
    raw = []
    for i, j in tested:
        both = present[i] & present[j]
        raw.append(paired_wilcoxon(checked[i, both], checked[j, both]))
    for (i, j), p in zip(tested, holm(raw), strict=True):
        found[i, j] = found[j, i] = p
    return found


def significance_groups(scores: ArrayLike, *, alpha: float = 0.05) -> list[str]:
    """Return the compact letter display of all pairwise comparisons of methods.

    Two methods share a letter exactly if they are not significantly different by `pairwise_p`.

    Parameters
    ----------
    scores : array_like [methods, repetitions]
        Higher is better; a column is the same repetition of every method; NaN for no run.
    alpha : float
        Family-wise significance level, in (0, 1).

    Returns
    -------
    list of str, one per method
        In the order of `scores`; the method with the highest median, over the repetitions that
        another method has too, has the letter 'a'.

    Raises
    ------
    IndicatorError
        If the shape is wrong, a method has no run, a value is infinite, or alpha is outside (0, 1).

    Notes
    -----
    Piepho, 2004, "An algorithm for a letter-based representation of all-pairwise comparisons".
    With few repetitions, no difference can be significant: p is at least 0.0625 for five pairs.

    Examples
    --------
    >>> base = np.arange(12) / 100
    >>> significance_groups([base, base + 1, base + 1])
    ['b', 'a', 'a']
    """
    checked = _compared(scores)
    best_first = np.argsort(-np.nanmedian(checked, axis=1), kind="stable")
    letters = compact_letters(_differ(checked[best_first], alpha))
    return [letters[rank] for rank in np.argsort(best_first)]


def pairs_told_apart(
    scores: ArrayLike,
    repetitions: int | None = None,
    *,
    alpha: float = 0.05,
    rng: np.random.Generator | None = None,
) -> float:
    """Return how many pairs of methods differ significantly, now or with more repetitions.

    Parameters
    ----------
    scores : array_like [methods, repetitions]
        Higher is better; NaN for no run.
    repetitions : int, optional
        Number for which the result is projected; None for the repetitions that there are.
    alpha : float
        Family-wise significance level, in (0, 1).
    rng : numpy.random.Generator, optional
        The only source of randomness; needed for a projection.

    Returns
    -------
    float
        Of a projection: the mean over 20 resamples of each pair's shared repetitions, with
        replacement. Pairs that share fewer than two repetitions are not told apart.

    Raises
    ------
    IndicatorError
        If the shape is wrong, a method has no run, a value is infinite, or alpha is outside (0, 1).

    Notes
    -----
    The tests are those of `significance_groups`. A projection takes the measured differences for
    the true ones, so it is what to hope for: if two methods are equal, more repetitions show no
    difference.
    """
    checked = _compared(scores)
    if repetitions is None:
        return float(np.triu(_differ(checked, alpha)).sum())
    assert rng is not None
    from scipy import stats

    found = []
    for i, j in zip(*np.triu_indices(len(checked), k=1), strict=True):
        differences = checked[i] - checked[j]
        shared = differences[~np.isnan(differences)]
        if len(shared) > 1 and shared.any():
            drawn = shared[rng.integers(0, len(shared), size=(_RESAMPLES, repetitions))]
            some = drawn.any(axis=1)
            p = np.ones(_RESAMPLES)
            p[some] = stats.wilcoxon(drawn[some], axis=1).pvalue
            found.append(p)
        else:
            found.append(np.ones(_RESAMPLES))
    if not found:
        return 0.0
    return float(np.mean([np.sum(holm(p) <= alpha) for p in np.stack(found, axis=1)]))


def _compared(scores: ArrayLike) -> Floats:
    """Return the scores of repetitions that two methods have, or all if there are none."""
    checked = as_scores(scores)
    without = np.isnan(checked).all(axis=1)
    if without.any():
        row = int(without.argmax())
        raise IndicatorError(f"scores: row {row} has no run; expected a score in every row")
    shared = checked[:, (~np.isnan(checked)).sum(axis=0) > 1]
    return shared if shared.size and not np.isnan(shared).all(axis=1).any() else checked


def _differ(checked: Floats, alpha: float) -> Mask:
    """Return [k, k] whether two methods differ significantly, from scores [k, repetitions]."""
    differ: Mask = pairwise_p(checked, alpha=alpha) <= alpha
    return differ


def signed_rank_posterior(
    a: ArrayLike, b: ArrayLike, region: float, *, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Return the probabilities that a method is better, practically equal and worse than another.

    Parameters
    ----------
    a, b : array_like [r]
        One score per repetition of each of two methods, in the same order; higher is better.
    region : float
        Differences up to this one, in the unit of the scores, make no practical difference.
    rng : numpy.random.Generator
        The only source of randomness: one draw of Dirichlet weights.

    Returns
    -------
    better, equal, worse : float
        Of `a` against `b`; their sum is 1. If all differences are in the region, `equal` is 1.

    Raises
    ------
    IndicatorError
        If the lengths differ, there are no pairs, a value is not finite or the region is negative.

    Notes
    -----
    The Bayesian signed-rank test of Benavoli, Corani, Mangili, Zaffalon and Ruggeri, 2014, "A
    Bayesian Wilcoxon signed-rank test based on the Dirichlet process", with the region of practical
    equivalence of Benavoli, Corani, Demsar and Zaffalon, 2017, "Time for a change", section 4.2.1.
    Differences, and a prior one of 0 with weight 0.5, get Dirichlet weights; the posterior mass of
    the sum of two differences above, within and below twice the region is that of better, equal and
    worse. A probability is the share of draws in which that mass is the largest.

    Examples
    --------
    >>> signed_rank_posterior([0.5] * 9, [0.5] * 9, 0.005, rng=np.random.default_rng(0))
    (0.0, 1.0, 0.0)
    """
    first = as_vector(a, "a")
    second = as_vector(b, "b", length=first.size)
    if first.size == 0:
        raise IndicatorError("a: expected at least one pair of repetitions, got none")
    if not region >= 0.0:
        raise IndicatorError(f"region: expected a difference of at least 0, got {region}")
    differences = np.concatenate([[_PRIOR_DIFFERENCE], first - second])
    sums = differences[:, None] + differences[None, :]
    weights = rng.dirichlet([_PRIOR_WEIGHT, *np.ones(first.size)], size=_SAMPLES)
    better = _mass(weights, sums > 2.0 * region)
    worse = _mass(weights, sums < -2.0 * region)
    largest = np.argmax([1.0 - better - worse, better, worse], axis=0)
    equal, above, below = np.bincount(largest, minlength=3) / _SAMPLES
    return float(above), float(equal), float(below)


def _mass(weights: Floats, chosen: Mask) -> Floats:
    """Return the mass [samples] of chosen pairs [n, n] under weights [samples, n]."""
    mass: Floats = np.einsum("si,si->s", weights @ chosen.astype(np.float64), weights)
    return mass
