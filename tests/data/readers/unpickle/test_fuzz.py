"""Mutated pickles, read in a process of their own; MONAS_FUZZ=10000 reads more of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "fuzz_pickles.py"
MUTANTS = int(os.environ.get("MONAS_FUZZ", "300"))


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are POSIX")
def test_mutants_are_refused_or_read_as_python_reads_them(tmp_path):
    done = subprocess.run(
        [sys.executable, SCRIPT, str(MUTANTS)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout.startswith(f"{MUTANTS:,} mutants:")
    assert "'same'" in done.stdout
    assert "'refused'" in done.stdout
    assert not list(tmp_path.iterdir())
    print(done.stdout)
