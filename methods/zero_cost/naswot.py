"""NASWOT and its first version: how differently a network responds to different images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from bench.estimator import NetworkEstimator, NetworkFactory, Setting
from methods.zero_cost._network import BATCH, activation_patterns, finite, gradients

__all__ = ["NASWOT", "Jacov"]


class NASWOT(NetworkEstimator):
    """The log-determinant of the kernel that counts the ReLUs on which two images agree.

    NaN if two images agree on all, as they do in a network whose output does not depend on them.
    """

    name = "nwot"
    source = 'Mellor et al., "Neural Architecture Search without Training", ICML 2021'
    summary = "log-determinant of the Hamming kernel of ReLU patterns"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "batch": Setting(128, "paper", "section 3; NAS-Bench-Suite-Zero has fewer"),
    }

    def score(self, factory: NetworkFactory) -> float:
        """Return log |det K|, K = sum over ReLUs of c c' + (1 - c)(1 - c)', c = [input > 0]."""
        images = factory.images(self.settings.batch)[0][0]
        kernel = np.zeros((len(images), len(images)))
        for pattern in activation_patterns(factory.network(), images):
            c = pattern.float()  # counts up to 2^24 are exact
            kernel += (c @ c.T + (1 - c) @ (1 - c).T).double().cpu().numpy()
        return finite(np.linalg.slogdet(kernel).logabsdet)


class Jacov(NetworkEstimator):
    """The first version of NASWOT: correlations of the logits' Jacobians by different images.

    The distance of their eigenvalues from those of uncorrelated Jacobians, negated; at most about
    -batch.
    """

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
            return float("nan")  # the correlations of a constant Jacobian are not defined
        shifted = np.linalg.eigvalsh(np.corrcoef(jacobians)) + self.settings.k
        if shifted[0] <= 0:
            return float("nan")
        return finite(-np.sum(np.log(shifted) + 1 / shifted))
