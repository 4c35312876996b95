"""Expected hypervolume improvement against Monte Carlo, BoTorch's analytic form and plain sums."""

import numpy as np
import pytest

from bench.indicators import hypervolume
from methods._gp.acquisition import decompose, ehvi, front_within
from methods._gp.botorch import preserved_torch_state
from methods._gp.transforms import (
    gaussian_improvement,
    known_improvement,
    make_transform,
    transformed_improvement,
)


def _gains(points, front, reference):
    """Return the hypervolume that each point adds, slowly."""
    before = hypervolume(front, reference) if len(front) else 0.0
    return np.array([hypervolume([*front, p], reference) - before for p in points])


@pytest.fixture(params=[2, 3, 4])
def case(request, rng):
    """Return points with a duplicate, a dominated and an outside one; and 6 posteriors."""
    m = request.param
    observed = rng.random((7, m))
    observed = np.concatenate([observed, observed[:1], observed[:1] + 0.1, np.full((1, m), 3.0)])
    return observed, np.full(m, 1.1), rng.random((6, m)), 0.05 + 0.5 * rng.random((6, m))


def _analytic(case):
    observed, reference, mean, deviation = case
    improvements = [gaussian_improvement(mean[:, j], deviation[:, j]) for j in range(mean.shape[1])]
    return ehvi(improvements, decompose(observed, reference))


@pytest.mark.usefixtures("botorch")
def test_agrees_with_monte_carlo(case, rng):
    observed, reference, mean, deviation = case
    draws = mean[:, None] + deviation[:, None] * rng.standard_normal((6, 1000, mean.shape[1]))
    gains = np.array([_gains(d, observed, reference) for d in draws])
    error = 4.0 * gains.std(axis=1) / np.sqrt(gains.shape[1])
    assert (abs(_analytic(case) - gains.mean(axis=1)) < error + 1e-9).all()


@pytest.mark.usefixtures("botorch")
def test_agrees_with_botorch(case):
    import torch

    observed, reference, mean, deviation = case
    with preserved_torch_state():
        from botorch.acquisition.multi_objective.analytic import ExpectedHypervolumeImprovement
        from botorch.utils.multi_objective.box_decompositions import NondominatedPartitioning
        from botorch.utils.testing import MockModel, MockPosterior

        answer = MockPosterior(
            mean=torch.from_numpy(-mean)[:, None], variance=torch.from_numpy(deviation**2)[:, None]
        )
        theirs = ExpectedHypervolumeImprovement(
            MockModel(answer),
            (-reference).tolist(),
            NondominatedPartitioning(torch.from_numpy(-reference), torch.from_numpy(-observed)),
        )(torch.zeros(6, 1, 1, dtype=torch.float64))
    np.testing.assert_allclose(_analytic(case), theirs.numpy(), rtol=1e-7, atol=1e-12)


@pytest.mark.usefixtures("botorch")
@pytest.mark.parametrize("m", [2, 3])
def test_known_objectives_have_their_exact_gain(m, rng):
    observed, points, reference = rng.random((8, m)), rng.random((20, m)), np.full(m, 0.9)
    improvements = [known_improvement(points[:, j]) for j in range(m)]
    gains = ehvi(improvements, decompose(observed, reference))
    np.testing.assert_allclose(gains, _gains(points, observed, reference), atol=1e-12)
    assert (gains == 0).any()
    assert (gains > 0).any()


@pytest.mark.parametrize("scale", ["log", "reciprocal"])
def test_one_known_objective_and_one_on_another_scale(scale, rng):
    observed = np.array([[8.0, 1.0], [6.0, 2.0], [5.0, 2.0], [4.0, 5.0]])
    reference = np.array([10.0, 6.0])
    transform = make_transform(scale, observed[:, 0], reference[0])
    costs = np.array([0.5, 1.0, 2.0, 4.0, 5.5, 7.0])
    mean, deviation = transform.forward(np.full(6, 5.0)), np.full(6, 0.02)
    gains = ehvi(
        [transformed_improvement(transform, mean, deviation), known_improvement(costs)],
        decompose(observed, reference),
    )
    drawn = transform.back(mean[0] + deviation[0] * rng.standard_normal(4000))
    for gain, cost in zip(gains, costs, strict=True):
        sampled = _gains(np.stack([drawn, np.full(4000, cost)], axis=1), observed, reference)
        assert abs(gain - sampled.mean()) <= 4.0 * sampled.std() / np.sqrt(4000) + 1e-12
    assert gains[-1] == 0.0  # beyond the reference point


def test_without_a_front_the_whole_box_can_be_gained():
    for m in (2, 3):
        points = np.full((1, m), 0.5)
        improvements = [known_improvement(points[:, j]) for j in range(m)]
        gains = ehvi(improvements, decompose(np.full((3, m), 2.0), np.ones(m)))
        np.testing.assert_allclose(gains, 0.5**m)


def test_front_has_no_duplicates_and_no_points_beyond_the_reference():
    observed = np.array([[1.0, 3.0], [1.0, 3.0], [2.0, 2.0], [3.0, 2.0], [0.0, 5.0]])
    np.testing.assert_array_equal(front_within(observed, np.full(2, 5.0)), [[1, 3], [2, 2]])
