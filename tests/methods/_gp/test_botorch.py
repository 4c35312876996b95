"""Our Gaussian processes and acquisition functions against BoTorch's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("botorch")

from botorch_oracle import botorch_fit, botorch_likelihood, preserved_torch_state

from methods._gp.acquisition import decompose, ehvi
from methods._gp.matern import MaternProcess, fit_matern, negative_log_posterior
from methods._gp.monte_carlo import make_fronts
from methods._gp.transforms import gaussian_improvement

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning")


@st.composite
def observations(draw, least=2):
    """Draw inputs [n, d] within the unit cube, some of them equal, and standardised outcomes."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, columns = draw(st.integers(least, 40)), draw(st.integers(1, 6))
    levels = draw(st.sampled_from([2, 5, 10**6]))
    inputs = rng.integers(0, levels, (n, columns)) / (levels - 1)
    trend = np.sin(3.0 * inputs @ rng.normal(size=columns))
    outcomes = trend + draw(st.sampled_from([0.01, 0.3, 3.0])) * rng.standard_normal(n)
    return inputs, (outcomes - outcomes.mean()) / outcomes.std()


@st.composite
def problems(draw):
    """Draw observations, and two lots of parameters."""
    inputs, outcomes = draw(observations())
    logarithms = st.lists(st.floats(-2.0, 2.0), min_size=inputs.shape[1] + 3)
    pair = [np.array(draw(logarithms)[: inputs.shape[1] + 3]) for _ in range(2)]
    return inputs, outcomes, pair


def _theirs(inputs, outcomes, parameters):
    """Return minus n times BoTorch's likelihood times priors, and its gradient by ours."""
    with preserved_torch_state():
        objective = botorch_likelihood(inputs, outcomes, parameters)
        model, kernel = objective.model, objective.model.covar_module
        objective.train()
        value = -len(outcomes) * objective(model(*model.train_inputs), model.train_targets)
        value.sum().backward()
        raw = [
            (kernel.base_kernel.raw_lengthscale, kernel.base_kernel.lengthscale),
            (kernel.raw_outputscale, kernel.outputscale),
        ]
        # Length scales and variance are softplus(raw): dx / draw = 1 - exp(-x).
        by_logarithm = [(r.grad * x / (1.0 - (-x).exp())).detach().numpy().ravel() for r, x in raw]
        noise = model.likelihood.noise_covar.raw_noise  # not transformed
        by_logarithm.append((noise.grad * noise).detach().numpy().ravel())
        mean = model.mean_module.raw_constant.grad.numpy().ravel()
    return value.item(), np.concatenate([*by_logarithm, mean])


@given(problems())
@settings(max_examples=30)
def test_value_and_gradient(problem):
    inputs, outcomes, (one, two) = problem
    ours = [negative_log_posterior(p, inputs, outcomes) for p in (one, two)]
    theirs = [_theirs(inputs, outcomes, p) for p in (one, two)]
    # Up to the constants of the priors.
    assert ours[0][0] - ours[1][0] == pytest.approx(theirs[0][0] - theirs[1][0], abs=1e-6)
    for (_, gradient), (_, expected) in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-6)


@given(observations(least=8))
@settings(max_examples=10)
def test_optimum(observed):
    """Neither search ends much above the other; both end at a stationary point of our loss."""
    inputs, outcomes = observed
    ours, theirs = fit_matern(inputs, outcomes), botorch_fit(inputs, outcomes, maxiter=500)
    found, expected = (
        negative_log_posterior(p.parameters, inputs, outcomes) for p in (ours, theirs)
    )
    assert found[0] <= expected[0] + 1e-3
    free = np.ones(len(found[1]), dtype=bool)
    free[-2] = ours.noise > 1.001e-4
    assert np.abs(found[1][free]).max() < 0.02
    if abs(found[0] - expected[0]) < 1e-5:
        np.testing.assert_allclose(ours.parameters, theirs.parameters, atol=0.02)


@given(problems())
@settings(max_examples=20)
def test_posterior(problem):
    import torch

    inputs, outcomes, (parameters, _) = problem
    new = np.random.default_rng(0).random((6, inputs.shape[1]))
    ours = MaternProcess(inputs, outcomes, parameters)
    with preserved_torch_state(), torch.no_grad():
        model = botorch_likelihood(inputs, (outcomes - ours.shift) / ours.scale, parameters).model
        posterior = model.posterior(torch.from_numpy(new))
        mean, covariance = posterior.mean.numpy()[:, 0], posterior.mvn.covariance_matrix.numpy()
    found, joint = ours.joint(new)
    np.testing.assert_allclose(found, ours.shift + ours.scale * mean, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(joint, ours.scale**2 * covariance, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ours.posterior(new)[1] ** 2, np.diag(joint), rtol=1e-6, atol=1e-9)


@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3, 4]), st.sampled_from([4, 10**6]))
@settings(max_examples=20)
def test_expected_hypervolume_improvement(seed, m, levels):
    import torch

    rng = np.random.default_rng(seed)
    observed, reference = rng.integers(0, levels, (9, m)) / (levels - 1), np.full(m, 1.1)
    observed = np.concatenate([observed, observed[:1], np.full((1, m), 3.0)])
    mean, deviation = rng.random((6, m)), 0.05 + 0.5 * rng.random((6, m))
    improvements = [gaussian_improvement(mean[:, j], deviation[:, j]) for j in range(m)]
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
    ours = ehvi(improvements, decompose(observed, reference))
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-7, atol=1e-12)


@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3]))
@settings(max_examples=20)
def test_value_of_a_batch_is_that_of_qehvi(seed, m):
    import torch

    rng = np.random.default_rng(seed)
    observed, reference = rng.random((5, m)), np.ones(m)
    points = rng.random((16, 3, m)) - 0.2
    fronts, total = make_fronts(observed[None], reference), 0.0
    for k in range(3):
        total += fronts.gains(points)[k]
        fronts.add(points[:, k])
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


def test_the_state_of_torch_is_preserved(rng):
    import torch

    threads, state, kind = torch.get_num_threads(), torch.get_rng_state(), torch.get_default_dtype()
    botorch_fit(rng.random((10, 2)), rng.random(10))
    assert torch.get_num_threads() == threads
    assert torch.get_default_dtype() == kind
    assert torch.equal(torch.get_rng_state(), state)
