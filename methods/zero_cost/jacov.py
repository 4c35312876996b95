"""Jacobian covariance: how differently a network's outputs depend on different images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from bench.entrants.settings import Setting
from bench.estimator import NetworkEstimator, NetworkFactory
from methods.zero_cost._network import BATCH, finite, gradients

__all__ = ["Jacov"]


class Jacov(NetworkEstimator):
    """The eigenvalues' distance from those of uncorrelated Jacobians; at most about -batch."""

    name = "jacov"
    source = (
        'Mellor et al., "Neural Architecture Search without Training", arXiv 2006.04647v1 (2020); '
        "in the form of zero-cost-nas"
    )
    summary = "correlations between images of the logits' Jacobians"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "batch": BATCH,
        "k": Setting(1e-5, "released code", "keeps the logarithm of an eigenvalue finite"),
    }

    def score(self, factory: NetworkFactory) -> float:
        """Return -sum(log(v + k) + 1 / (v + k)) over the eigenvalues v of the correlations."""
        images = factory.images(self.settings.batch)[0][0].requires_grad_()
        (slopes,) = gradients(factory.network()(images).sum(), [images])
        jacobians = slopes.flatten(1).double().cpu().numpy()
        if not np.isfinite(jacobians).all() or not jacobians.std(axis=1).all():
            return float("nan")  # an image whose Jacobian does not vary correlates with nothing
        shifted = np.linalg.eigvalsh(np.corrcoef(jacobians)) + self.settings.k
        if shifted[0] <= 0:
            return float("nan")
        return finite(-np.sum(np.log(shifted) + 1 / shifted))
