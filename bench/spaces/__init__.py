"""What can be built: encodings, sampling, neighbours, variation, canonical forms. numpy only."""

from bench.spaces.finite import FiniteSpace
from bench.spaces.nasbench201 import NASBench201, Skeleton

__all__ = ["FiniteSpace", "NASBench201", "Skeleton", "get_space"]

_SPACES: dict[str, type[FiniteSpace]] = {"nasbench201": NASBench201}


def get_space(name: str) -> FiniteSpace:
    """Return the space called `name`.

    Raises
    ------
    bench.errors.SpaceError
        If no space has that name; the message lists those there are.
    """
    from bench.errors import SpaceError

    if name not in _SPACES:
        raise SpaceError(f"unknown space {name!r}: expected one of {', '.join(sorted(_SPACES))}")
    return _SPACES[name]()
