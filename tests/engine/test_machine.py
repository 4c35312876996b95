"""Worker processes: they stop when asked to, and when nobody is left to ask."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

PARENT = """
import os, sys, time
from pathlib import Path

from bench.machine import numeric_pool, stop_requested


def work(folder):
    (Path(folder) / "pid").write_text(str(os.getpid()))
    while not stop_requested():
        time.sleep(0.02)
    (Path(folder) / "stopped").write_text("")


if __name__ == "__main__":
    pool, stop = numeric_pool(1)
    future = pool.submit(work, sys.argv[1])
    while not (Path(sys.argv[1]) / "pid").exists():
        time.sleep(0.02)
    if sys.argv[2] == "ask":
        stop.set()
    future.result()
"""


def wait_for(happened, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("how", ["ask", "kill"])
def test_a_worker_stops_when_asked_and_when_its_parent_is_gone(how, tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, str(script), str(tmp_path), how])
    try:
        assert wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
        if how == "kill":
            parent.send_signal(signal.SIGKILL)
        assert wait_for((tmp_path / "stopped").exists)
        assert (parent.wait(60) == 0) == (how == "ask")
    finally:
        parent.kill()
        if not (tmp_path / "stopped").exists():
            os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
