import numpy as np
import pytest

from methods.weighted_sum_ea.scalarisation import lattice, scaled_by_front


@pytest.mark.parametrize(("objectives", "divisions", "points"), [(1, 3, 1), (2, 5, 6), (4, 3, 20)])
def test_lattice_has_every_combination(objectives, divisions, points):
    found = lattice(objectives, divisions)
    assert found.shape == (points, objectives)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)


def test_a_front_of_one_point_is_scaled_by_all_rows():
    scaled = scaled_by_front(np.array([[1.0, 1.0], [5.0, 2.0], [3.0, 3.0]]), clip=2.0)
    np.testing.assert_allclose(scaled, [[0, 0], [1, 0.5], [0.5, 1]])
    assert (scaled_by_front(np.ones((3, 2)), clip=2.0) == 0).all()
