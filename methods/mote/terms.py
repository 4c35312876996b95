"""The two terms of MOTE and their combination, in the paper's form and in that of its code.

Every result is larger for the better architecture; the paper's form, which is smaller, is negated.
An architecture with a loss that is not finite and positive has no score: NaN.

Source: Zhang et al., "MOTE-NAS: Multi-Objective Training-based Estimate for Efficient Neural
Architecture Search", NeurIPS 2024; code: github.com/D0352276/MOTE-NAS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.arrays import Floats

__all__ = [
    "RELEASED",
    "Combination",
    "Constants",
    "Form",
    "Weights",
    "box_cox",
    "combine",
    "fit_constants",
    "landscape_term",
    "speed_term",
]

Form = Literal["paper", "released code"]
Combination = Literal["none", "log", "reciprocal", "box-cox"]
Weights = Literal["lambda^2 sd", "none", "1 / sd"]


@dataclass(frozen=True)
class Constants:
    """Box-Cox lambda of a term, and the standard deviation of the transformed term."""

    lam: float
    sd: float


# (landscape, speed) of the released code. The constants of the speed term are for seconds of its
# V100, on which a training of NAS-Bench-201 takes 7.53 s on average.
RELEASED: dict[str, tuple[Constants, Constants]] = {
    "nasbench101": (Constants(0.397, 0.463), Constants(0.714, 1.538)),
    "nasbench201": (Constants(0.86, 1.216), Constants(0.617, 0.961)),
    "darts": (Constants(0.752, 1.173), Constants(0.258, 0.854)),
}


def landscape_term(landscape: Floats, form: Form) -> Floats:
    """Return the landscape term [n].

    Released code: the sum of 1 / J over the points. Paper: the sum of the losses J, negated here.

    Parameters
    ----------
    landscape : array [n, points]
        Losses J on the straight line from the trained to the initial weights (nats).
    form : {"paper", "released code"}
    """
    losses = _positive(landscape)
    term: Floats = (1.0 / losses).sum(axis=1) if form == "released code" else -losses.sum(axis=1)
    return term


def speed_term(losses: Floats, seconds: Floats, form: Form) -> Floats:
    """Return the speed term [n].

    Released code: T / mean(l). Paper: the sum of l_e / t_e, negated here, with the seconds t_e of
    each epoch taken as T / E, so that both forms give the same ranking.

    Parameters
    ----------
    losses : array [n, epochs]
        Training losses l (nats).
    seconds : array [n]
        Duration T of the training.
    form : {"paper", "released code"}
    """
    curve, total = _positive(losses), np.where(seconds > 0, seconds, np.nan)
    term: Floats
    if form == "released code":
        term = total / curve.mean(axis=1)
    else:
        per_epoch = total / curve.shape[1]
        term = -(curve / per_epoch[:, None]).sum(axis=1)
    return term


def combine(
    landscape: Floats,
    speed: Floats,
    form: Form,
    combination: Combination,
    *,
    constants: tuple[Constants, Constants] | None = None,
    weights: Weights = "lambda^2 sd",
) -> Floats:
    """Return one score [n] of the two terms.

    Transforms are of positive numbers: the terms of the paper's form are negated first, and the sum
    is negated again.

    Parameters
    ----------
    landscape, speed : array [n]
        The terms, both of the same form.
    form : {"paper", "released code"}
    combination : {"none", "log", "reciprocal", "box-cox"}
        Add the terms, their logarithms, their negated reciprocals, or their weighted Box-Cox
        transforms.
    constants : pair of Constants, optional
        Of the landscape and the speed term; fitted on these architectures when not given.
    weights : {"lambda^2 sd", "none", "1 / sd"}
        Factor of a Box-Cox transform: lambda^2 sd of the released code, none, or 1 / sd, with which
        both terms have the same spread.
    """
    sign = 1.0 if form == "released code" else -1.0
    terms = (sign * landscape, sign * speed)
    if combination == "box-cox":
        fitted = constants or (fit_constants(terms[0]), fit_constants(terms[1]))
        total = np.sum(
            [_weight(c, weights) * box_cox(t, c.lam) for t, c in zip(terms, fitted, strict=True)],
            axis=0,
        )
    elif combination == "log":
        total = np.log(terms[0]) + np.log(terms[1])
    elif combination == "reciprocal":
        total = -(1.0 / terms[0] + 1.0 / terms[1])
    else:
        total = terms[0] + terms[1]
    score: Floats = sign * total
    return score


def box_cox(x: Floats, lam: float) -> Floats:
    """Return the Box-Cox transform [n] of positive numbers.

    (x^lam - 1) / lam, and its limit log(x) at lam = 0.

    Parameters
    ----------
    x : array [n]
    lam : float

    Notes
    -----
    Box and Cox, Journal of the Royal Statistical Society B 26(2), 1964.
    """
    transformed: Floats = np.log(x) if lam == 0 else (x**lam - 1.0) / lam
    return transformed


def fit_constants(term: Floats) -> Constants:
    """Return the lambda of maximum likelihood, and the population sd of the transformed term.

    They are fitted on the architectures [n] that have the term, by scipy.stats.boxcox, as in the
    released code. If the term hardly differs (standard deviation below 1e-6 of the mean) all
    lambdas are equally likely: lambda 1, sd 1 (*ours*).
    """
    from scipy import stats

    known = term[np.isfinite(term)]
    if len(known) < 2 or np.std(known) <= 1e-6 * np.mean(known):
        return Constants(1.0, 1.0)
    transformed, lam = stats.boxcox(known)
    return Constants(float(lam), float(np.std(transformed)))


def _weight(constants: Constants, weights: Weights) -> float:
    if weights == "lambda^2 sd":
        return constants.lam**2 * constants.sd
    return 1.0 / constants.sd if weights == "1 / sd" else 1.0


def _positive(losses: Floats) -> Floats:
    """Return losses [n, k] with NaN in every row that is not all finite and positive."""
    good = (np.isfinite(losses) & (losses > 0)).all(axis=1, keepdims=True)
    return np.where(good, losses, np.nan)
