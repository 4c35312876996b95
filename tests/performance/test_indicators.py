"""Speed of hypervolume traces of a whole run."""

import numpy as np
import pytest

from bench.indicators import hypervolume_trace, incumbent_hypervolume_trace

EVALUATIONS = 1000


def run_of(objectives, *, spread):
    """Return a run that approaches a concave front: points [1000, m] and noisy scores."""
    rng = np.random.default_rng(0)
    directions = np.abs(rng.normal(size=(EVALUATIONS, objectives)))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    distance = 1.0 + spread * rng.random(EVALUATIONS) * np.linspace(1.0, 0.05, EVALUATIONS)
    points = directions * distance[:, None]
    return points, points + rng.normal(scale=0.01, size=points.shape)


# A small spread keeps hundreds of points in the archive: the hardest case for a trace.
@pytest.mark.parametrize("spread", [1.0, 0.1])
@pytest.mark.parametrize("objectives", [2, 3])
def test_hypervolume_trace(benchmark, objectives, spread):
    points, _ = run_of(objectives, spread=spread)
    benchmark.extra_info["evaluations"] = EVALUATIONS
    trace = benchmark(hypervolume_trace, points, [2.5] * objectives)
    assert trace.shape == (EVALUATIONS,)


@pytest.mark.parametrize("spread", [1.0, 0.1])
@pytest.mark.parametrize("objectives", [2, 3])
def test_incumbent_hypervolume_trace(benchmark, objectives, spread):
    search, score = run_of(objectives, spread=spread)
    benchmark.extra_info["evaluations"] = EVALUATIONS
    trace = benchmark(incumbent_hypervolume_trace, search, score, [2.5] * objectives)
    assert trace.shape == (EVALUATIONS,)
