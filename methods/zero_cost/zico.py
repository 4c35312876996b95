"""ZiCo: gradients that are large and agree between batches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from bench.estimator import NetworkEstimator, NetworkFactory, Setting
from methods.zero_cost._network import finite, gradients, loss, weights

__all__ = ["ZiCo"]


class ZiCo(NetworkEstimator):
    """The sum over layers of log sum_w mean |g_w| / std g_w, over a few batches.

    Each batch has a gradient of its own, as in the paper; the released code does not clear
    gradients, so that its second is the sum of two. The standard deviation is that of the
    population; weights whose gradient does not vary, and layers with only such weights, are
    excluded.
    """

    name = "zico"
    source = (
        'Li et al., "ZiCo: Zero-shot NAS via Inverse Coefficient of Variation on Gradients", '
        "ICLR 2023"
    )
    summary = "inverse coefficient of variation of gradients between batches"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "batch": Setting(128, "paper", "images of a batch"),
        "batches": Setting(2, "paper", "two gave the highest correlations"),
    }

    def score(self, factory: NetworkFactory) -> float:
        """Return sum_l log sum_w (mean_b |g_b(w)| / std_b g_b(w)); NaN if no layer is left."""
        import torch

        network = factory.network(initial="kaiming-in")
        of = weights(network)
        batches = factory.images(self.settings.batch, batches=self.settings.batches)
        by_batch = [gradients(loss(network, batch), of) for batch in batches]
        logarithms = []
        for slopes in zip(*by_batch, strict=True):
            g = torch.stack(slopes).double()
            deviation = g.std(dim=0, correction=0)
            varies = deviation != 0
            total = (g.abs().mean(dim=0)[varies] / deviation[varies]).sum()
            if total != 0:
                logarithms.append(total.log())
        return finite(sum(logarithms)) if logarithms else float("nan")
