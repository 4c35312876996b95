"""Estimators on training curves: MOTE and its terms, TSE and its variants, and two baselines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, get_args

import numpy as np

from bench.arrays import Floats
from bench.errors import MethodError
from bench.estimator import CurveEstimator, Setting, TrainingCurves
from methods._shared.settings import require_one_of
from methods.mote.terms import (
    RELEASED,
    Combination,
    Form,
    Weights,
    combine,
    landscape_term,
    speed_term,
)

__all__ = [
    "MOTE",
    "TSE",
    "TSEE",
    "TSEEMA",
    "LastLoss",
    "MOTELandscape",
    "MOTESpeed",
    "TrainingSeconds",
]

_MOTE = (
    'Zhang et al., "MOTE-NAS", NeurIPS 2024, section 3; code: github.com/D0352276/MOTE-NAS, '
    "commit fde0c830"
)
_TSE = 'Ru et al., "Speedy Performance Estimation for Neural Architecture Search", NeurIPS 2021'

_MATCH = "match"
_RELEASED_SECONDS = 7.53  # mean training of a NAS-Bench-201 cell behind the released constants

_FORM = Setting(
    "released code",
    "released code",
    "only this form gives the paper's Kendall tau on the released losses",
)
_TIME_SCALE = Setting(
    1.0,
    "released code",
    "factor of the seconds; the constants are for those of the authors' V100. With `match` (ours) "
    "the mean training of these architectures takes 7.53 s, as theirs",
)


class MOTELandscape(CurveEstimator):
    """The landscape term of MOTE: losses on the line from the trained to the initial weights."""

    name = "mote-landscape"
    source = _MOTE
    summary = "MOTE's landscape term alone: losses between trained and initial weights"
    settings_spec: ClassVar[Mapping[str, Setting]] = {"form": _FORM}

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        require_one_of(self, "form", get_args(Form))

    def score(self, curves: TrainingCurves) -> Floats:
        """Return the term [n]."""
        _require_landscape(self, curves)
        return landscape_term(curves.landscape, self.settings.form)


class MOTESpeed(CurveEstimator):
    """The speed term of MOTE: training time over mean training loss; slower is higher."""

    name = "mote-speed"
    source = _MOTE
    summary = "MOTE's speed term alone: training time over mean training loss"
    settings_spec: ClassVar[Mapping[str, Setting]] = {"form": _FORM}

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        require_one_of(self, "form", get_args(Form))

    def score(self, curves: TrainingCurves) -> Floats:
        """Return the term [n]."""
        return speed_term(curves.losses, curves.seconds, self.settings.form)


class MOTE(CurveEstimator):
    """Landscape and speed term, each Box-Cox transformed, weighted and added.

    The defaults are exactly those of the authors' code. The released constants are for its own form
    of the terms; for the paper's form lambda must be fitted on the architectures that are scored.
    """

    name = "mote"
    source = _MOTE
    summary = "landscape and speed term of a short training, Box-Cox transformed and added"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "form": _FORM,
        "combination": Setting(
            "box-cox", "paper", "none, log, reciprocal and box-cox are the paper's ablation"
        ),
        "constants": Setting(
            "nasbench201",
            "released code",
            "lambda and sd of a space; `refitted` fits them on the architectures scored",
        ),
        "weights": Setting(
            "lambda^2 sd",
            "released code",
            "factor of each transform; the paper says only `normalise`: `none`, or `1 / sd` (ours) "
            "for equal spread",
        ),
        "time_scale": _TIME_SCALE,
    }

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        require_one_of(self, "form", get_args(Form))
        require_one_of(self, "combination", get_args(Combination))
        require_one_of(self, "weights", get_args(Weights))
        require_one_of(self, "constants", (*RELEASED, "refitted"))
        chosen = self.settings
        _check_time_scale(self)
        if (
            chosen.form == "paper"
            and chosen.combination == "box-cox"
            and chosen.constants != "refitted"
        ):
            raise MethodError(
                f"estimator {self.name!r}: the constants of {chosen.constants!r} are for the terms "
                f"of the released code; with form = 'paper' set constants = 'refitted'"
            )

    def score(self, curves: TrainingCurves) -> Floats:
        """Return MOTE [n]."""
        _require_landscape(self, curves)
        chosen = self.settings
        seconds = curves.seconds * _scale(chosen.time_scale, curves.seconds)
        return combine(
            landscape_term(curves.landscape, chosen.form),
            speed_term(curves.losses, seconds, chosen.form),
            chosen.form,
            chosen.combination,
            constants=RELEASED.get(chosen.constants),
            weights=chosen.weights,
        )


class TSE(CurveEstimator):
    """Training speed estimate: the sum of all epochs' losses, negated."""

    name = "tse"
    source = _TSE
    summary = "sum of the training losses of all epochs"

    def score(self, curves: TrainingCurves) -> Floats:
        """Return TSE [n]."""
        total: Floats = _finite(curves.losses).sum(axis=1)
        return -total


class TSEE(CurveEstimator):
    """Training speed estimate of the last epochs alone."""

    name = "tse-e"
    source = _TSE
    summary = "sum of the training losses of the last epochs"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "last": Setting(1, "paper", "number of epochs at the end that are summed"),
    }

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        if not isinstance(self.settings.last, int) or self.settings.last < 1:
            raise MethodError(
                f"estimator {self.name!r}: last is {self.settings.last!r}; expected a number of "
                f"epochs, at least 1"
            )

    def score(self, curves: TrainingCurves) -> Floats:
        """Return TSE-E [n]."""
        total: Floats = _finite(curves.losses)[:, -self.settings.last :].sum(axis=1)
        return -total


class TSEEMA(CurveEstimator):
    """Training speed estimate with an exponential moving average instead of the sum."""

    name = "tse-ema"
    source = _TSE
    summary = "exponential moving average of the training losses"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "mu": Setting(0.9, "paper", "weight of the newest epoch; 0.99 in NASLib"),
        "of": Setting(
            "last epoch",
            "paper",
            "the average after the last epoch; `sum` (NASLib) adds all averages",
        ),
    }

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        require_one_of(self, "of", ("last epoch", "sum"))
        if not 0 < self.settings.mu <= 1:
            raise MethodError(
                f"estimator {self.name!r}: mu is {self.settings.mu!r}; expected 0 < mu <= 1"
            )

    def score(self, curves: TrainingCurves) -> Floats:
        """Return TSE-EMA [n]."""
        mu, losses = self.settings.mu, _finite(curves.losses)
        mean = losses[:, 0]
        total = mean
        for loss in losses.T[1:]:
            mean = (1 - mu) * mean + mu * loss
            total = total + mean
        return -(mean if self.settings.of == "last epoch" else total)


class LastLoss(CurveEstimator):
    """The training loss of the last epoch, negated: a baseline of TSE."""

    name = "last-loss"
    summary = "training loss of the last epoch"

    def score(self, curves: TrainingCurves) -> Floats:
        """Return the loss of the last epoch, negated [n]."""
        return -_finite(curves.losses)[:, -1]


class TrainingSeconds(CurveEstimator):
    """The duration of the training: a baseline that uses no loss, except that all are finite."""

    name = "training-seconds"
    summary = "seconds of the training, longer is better: a factor of MOTE's speed term"

    def score(self, curves: TrainingCurves) -> Floats:
        """Return the seconds [n]."""
        return np.where(np.isfinite(curves.losses).all(axis=1), curves.seconds, np.nan)


def _finite(losses: Floats) -> Floats:
    """Return losses [n, epochs] with NaN in every row that is not all finite."""
    if losses.shape[1] == 0:
        raise MethodError("training curves without an epoch: expected losses [n, epochs]")
    return np.where(np.isfinite(losses).all(axis=1, keepdims=True), losses, np.nan)


def _require_landscape(estimator: CurveEstimator, curves: TrainingCurves) -> None:
    if curves.landscape.shape[1] == 0:
        raise MethodError(
            f"estimator {estimator.name!r} needs losses between trained and initial weights, and "
            f"these training curves have none"
        )


def _scale(time_scale: Any, seconds: Floats) -> float:
    if time_scale == _MATCH:
        return _RELEASED_SECONDS / float(np.nanmean(seconds))
    return float(time_scale)


def _check_time_scale(estimator: CurveEstimator) -> None:
    scale = estimator.settings.time_scale
    if scale != _MATCH and not (isinstance(scale, int | float) and scale > 0):
        raise MethodError(
            f"estimator {estimator.name!r}: time_scale is {scale!r}; expected a positive factor or "
            f"{_MATCH!r}"
        )
