"""Problems without a runner, and small posteriors."""

import numpy as np
import pytest

from bench.method import Problem
from bench.spaces import NASBench201


@pytest.fixture
def make_problem():
    """Return a problem on a space; what is cheap is the sum of the categories, plus 1."""

    def make(space=None, *, objectives=2, cheap=(1,), reference=20.0, batch=5, seed=0):
        space = space or NASBench201()
        rng = np.random.default_rng(seed)

        def costs(architectures):
            total = 1.0 + architectures.sum(axis=1, dtype=np.float64)
            return np.repeat(total[:, None], len(cheap), axis=1)

        return Problem(
            space=space,
            objectives=tuple("abcd"[:objectives]),
            cheap_objectives=cheap,
            reference_point=np.full(objectives, float(reference)),
            evaluations=100,
            batch=batch,
            initial=space.sample(rng, 10),
            rng=rng,
            _cheap=costs,
            evaluations_left=100,
        )

    return make


@pytest.fixture
def rng():
    return np.random.default_rng(0)
