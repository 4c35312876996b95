"""NASWOT: how many different patterns of active ReLUs a batch of images makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from bench.entrants.settings import Setting
from bench.estimator import NetworkEstimator, NetworkFactory
from methods.zero_cost._network import activation_patterns, finite

__all__ = ["NASWOT"]


class NASWOT(NetworkEstimator):
    """The log-determinant of the kernel that counts the units on which two images agree.

    NaN if two images agree everywhere, as they do in a network that its input does not reach.
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
