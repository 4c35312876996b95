"""MOTE's two terms and their combination, as the paper writes them and as its code computes them.

Every function turns its result so that larger is better; where the paper's form is lower for the
better architecture it is negated. An architecture with a loss that is not finite and positive has
no score: NaN.

Source: Zhang et al., "MOTE-NAS: Multi-Objective Training-based Estimate for Efficient Neural
Architecture Search", NeurIPS 2024; code: github.com/D0352276/MOTE-NAS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

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

Floats = NDArray[np.float64]
Form = Literal["paper", "released code"]
Combination = Literal["none", "log", "reciprocal", "box-cox"]
Weights = Literal["lambda^2 sd", "none", "1 / sd"]


@dataclass(frozen=True)
class Constants:
    """Box-Cox lambda of one term, and the standard deviation of the term so transformed."""

    lam: float
    sd: float


# (landscape, speed) in the released code. The speed term's belong to seconds of its V100, on which
# a training of NAS-Bench-201 takes 7.53 s on average.
RELEASED: dict[str, tuple[Constants, Constants]] = {
    "nasbench101": (Constants(0.397, 0.463), Constants(0.714, 1.538)),
    "nasbench201": (Constants(0.86, 1.216), Constants(0.617, 0.961)),
    "darts": (Constants(0.752, 1.173), Constants(0.258, 0.854)),
}


def landscape_term(landscape: Floats, form: Form) -> Floats:
    """Return the landscape term [n] of losses [n, points] between trained and initial weights.

    Released code: the sum of 1 / J over the points. Paper: the sum of the losses J, negated here.
    """
    losses = _positive(landscape)
    term: Floats = (1.0 / losses).sum(axis=1) if form == "released code" else -losses.sum(axis=1)
    return term


def speed_term(losses: Floats, seconds: Floats, form: Form) -> Floats:
    """Return the speed term [n] of training losses [n, epochs] and seconds [n] of the training.

    Released code: T / mean(l). Paper: the sum of l_e / t_e, negated here; its epochs' seconds t_e
    are taken as T / E each, so that both forms rank alike.
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
    """Return one score [n] of the two terms [n], both of this form.

    `none` adds the terms, `log` their logarithms, `reciprocal` the negated reciprocals, `box-cox`
    their Box-Cox transforms, weighted. Transforms are of positive numbers: terms of the paper's
    form, which come negated, are turned around first and the sum is turned back.

    Parameters
    ----------
    constants : pair of Constants, optional
        Of the landscape and the speed term; fitted on these architectures when not given.
    weights : {"lambda^2 sd", "none", "1 / sd"}
        What a Box-Cox transform is multiplied with: the released code's lambda^2 sd, nothing, or
        1 / sd, which gives both terms the same spread (a z-score but for its mean).
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
    """Return (x^lam - 1) / lam of positive x; its limit log(x) at lam = 0 (Box and Cox, 1964)."""
    transformed: Floats = np.log(x) if lam == 0 else (x**lam - 1.0) / lam
    return transformed


def fit_constants(term: Floats) -> Constants:
    """Return the lambda of the largest likelihood and the population sd of the term transformed.

    On the architectures [n] that have the term; scipy.stats.boxcox, as in the released code. Where
    hardly any two of them differ (standard deviation below 1e-6 of the mean) every lambda is as
    likely as the next: lambda 1, sd 1 (*ours*).
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
    """Return losses [n, k], all of a row NaN if any of it is not finite and positive."""
    good = (np.isfinite(losses) & (losses > 0)).all(axis=1, keepdims=True)
    return np.where(good, losses, np.nan)
