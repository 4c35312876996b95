"""The neural tangent kernel of the logits' sums."""

from __future__ import annotations

from typing import Any

__all__ = ["tangent_kernel"]


def tangent_kernel(network: Any, images: Any, *, classifier: bool = True) -> Any:
    """Return Theta [n, n]: inner products of the gradients of each image's summed logits.

    The parameters are those called `weight`, batch norms' among them. Batch norms mix the images of
    a batch, so every gradient goes back through the whole batch, once for each image.

    Parameters
    ----------
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
