"""GraSP: how much removing weights lowers the gradient's norm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from bench.entrants.settings import Setting
from bench.estimator import NetworkEstimator, NetworkFactory
from methods.zero_cost._network import BATCH, finite, gradients, loss, weights

__all__ = ["GraSP"]


class GraSP(NetworkEstimator):
    """The sum over weights of -W (H g), with the gradient g and the Hessian H of the loss.

    The temperature of the logits is 1, as in zero-cost-nas (the authors divide them by 200).
    """

    name = "grasp"
    source = (
        'Wang et al., "Picking Winning Tickets Before Training by Preserving Gradient Flow", '
        "ICLR 2020"
    )
    summary = "sum over weights of -weight times (Hessian times gradient)"
    settings_spec: ClassVar[Mapping[str, Setting]] = {"batch": BATCH}

    def score(self, factory: NetworkFactory) -> float:
        """Return -sum W (H g), where H g is the gradient of g . dL/dW with the first g held."""
        network = factory.network()
        of = weights(network)
        value = loss(network, factory.images(self.settings.batch)[0])
        slopes = gradients(value, of, graph=True)
        z = sum((g.detach() * g).sum() for g in slopes)
        hg = gradients(z, of)
        return finite(-sum((w * h).sum() for w, h in zip(of, hg, strict=True)))
