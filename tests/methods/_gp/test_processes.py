"""Gaussian processes: posteriors against plain formulas and BoTorch's; difficult observations."""

import numpy as np
import pytest

from bench.errors import MethodError
from bench.spaces import Box, NASBench201
from methods._gp.botorch import preserved_torch_state
from methods._gp.categorical import CategoricalProcess, Layout, Priors, fit_categorical
from methods._gp.categorical import _negative_log_likelihood as negative_log_likelihood
from methods._gp.matern import MaternProcess, encode, fit_matern


def _matern(a, b, lengthscales):
    r = np.sqrt(5.0) * np.linalg.norm((a - b) / lengthscales)
    return (1.0 + r + r**2 / 3.0) * np.exp(-r)


def _plain(kernel, inputs, outcomes, new, noise):
    """Return mean and covariance by inverting the covariance."""
    k = np.array([[kernel(a, b) for b in inputs] for a in inputs]) + noise * np.eye(len(inputs))
    across = np.array([[kernel(a, b) for b in inputs] for a in new])
    prior = np.array([[kernel(a, b) for b in new] for a in new])
    return across @ np.linalg.inv(k) @ outcomes, prior - across @ np.linalg.inv(k) @ across.T


def test_matern_posterior_is_the_plain_formula(rng):
    inputs, new, outcomes = rng.random((12, 3)), rng.random((5, 3)), 3.0 + 2.0 * rng.random(12)
    lengthscales = np.array([0.3, 0.8, 2.0])
    process = MaternProcess(
        inputs, outcomes, variance=1.5, lengthscales=lengthscales, noise=0.01, mean=0.2
    )
    shift, scale = outcomes.mean(), outcomes.std()
    mean, covariance = _plain(
        lambda a, b: 1.5 * _matern(a, b, lengthscales),
        inputs,
        (outcomes - shift) / scale - 0.2,
        new,
        0.01,
    )
    found, deviation = process.posterior(new)
    np.testing.assert_allclose(found, shift + scale * (0.2 + mean))
    np.testing.assert_allclose(deviation, scale * np.sqrt(np.diag(covariance)))
    np.testing.assert_allclose(process.joint(new)[1], scale**2 * covariance, atol=1e-12)
    noisy = process.posterior(new, noisy=True)[1]
    np.testing.assert_allclose(noisy**2, deviation**2 + scale**2 * 0.01)


def test_categorical_posterior_is_the_plain_formula(rng):
    categories, features, costs = rng.integers(0, 3, (12, 4)), rng.random((12, 1)), rng.random(12)
    inputs = np.concatenate([categories, features, costs[:, None]], axis=1).astype(float)
    outcomes = rng.normal(5.0, 2.0, 12)
    parameters = np.log([0.1, 0.5, 1.0, 0.2, 0.7, 1.3, 0.05])
    process = CategoricalProcess(inputs, outcomes, parameters, Layout(4, 1))

    def kernel(a, b):
        hamming = np.exp(parameters[:4]) @ (a[:4] != b[:4])
        square = 0.7 * ((a[4] - b[4]) / features.std()) ** 2
        t, u = ((c[5] - costs.mean()) / costs.std() for c in (a, b))
        return 1.3 * np.exp(-hamming - square) + 100.0 * (1.0 + t * u)

    new = np.concatenate([rng.integers(0, 3, (5, 4)), rng.random((5, 2))], axis=1)
    shift, scale = outcomes.mean(), outcomes.std()
    mean, covariance = _plain(kernel, inputs, (outcomes - shift) / scale, new, 0.05)
    found, deviation = process.posterior(new)
    np.testing.assert_allclose(found, shift + scale * mean)
    np.testing.assert_allclose(deviation, scale * np.sqrt(np.diag(covariance)))
    np.testing.assert_allclose(process.joint(new)[1], scale**2 * covariance, atol=1e-9)


def test_gradient_of_the_likelihood_is_that_of_finite_differences(rng):
    from scipy.optimize import approx_fprime

    categories = rng.integers(0, 3, (9, 4))
    differ = (categories[:, None] != categories[None]).astype(float)
    differ = np.moveaxis(differ, 2, 0).reshape(4, -1)
    outcomes, trend, at = rng.standard_normal(9), np.full((9, 9), 100.0), rng.normal(-1, 0.5, 6)
    gradient = negative_log_likelihood(at, differ, trend, outcomes)[1]
    slow = approx_fprime(at, lambda p: negative_log_likelihood(p, differ, trend, outcomes)[0], 1e-6)
    np.testing.assert_allclose(gradient, slow, rtol=1e-3, atol=1e-4)


@pytest.mark.usefixtures("botorch")
def test_fit_finds_which_variable_matters(rng):
    cells = NASBench201().sample(rng, 60).astype(float)
    outcomes = np.array([3.0, 1.0, 4.0, 1.5, 9.0])[cells[:, 2].astype(int)]
    process = fit_categorical(cells, outcomes, Layout(6), priors=Priors())
    assert np.argmax(process.parameters[:6]) == 2
    matern = fit_matern(encode(NASBench201(), cells.astype(int), "ordinal"), outcomes)
    assert np.argmin(matern.lengthscales) == 2


@pytest.mark.usefixtures("botorch")
def test_posterior_of_a_fit_is_botorchs(rng):
    import torch

    inputs, outcomes, new = rng.random((20, 4)), rng.random(20), rng.random((6, 4))
    ours = fit_matern(inputs, outcomes)
    with preserved_torch_state():
        from botorch.models import SingleTaskGP
        from botorch.models.utils import gpytorch_modules

        model = SingleTaskGP(
            torch.from_numpy(inputs),
            torch.from_numpy((outcomes - ours.shift) / ours.scale)[:, None],
            covar_module=gpytorch_modules.get_matern_kernel_with_gamma_prior(4),
            likelihood=gpytorch_modules.get_gaussian_likelihood_with_gamma_prior(),
            outcome_transform=None,
        )
        model.mean_module.initialize(constant=ours.mean)
        model.covar_module.initialize(outputscale=ours.variance)
        model.covar_module.base_kernel.initialize(lengthscale=ours.lengthscales)
        model.likelihood.initialize(noise=ours.noise)
        with torch.no_grad():
            posterior = model.posterior(torch.from_numpy(new))
            mean, variance = posterior.mean.numpy(), posterior.variance.numpy()
    found, deviation = ours.posterior(new)
    np.testing.assert_allclose(found, ours.shift + ours.scale * mean[:, 0], rtol=1e-5)
    np.testing.assert_allclose(deviation, ours.scale * np.sqrt(variance[:, 0]), rtol=1e-4)


@pytest.mark.usefixtures("botorch")
@pytest.mark.parametrize("fitted", ["matern", "categorical"])
@pytest.mark.parametrize("difficulty", ["one", "constant", "duplicates", "huge"])
def test_difficult_observations_are_fitted(fitted, difficulty, rng):
    inputs = rng.integers(0, 5, (8, 6)).astype(float)
    outcomes = rng.random(8)
    if difficulty == "one":
        inputs, outcomes = inputs[:1], outcomes[:1]
    elif difficulty == "constant":
        outcomes = np.full(8, 7.3)
    elif difficulty == "duplicates":
        inputs = np.repeat(inputs[:1], 8, axis=0)
    else:
        outcomes = 1e12 * outcomes
    if fitted == "matern":
        first = fit_matern(inputs / 4.0, outcomes)
        process, new = fit_matern(inputs / 4.0, outcomes, last=first), rng.random((30, 6))
    else:
        first = fit_categorical(inputs, outcomes, Layout(6), priors=Priors())
        process = fit_categorical(inputs, outcomes, Layout(6), priors=Priors(), last=first)
        new = rng.integers(0, 5, (30, 6)).astype(float)
    mean, deviation = process.posterior(new)
    assert (deviation > 0).all()
    assert (abs(mean - outcomes.mean()) < 10.0 * process.scale).all()


@pytest.mark.usefixtures("botorch")
def test_the_state_of_torch_is_preserved(rng):
    import torch

    threads, state, kind = torch.get_num_threads(), torch.get_rng_state(), torch.get_default_dtype()
    fit_matern(rng.random((10, 2)), rng.random(10))
    assert torch.get_num_threads() == threads
    assert torch.get_default_dtype() == kind
    assert torch.equal(torch.get_rng_state(), state)


def test_encodings(rng):
    space = NASBench201()
    cells = space.sample(rng, 4)
    np.testing.assert_array_equal(encode(space, cells, "ordinal"), space.encode_ordinal(cells))
    assert encode(space, cells, "one-hot").shape == (4, 30)
    with pytest.raises(MethodError, match="encoding is 'colour'; expected one of ordinal, one-hot"):
        encode(space, cells, "colour")


def test_the_encoding_of_a_box_is_the_unit_cube(rng):
    box = Box("cuboid", [("length", -1.0, 3.0), ("width", 0.1, 0.2), ("height", 5.0, 9.0)])
    drawn = box.sample(rng, 7)
    np.testing.assert_array_equal(encode(box, drawn, "ordinal"), box.to_unit(drawn))
    with pytest.raises(MethodError, match=r"'one-hot'; expected 'ordinal' for 'cuboid', .* a box"):
        encode(box, drawn, "one-hot")
