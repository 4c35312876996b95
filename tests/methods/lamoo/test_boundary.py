import numpy as np
import pytest
from sklearn.svm import SVC

from methods.lamoo.boundary import Boundary, _power


def samples(n=60, variables=6, seed=0):
    rng = np.random.default_rng(seed)
    points = (rng.integers(0, 5, size=(n, variables)) + 0.5) / 5
    return points, points.sum(axis=1) + rng.normal(size=n) > variables / 2


@pytest.mark.parametrize("kernel", ["poly", "rbf", "linear"])
@pytest.mark.parametrize("n", [16, 100])
def test_decision_is_that_of_scikit_learn(kernel, n):
    points, good = samples(n)
    machine = SVC(kernel=kernel, degree=4, gamma="scale").fit(points, good)
    boundary = Boundary.fit(points, good, kernel=kernel)
    drawn = np.random.default_rng(1).random((3000, 6))
    expected = machine.decision_function(drawn)
    np.testing.assert_allclose(boundary.decision(drawn), expected, rtol=1e-7, atol=1e-7)
    sure = np.abs(expected) > 1e-6
    np.testing.assert_array_equal(boundary.on_good_side(drawn)[sure], machine.predict(drawn)[sure])
    assert sure.mean() > 0.99


def test_separable_points_are_separated():
    points = np.random.default_rng(0).random((80, 2))
    good = points[:, 0] < 0.4
    boundary = Boundary.fit(points, good, kernel="rbf")
    assert (boundary.on_good_side(points) == good).mean() > 0.95


def test_no_points_have_no_decision():
    assert Boundary.fit(*samples()).decision(np.empty((0, 6))).shape == (0,)


@pytest.mark.parametrize("degree", range(1, 8))
def test_power(degree):
    base = np.random.default_rng(0).normal(size=(5, 4))
    np.testing.assert_allclose(_power(base.copy(), degree), base**degree, rtol=1e-12)
