"""Gains on sampled fronts against slow hypervolumes; samples; scalarisations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.indicators import hypervolume
from methods._gp.monte_carlo import (
    NormalSamples,
    Scalarisation,
    choose_greedily,
    joint_samples,
    make_fronts,
    scalarised_improvement,
)


def _slow(fronts, points, reference):
    return np.mean(
        [
            [
                hypervolume([*f, p], reference) - (hypervolume(f, reference) if len(f) else 0.0)
                for p in own
            ]
            for f, own in zip(fronts, points, strict=True)
        ],
        axis=0,
    )


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([2, 3, 4]),
    st.booleans(),
    st.sampled_from([4, 10**6]),
    st.integers(0, 6),
)
def test_gains_are_differences_of_hypervolumes(seed, m, exact, levels, observed):
    """Also with equal coordinates, with points beyond the reference, and without a front."""
    rng, reference = np.random.default_rng(seed), np.ones(m)
    fronts = 1.2 * rng.integers(0, levels, (1 if exact else 3, observed, m)) / levels
    points = 1.2 * rng.integers(0, levels, (3, 8, m)) / levels
    sampled_fronts, slow = (
        make_fronts(fronts, reference),
        list(np.broadcast_to(fronts, (3, observed, m))),
    )
    for k in (2, 5, 2):
        np.testing.assert_allclose(
            sampled_fronts.gains(points), _slow(slow, points, reference), atol=1e-12
        )
        sampled_fronts.add(points[:, k])
        slow = [np.concatenate([f, p[None]]) for f, p in zip(slow, points[:, k], strict=True)]
        np.testing.assert_allclose(sampled_fronts.gains(points)[k], 0.0, atol=1e-12)


@pytest.mark.parametrize("m", [2, 3])
def test_a_point_far_beyond_the_reference_gains_nothing(m, rng):
    """A back-transform returns up to 1e300."""
    fronts = make_fronts(rng.random((1, 4, m)), np.ones(m))
    points = np.full((3, 2, m), 1e300)
    points[:, 1] = 0.0
    gains = fronts.gains(points)
    assert gains[0] == 0.0
    assert gains[1] > 0.0
    fronts.add(points[:, 0])
    np.testing.assert_array_equal(fronts.gains(points), gains)


def test_second_choice_is_not_covered_by_the_first():
    points = np.array([[[0.2, 0.2], [0.21, 0.2], [0.05, 0.9]]])
    fronts = make_fronts(np.empty((1, 0, 2)), np.ones(2))
    assert choose_greedily(fronts, points, 3) == [0, 2, 1]
    fronts = make_fronts(np.empty((1, 0, 2)), np.ones(2))
    assert choose_greedily(fronts, points, 9, first=2) == [2, 0, 1]


def test_samples_have_the_mean_and_covariance(rng):
    root = rng.random((4, 4))
    mean, covariance = rng.random(4), root @ root.T
    drawn = joint_samples(mean, covariance, NormalSamples(rng, 4096).draw(rng, 4))
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=0.02)
    np.testing.assert_allclose(np.cov(drawn.T), covariance, atol=0.1)


def test_samples_fill_the_space_evenly_and_each_draw_is_another(rng):
    from scipy.special import ndtr

    drawn = NormalSamples(rng, 128)
    one, two = drawn.draw(rng, 300), drawn.draw(rng, 300)
    assert one.shape == (128, 300)
    assert np.abs(one - two).min(axis=0).max() > 0.0
    for normal in (one, two):  # a point in each of 128 intervals of each coordinate
        np.testing.assert_array_equal(
            np.sort(np.floor(128 * ndtr(normal)), axis=0), np.arange(128.0)[:, None] + np.zeros(300)
        )
    np.testing.assert_array_equal(
        NormalSamples(np.random.default_rng(1), 50).draw(np.random.default_rng(2), 3),
        NormalSamples(np.random.default_rng(1), 50).draw(np.random.default_rng(2), 3),
    )


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
    normal = NormalSamples(rng, 64).draw(rng, 2)
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
    expected, fronts = [], make_fronts(observed[None], reference)
    for i in range(6):
        gains = fronts.gains(points)
        gains[expected] = -1.0
        expected.append(first if first is not None and i == 0 else int(gains.argmax()))
        fronts.add(points[:, expected[-1]])
    assert (
        choose_greedily(make_fronts(observed[None], reference), points, 6, first=first) == expected
    )
    everything = choose_greedily(make_fronts(observed[None], reference), points, 99, first=first)
    assert sorted(everything) == list(range(17))
