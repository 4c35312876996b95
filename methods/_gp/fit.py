"""Gaussian processes as the papers use them: BoTorch's, one an objective, Matern-5/2 with ARD.

BoTorch fits; the posterior is then plain linear algebra on the fitted numbers (`_gp_posterior`),
because a whole space is asked for: 0.03 s for 15,625 cells, of which gpytorch makes 0.26 s.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.errors import MethodError
from bench.spaces import Box, FiniteSpace, Space
from methods._gp.posterior import Process, standardising

__all__ = ["ENCODINGS", "REQUIRES", "GaussianProcess", "encode", "fit", "torch_kept_as_it_is"]

Floats = NDArray[np.float64]

REQUIRES: Mapping[str, str] = {"botorch": "monas-bench[bo]"}  # of a method that fits or cuts boxes

ENCODINGS: dict[str, Callable[[FiniteSpace, ArrayLike], Floats]] = {
    "ordinal": lambda space, architectures: space.encode_ordinal(architectures),
    "one-hot": lambda space, architectures: space.encode_one_hot(architectures),
}

_LEAST_NOISE = 1e-4  # BoTorch's own bound, in standardised units


def encode(space: Space, architectures: ArrayLike, encoding: str) -> Floats:
    """Return architectures as inputs of a Gaussian process, [n, d] within [0, 1].

    Parameters
    ----------
    encoding : {"ordinal", "one-hot"}
        The capacity rank of every category (that of the LaMOO papers), or an indicator for each. A
        box is scaled to the unit cube, and has no categories to indicate.

    Raises
    ------
    MethodError
        If there is no such encoding, or none of this space.
    """
    if encoding not in ENCODINGS:
        raise MethodError(f"encoding is {encoding!r}; expected one of {', '.join(ENCODINGS)}")
    if isinstance(space, Box) and encoding == "ordinal":
        return space.to_unit(architectures)
    if not isinstance(space, FiniteSpace):
        raise MethodError(
            f"encoding is {encoding!r}; expected 'ordinal' for {space.name!r}, which is a "
            f"{space.kind}"
        )
    return ENCODINGS[encoding](space, architectures)


class GaussianProcess(Process):
    """A process with a constant mean and a Matern-5/2 kernel, one length scale for each input.

    Parameters
    ----------
    inputs : array [n, d]
    outcomes : array [n]
        In their own units.
    variance, noise, mean : float
        Signal variance, noise variance and constant mean, in standardised units.
    lengthscales : array [d]
    """

    def __init__(
        self,
        inputs: Floats,
        outcomes: Floats,
        *,
        variance: float,
        lengthscales: Floats,
        noise: float,
        mean: float = 0.0,
    ) -> None:
        self.variance, self.lengthscales = variance, lengthscales
        super().__init__(inputs, outcomes, noise=noise, mean=mean)

    def _covariance(self, left: Floats, right: Floats) -> Floats:
        a, b = left / self.lengthscales, right / self.lengthscales
        squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2.0 * (a @ b.T)
        distance = np.sqrt(5.0 * np.maximum(squares, 0.0))
        covariance: Floats = np.exp(-distance)
        covariance *= self.variance * (1.0 + distance + distance**2 / 3.0)
        return covariance

    def _variance(self, inputs: Floats) -> Floats:
        return np.full(len(inputs), self.variance)


def fit(
    inputs: Floats, outcomes: Floats, *, last: GaussianProcess | None = None, maxiter: int = 75
) -> GaussianProcess:
    """Fit one objective by exact marginal likelihood with BoTorch, priors those of its 0.3.

    Parameters
    ----------
    inputs : array [n, d]
    outcomes : array [n]
        Standardised here; a constant one keeps its scale.
    last : GaussianProcess, optional
        An earlier fit from which this one starts (*ours*: fewer steps).
    maxiter : int
        Of L-BFGS-B. One attempt, with no restart from random parameters (*ours*: BoTorch's restarts
        draw from the global stream); what cannot be fitted keeps the parameters it started from.
    """
    shift, scale = standardising(outcomes)
    with torch_kept_as_it_is():
        import torch
        from botorch.models import SingleTaskGP
        from botorch.models.utils import gpytorch_modules
        from botorch.optim.fit import fit_gpytorch_mll_scipy
        from gpytorch.mlls import ExactMarginalLogLikelihood

        model = SingleTaskGP(
            torch.from_numpy(np.array(inputs, dtype=np.float64)),
            torch.from_numpy((outcomes - shift) / scale)[:, None],
            likelihood=gpytorch_modules.get_gaussian_likelihood_with_gamma_prior(),
            covar_module=gpytorch_modules.get_matern_kernel_with_gamma_prior(inputs.shape[1]),
            outcome_transform=None,
        ).double()
        _start(model, last)
        start = {name: value.clone() for name, value in model.state_dict().items()}
        try:
            likelihood = ExactMarginalLogLikelihood(model.likelihood, model)
            fit_gpytorch_mll_scipy(likelihood, options={"maxiter": maxiter})
        except Exception as error:  # each library has a class of its own for a singular matrix
            logging.getLogger(__name__).debug("fit failed: %s", error)
            model.load_state_dict(start)
        return _read(model, inputs, outcomes)


def _start(model: Any, last: GaussianProcess | None) -> None:
    if last is None:
        return
    model.mean_module.initialize(constant=last.mean)
    model.covar_module.initialize(outputscale=last.variance)
    model.covar_module.base_kernel.initialize(lengthscale=last.lengthscales)
    model.likelihood.initialize(noise=max(last.noise, 1.01 * _LEAST_NOISE))


def _read(model: Any, inputs: Floats, outcomes: Floats) -> GaussianProcess:
    kernel = model.covar_module
    return GaussianProcess(
        np.array(inputs, dtype=np.float64),
        np.array(outcomes, dtype=np.float64),
        variance=kernel.outputscale.item(),
        lengthscales=kernel.base_kernel.lengthscale.detach().numpy().ravel().copy(),
        noise=model.likelihood.noise.item(),
        mean=model.mean_module.constant.item(),
    )


# Said by the libraries on every fit, and no trouble here: why is told beside each.
_EXPECTED: Sequence[tuple[str, str]] = (
    (r"`torch\.jit\.script", "linear_operator decorates two functions of its own when imported"),
    (r".*has known numerical issues", "BoTorch advises the log form for gradients; none are used"),
    (r"Data \(outcome observations\) is not standardized", "a constant outcome stays at zero"),
    (r"A not p\.d\.|Negative variance|.*[Jj]itter", "linear_operator mends it and says so"),
    (r".*[Oo]ptimization.*|`scipy_minimize` terminated", "a fit that ends at maxiter is used"),
)


@contextmanager
def torch_kept_as_it_is() -> Iterator[None]:
    """Run on one thread and without expected warnings; leave torch's global state untouched."""
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
