"""LaMOO (Algorithm 1): grow a tree, select a leaf, sample within its region."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from bench.arrays import Floats
from bench.errors import MethodError
from bench.method import Candidate, Evaluation, Method, Problem, Setting, candidates
from bench.spaces.space import Kind
from methods._shared.settings import require_at_least, require_one_of
from methods._shared.unseen import Unseen
from methods.lamoo.cma_sampler import CMAESSampler
from methods.lamoo.cube import make_cube
from methods.lamoo.pool import make_pool
from methods.lamoo.region import Region
from methods.lamoo.samplers import History, RandomSampler, Sampler
from methods.lamoo.selection import exploration_constant, select_leaf, select_path
from methods.lamoo.tree import Node, TreeRules, grow

__all__ = ["CMAES_SETTINGS", "LaMOO", "LaMOOCMAES", "LaMOORandom", "RegionSearch", "cmaes_sampler"]

_MODE = Setting(
    "enumerated",
    "ours",
    "`continuous` (released code) may repeat an architecture and pays for it; a box always is",
)

CMAES_SETTINGS: Mapping[str, Setting] = {
    "sigma": Setting(
        0.5,
        "released code",
        "in widths of the cube; folder nasbench: 0.5 max(1, mean standard deviation) of points in "
        "[0, 1); branincurrin has 0.15, vehiclesafety 0.25 (0.5 in a box two units wide)",
    ),
    "parents": Setting(5, "released code", "samples told to it; the batch size if that is larger"),
    "failed_asks": Setting(
        5, "released code", "before the path is relaxed; as for the molecule tasks"
    ),
    "fitness": Setting(
        "dominance",
        "paper",
        "the dominance number, or the name of a single objective, as in figure 2",
    ),
}


class RegionSearch(Method):
    """A search that samples within a region of the unit cube, the whole cube unless overridden.

    Objectives stay in the units of the task and are minimised; the paper maximises. Dominance does
    not depend on units, and hypervolumes enter as ratios (see `LaMOO`), so nothing is normalised.
    """

    settings_spec: ClassVar[Mapping[str, Setting]] = {"mode": _MODE}
    spaces: ClassVar[tuple[Kind, ...]] = ("finite", "box")

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        require_one_of(self, "mode", ("enumerated", "continuous"))
        space, m = problem.space, len(problem.objectives)
        self._cube = make_cube(space)
        self._unseen = Unseen(space)
        self._pool = make_pool(self._cube, self._unseen, mode=self.settings.mode)
        self._sampler = self._make_sampler()
        self._pending = deque[Floats]()  # points asked for and not told yet
        self._history = History(
            architectures=space.check([]),
            points=np.empty((0, space.variables)),
            objectives=np.empty((0, m)),
            reference_point=np.asarray(problem.reference_point, dtype=np.float64),
        )

    def ask(self, n: int) -> Sequence[Candidate]:
        """Return n candidates of unseen classes in the region; random ones once none is left.

        They are drawn uniformly if nothing was told yet.
        """
        rng, region = self.problem.rng, self._region()
        sampler = self._sampler if len(self._history) else RandomSampler()
        points = sampler.propose(region, self._history, self._pool, n, rng)
        made = self._cube.architectures(points)
        self._pool.remove(made)
        self._pending.extend(points)
        if len(points) < n:
            rest = self._unseen.sample(rng, n - len(points))
            self._pool.remove(rest)
            self._pending.extend(self._cube.centres(rest))
            made = np.concatenate([made, rest])
        return candidates(made)

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Add the answers to the history."""
        told = self.problem.space.check([e.candidate.architecture for e in evaluations])
        self._pool.remove(told)
        if self._pending:
            points = np.array([self._pending.popleft() for _ in evaluations])
        elif self.settings.mode == "continuous":  # initial designs are architectures, not points
            points = self._cube.within_bins(told, self.problem.rng)
        else:
            points = self._cube.centres(told)
        before = self._history
        self._history = History(
            architectures=np.concatenate([before.architectures, told]),
            points=np.concatenate([before.points, points]),
            objectives=np.concatenate([before.objectives, [e.objectives for e in evaluations]]),
            reference_point=before.reference_point,
        )

    def _region(self) -> Region:
        return Region.whole(len(self._history))

    @abstractmethod
    def _make_sampler(self) -> Sampler:
        """Return the sampler that draws the candidates."""


class LaMOO(RegionSearch):
    """Learning search space partitions for multi-objective optimisation, around any sampler.

    In every iteration: grow a tree over all samples from scratch, each node split by a support
    vector machine between the half of its samples with the lower dominance numbers (counted among
    the node's own samples) and the rest; select a leaf by its hypervolume and an exploration bonus
    that decreases with its number of samples; draw the batch from the part of the space that is on
    the leaf's side of every boundary on its path.

    The exploration constant Cp is a share of a hypervolume by the rule of thumb of the authors'
    code, so the scales of the objectives cancel; `cp_of` names the hypervolume. Their constant of 6
    on NAS-Bench-201 is cp = 0.74 of the maximum there, and larger than any hypervolume: with it the
    smallest leaf is nearly always selected. The same happens with a reference point far beyond the
    objectives, where all nodes have about the same hypervolume.

    Differences from the authors' code, *ours*:

    - finite spaces are sampled among architectures of unseen classes, with the bin centres of each
      as its point (mode `enumerated`); a region with too few loses the deepest step of its path;
    - a node whose dominance numbers are all equal is not split;
    - the sampler gets the selected leaf's own samples, not those of its parent.
    """

    source = "Zhao, Wang and Guo, JMLR 25(177), 2024; code: github.com/aoiang/LaMOO"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        **RegionSearch.settings_spec,
        "kernel": Setting(
            "poly",
            "released code",
            "or rbf, as in the folder vehiclesafety; or linear",
        ),
        "degree": Setting(4, "released code", "of the polynomial kernel"),
        "assignment": Setting(
            "label", "released code", "a sample joins a child by its label; by `svm` in the text"
        ),
        "good_median": Setting(
            True, "released code", "floor(n / 2) + 1 samples are good; with False one fewer"
        ),
        "batches_per_tree": Setting(
            1,
            "paper",
            "batches drawn from a selected leaf before the tree is grown again; 2, 4 and 8 take "
            "0.45, 0.26 and 0.14 of the time of `lamoo-random` on nb201-digits and find 0.4, 0.2 "
            "and 0.5 % less hypervolume (means of 6 runs)",
        ),
        "min_samples": Setting(
            16, "released code", "a node with fewer is not split (its leaf size of 1 has no effect)"
        ),
        "max_nodes": Setting(
            50, "released code", "no level is added beyond; with 0 the tree is only its root"
        ),
        "selection": Setting(
            "leaf", "released code", "the default of all scripts; Algorithm 1 has `path`"
        ),
        "cp": Setting(0.1, "released code", "README: Cp is 10 % of the maximal hypervolume"),
        "cp_of": Setting(
            "current",
            "released code",
            "README: the current hypervolume if the maximum is not known; or `maximum`; with "
            "`absolute` Cp is cp itself, in the product of the objectives' units",
        ),
        "maximum_hypervolume": Setting(
            None, "ours", "for cp_of = `maximum`, in the product of the objectives' units"
        ),
    }

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        s = self.settings
        require_at_least(self, "batches_per_tree", 1)
        require_one_of(self, "kernel", ("poly", "rbf", "linear"))
        require_one_of(self, "assignment", ("label", "svm"))
        require_one_of(self, "selection", ("leaf", "path"))
        require_one_of(self, "cp_of", ("current", "maximum", "absolute"))
        if s.cp_of == "maximum" and s.maximum_hypervolume is None:
            raise MethodError(
                f"method {self.name!r}: setting 'cp_of' is 'maximum', which needs a value for "
                f"'maximum_hypervolume'"
            )
        self._asks = 0
        self._leaf = Region.whole(0)  # where the batches of a tree are drawn
        self._select = select_leaf if s.selection == "leaf" else select_path
        self._rules = TreeRules(
            kernel=s.kernel,
            degree=s.degree,
            assignment=s.assignment,
            with_median=s.good_median,
            min_samples=s.min_samples,
            max_nodes=s.max_nodes,
        )

    def _region(self) -> Region:
        if self._asks % self.settings.batches_per_tree == 0:
            history = self._history
            root = grow(history.points, history.objectives, history.reference_point, self._rules)
            self._leaf = self._select(root, self._exploration(root), self.problem.rng).region
        self._asks += 1
        return self._leaf

    def _exploration(self, root: Node) -> float:
        """Return Cp in the unit of the hypervolume."""
        s = self.settings
        if s.cp_of == "absolute":
            return float(s.cp)
        of = s.maximum_hypervolume if s.cp_of == "maximum" else root.hypervolume
        return exploration_constant(s.cp, of)


class LaMOORandom(LaMOO):
    """LaMOO with uniform sampling within the region: the effect of the partition by itself."""

    name = "lamoo-random"
    summary = "learned space partition, uniform sampling within the selected region"

    def _make_sampler(self) -> Sampler:
        return RandomSampler()


class LaMOOCMAES(LaMOO):
    """LaMOO with a CMA-ES that restarts in every iteration from the selected leaf's samples."""

    name = "lamoo-cmaes"
    summary = "learned space partition, CMA-ES on dominance numbers within the selected region"
    settings_spec: ClassVar[Mapping[str, Setting]] = {**LaMOO.settings_spec, **CMAES_SETTINGS}

    def _make_sampler(self) -> Sampler:
        return cmaes_sampler(self)


def cmaes_sampler(method: Method) -> CMAESSampler:
    """Return the CMA-ES sampler of a method that has `CMAES_SETTINGS`."""
    s = method.settings
    objective = None
    if s.fitness != "dominance":
        require_one_of(method, "fitness", ("dominance", *method.problem.objectives))
        objective = method.problem.objectives.index(s.fitness)
    return CMAESSampler(
        sigma=s.sigma, parents=s.parents, failed_asks=s.failed_asks, objective=objective
    )
