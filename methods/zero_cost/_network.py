"""What training-free estimators share: a network's weights, its loss, and its activations.

By convention of Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS" (ICLR 2021), and of
their released code, the weights are those of convolutions and linear layers; batch norms and
biases are left out. A weight that does not reach the output has gradient zero.
"""

from __future__ import annotations

import math
from contextlib import ExitStack
from typing import Any

from bench.entrants.settings import Setting

__all__ = [
    "BATCH",
    "activation_patterns",
    "finite",
    "gradients",
    "layers",
    "loss",
    "outputs",
    "weights",
]

BATCH = Setting(64, "released code", "zero-cost-nas: one batch of 64 images")


def layers(network: Any) -> list[Any]:
    """Return the convolutions and linear layers."""
    from torch import nn

    return [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.Linear)]


def weights(network: Any) -> list[Any]:
    """Return the weights W_l of convolutions and linear layers."""
    return [layer.weight for layer in layers(network)]


def loss(network: Any, batch: tuple[Any, Any]) -> Any:
    """Return the mean cross-entropy of images and labels."""
    from torch.nn.functional import cross_entropy

    images, labels = batch
    return cross_entropy(network(images), labels)


def gradients(value: Any, of: list[Any], *, graph: bool = False) -> tuple[Any, ...]:
    """Return the derivatives of a scalar; zero for what it does not depend on."""
    import torch

    found: tuple[Any, ...] = torch.autograd.grad(
        value, of, create_graph=graph, materialize_grads=True
    )
    return found


def outputs(network: Any, modules: list[Any], images: Any) -> tuple[list[tuple[Any, Any]], Any]:
    """Return (module, its output) in the order of the forward pass, and the logits."""
    seen: list[tuple[Any, Any]] = []
    with ExitStack() as hooks:
        for module in modules:
            handle = module.register_forward_hook(lambda m, _, output: seen.append((m, output)))
            hooks.callback(handle.remove)
        logits = network(images)
    return seen, logits


def activation_patterns(network: Any, images: Any) -> list[Any]:
    """Return for every ReLU which of its units [n, units] are on: their input is positive."""
    import torch
    from torch import nn

    relus = [m for m in network.modules() if isinstance(m, nn.ReLU)]
    with torch.no_grad():
        seen, _ = outputs(network, relus, images)
    return [(output > 0).flatten(1) for _, output in seen]


def finite(score: Any) -> float:
    """Return the score as a number; NaN, which ranks last, if it is not finite."""
    number = float(score.item() if hasattr(score, "item") else score)
    return number if math.isfinite(number) else math.nan
