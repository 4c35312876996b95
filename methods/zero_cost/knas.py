"""KNAS: agreement of the gradients of different images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bench.estimator import NetworkEstimator, NetworkFactory, Setting
from methods._shared.settings import require_one_of
from methods.zero_cost._network import finite, gradients, loss, weights

__all__ = ["KNAS"]

_TENSORS, _COORDINATES = 11, 50  # released code


class KNAS(NetworkEstimator):
    """The mean of the Gram matrix of the images' gradients (MGM), in two forms.

    `paper`: the mean over i, j of g_i . g_j is ||mean_i g_i||^2, the squared norm of the gradient
    of the mean loss, so that one backward pass gives it.

    `released code`: one gradient for each image; of the first eleven parameters with at least fifty
    entries, the first fifty coordinates; on each, the gradients of the first and of the second half
    of the images are centred and multiplied, the first with the first of the other half. Images are
    exchangeable, so the expectation of this is zero.
    """

    name = "knas"
    source = 'Xu et al., "KNAS: Green Neural Architecture Search", ICML 2021'
    summary = "mean of the Gram matrix of the images' gradients"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "form": Setting("paper", "paper", "the form of the released code measures noise"),
        "images": Setting(50, "released code", "number of gradients that are compared"),
    }

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        require_one_of(self, "form", ("paper", "released code"))

    def score(self, factory: NetworkFactory) -> float:
        """Return the mean of the Gram matrix."""
        network, n = factory.network(), self.settings.images
        if self.settings.form == "released code":
            return finite(_released_form(network, factory.images(1, batches=n)))
        value = loss(network, factory.images(n)[0])
        return finite(sum(g.square().sum() for g in gradients(value, weights(network))))


def _released_form(network: Any, images: list[Any]) -> Any:
    """Return the score in the form of the released code, from batches of one image."""
    import torch

    parameters = list(network.parameters())
    rows = []
    for image in images:
        slopes = torch.autograd.grad(loss(network, image), parameters, allow_unused=True)
        large = [g for g in slopes if g is not None and g.numel() >= _COORDINATES]
        rows.append(torch.cat([g.flatten()[:_COORDINATES] for g in large[:_TENSORS]]))
    half = len(rows) // 2
    first, second = torch.stack(rows[:half]).double(), torch.stack(rows[half : 2 * half]).double()
    products = (first - first.mean(dim=0)) * (second - second.mean(dim=0))
    return products.sum() / len(rows) ** 2
