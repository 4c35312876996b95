"""What a journal says of where it was written."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import bench
from bench.runs.environment import environment

ROOT = Path(bench.__file__).resolve().parent.parent


def test_the_commit_is_that_of_the_checkout():
    if not (ROOT / ".git").exists():
        assert environment()["git_commit"] is None  # installed from a wheel
        return
    head = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    )
    assert environment()["git_commit"] == head.stdout.strip()
    assert isinstance(environment()["git_dirty"], bool)


def test_packages_and_processor_are_named():
    found = environment()
    assert {"python", "numpy", "scipy", "moocore"} <= found["packages"].keys()
    assert found["processor"]
    assert found["threads"] >= 1


@pytest.mark.parametrize("threads", ["1", "4"])
def test_threads_are_those_of_the_environment(threads, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    assert environment()["threads"] == int(threads)
