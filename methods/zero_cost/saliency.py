"""Saliency scores: weights, gradients and activations on one batch, summed over a network.

W are the weights of a layer, g = dL/dW the gradient of the mean loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from bench.estimator import NetworkEstimator, NetworkFactory, Setting
from methods.zero_cost._network import BATCH, finite, gradients, layers, loss, outputs, weights

__all__ = ["SNIP", "Fisher", "GraSP", "GradNorm", "L2Norm", "Plain"]

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
    """The change of the loss, to first order, when all weights grow in proportion."""

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
    """The sensitivity of the loss to removing weights.

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
    """The sum of the layers' weight norms; it uses no image."""

    name = "l2-norm"
    source = _ZERO_COST
    summary = "sum over layers of the norm of the initial weights"

    def score(self, factory: NetworkFactory) -> float:
        """Return sum_l ||W_l||."""
        return finite(sum(w.detach().norm() for w in weights(factory.network())))


class GraSP(NetworkEstimator):
    """The decrease of the gradient norm when weights are removed.

    The sum over weights of -W (H g), with the Hessian H of the loss. The temperature of the logits
    is 1, as in zero-cost-nas (the authors divide them by 200).
    """

    name = "grasp"
    source = (
        'Wang et al., "Picking Winning Tickets Before Training by Preserving Gradient Flow", '
        "ICLR 2020"
    )
    summary = "sum over weights of -weight times (Hessian times gradient)"
    settings_spec: ClassVar[Mapping[str, Setting]] = {"batch": BATCH}

    def score(self, factory: NetworkFactory) -> float:
        """Return -sum W (H g), where H g is the gradient of g . dL/dW with the first g constant."""
        network = factory.network()
        of = weights(network)
        value = loss(network, factory.images(self.settings.batch)[0])
        slopes = gradients(value, of, graph=True)
        z = sum((g.detach() * g).sum() for g in slopes)
        hg = gradients(z, of)
        return finite(-sum((w * h).sum() for w, h in zip(of, hg, strict=True)))


class Fisher(NetworkEstimator):
    """The change of the loss when channels are removed.

    The Fisher information of channels, each counted once for every weight that makes it. The
    activations are the outputs of convolutions and linear layers, before batch norm.
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
        activations, logits = outputs(network, layers(network), images)
        slopes = gradients(cross_entropy(logits, labels), [a for _, a in activations])
        score = 0.0
        for (layer, a), slope in zip(activations, slopes, strict=True):
            by_channel = (a * slope).reshape(*a.shape[:2], -1).sum(dim=2)
            information = by_channel.square().mean(dim=0) / 2
            score += layer.weight[0].numel() * information.sum().item()
        return finite(score)
