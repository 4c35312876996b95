"""The environment in headers: the commit of the checkout, and versions."""

from __future__ import annotations

import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from bench.kernels import kernels
from bench.runs.environment import environment


def test_packages_and_kernels_are_recorded():
    found = environment()
    assert found["threads"] == 1
    assert found["kernels"] == kernels()
    assert found["packages"]["numpy"] == version("numpy")
    assert found["processor"]


def test_the_commit_of_the_checkout_is_recorded():
    import bench

    root = Path(bench.__file__).resolve().parent.parent
    if not (root / ".git").exists():
        pytest.skip("the suite is not installed from a checkout")
    command = ["git", "-C", str(root), "rev-parse", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    found = environment()
    assert found["git_commit"] == commit
    assert found["git_dirty"] in (True, False)
