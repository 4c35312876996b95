"""Scores of weights W and their gradients g = dL/dW on one batch, summed over a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from bench.entrants.settings import Setting
from bench.estimator import NetworkEstimator, NetworkFactory
from methods.zero_cost._network import BATCH, finite, gradients, loss, weights

__all__ = ["SNIP", "GradNorm", "L2Norm", "Plain"]

_ZERO_COST = 'Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021'


class GradNorm(NetworkEstimator):
    """The sum of the layers' gradient norms."""

    name = "grad-norm"
    source = _ZERO_COST
    summary = "sum over layers of the norm of the loss's gradient"
    settings_spec: ClassVar[Mapping[str, Setting]] = {"batch": BATCH}

    def score(self, factory: NetworkFactory) -> float:
        """Return sum_l ||g_l||."""
        network = factory.network()
        value = loss(network, factory.images(self.settings.batch)[0])
        return finite(sum(g.norm() for g in gradients(value, weights(network))))


class Plain(NetworkEstimator):
    """The loss's change, to first order, when all weights grow in proportion."""

    name = "plain"
    source = _ZERO_COST
    summary = "sum over weights of weight times gradient, with sign"
    settings_spec: ClassVar[Mapping[str, Setting]] = {"batch": BATCH}

    def score(self, factory: NetworkFactory) -> float:
        """Return sum W g."""
        network = factory.network()
        of = weights(network)
        value = loss(network, factory.images(self.settings.batch)[0])
        return finite(sum((w * g).sum() for w, g in zip(of, gradients(value, of), strict=True)))


class SNIP(NetworkEstimator):
    """The loss's sensitivity to removing weights.

    SNIP differentiates by a mask of ones that multiplies W; that derivative is W g.
    """

    name = "snip"
    source = (
        "Lee et al., SNIP: Single-shot Network Pruning based on Connection Sensitivity, ICLR 2019"
    )
    summary = "sum over weights of |weight times gradient|"
    settings_spec: ClassVar[Mapping[str, Setting]] = {"batch": BATCH}

    def score(self, factory: NetworkFactory) -> float:
        """Return sum |W g|."""
        network = factory.network()
        of = weights(network)
        value = loss(network, factory.images(self.settings.batch)[0])
        found = gradients(value, of)
        return finite(sum((w * g).abs().sum() for w, g in zip(of, found, strict=True)))


class L2Norm(NetworkEstimator):
    """The sum of the layers' weight norms; sees no image."""

    name = "l2-norm"
    source = _ZERO_COST
    summary = "sum over layers of the norm of the initial weights"

    def score(self, factory: NetworkFactory) -> float:
        """Return sum_l ||W_l||."""
        return finite(sum(w.detach().norm() for w in weights(factory.network())))
