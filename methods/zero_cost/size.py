"""Size of a network: its parameters and its multiply-adds."""

from __future__ import annotations

from bench.estimator import NetworkEstimator, NetworkFactory
from methods.zero_cost._network import layers, outputs

__all__ = ["Flops", "Params"]


class Params(NetworkEstimator):
    """The number of trainable parameters, batch norms and biases included."""

    name = "params"
    summary = "number of trainable parameters"

    def score(self, factory: NetworkFactory) -> float:
        """Return the number of parameters."""
        return float(sum(p.numel() for p in factory.network().parameters()))


class Flops(NetworkEstimator):
    """Multiply-adds of convolutions and linear layers for one image, biases excluded."""

    name = "flops"
    summary = "multiply-adds of one image"

    def score(self, factory: NetworkFactory) -> float:
        """Return the sum of outputs times weights per output channel."""
        import torch

        network = factory.network().eval()  # one image has no batch statistics
        with torch.no_grad():
            seen, _ = outputs(network, layers(network), factory.images(1)[0][0])
        return float(sum(a[0].numel() * layer.weight[0].numel() for layer, a in seen))
