"""LGA: alignment of the tangent kernel with the labels of the images."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from bench.estimator import NetworkEstimator, NetworkFactory, Setting
from methods.zero_cost._network import tangent_kernel

__all__ = ["LGA"]


class LGA(NetworkEstimator):
    """The correlation of the tangent kernel with the equality of labels, at initialisation.

    The authors also compute it after an epoch of training; that form is not implemented.
    """

    name = "lga"
    source = (
        'Mok et al., "Demystifying the Neural Tangent Kernel from a Practical Perspective: Can it '
        'be trusted for Neural Architecture Search without training?", CVPR 2022'
    )
    summary = "correlation of the neural tangent kernel with equality of labels"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "batch": Setting(256, "released code", "images of CIFAR; 512 for ImageNet16-120"),
        "size": Setting("full", "released code", "size of network: that of the benchmark"),
        "replacement": Setting(1e-4, "released code", "score where the correlation is not defined"),
    }

    def score(self, factory: NetworkFactory) -> float:
        """Return the correlation of Theta with Y, Y_ij = 1 if labels are equal, else -1."""
        images, labels = factory.images(self.settings.batch)[0]
        network = factory.network(size=self.settings.size)
        theta = tangent_kernel(network, images, classifier=False)
        y = 2.0 * (labels[:, None] == labels).double() - 1.0
        theta, y = theta - theta.mean(), y - y.mean()
        alignment = float((theta * y).sum() / (theta.norm() * y.norm()))
        return float(self.settings.replacement) if math.isnan(alignment) else alignment
