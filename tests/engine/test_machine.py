"""Worker processes: they stop when asked to, and end when nobody is left to ask."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

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


@pytest.mark.parametrize("how", ["ask", "kill"])
def test_a_worker_ends_when_asked_and_when_its_parent_is_killed(how, tmp_path):
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
