"""Zen-score: the change of the feature map under a small change of Gaussian noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from bench.estimator import NetworkEstimator, NetworkFactory, Setting
from methods.zero_cost._network import finite

__all__ = ["ZenScore"]


class ZenScore(NetworkEstimator):
    """The expected Gaussian complexity, with the scales of batch norms multiplied back.

    Weights, inputs and their change are standard normal. Batch norms are in train mode; the scales
    that they divide by are read from their running variance after both passes, as in the authors'
    code.
    """

    name = "zen"
    source = (
        'Lin et al., "Zen-NAS: A Zero-Shot NAS for High-Performance Image Recognition", ICCV 2021'
    )
    summary = "change of the feature map under a small change of Gaussian noise"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "batch": Setting(16, "released code", "images of noise"),
        "change": Setting(0.01, "paper", "size of the change"),
        "repeats": Setting(32, "released code", "draws of weights and noise; NASLib has 1"),
    }

    def score(self, factory: NetworkFactory) -> float:
        """Return the mean over repeats of log D + sum_BN log sqrt(mean running variance)."""
        import torch

        draws = factory.generator()
        shape = (self.settings.batch, *factory.images(1)[0][0].shape[1:])
        scores = []
        for _ in range(self.settings.repeats):
            network = factory.network(initial="normal")
            x, e = torch.randn(2, *shape, generator=draws, device=factory.device)
            with torch.no_grad():
                moved = _features(network, x) - _features(network, x + self.settings.change * e)
                distance = float(moved.abs().flatten(1).sum(dim=1).mean())
            scale = sum(
                math.log(float(m.running_var.mean())) / 2
                for m in network.modules()
                if isinstance(m, torch.nn.BatchNorm2d)
            )
            scores.append(math.log(distance) + scale if distance > 0 else math.nan)
        return finite(np.mean(scores))


def _features(network: Any, images: Any) -> Any:
    """Return the feature map [n, channels, h, w] before global average pooling."""
    from torch import nn

    pools = [m for m in network.modules() if isinstance(m, nn.AdaptiveAvgPool2d)]
    maps: list[Any] = []
    handle = pools[-1].register_forward_pre_hook(lambda _, inputs: maps.append(inputs[0]))
    network(images)
    handle.remove()
    return maps[0]
