"""Numeric libraries held to one thread and to the same kernels on every processor.

Linear algebra and elementary functions have kernels for each generation of processors, which differ
in the last digit; a search that compares such numbers then goes another way. Runs use the kernels
of one generation, AVX2 with FMA, which every x86-64 processor of servers since 2013 has.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path

__all__ = ["ONE_THREAD", "kernels", "numeric_environment"]

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)
_NEEDED = {"avx2", "fma"}  # flags of a processor that has the kernels
_NEWER = ("AVX512", "X86_V4")  # beginnings of numpy's names for what is switched off


def numeric_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which numeric libraries have one thread and the pinned kernels.

    It has to be set before a process imports them.

    Parameters
    ----------
    environment : mapping of str to str
        The rest of it.
    """
    return {**environment, **ONE_THREAD, **kernels()}


@lru_cache(maxsize=1)
def kernels() -> dict[str, str]:
    """Return the variables that pin the kernels; empty on a processor that does not have them.

    Notes
    -----
    OpenBLAS (numpy's and scipy's), numpy's own dispatch, PyTorch, MKL and oneDNN each have their
    own variable.
    """
    if platform.machine() not in ("x86_64", "AMD64") or not _flags() >= _NEEDED:
        return {}
    pinned = {
        "OPENBLAS_CORETYPE": "Haswell",
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_CBWR": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
    }
    if newer := _newer_features():
        pinned["NPY_DISABLE_CPU_FEATURES"] = " ".join(newer)
    return pinned


def _flags() -> set[str]:
    """Return the flags of the processor, as Linux lists them."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return set()
    line = next((line for line in text.splitlines() if line.startswith("flags")), "")
    return set(line.partition(":")[2].split())


def _newer_features() -> list[str]:
    """Return the features newer than the pinned ones for which this numpy has kernels."""
    for module in ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):
        try:
            names = import_module(module).__cpu_dispatch__
        except (ImportError, AttributeError):
            continue
        return [name for name in names if name.startswith(_NEWER)]
    return []
