"""Every setting of LaMOO reaches its part: the next batch, against one made from the parts."""

import numpy as np
import pytest

from bench.entrants.method import find_method
from bench.protocol import load_search_protocol
from bench.spaces import Box
from methods._shared.unseen import Unseen
from methods.cma_es import CMAES
from methods.lamoo import LaMOOCMAES, LaMOORandom
from methods.lamoo.cma_sampler import CMAESSampler
from methods.lamoo.cube import make_cube
from methods.lamoo.pool import make_pool
from methods.lamoo.region import Region
from methods.lamoo.samplers import History, RandomSampler
from methods.lamoo.selection import select_leaf, select_path
from methods.lamoo.tree import TreeRules, grow

BOX = Box("cuboid", [("length", -1.0, 3.0), ("width", 0.1, 0.2), ("height", 5.0, 9.0)])
DESIGNS = BOX.from_unit(np.random.default_rng(2).random((80, 3)))
POINTS = BOX.to_unit(DESIGNS)
DISTANCES = np.stack([2.0 * ((POINTS - centre) ** 2).sum(axis=1) for centre in (0.3, 0.7)], axis=1)
FAR = np.full(2, 2.0)

# A setting, all settings given with it, and the arguments of `from_parts` that correspond to it.
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


@pytest.fixture
def asked(ask_once):
    """Return a function that returns what a method asks for after the designs."""

    def ask(method, **settings):
        rng = np.random.default_rng(1)
        return ask_once(method, BOX, DESIGNS, DISTANCES, 4, rng, reference=FAR, **settings)

    return ask


def from_parts(
    sampler, *, rules=None, select=select_leaf, cp=lambda whole: 0.1 * whole, partition=True
):
    """Return the batch that the parts of LaMOO make, or its sampler alone over the whole space."""
    rng, cube = np.random.default_rng(1), make_cube(BOX)
    pool = make_pool(cube, Unseen(BOX), mode="enumerated")
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
def test_settings_of_the_partition_reach_it(setting, settings, parts, asked):
    found = asked(LaMOORandom, **settings)
    assert found == from_parts(RandomSampler(), **parts)
    others = {name: value for name, value in settings.items() if name != setting}
    assert found != asked(LaMOORandom, **others)


@pytest.mark.parametrize("method", [LaMOOCMAES, CMAES], ids=lambda m: m.name)
@pytest.mark.parametrize(
    ("setting", "settings", "parts"), STRATEGIES, ids=[n for n, _, _ in STRATEGIES]
)
def test_settings_of_the_strategy_reach_it(method, setting, settings, parts, asked):
    found = asked(method, **settings)
    sampler = CMAESSampler(**{**STRATEGY, **parts})
    assert found == from_parts(sampler, partition=method is LaMOOCMAES)
    if (method, setting) != (CMAES, "failed_asks"):  # no ask fails in the whole box
        assert found != asked(method)


def test_defaults_are_those_of_the_parts(asked):
    assert asked(LaMOORandom) == from_parts(RandomSampler())
    assert asked(LaMOOCMAES) == from_parts(CMAESSampler(**STRATEGY))
    assert asked(CMAES) == from_parts(CMAESSampler(**STRATEGY), partition=False)


def test_every_setting_of_lamoo_is_tested():
    tested = {name for _, settings, _ in [*TREES, *STRATEGIES] for name in settings}
    # In a box both modes are the same; `batches_per_tree` needs several batches (test_algorithm).
    assert tested == set(LaMOOCMAES.settings_spec) - {"mode", "batches_per_tree"}


@pytest.mark.parametrize(
    ("name", "sigma"), [("lamoo-branin-currin", 0.15), ("lamoo-vehicle-safety", 0.5)]
)
def test_ablations_have_the_settings_of_the_authors_folder(name, sigma):
    protocol = load_search_protocol(name)
    entries = protocol.entrants("ablations")
    space = protocol.task().space
    widths = space.upper - space.lower  # the authors' sigma is in the units of the box
    assert set(sigma / widths) == {entries["lamoo-cmaes-sigma"].settings["sigma"]}
    for entry in entries.values():
        found = find_method(entry.method).entrant.effective_settings(entry.settings)
        assert found["kernel"] == ("rbf" if "rbf" in entry.label else "poly")
