"""Figure 5 of the paper on LaMOO: hypervolume of 50 random architectures of a region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.arrays import Floats
from bench.indicators import hypervolume, non_dominated
from bench.protocol import SearchProtocol
from bench.seeds import stream
from bench.spaces import FiniteSpace
from bench.spaces.finite import Architectures
from bench.tasks import Task
from methods.lamoo.cube import Cube
from methods.lamoo.region import Region
from methods.lamoo.tree import Node, grow
from reports.rendering.panels import panels
from reports.rendering.style import REFERENCE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["CAPTION", "REGIONS", "RegionQuality", "draw", "measure_regions"]

# Sides of the boundaries on the way from the root to a region; True is the good side.
REGIONS: dict[str, tuple[bool, ...]] = {
    "whole space": (),
    "good": (True,),
    "bad": (False,),
    "good, good": (True, True),
    "good, bad": (True, False),
    "bad, good": (False, True),
    "bad, bad": (False, False),
}

# *paper*: 50 from each region; all other numbers are *ours*, because the paper gives none.
DRAWN = 50
TREES, DRAWS, SAMPLES = 20, 20, 100
_AT_ONCE, _ROUNDS = 5_000, 40

CAPTION = (
    f"Figure 5 of the paper: hypervolume of {DRAWN} random architectures of each region, as a "
    f"share of the front's, over trees grown from {SAMPLES} random samples each and {DRAWS} draws "
    "from every region (boxes: quartiles; whiskers: all; dotted: the median of the whole space). "
    "'good, bad' is the bad half of the good half. Below a name are the region's share of the "
    "space and, if the space can be listed, the hypervolume of the whole region, an upper bound "
    "for a search in that region alone."
)


@dataclass(frozen=True)
class RegionQuality:
    """The quality of one kind of region, over several trees.

    Attributes
    ----------
    drawn : array [trees, draws]
        Hypervolume ratio of the scores of `DRAWN` random architectures of the region.
    share : array [trees]
        The region's share of the space.
    best : array [trees], optional
        Hypervolume ratio of all architectures of the region, if they can be listed.
    """

    drawn: Floats
    share: Floats
    best: Floats | None


def measure_regions(
    protocol: SearchProtocol,
    task: Task,
    *,
    trees: int = TREES,
    draws: int = DRAWS,
    samples: int = SAMPLES,
) -> dict[str, RegionQuality]:
    """Return the quality of each region, by name, of trees grown from random samples.

    Trees have the default rules of `methods.lamoo`. Random streams are named by the protocol's id,
    so that the same call gives the same numbers.

    Parameters
    ----------
    protocol : SearchProtocol
    task : Task
        The protocol's task, with a finite space.
    trees : int
        Number of trees.
    draws : int
        Number of draws from each region.
    samples : int
        Number of random architectures from which a tree is grown.
    """
    space = task.space
    assert isinstance(space, FiniteSpace)
    cube = Cube(space)
    best = hypervolume(protocol.normalise(task.front("score")), _reference(protocol))
    members = _listed(space)
    found: dict[str, list[tuple[Floats, float, float]]] = {name: [] for name in REGIONS}
    for tree in range(trees):
        rng = stream(protocol.id, tree, "regions")
        sampled = space.sample(rng, samples)
        points, scores = cube.centres(sampled), task.score(sampled)
        root = grow(points, scores, protocol.raw_reference_point)
        for name, sides in REGIONS.items():
            region = _descend(root, sides)
            if region is not None:
                found[name].append(
                    _sample_region(protocol, task, cube, members, region, draws, best, rng)
                )
    return {
        name: RegionQuality(
            np.array([drawn for drawn, _, _ in of]),
            np.array([share for _, share, _ in of]),
            None if members is None else np.array([whole for _, _, whole in of]),
        )
        for name, of in found.items()
    }


def _listed(space: FiniteSpace) -> Architectures | None:
    return space.enumerate() if space.listable else None


def _descend(root: Node, sides: tuple[bool, ...]) -> Region | None:
    """Return the region on these sides of a tree's boundaries; None if the tree has fewer."""
    node = root
    for good in sides:
        if not node.children:
            return None
        node = node.children[0 if good else 1]
    return node.region


def _sample_region(
    protocol: SearchProtocol,
    task: Task,
    cube: Cube,
    members: Architectures | None,
    region: Region,
    draws: int,
    best: float,
    rng: np.random.Generator,
) -> tuple[Floats, float, float]:
    inside, share = _members(cube, members, region, draws, rng)
    scores = protocol.normalise(task.score(inside))
    reference = _reference(protocol)
    drawn = [
        hypervolume(scores[rng.permutation(len(scores))[:DRAWN]], reference) / best
        for _ in range(draws)
    ]
    whole = hypervolume(scores[non_dominated(scores)], reference) / best
    return np.array(drawn), share, whole


def _members(
    cube: Cube,
    members: Architectures | None,
    region: Region,
    draws: int,
    rng: np.random.Generator,
) -> tuple[Architectures, float]:
    """Return all or enough architectures of the region, and its share of the space."""
    if members is not None:
        inside = region.contains(cube.centres(members))
        return members[inside], float(inside.mean())
    space, kept, drawn_in_all = cube.space, [], 0
    assert isinstance(space, FiniteSpace)
    for _ in range(_ROUNDS):
        drawn = space.sample(rng, _AT_ONCE)
        kept.append(drawn[region.contains(cube.centres(drawn))])
        drawn_in_all += _AT_ONCE
        if sum(map(len, kept)) >= DRAWN * draws:
            break
    found = np.concatenate(kept)
    return found[: DRAWN * draws], len(found) / drawn_in_all


def _reference(protocol: SearchProtocol) -> tuple[float, ...]:
    return protocol.rules.normalisation.reference_point


def draw(measured: dict[str, dict[str, RegionQuality]]) -> Figure:
    """Return the figure, with a panel for each protocol and a box for each region."""
    figure, grid = panels(1, len(measured), side=3.6, above=0.35, apart=0.75, below=0.75)
    for ax, (title, regions) in zip(grid[0], measured.items(), strict=True):
        _panel(ax, title, regions)
    return figure


def _panel(ax: Axes, title: str, regions: dict[str, RegionQuality]) -> None:
    ax.boxplot(
        [quality.drawn.ravel() for quality in regions.values()],
        whis=(0, 100),
        widths=0.6,
        patch_artist=True,
        boxprops={"facecolor": "#cfe3f1", "edgecolor": "#0072B2", "linewidth": 0.8},
        whiskerprops={"color": "#0072B2", "linewidth": 0.8},
        medianprops={"color": "#D55E00", "linewidth": 1.8},
    )
    whole = float(np.median(regions["whole space"].drawn))
    ax.axhline(whole, color=REFERENCE, linewidth=0.9, linestyle=(0, (1, 2)))
    labels = []
    for name, quality in regions.items():
        lines = [*[*name.split(), ""][:2], f"{100 * float(np.median(quality.share)):.0f} %"]
        if quality.best is not None:
            lines.append(f"all: {float(np.median(quality.best)):.3f}")
        labels.append("\n".join(lines))
    ax.set_xticks(range(1, len(labels) + 1), labels, fontsize=6.8)
    ax.set_title(title, loc="left")
    ax.set_ylabel(f"hypervolume ratio of {DRAWN} random ones")
    ax.grid(visible=True, axis="y")
