"""Named random streams: adding a stream never changes another one."""

from __future__ import annotations

from hashlib import sha256

import numpy as np

__all__ = ["stream"]


def stream(*name: str | int) -> np.random.Generator:
    """Return the random generator of the stream `name`.

    The seed is the sha256 of the parts of the name, one per line; the generator is numpy's PCG64.
    The same name always gives the same numbers.

    Parameters
    ----------
    *name : str or int
        The parts of the name, for example `protocol_id, "nsga2", 3, "method"`.

    Examples
    --------
    >>> bool(stream("a", 1).random() == stream("a", 1).random())
    True
    """
    digest = sha256("\n".join(str(part) for part in name).encode()).digest()
    return np.random.default_rng(np.frombuffer(digest, dtype="<u4"))
