import numpy as np

from methods._gp.transforms import make_transform, transformed_improvement


def test_quadrature_agrees_with_the_closed_form(rng):
    """A log scale of another name has the same expectation, computed by quadrature."""
    from dataclasses import replace

    log = make_transform("log", np.ones(1), 1.0)
    by_quadrature = replace(log, name="something else")
    mean, deviation = rng.normal(2.0, 1.0, 50), rng.uniform(0.01, 1.0, 50)
    levels = np.array([0.5, 3.0, 7.0, 90.0])
    exact = transformed_improvement(log, mean, deviation)(levels)
    found = transformed_improvement(by_quadrature, mean, deviation)(levels)
    np.testing.assert_allclose(found, exact, rtol=1e-5, atol=1e-7)


def test_objectives_that_are_not_positive_stay_raw():
    for name in ("log", "reciprocal"):
        assert make_transform(name, np.array([1.0, 0.0]), 5.0).name == "raw"
        assert make_transform(name, np.array([1.0]), -5.0).name == "raw"
    clipped = make_transform("clipped", np.array([1.0, 9.0]), 5.0)
    np.testing.assert_array_equal(clipped.forward(np.array([1.0, 9.0])), [1.0, 5.0])
