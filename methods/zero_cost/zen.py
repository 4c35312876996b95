"""Zen-score: how much the feature map changes when Gaussian noise does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from bench.estimator import Bed, NetworkEstimator
from bench.settings import Setting
from methods.zero_cost._network import finite

__all__ = ["ZenScore"]


class ZenScore(NetworkEstimator):
    """The expected Gaussian complexity, with what batch norms divided by put back.

    Weights, inputs and their change are standard normal. Batch norms are in train mode; what they
    divided by is read from their running variance after both passes, as the authors' code does.
    """

    name = "zen"
    source = (
        'Lin et al., "Zen-NAS: A Zero-Shot NAS for High-Performance Image Recognition", ICCV 2021'
    )
    summary = "change of the features under a small change of Gaussian noise"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "batch": Setting(16, "released code", "images of noise"),
        "change": Setting(0.01, "paper", "size of the change"),
        "repeats": Setting(32, "released code", "draws of weights and noise; NASLib has one"),
    }

    def score(self, bed: Bed) -> float:
        """Return the mean over repeats of log D + sum_BN log sqrt(mean running variance)."""
        import torch

        draws = bed.generator()
        shape = (self.settings.batch, *bed.images(1)[0][0].shape[1:])
        scores = []
        for _ in range(self.settings.repeats):
            network = bed.network(initial="normal")
            x, e = torch.randn(2, *shape, generator=draws, device=bed.device)
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
    """Return the feature map that global average pooling gets."""
    from torch import nn

    pools = [m for m in network.modules() if isinstance(m, nn.AdaptiveAvgPool2d)]
    maps: list[Any] = []
    handle = pools[-1].register_forward_pre_hook(lambda _, inputs: maps.append(inputs[0]))
    network(images)
    handle.remove()
    return maps[0]
