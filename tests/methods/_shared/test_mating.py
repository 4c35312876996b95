"""Tournaments and variation on arrays: the same as pymoo's own, with the same random numbers."""

from types import SimpleNamespace

import numpy as np
import pytest
from pymoo.algorithms.moo.nsga2 import binary_tournament
from pymoo.algorithms.moo.nsga3 import comp_by_cv_then_random
from pymoo.algorithms.moo.sms import cv_and_dom_tournament
from pymoo.core.mating import Mating as ByObjects
from pymoo.core.population import Population
from pymoo.core.repair import Repair
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.crossover.ux import UniformCrossover
from pymoo.operators.mutation.pm import PolynomialMutation
from pymoo.operators.selection.tournament import TournamentSelection

from bench.spaces import Box, NASBench201
from methods._shared.mating import (
    Mating,
    Variation,
    by_dominance,
    by_dominance_and_crowding,
    by_lot,
)
from methods._shared.pymoo import _bounds
from methods._shared.unseen import Unseen

BOX = Box("cuboid", [("length", -1.0, 3.0), ("width", 0.1, 0.2), ("height", 5.0, 9.0)])
TOURNAMENTS = {
    by_dominance: cv_and_dom_tournament,
    by_dominance_and_crowding: binary_tournament,
    by_lot: comp_by_cv_then_random,
}


def operators(space):
    if isinstance(space, Box):
        return SBX(prob=0.7, eta=20.0), PolynomialMutation(prob=1.0, prob_var=0.4, eta=20.0)
    return UniformCrossover(prob=0.7), PolynomialMutation(prob=1.0, prob_var=0.4, eta=3.0)


def population(space, size, seed):
    """Return a population whose objectives and crowding distances have many ties."""
    rng = np.random.default_rng(seed)
    made = Population.new(
        "X",
        space.check(np.concatenate([space.sample(rng, size - 1), space.sample(rng, 1)])) * 1,
        "F",
        rng.integers(0, 4, size=(size, 2)).astype(float),
    )
    made.set("crowding", rng.choice([0.5, 1.0, np.inf], size=size))
    return made


def by_pymoo(space, tournament, members, size, rng):
    """Return the offspring of one mating of pymoo's objects."""

    class Legal(Repair):
        def _do(self, problem, X, **kwargs):  # noqa: N803 - pymoo's name
            return space.repair(X if isinstance(space, Box) else np.around(X).astype(int))

    crossover, mutation = operators(space)
    mutation.vtype, mutation.repair = float, Legal()
    mating = ByObjects(TournamentSelection(func_comp=tournament), crossover, mutation)
    algorithm = SimpleNamespace(tournament_type="comp_by_dom_and_crowding", random_state=rng)
    bounds = _bounds(space, 2)
    return mating._do(bounds, members, size, random_state=rng, algorithm=algorithm).get("X")


@pytest.mark.parametrize("size", [4, 9, 20])
@pytest.mark.parametrize("tournament", TOURNAMENTS)
@pytest.mark.parametrize("space", [NASBench201(), BOX], ids=lambda space: space.name)
def test_one_attempt_is_a_mating_of_pymoo(space, tournament, size):
    for seed in range(10):
        members = population(space, 7, seed)
        ours, theirs = np.random.default_rng(seed), np.random.default_rng(seed)
        expected = by_pymoo(space, TOURNAMENTS[tournament], members, size, theirs)
        variation = Variation(*operators(space), _bounds(space, 2), space)
        mating = Mating(tournament(members), variation, Unseen(space), size)
        parents = members.get("X")[mating._parents(len(members), ours).T]
        np.testing.assert_array_equal(variation.children(parents, ours), expected)
        assert ours.bit_generator.state == theirs.bit_generator.state


def test_offspring_are_of_unseen_classes():
    space, rng = NASBench201(), np.random.default_rng(0)
    members = population(space, 10, 0)
    unseen = Unseen(space)
    unseen.remove(members.get("X"))
    variation = Variation(*operators(space), _bounds(space, 2), space)
    for _ in range(20):
        mating = Mating(by_lot(members), variation, unseen, 10)
        made = mating.offspring(members.get("X"), 6, rng)
        assert made.shape == (6, 6)
        assert unseen.first_of_class(made).all()
        unseen.remove(made)


def test_too_few_offspring_are_returned_once_there_are_no_others():
    space = NASBench201()
    members = population(space, 10, 0)
    same = np.repeat(members.get("X")[:1], 10, axis=0)
    unseen = Unseen(space)
    crossover, _ = operators(space)
    still = PolynomialMutation(prob=1.0, prob_var=0.0, eta=3.0)  # nothing but the parent
    variation = Variation(crossover, still, _bounds(space, 2), space)
    mating = Mating(by_lot(members), variation, unseen, 10)
    assert len(mating.offspring(same, 5, np.random.default_rng(0))) == 1
    unseen.remove(same)
    assert mating.offspring(same, 5, np.random.default_rng(0)).shape == (0, 6)
