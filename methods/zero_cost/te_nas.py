"""TE-NAS: trainability by the tangent kernel's condition, expressivity by linear regions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.entrants.settings import Setting
from bench.errors import MethodError
from bench.estimator import CombinedEstimator, NetworkEstimator, NetworkFactory
from methods.zero_cost._kernel import tangent_kernel
from methods.zero_cost._network import activation_patterns, finite

__all__ = ["TENAS", "LinearRegions", "NTKCondition"]

_TE_NAS = (
    'Chen et al., "Neural Architecture Search on ImageNet in Four GPU Hours: A Theoretically '
    'Inspired Perspective", ICLR 2021; code: github.com/VITA-Group/TENAS'
)
_REPEATS = Setting(3, "released code", "draws of weights")


class NTKCondition(NetworkEstimator):
    """Minus the condition number of the neural tangent kernel: a large one trains slowly.

    A condition number that is none (0 / 0: no weight matters) counts as 100,000, the replacement
    in released code; one that is infinite or, by rounding, negative has no score (NaN).
    """

    name = "ntk"
    source = _TE_NAS
    summary = "minus the condition number of the neural tangent kernel"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "batch": Setting(72, "released code", "of the NAS-Bench-201 runs"),
        "repeats": _REPEATS,
        "size": Setting("small", "released code", "3 channels, one cell a stage"),
        "replacement": Setting(1e5, "released code", "for a condition number 0 / 0"),
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
    """The number of linear regions that a sample of inputs falls into.

    Released code: sum_n 1 / #{m: pattern m = pattern n}, which is the number of different patterns.
    Inputs are squares of a few pixels, cut at random from the images; the network is so thin that
    they do not all fall into regions of their own.
    """

    name = "linear-regions"
    source = _TE_NAS
    summary = "number of different ReLU patterns in a very thin network"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "batch": Setting(1000, "released code", "inputs of a batch"),
        "batches": Setting(3, "released code", "batches whose patterns are compared"),
        "pixels": Setting(3, "released code", "height and width of an input"),
        "repeats": _REPEATS,
        "size": Setting("thin", "released code", "one cell of one channel, no stem"),
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
                inputs = _cut(images, network.in_channels, self.settings.pixels, draws)
                patterns.append(torch.cat(activation_patterns(network, inputs), dim=1))
            counts.append(len(torch.unique(torch.cat(patterns), dim=0)))
        return finite(np.mean(counts))


class TENAS(CombinedEstimator):
    """The ranks by both, added: of a set of architectures, not of one.

    Equal scores have equal ranks and the next has one more, as in the released code. Whoever lacks
    a score has the lowest rank by it; whoever lacks both has none.
    """

    name = "te-nas"
    source = _TE_NAS
    summary = "ranks by NTK condition number and by linear regions, added"
    parts = (NTKCondition, LinearRegions)

    def combine(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums [n] of ranks, from 0 for the worst, by each column of scores [n, 2]."""
        known = np.where(np.isnan(scores), -np.inf, scores)
        ranks = [np.unique(column, return_inverse=True)[1] for column in known.T]
        total: NDArray[np.float64] = np.sum(ranks, axis=0, dtype=np.float64)
        total[np.isnan(scores).all(axis=1)] = np.nan
        return total


def _cut(images: Any, channels: int, pixels: int, draws: Any) -> Any:
    """Return [n, channels, pixels, pixels]: of each image a square and channels at random.

    Channels are drawn with replacement (*ours*: grey images have but one).
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
