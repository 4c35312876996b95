"""Maximising an acquisition function over a box."""

import numpy as np
import pytest

from bench.spaces import Box
from methods._gp.optimise import best_in_box, sobol_points, unseen_points
from methods._gp.surrogate import CandidateTable
from methods._shared.unseen import Unseen

BOX = Box("cuboid", [("length", -1.0, 3.0), ("width", 0.1, 0.2), ("height", 5.0, 9.0)])


class Hill:
    """A surrogate without a model: best are points near `top`, apart from those chosen before."""

    pool = 60

    def __init__(self, top):
        self.top = np.asarray(top)

    def describe(self, rows):
        inputs = BOX.to_unit(rows)
        return inputs, np.zeros((len(inputs), 2))

    def score(self, candidates):
        return np.exp(-20.0 * ((candidates.inputs - self.top) ** 2).sum(axis=1))

    def choose(self, candidates, n, rng):
        gains, chosen = self.score(candidates), []
        for _ in range(n):
            apart = np.ones(len(candidates))
            for i in chosen:
                away = ((candidates.inputs - candidates.inputs[i]) ** 2).sum(axis=1)
                apart *= 1 - np.exp(-50.0 * away)
            chosen.append(int(np.argmax(gains * apart)))
        return chosen


@pytest.mark.parametrize("top", [[0.31, 0.72, 0.55], [0.0, 1.0, 0.5]])
def test_the_maximum_of_a_box_is_found_and_the_batch_is_spread(top):
    hill, rng = Hill(top), np.random.default_rng(0)
    starts = sobol_points(rng, 3)
    assert starts.shape == (1024, 3)
    assert not np.array_equal(starts, sobol_points(rng, 3))
    made = best_in_box(
        hill,
        CandidateTable(BOX, hill.describe),
        BOX,
        starts,
        4,
        rng,
        inside=unseen_points(BOX, Unseen(BOX)),
    )
    unit = BOX.to_unit(made)
    assert np.abs(unit - top).max(axis=1).min() < 0.01
    apart = np.linalg.norm(unit[:, None] - unit[None], axis=2)[np.triu_indices(4, 1)]
    assert apart.min() > 0.05


def test_the_maximum_of_a_region_is_inside_it():
    hill, rng = Hill([0.31, 0.72, 0.55]), np.random.default_rng(0)
    starts = sobol_points(rng, 3)

    def inside(points):
        return points[:, 0] > 0.6

    made = best_in_box(hill, CandidateTable(BOX, hill.describe), BOX, starts, 3, rng, inside=inside)
    unit = BOX.to_unit(made)
    assert (unit[:, 0] >= 0.6).all()
    nearest = unit[np.abs(unit - hill.top).sum(axis=1).argmin()]
    np.testing.assert_allclose(nearest, [0.6, 0.72, 0.55], atol=0.02)
