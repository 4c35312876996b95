"""Fisher: how much the loss would change if channels were removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from bench.entrants.settings import Setting
from bench.estimator import NetworkEstimator, NetworkFactory
from methods.zero_cost._network import BATCH, finite, gradients, layers, outputs

__all__ = ["Fisher"]


class Fisher(NetworkEstimator):
    """The Fisher information of channels, each counted once for every weight that makes it.

    The activations are those that a convolution or linear layer puts out, before batch norm.
    """

    name = "fisher"
    source = (
        'Turner et al., "BlockSwap: Fisher-guided Block Substitution for Network Compression on a '
        'Budget", ICLR 2020; in the form of zero-cost-nas'
    )
    summary = "sum over channels of the squared activation times gradient"
    settings_spec: ClassVar[Mapping[str, Setting]] = {"batch": BATCH}

    def score(self, factory: NetworkFactory) -> float:
        """Return sum_c n_w(c) / 2 mean_n (sum_hw a dL/da)^2."""
        from torch.nn.functional import cross_entropy

        network = factory.network()
        images, labels = factory.images(self.settings.batch)[0]
        seen, logits = outputs(network, layers(network), images)
        slopes = gradients(cross_entropy(logits, labels), [a for _, a in seen])
        score = 0.0
        for (layer, a), slope in zip(seen, slopes, strict=True):
            by_channel = (a * slope).reshape(*a.shape[:2], -1).sum(dim=2)
            information = by_channel.square().mean(dim=0) / 2
            score += layer.weight[0].numel() * information.sum().item()
        return finite(score)
