"""Search spaces: encodings, sampling, neighbours, variation, canonical forms. numpy only."""

from bench.errors import SpaceError
from bench.spaces.box import Box
from bench.spaces.darts import DARTS, DARTSSkeleton
from bench.spaces.finite import FiniteSpace
from bench.spaces.hwgpt import HWGPT
from bench.spaces.listed import ListedSpace
from bench.spaces.nasbench201 import NASBench201, Skeleton
from bench.spaces.nasbench_macro import NASBenchMacro
from bench.spaces.space import Space

__all__ = [
    "DARTS",
    "HWGPT",
    "Box",
    "DARTSSkeleton",
    "FiniteSpace",
    "ListedSpace",
    "NASBench201",
    "NASBenchMacro",
    "Skeleton",
    "Space",
    "get_space",
]

_SPACES: dict[str, type[FiniteSpace]] = {
    space.name: space for space in (DARTS, HWGPT, NASBench201, NASBenchMacro)
}


def get_space(name: str) -> FiniteSpace:
    """Return the finite space with this name, such as `nasbench201`.

    Raises
    ------
    bench.errors.SpaceError
        If no space has that name; the message lists all names.
    """
    if name not in _SPACES:
        raise SpaceError(f"unknown space {name!r}: expected one of {', '.join(sorted(_SPACES))}")
    return _SPACES[name]()
