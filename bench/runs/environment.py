"""The environment of a run: package versions, the commit of the suite, and the processor."""

from __future__ import annotations

import platform
import subprocess
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.kernels import kernels
from bench.machine import processor_name

__all__ = ["environment"]

_RECORDED = "numpy scipy scikit-learn moocore pymoo torch botorch cma optuna"


def environment() -> dict[str, Any]:
    """Return packages, git_commit, git_dirty, processor, threads and kernels of a run's process."""
    commit, dirty = _git_state()
    return {
        "packages": _packages(),
        "git_commit": commit,
        "git_dirty": dirty,
        "processor": processor_name(),
        "threads": 1,
        "kernels": kernels(),
    }


@lru_cache(maxsize=1)
def _packages() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _RECORDED.split():
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@lru_cache(maxsize=1)
def _git_state() -> tuple[str | None, bool | None]:
    """Return the commit of the suite's checkout, and whether it has changes; None without one."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None, None

    def git(*words: str) -> str:
        command = ["git", "-C", str(root), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        return git("rev-parse", "HEAD"), bool(git("status", "--porcelain"))
    except (OSError, subprocess.CalledProcessError):
        return None, None
