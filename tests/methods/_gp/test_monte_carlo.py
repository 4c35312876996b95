"""Gains on sampled fronts against slow hypervolumes and BoTorch's qEHVI; scalarisations."""

import numpy as np
import pytest

from bench.indicators import hypervolume
from methods._gp.botorch import preserved_torch_state
from methods._gp.monte_carlo import (
    Fronts,
    Scalarisation,
    choose_greedily,
    joint_samples,
    normal_samples,
    scalarised_improvement,
)


def _slow(fronts, points, reference):
    return np.mean(
        [
            [hypervolume([*f, p], reference) - hypervolume(f, reference) for p in own]
            for f, own in zip(fronts, points, strict=True)
        ],
        axis=0,
    )


@pytest.mark.parametrize("m", [2, 3, 4])
def test_gains_are_differences_of_hypervolumes(m, rng):
    fronts = [rng.random((k, m)) for k in (1, 3, 6)]
    points, reference = 1.2 * rng.random((3, 8, m)), np.ones(m)
    sampled_fronts = Fronts(fronts, reference)
    np.testing.assert_allclose(
        sampled_fronts.gains(points), _slow(fronts, points, reference), atol=1e-12
    )
    sampled_fronts.add(points[:, 2])
    fronts = [np.concatenate([f, p[None]]) for f, p in zip(fronts, points[:, 2], strict=True)]
    np.testing.assert_allclose(
        sampled_fronts.gains(points), _slow(fronts, points, reference), atol=1e-12
    )
    np.testing.assert_allclose(sampled_fronts.gains(points)[2], 0.0, atol=1e-12)


@pytest.mark.usefixtures("botorch")
def test_value_of_a_batch_is_botorchs_qehvi(rng):
    import torch

    observed, reference = rng.random((5, 2)), np.ones(2)
    points = rng.random((16, 3, 2)) - 0.2
    sampled_fronts, total = Fronts([observed] * 16, reference), 0.0
    for k in range(3):
        total += sampled_fronts.gains(points)[k]
        sampled_fronts.add(points[:, k])
    with preserved_torch_state():
        from botorch.acquisition.multi_objective.monte_carlo import (
            qExpectedHypervolumeImprovement,
        )
        from botorch.sampling import SobolQMCNormalSampler
        from botorch.utils.multi_objective.box_decompositions import NondominatedPartitioning
        from botorch.utils.testing import MockModel, MockPosterior

        theirs = qExpectedHypervolumeImprovement(
            MockModel(MockPosterior(samples=torch.from_numpy(-points)[:, None])),
            (-reference).tolist(),
            NondominatedPartitioning(torch.from_numpy(-reference), torch.from_numpy(-observed)),
            sampler=SobolQMCNormalSampler(torch.Size([16]), seed=0),
        )(torch.zeros(1, 3, 1, dtype=torch.float64))
    assert theirs.shape == (16, 1)  # MockPosterior takes samples for a batch
    np.testing.assert_allclose(total, theirs.numpy().mean())


def test_second_choice_is_not_covered_by_the_first():
    points = np.array([[[0.2, 0.2], [0.21, 0.2], [0.05, 0.9]]])
    fronts = Fronts([np.empty((0, 2))], np.ones(2))
    assert choose_greedily(fronts, points, 3) == [0, 2, 1]
    fronts = Fronts([np.empty((0, 2))], np.ones(2))
    assert choose_greedily(fronts, points, 9, first=2) == [2, 0, 1]


def test_samples_have_the_mean_and_covariance(rng):
    root = rng.random((4, 4))
    mean, covariance = rng.random(4), root @ root.T
    drawn = joint_samples(mean, covariance, normal_samples(rng, 4096, 4))
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=0.02)
    np.testing.assert_allclose(np.cov(drawn.T), covariance, atol=0.1)


def test_scalarisation_is_augmented_chebyshev(rng):
    objectives = np.array([[0.0, 4.0], [2.0, 0.0], [1.0, 2.0]])
    scalar = Scalarisation.draw(rng, objectives)
    scaled = scalar.weights * objectives / [2.0, 4.0]
    expected = scaled.max(axis=1) + 0.05 * scaled.sum(axis=1)
    np.testing.assert_allclose(scalar(objectives), expected)
    assert scalar.incumbent == expected.min()
    assert scalar.weights.sum() == pytest.approx(1.0)


def test_improvement_of_a_scalarisation(rng):
    scalar = Scalarisation.draw(rng, rng.random((5, 2)))
    mean, deviation = rng.random(3), np.full(3, 0.3)
    known = np.stack([np.zeros(3), rng.random(3)], axis=1)
    normal = normal_samples(rng, 64, 2)
    found = scalarised_improvement(scalar, [(mean, deviation), None], known, normal)
    for i in range(3):
        drawn = np.stack([mean[i] + 0.3 * normal[:, 0], np.full(64, known[i, 1])], axis=1)
        gain = np.maximum(scalar.incumbent - scalar(drawn), 0.0).mean()
        assert found[i] == pytest.approx(gain)
    far = np.full((64, 1, 2), 10.0)  # the one chosen before improves nothing
    points = np.stack([mean + 0.3 * normal[:, :1], np.repeat(known[None, :, 1], 64, 0)], axis=2)
    np.testing.assert_allclose(scalar.joint_improvement(far, points), found)


def test_constant_objectives_have_a_scalarisation(rng):
    scalar = Scalarisation.draw(rng, np.full((4, 2), 3.0))
    assert scalar.incumbent == 0.0


@pytest.mark.parametrize("objectives", [2, 3])
@pytest.mark.parametrize("first", [None, 5])
def test_the_lazy_choice_is_the_greedy_one(objectives, first, rng):
    observed, reference = rng.random((12, objectives)), np.ones(objectives)
    points = 0.3 * rng.random((24, 1, objectives)) + 0.9 * rng.random((24, 17, objectives))
    points[:, 3] = points[:, 2]  # a tie
    expected, fronts = [], Fronts([observed] * 24, reference)
    for i in range(6):
        gains = fronts.gains(points)
        gains[expected] = -1.0
        expected.append(first if first is not None and i == 0 else int(gains.argmax()))
        fronts.add(points[:, expected[-1]])
    assert choose_greedily(Fronts([observed] * 24, reference), points, 6, first=first) == expected
    everything = choose_greedily(Fronts([observed] * 24, reference), points, 99, first=first)
    assert sorted(everything) == list(range(17))
