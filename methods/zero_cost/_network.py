"""Shared by training-free estimators: weights, gradients, activations and the tangent kernel.

By the convention of Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS" (ICLR 2021), and of
their released code, the weights are those of convolutions and linear layers; batch norms and
biases are excluded. A weight that does not influence the output has gradient zero.
"""

from __future__ import annotations

import math
from contextlib import ExitStack
from typing import Any

from bench.estimator import Setting

__all__ = [
    "BATCH",
    "activation_patterns",
    "finite",
    "gradients",
    "layers",
    "loss",
    "outputs",
    "tangent_kernel",
    "weights",
]

BATCH = Setting(64, "released code", "zero-cost-nas: one batch of 64 images")


def layers(network: Any) -> list[Any]:
    """Return the convolutions and linear layers of a network."""
    from torch import nn

    return [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.Linear)]


def weights(network: Any) -> list[Any]:
    """Return the weights W_l of the convolutions and linear layers of a network."""
    return [layer.weight for layer in layers(network)]


def loss(network: Any, batch: tuple[Any, Any]) -> Any:
    """Return the mean cross-entropy (nats) of a network.

    Parameters
    ----------
    network : torch.nn.Module
    batch : pair of tensors
        Images [n, channels, h, w] and labels [n].
    """
    from torch.nn.functional import cross_entropy

    images, labels = batch
    return cross_entropy(network(images), labels)


def gradients(value: Any, of: list[Any], *, graph: bool = False) -> tuple[Any, ...]:
    """Return the derivatives of a scalar; zero for a tensor that it does not depend on.

    Parameters
    ----------
    value : tensor []
    of : list of tensors
        Tensors that the derivatives are by.
    graph : bool
        Whether the derivatives can be differentiated again.
    """
    import torch

    found: tuple[Any, ...] = torch.autograd.grad(
        value, of, create_graph=graph, materialize_grads=True
    )
    return found


def outputs(network: Any, modules: list[Any], images: Any) -> tuple[list[tuple[Any, Any]], Any]:
    """Return pairs (module, its output) in the order of the forward pass, and the logits.

    Parameters
    ----------
    network : torch.nn.Module
    modules : list of torch.nn.Module
        Modules of the network.
    images : tensor [n, channels, h, w]
    """
    seen: list[tuple[Any, Any]] = []
    with ExitStack() as hooks:
        for module in modules:
            handle = module.register_forward_hook(lambda m, _, output: seen.append((m, output)))
            hooks.callback(handle.remove)
        logits = network(images)
    return seen, logits


def activation_patterns(network: Any, images: Any) -> list[Any]:
    """Return for every ReLU which of its units [n, units] are active: their input is positive.

    Parameters
    ----------
    network : torch.nn.Module
    images : tensor [n, channels, h, w]
    """
    import torch
    from torch import nn

    relus = [m for m in network.modules() if isinstance(m, nn.ReLU)]
    with torch.no_grad():
        seen, _ = outputs(network, relus, images)
    return [(output > 0).flatten(1) for _, output in seen]


def tangent_kernel(network: Any, images: Any, *, classifier: bool = True) -> Any:
    """Return the neural tangent kernel [n, n]: inner products of gradients of summed logits.

    The parameters are those called `weight`, batch norms included. Batch norms mix the images of a
    batch, so every gradient goes back through the whole batch, once for each image.

    Parameters
    ----------
    network : torch.nn.Module
    images : tensor [n, channels, h, w]
    classifier : bool
        Whether the classifier's weights are among the parameters.
    """
    import torch

    of = [
        parameter
        for name, parameter in network.named_parameters()
        if "weight" in name and (classifier or "classifier" not in name)
    ]
    sums = network(images).sum(dim=1)
    rows = [
        torch.cat(
            [
                g.flatten()
                for g in torch.autograd.grad(s, of, retain_graph=True, materialize_grads=True)
            ]
        )
        for s in sums
    ]
    jacobian = torch.stack(rows)
    return (jacobian @ jacobian.T).double()


def finite(score: Any) -> float:
    """Return a score as a number; NaN, which ranks last, if it is not finite."""
    number = float(score.item() if hasattr(score, "item") else score)
    return number if math.isfinite(number) else math.nan
