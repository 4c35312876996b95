"""Calling BoTorch without side effects: on one thread, without warnings, its state restored."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

__all__ = ["REQUIRES", "preserved_torch_state"]

REQUIRES: Mapping[str, str] = {"botorch": "monas-bench[bo]"}  # of a method that calls BoTorch

# Warnings that the libraries give at every fit, and why each is harmless here.
_EXPECTED: Sequence[tuple[str, str]] = (
    (r"`torch\.jit\.script", "linear_operator decorates two functions of its own when imported"),
    (r".*has known numerical issues", "BoTorch advises the log form for gradients; none are used"),
    (r"Data \(outcome observations\) is not standardized", "a constant outcome stays at zero"),
    (r"A not p\.d\.|Negative variance|.*[Jj]itter", "linear_operator adds jitter and reports it"),
    (r".*[Oo]ptimization.*|`scipy_minimize` terminated", "a fit that ends at maxiter is used"),
)


@contextmanager
def preserved_torch_state() -> Iterator[None]:
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
