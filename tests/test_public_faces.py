"""The public surface that authors of plug-ins import: its names, and that it is light."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

# Names that plug-ins may import; one that goes, or moves, is a breaking change.
FACES = {
    "bench.method": {
        "Candidate",
        "Evaluation",
        "Method",
        "Problem",
        "Setting",
        "candidates",
    },
    "bench.estimator": {
        "CombinedEstimator",
        "CurveEstimator",
        "Estimator",
        "NetworkEstimator",
        "NetworkFactory",
        "Setting",
        "TrainingCurves",
    },
    "bench.indicators": {"hypervolume", "igd_plus", "kendall_tau", "non_dominated"},
    "bench.spaces": {"Box", "FiniteSpace", "NASBench201", "get_space"},
    "bench.errors": {"CallError", "MethodError", "MonasError"},
}
HEAVY = ("bench.data", "bench.tasks", "bench.runs", "bench.protocol", "torch", "pandas")


@pytest.mark.parametrize("face", FACES)
def test_its_names_are_there(face):
    module = import_module(face)
    assert FACES[face] <= set(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


@pytest.mark.parametrize("face", FACES)
def test_importing_it_loads_nothing_heavy(face, tmp_path):
    code = f"import sys, {face}; print(*sorted(sys.modules))"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    loaded = said.stdout.split()
    assert face in loaded
    assert [m for m in loaded if any(m == h or m.startswith(f"{h}.") for h in HEAVY)] == []
