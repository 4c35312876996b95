"""Pinned kernels: the same numbers whatever the processor, imitated by OpenBLAS's core types."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bench import kernels

_CODE = """
import numpy as np
from hashlib import sha256
from scipy.linalg import eigh
rng = np.random.default_rng(0)
found = sha256()
for n in (3, 7, 24, 65):
    a = rng.standard_normal((n, n))
    found.update((a @ a.T).tobytes())
    found.update(eigh(a @ a.T)[1].tobytes())
    found.update(np.exp(a).tobytes() + np.log(np.abs(a)).tobytes() + np.sin(a).tobytes())
print(found.hexdigest())
"""


def numbers(environment):
    """Return a digest of numbers that a new process computes."""
    command = [sys.executable, "-c", _CODE]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.skipif(not kernels.kernels(), reason="no kernels are pinned on this processor")
def test_the_numbers_do_not_depend_on_the_processor():
    machines = [
        {**os.environ, "OPENBLAS_CORETYPE": core} for core in ("Haswell", "Nehalem", "Prescott")
    ]
    free = {numbers(environment) for environment in machines}
    pinned = {numbers(kernels.numeric_environment(environment)) for environment in machines}
    assert len(free) > 1
    assert len(pinned) == 1


@pytest.mark.skipif(not kernels.kernels(), reason="no kernels are pinned on this processor")
def test_numpy_knows_every_feature_that_is_switched_off():
    environment = kernels.numeric_environment(os.environ)
    command = [sys.executable, "-W", "error", "-c", "import numpy"]
    subprocess.run(command, env=environment, check=True)


@pytest.mark.parametrize(
    ("machine", "flags"), [("aarch64", {"avx2", "fma"}), ("x86_64", {"sse4_2"}), ("x86_64", set())]
)
def test_nothing_is_pinned_where_the_kernels_are_not(machine, flags, monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr(kernels, "_flags", lambda: flags)
    kernels.kernels.cache_clear()
    assert kernels.kernels() == {}
    kernels.kernels.cache_clear()
