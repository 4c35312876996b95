"""BoTorch, with which our Gaussian processes are compared: without side effects, on one thread."""

from __future__ import annotations

import warnings
from contextlib import contextmanager

import numpy as np

from methods._gp.matern import MaternProcess
from methods._gp.process import standardisation

# Warnings that the libraries give at every fit, and why each is harmless here.
_EXPECTED = (
    (r"`torch\.jit\.script", "linear_operator decorates two functions of its own when imported"),
    (r".*has known numerical issues", "BoTorch advises the log form for gradients; none are used"),
    (r"Data \(outcome observations\) is not standardized", "a constant outcome stays at zero"),
    (r"A not p\.d\.|Negative variance|.*[Jj]itter", "linear_operator adds jitter and reports it"),
    (r".*[Oo]ptimization.*|`scipy_minimize` terminated", "a fit that ends at maxiter is used"),
)


@contextmanager
def preserved_torch_state():
    """Run on one thread and without expected warnings; restore torch's global state at the end."""
    with warnings.catch_warnings():
        for message, _ in _EXPECTED:
            warnings.filterwarnings("ignore", message=message)
        import botorch  # noqa: F401 - it warns when imported
        import torch

        threads = torch.get_num_threads()
        with torch.random.fork_rng(devices=[]):
            torch.set_num_threads(1)
            try:
                yield
            finally:
                torch.set_num_threads(threads)


def botorch_likelihood(inputs, outcomes, parameters=None):
    """Return BoTorch's likelihood times priors of standardised outcomes; its model is `.model`."""
    import torch
    from botorch.models import SingleTaskGP
    from botorch.models.utils import gpytorch_modules
    from gpytorch.mlls import ExactMarginalLogLikelihood

    model = SingleTaskGP(
        torch.from_numpy(np.array(inputs, dtype=np.float64)),
        torch.from_numpy(np.array(outcomes, dtype=np.float64))[:, None],
        likelihood=gpytorch_modules.get_gaussian_likelihood_with_gamma_prior(),
        covar_module=gpytorch_modules.get_matern_kernel_with_gamma_prior(inputs.shape[1]),
        outcome_transform=None,
    ).double()
    if parameters is not None:
        positive = np.exp(parameters[:-1])
        model.covar_module.base_kernel.initialize(lengthscale=positive[:-2])
        model.covar_module.initialize(outputscale=positive[-2])
        model.likelihood.initialize(noise=positive[-1])
        model.mean_module.initialize(constant=parameters[-1])
    return ExactMarginalLogLikelihood(model.likelihood, model)


def botorch_fit(inputs, outcomes, *, last=None, maxiter=75):
    """Fit the model of `fit_matern` with BoTorch; its arguments and result are the same."""
    shift, scale = standardisation(outcomes)
    start = None
    if last is not None:
        start = last.parameters.copy()
        start[-2] = max(start[-2], np.log(1.01e-4))  # within BoTorch's bound
    with preserved_torch_state():
        from botorch.optim.fit import fit_gpytorch_mll_scipy

        likelihood = botorch_likelihood(inputs, (outcomes - shift) / scale, start)
        fit_gpytorch_mll_scipy(likelihood, options={"maxiter": maxiter})
        model = likelihood.model
        kernel = model.covar_module
        lengthscales = kernel.base_kernel.lengthscale.detach().numpy().ravel()
        positive = [*lengthscales, kernel.outputscale.item(), model.likelihood.noise.item()]
        found = np.array([*np.log(positive), model.mean_module.constant.item()])
    return MaternProcess(inputs, outcomes, found)
