"""Worker processes: Ctrl-C, stopping on request, and exit when their parent is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import pytest

from bench.machine import interrupts_held

PARENT = """
import socket, sys, time

from bench.machine import numeric_pool, stop_requested


def work(port):
    global line  # closed with the process
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(b"x")
    while not stop_requested():
        time.sleep(0.02)


if __name__ == "__main__":
    pool, stop = numeric_pool(1)
    future = pool.submit(work, int(sys.argv[1]))
    sys.stdin.read(1)
    stop.set()
    future.result()
"""


STARTING = """
import os, signal, sys, time
from pathlib import Path

from bench.entrants.entry import SearchEntry
from bench.errors import RunInterrupted
from bench.runs.plan import Plan, PlannedRun
from bench.runs.sweep import sweep

if __name__ != "__main__":  # a worker is starting
    os.write(1, b"x")
    time.sleep(1)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
    folder, entry = Path(), SearchEntry(method="random")
    run = PlannedRun("nowhere", "", entry, 0, folder, folder, None)
    try:
        sweep(Plan((run, run), (), {}, {}), workers=2, report=print)
    except RunInterrupted as stopped:
        sys.exit(str(stopped))
"""


def test_ctrl_c_while_workers_start_is_reported_only_by_the_parent(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(STARTING, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as parent:
        assert parent.stdout.read(2) == b"xx"
        os.killpg(parent.pid, signal.SIGINT)  # like a terminal: to every process of the group
        message = parent.communicate(timeout=60)[1].decode()
    assert message == "stopped by Ctrl-C; what is finished is kept, the same command continues\n"


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot be blocked")
def test_interrupts_are_blocked_only_within_the_context():
    def blocked():
        return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])

    with interrupts_held():
        assert blocked()
    assert not blocked()


@pytest.mark.parametrize("how", ["ask", "kill"])
def test_a_worker_exits_on_request_and_when_its_parent_is_killed(how, tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        command = [sys.executable, str(script), str(server.getsockname()[1])]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as parent:
            try:
                worker, _ = server.accept()
                with worker:
                    worker.settimeout(60)
                    assert worker.recv(1) == b"x"
                    if how == "ask":
                        parent.stdin.write(b"x")
                        parent.stdin.flush()
                    else:
                        parent.kill()
                    assert worker.recv(1) == b""  # the worker's process is gone
                assert (parent.wait(60) == 0) == (how == "ask")
            finally:
                parent.kill()
