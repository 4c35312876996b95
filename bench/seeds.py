"""Random streams named by what they are for, so that adding one never shifts another."""

from __future__ import annotations

from hashlib import sha256

import numpy as np

__all__ = ["stream"]


def stream(*name: str | int) -> np.random.Generator:
    """Return the generator that belongs to `name`, for example (protocol id, method, 3, "method").

    The seed is the sha256 of the parts, each on a line of its own; the generator is numpy's PCG64.

    Examples
    --------
    >>> bool(stream("a", 1).random() == stream("a", 1).random())
    True
    """
    digest = sha256("\n".join(str(part) for part in name).encode()).digest()
    return np.random.default_rng(np.frombuffer(digest, dtype="<u4"))
