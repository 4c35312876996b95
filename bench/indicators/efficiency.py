"""Evaluations needed to reach targets, and runtime profiles over repetitions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats, Mask
from bench.errors import IndicatorError
from bench.indicators._arrays import as_points, as_vector

__all__ = ["evaluations_to_targets", "runtime_profile"]

# The hypervolume of a run that found the exact front may differ from it by rounding.
_TOLERANCE = 1e-12


def evaluations_to_targets(trace: ArrayLike, targets: ArrayLike) -> Floats:
    """Return the number of evaluations until each target was first reached.

    Parameters
    ----------
    trace : array_like [n]
        Quality after each evaluation, higher is better; need not be monotone.
    targets : array_like [k]
        In the unit of `trace`; a target counts as reached within 1e-12 of it.

    Returns
    -------
    array of float [k]
        Number of evaluations, from 1; inf if the target was never reached.

    Raises
    ------
    IndicatorError
        If a shape is wrong or a value is not finite.

    Notes
    -----
    The runtime of Hansen, Auger, Brockhoff and Tusar, 2022, "Anytime performance assessment in
    blackbox optimization benchmarking".

    Examples
    --------
    >>> evaluations_to_targets([0.1, 0.5, 0.5, 0.9], [0.5, 0.9, 1.0]).tolist()
    [2.0, 4.0, inf]
    """
    reached = _reached(as_vector(trace, "trace")[None], as_vector(targets, "targets"))[:, 0]
    if reached.shape[1] == 0:
        return np.full(len(reached), np.inf)
    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1.0, np.inf)


def runtime_profile(traces: ArrayLike, targets: ArrayLike) -> Floats:
    """Return the share of repetitions that reached each target within each number of evaluations.

    Parameters
    ----------
    traces : array_like [r, n]
        One trace per repetition, higher is better; need not be monotone.
    targets : array_like [k]
        In the unit of `traces`; a target counts as reached within 1e-12 of it.

    Returns
    -------
    array of float [k, n]
        Shares in [0, 1], non-decreasing along n. Row j is the empirical distribution function of
        `evaluations_to_targets` for target j; the mean of all rows is the runtime profile over all
        targets.

    Raises
    ------
    IndicatorError
        If a shape is wrong, a value is not finite, or there is no repetition.

    Notes
    -----
    The runtime distribution (ECDF) of Hansen, Auger, Brockhoff and Tusar, 2022, "Anytime
    performance assessment in blackbox optimization benchmarking".

    Examples
    --------
    >>> runtime_profile([[0.1, 0.6, 0.6], [0.2, 0.3, 0.9]], [0.5, 0.8]).tolist()
    [[0.0, 0.5, 1.0], [0.0, 0.0, 0.5]]
    """
    checked = as_points(traces, "traces")
    if len(checked) == 0:
        raise IndicatorError("traces: expected at least one repetition, got none")
    reached = _reached(checked, as_vector(targets, "targets"))
    shares: Floats = np.logical_or.accumulate(reached, axis=2).mean(axis=1)
    return shares


def _reached(traces: Floats, targets: Floats) -> Mask:
    """Return [k, r, n] whether each trace is at each target after each evaluation."""
    flags: Mask = traces[None] >= (targets - _TOLERANCE)[:, None, None]
    return flags
