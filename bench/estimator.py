"""The interface for authors of estimators: the kinds of estimator, and what each is given."""

from bench.entrants.estimator import (
    CombinedEstimator,
    CurveEstimator,
    Estimator,
    NetworkEstimator,
    NetworkFactory,
    TrainingCurves,
)
from bench.entrants.settings import Setting

__all__ = [
    "CombinedEstimator",
    "CurveEstimator",
    "Estimator",
    "NetworkEstimator",
    "NetworkFactory",
    "Setting",
    "TrainingCurves",
]
