"""TE-NAS: trainability by the condition number of the tangent kernel, expressivity by regions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from bench.arrays import Floats
from bench.errors import MethodError
from bench.estimator import CombinedEstimator, NetworkEstimator, NetworkFactory, Setting
from methods.zero_cost._network import activation_patterns, finite, tangent_kernel

__all__ = ["TENAS", "LinearRegions", "NTKCondition"]

_TE_NAS = (
    'Chen et al., "Neural Architecture Search on ImageNet in Four GPU Hours: A Theoretically '
    'Inspired Perspective", ICLR 2021; code: github.com/VITA-Group/TENAS'
)
_REPEATS = Setting(3, "released code", "draws of weights")


class NTKCondition(NetworkEstimator):
    """Minus the condition number of the neural tangent kernel, which is large for slow training.

    An undefined condition number (0 / 0: no weight has an effect) is replaced by 100,000, as in the
    released code; an infinite or, by rounding, negative one leaves no score (NaN).
    """

    name = "ntk"
    source = _TE_NAS
    summary = "minus the condition number of the neural tangent kernel"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "batch": Setting(72, "released code", "images, as in the runs on NAS-Bench-201"),
        "repeats": _REPEATS,
        "size": Setting("small", "released code", "size of network: 3 channels, one cell a stage"),
        "replacement": Setting(1e5, "released code", "for an undefined condition number, 0 / 0"),
    }

    def score(self, factory: NetworkFactory) -> float:
        """Return -mean over repeats of lambda_max / lambda_min."""
        import torch

        images = factory.images(self.settings.batch)[0][0]
        conditions = []
        for _ in range(self.settings.repeats):
            network = factory.network(initial="kaiming-out", size=self.settings.size)
            kernel = tangent_kernel(network, images)
            if not kernel.isfinite().all():
                return float("nan")
            eigenvalues = torch.linalg.eigvalsh(kernel)
            if eigenvalues[-1] == 0:
                conditions.append(self.settings.replacement)
            elif eigenvalues[0] <= 0:
                return float("nan")
            else:
                conditions.append(float(eigenvalues[-1] / eigenvalues[0]))
        return finite(-np.mean(conditions))


class LinearRegions(NetworkEstimator):
    """The number of linear regions that contain a sample of inputs.

    Released code: sum_n 1 / #{m: pattern m = pattern n}, which is the number of different patterns.
    Inputs are squares of a few pixels, cropped at random from the images; the network is so thin
    that they are not all in regions of their own.
    """

    name = "linear-regions"
    source = _TE_NAS
    summary = "number of different ReLU patterns in a very thin network"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "batch": Setting(1000, "released code", "inputs of a batch"),
        "batches": Setting(3, "released code", "batches whose patterns are compared"),
        "pixels": Setting(3, "released code", "height and width of an input"),
        "repeats": _REPEATS,
        "size": Setting(
            "thin", "released code", "size of network: one cell of one channel, no stem"
        ),
    }

    def score(self, factory: NetworkFactory) -> float:
        """Return the mean over repeats of the number of different patterns."""
        import torch

        draws = factory.generator()
        batches = factory.images(self.settings.batch, batches=self.settings.batches)
        counts = []
        for _ in range(self.settings.repeats):
            network = factory.network(initial="kaiming-in", size=self.settings.size)
            patterns = []
            for images, _ in batches:
                inputs = _crops(images, network.in_channels, self.settings.pixels, draws)
                patterns.append(torch.cat(activation_patterns(network, inputs), dim=1))
            counts.append(len(torch.unique(torch.cat(patterns), dim=0)))
        return finite(np.mean(counts))


class TENAS(CombinedEstimator):
    """The sum of the ranks by both scores, within a set of architectures.

    Equal scores have equal ranks and the next rank is one more, as in the released code. An
    architecture without a score has the lowest rank by it; one without both has no score (NaN).
    """

    name = "te-nas"
    source = _TE_NAS
    summary = "ranks by NTK condition number and by linear regions, added"
    parts = (NTKCondition, LinearRegions)

    def combine(self, scores: Floats) -> Floats:
        """Return the sums [n] of the ranks, 0 for the worst, by each column of scores [n, 2]."""
        known = np.where(np.isnan(scores), -np.inf, scores)
        ranks = [np.unique(column, return_inverse=True)[1] for column in known.T]
        total: Floats = np.sum(ranks, axis=0, dtype=np.float64)
        total[np.isnan(scores).all(axis=1)] = np.nan
        return total


def _crops(images: Any, channels: int, pixels: int, draws: Any) -> Any:
    """Return a random square and random channels of each image, [n, channels, pixels, pixels].

    Channels are drawn with replacement (*ours*: grey images have only one).

    Parameters
    ----------
    images : tensor [n, depth, height, width]
    channels : int
        Of a crop.
    pixels : int
        Height and width of a crop.
    draws : torch.Generator
    """
    import torch

    n, depth, height, width = images.shape
    if min(height, width) < pixels:
        raise MethodError(
            f"estimator {LinearRegions.name!r}: images of {height} x {width} pixels; expected at "
            f"least {pixels} each way, as its setting 'pixels' says"
        )

    def draw(below: int, *shape: int) -> Any:
        return torch.randint(below, shape, generator=draws, device=images.device)

    span = torch.arange(pixels, device=images.device)
    rows = draw(height - pixels + 1, n, 1) + span
    columns = draw(width - pixels + 1, n, 1) + span
    which = torch.arange(n, device=images.device)[:, None, None, None]
    chosen = draw(depth, n, channels)
    return images[which, chosen[:, :, None, None], rows[:, None, :, None], columns[:, None, None]]
