"""SynFlow: products of absolute weights, summed over all paths from input to output."""

from __future__ import annotations

from typing import Any

from bench.estimator import NetworkEstimator, NetworkFactory
from methods.zero_cost._network import finite, gradients, weights

__all__ = ["SynFlow"]


class SynFlow(NetworkEstimator):
    """The logarithm of the synaptic flow; it depends on the initial weights, and on no image.

    Products along paths reach 1e36 in the benchmark's network, so all is computed in float64. A
    network without a path from input to output has no score (NaN).
    """

    name = "synflow"
    source = (
        'Tanaka et al., "Pruning Neural Networks without Any Data by Iteratively Conserving '
        'Synaptic Flow", NeurIPS 2020; logarithm as in NASLib'
    )
    summary = "log of the flow of ones through the absolute weights"

    def score(self, factory: NetworkFactory) -> float:
        """Return log sum |W dR/dW|, R = the sum of the logits of f(1; |W|) without batch norms."""
        import torch

        network = factory.network(double=True)
        _without_batch_norms(network)
        with torch.no_grad():
            for tensor in (*network.parameters(), *network.buffers()):
                tensor.abs_()
        ones = torch.ones_like(factory.images(1)[0][0], dtype=torch.float64)
        of = weights(network)
        flow = gradients(network(ones).sum(), of)
        score = sum((w * g).abs().sum() for w, g in zip(of, flow, strict=True))
        return finite(torch.as_tensor(score).log())


def _without_batch_norms(network: Any) -> None:
    from torch import nn

    for parent in list(network.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.BatchNorm2d):
                setattr(parent, name, nn.Identity())
