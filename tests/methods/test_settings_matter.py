"""Settings and acquisition functions do what they say: the next choice, beside one made by hand.

LaMOO's is made of its own parts, those of Bayesian searches by averages over samples.
"""

import numpy as np
import pytest

from bench.entrants.method import find_method
from bench.indicators import hypervolume
from bench.method import Evaluation, Problem, candidates
from bench.protocol import load_search_protocol
from bench.spaces import Box, FiniteSpace
from methods._shared.unseen import Unseen
from methods.bo import QEHVI, QNEHVI, QParEGO
from methods.cma_es import CMAES
from methods.lamoo import LaMOOCMAES, LaMOORandom
from methods.lamoo.cma_sampler import CMAESSampler
from methods.lamoo.cube import make_cube
from methods.lamoo.pool import make_pool
from methods.lamoo.region import Region
from methods.lamoo.samplers import History, RandomSampler
from methods.lamoo.selection import select_leaf, select_path
from methods.lamoo.tree import TreeRules, grow


def ask(method, space, told, objectives, n, rng, *, reference, **settings):
    """Return the n architectures that a new method asks for, once these were told."""
    problem = Problem(
        space=space,
        objectives=("left", "right"),
        cheap_objectives=(),
        reference_point=reference,
        evaluations=100,
        batch=n,
        initial=told,
        rng=rng,
        _cheap=lambda rows: np.empty((len(rows), 0)),
        evaluations_left=100,
    )
    player = method(problem, **settings)
    designs = candidates(told)
    player.tell([Evaluation(i, c, objectives[i], 1.0) for i, c in enumerate(designs)])
    return [c.architecture for c in player.ask(n)]


# -- LaMOO: the rules of its tree, its selection, Cp, its CMA-ES ---------------------------------

SHED = Box("shed", [("length", -1.0, 3.0), ("width", 0.1, 0.2), ("height", 5.0, 9.0)])
DESIGNS = SHED.from_unit(np.random.default_rng(2).random((80, 3)))
POINTS = SHED.to_unit(DESIGNS)
DISTANCES = np.stack([2.0 * ((POINTS - place) ** 2).sum(axis=1) for place in (0.3, 0.7)], axis=1)
FAR = np.full(2, 2.0)

# The setting, what is given with it, and what a choice by hand has in place of its defaults.
TREES = [
    ("kernel", {"kernel": "rbf"}, {"rules": TreeRules(kernel="rbf")}),
    ("degree", {"degree": 2}, {"rules": TreeRules(degree=2)}),
    ("assignment", {"assignment": "svm"}, {"rules": TreeRules(assignment="svm")}),
    ("good_median", {"good_median": False}, {"rules": TreeRules(with_median=False)}),
    ("min_samples", {"min_samples": 30}, {"rules": TreeRules(min_samples=30)}),
    ("max_nodes", {"max_nodes": 2}, {"rules": TreeRules(max_nodes=2)}),
    ("cp", {"cp": 5.0}, {"cp": lambda whole: 5.0 * whole}),
    ("cp_of", {"cp": 5.0, "cp_of": "absolute"}, {"cp": lambda whole: 5.0}),
    ("cp_of", {"cp_of": "maximum", "maximum_hypervolume": 100.0}, {"cp": lambda whole: 10.0}),
    (
        "selection",
        {"cp": 5.0, "selection": "path"},
        {"cp": lambda whole: 5.0 * whole, "select": select_path},
    ),
]
STRATEGY = {"sigma": 0.5, "parents": 5, "failed_asks": 5}
STRATEGIES = [
    ("sigma", {"sigma": 0.1}, {"sigma": 0.1}),
    ("parents", {"parents": 20}, {"parents": 20}),
    ("failed_asks", {"failed_asks": 1}, {"failed_asks": 1}),
    ("fitness", {"fitness": "right"}, {"objective": 1}),
]


def asked(method, **settings):
    rng = np.random.default_rng(1)
    return ask(method, SHED, DESIGNS, DISTANCES, 4, rng, reference=FAR, **settings)


def by_hand(
    sampler, *, rules=None, select=select_leaf, cp=lambda whole: 0.1 * whole, partition=True
):
    """Return what LaMOO asks for, or its sampler alone over the whole space."""
    rng, cube = np.random.default_rng(1), make_cube(SHED)
    pool = make_pool(cube, Unseen(SHED), mode="enumerated")
    pool.remove(DESIGNS)
    region = Region.whole(len(DESIGNS))
    if partition:
        root = grow(POINTS, DISTANCES, FAR, rules)
        region = select(root, cp(root.hypervolume), rng).region
    history = History(DESIGNS, POINTS, DISTANCES, FAR)
    points = sampler.propose(region, history, pool, 4, rng)
    return [tuple(row) for row in cube.architectures(points).tolist()]


@pytest.mark.parametrize(
    ("setting", "settings", "parts"), TREES, ids=[f"{n}-{s[n]}" for n, s, _ in TREES]
)
def test_settings_of_the_partition_reach_it(setting, settings, parts):
    found = asked(LaMOORandom, **settings)
    assert found == by_hand(RandomSampler(), **parts)
    others = {name: value for name, value in settings.items() if name != setting}
    assert found != asked(LaMOORandom, **others)


@pytest.mark.parametrize("method", [LaMOOCMAES, CMAES], ids=lambda m: m.name)
@pytest.mark.parametrize(
    ("setting", "settings", "parts"), STRATEGIES, ids=[n for n, _, _ in STRATEGIES]
)
def test_settings_of_the_strategy_reach_it(method, setting, settings, parts):
    found = asked(method, **settings)
    sampler = CMAESSampler(**{**STRATEGY, **parts})
    assert found == by_hand(sampler, partition=method is LaMOOCMAES)
    if (method, setting) != (CMAES, "failed_asks"):  # no ask fails in the whole box
        assert found != asked(method)


def test_defaults_are_those_of_the_parts():
    assert asked(LaMOORandom) == by_hand(RandomSampler())
    assert asked(LaMOOCMAES) == by_hand(CMAESSampler(**STRATEGY))
    assert asked(CMAES) == by_hand(CMAESSampler(**STRATEGY), partition=False)


def test_every_setting_of_lamoo_is_looked_at():
    looked_at = {name for _, settings, _ in [*TREES, *STRATEGIES] for name in settings}
    assert looked_at == set(LaMOOCMAES.settings_spec) - {"mode"}  # of which a box has one


@pytest.mark.parametrize(
    ("name", "sigma"), [("lamoo-branin-currin", 0.15), ("lamoo-vehicle-safety", 0.5)]
)
def test_ablations_have_what_the_authors_folder_of_the_problem_has(name, sigma):
    protocol = load_search_protocol(name)
    entries = protocol.entrants("ablations")
    space = protocol.task().space
    widths = space.upper - space.lower  # the authors' sigma is in the units of the box
    assert set(sigma / widths) == {entries["lamoo-cmaes-sigma"].settings["sigma"]}
    for entry in entries.values():
        found = find_method(entry.method).method.effective_settings(entry.settings)
        assert found["kernel"] == ("rbf" if "rbf" in entry.label else "poly")


# -- Bayesian searches: which candidate each acquisition function takes --------------------------


class Line(FiniteSpace):
    """Six architectures of one variable."""

    name = "line"
    cardinalities = (6,)
    capacity_rank = (tuple(range(6)),)

    def to_strings(self, architectures):
        return [str(row[0]) for row in self.check(architectures)]

    def from_strings(self, strings):
        return self.check([[int(c)] for c in strings])

    def canonical(self, architectures):
        return self.check(architectures)


# The first three were measured. Two of them came out far better than they are believed to be, so
# that what is good depends on whether measurements are taken at their word.
UNITS = np.array([1.0, 100.0])
REFERENCE = UNITS
TOLD = UNITS * np.array([[0.95, 0.05], [0.1, 0.3], [0.05, 0.9]])
MEAN = UNITS * np.array(
    [[0.95, 0.05], [0.8, 0.3], [0.8, 0.9], [0.5, 0.1], [0.2, 0.35], [0.35, 0.5]]
)
DEVIATION = UNITS * np.array([[0.02, 0.02, 0.02, 0.02, 0.02, 0.3], [0.001] * 6]).T
SURE_TO_GAIN, BEST_IF_MEASUREMENTS_ERR, MAYBE_VERY_GOOD = (3,), (4,), (5,)


class Believed:
    """A posterior made by hand for the architectures of the line, all independent."""

    def __init__(self, mean, deviation):
        self._mean, self._deviation = mean, deviation

    def posterior(self, inputs, *, noisy=False):
        places = self._places(inputs)
        return self._mean[places], self._deviation[places]

    def joint(self, inputs, *, noisy=False):
        mean, deviation = self.posterior(inputs)
        return mean, np.diag(deviation**2)

    @staticmethod
    def _places(inputs):
        return np.rint(5.0 * inputs[:, 0]).astype(int)


class Weighted(np.random.Generator):
    """A generator whose point of the simplex is known."""

    def __init__(self, weights):
        super().__init__(np.random.PCG64(0))
        self.weights = weights

    def dirichlet(self, *args, **kwargs):
        return self.weights


@pytest.fixture
def first_choice(monkeypatch):
    """Return what a search asks for first, by a posterior made by hand."""
    pytest.importorskip("botorch")

    def choice(method, rng, told=TOLD, mean=MEAN, deviation=DEVIATION):
        believed = {tuple(told[:, j]): Believed(mean[:, j], deviation[:, j]) for j in (0, 1)}
        monkeypatch.setattr(
            "methods._gp.fit.fit", lambda _, outcomes, **__: believed[tuple(outcomes)]
        )
        measured = np.array([[0], [1], [2]])
        return ask(method, Line(), measured, told, 1, rng, reference=REFERENCE)[0]

    return choice


def averaged(gain):
    """Return the candidate of the largest gain, averaged over samples of all architectures."""
    samples = np.random.default_rng(3).normal(MEAN, DEVIATION, size=(400, 6, 2))
    gains = np.mean([[gain(y[:3], point) for point in y[3:]] for y in samples], axis=0)
    second, first = np.sort(gains)[-2:]
    assert first > 1.2 * second  # no matter of chance
    return (3 + int(gains.argmax()),)


def added(front, point):
    return hypervolume([*front, point], REFERENCE) - hypervolume(front, REFERENCE)


def test_qehvi_adds_most_to_what_was_measured(first_choice):
    assert averaged(lambda front, point: added(TOLD, point)) == SURE_TO_GAIN
    assert first_choice(QEHVI, np.random.default_rng(0)) == SURE_TO_GAIN


def test_qnehvi_adds_most_to_the_front_of_each_sample(first_choice):
    assert averaged(added) == BEST_IF_MEASUREMENTS_ERR
    assert first_choice(QNEHVI, np.random.default_rng(0)) == BEST_IF_MEASUREMENTS_ERR


@pytest.mark.parametrize(
    ("weights", "expected"), [((0.95, 0.05), MAYBE_VERY_GOOD), ((0.2, 0.8), SURE_TO_GAIN)]
)
def test_qparego_improves_its_scalarisation_most(weights, expected, first_choice):
    least, width = TOLD.min(axis=0), np.ptp(TOLD, axis=0)

    def scalar(point):
        weighted = [weights[j] * (point[j] - least[j]) / width[j] for j in (0, 1)]
        return max(weighted) + 0.05 * sum(weighted)

    incumbent = min(scalar(point) for point in TOLD)
    assert averaged(lambda _, point: max(incumbent - scalar(point), 0.0)) == expected
    assert first_choice(QParEGO, Weighted(np.array(weights))) == expected


@pytest.mark.parametrize("stream", range(8))
def test_samples_of_two_objectives_do_not_depend_on_each_other(stream, first_choice):
    """What is doubtful in both gains (E (1 - y)+)^2, which with equal signs would be more."""
    told = UNITS * np.array([[0.95, 0.05], [0.9, 0.9], [0.05, 0.95]])
    mean = np.concatenate([told, UNITS * [[0.99, 0.99], [0.4, 0.5], [0.6, 0.6]]])
    deviation = UNITS * [[0.001, 0.001]] * np.array([[1], [1], [1], [1], [1], [400]])
    chosen = first_choice(QNEHVI, np.random.default_rng(stream), told, mean, deviation)
    assert chosen == (4,)  # which gains 24 for certain, the doubtful one 15
