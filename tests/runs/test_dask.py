"""Sweeps on dask clusters of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

distributed = pytest.importorskip("distributed")

from method_bodies import RANDOM_BODY  # noqa: E402
from playing import planned  # noqa: E402

from bench.cli.run import _dask_executor  # noqa: E402
from bench.errors import CallError  # noqa: E402
from bench.runs.journal_file import read_journal  # noqa: E402
from bench.runs.sweep import sweep  # noqa: E402

pytestmark = pytest.mark.filterwarnings("default")


@contextmanager
def cluster(folder, *workers):
    """Start a scheduler and workers with these options; yield its address and their processes."""
    environment = {**os.environ, "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    environment |= {"OMP_NUM_THREADS": "4,2"}
    processes = []

    def start(*words):
        command = [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]]
        processes.append(subprocess.Popen(command, cwd=folder, env=environment))

    file = folder / "scheduler.json"
    try:
        start("scheduler", "--scheduler-file", file, "--host", "127.0.0.1", "--port", "0",
              "--no-dashboard")  # fmt: skip
        for options in workers:
            start("worker", "--scheduler-file", file, "--no-dashboard", *options)
        with distributed.Client(scheduler_file=str(file), timeout="120s") as client:
            client.wait_for_workers(len(workers), timeout=120)
            yield client.scheduler.address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture
def folder(tmp_path):
    """Return the folder in which schedulers and workers run, which is none of the test's."""
    made = tmp_path / "cluster"
    made.mkdir()
    return made


def test_workers_elsewhere_do_the_same_runs(
    small_protocol_file, method_file, tmp_path, folder, monkeypatch
):
    """Two workers in another folder, one with four threads, find the files by relative paths."""
    monkeypatch.chdir(tmp_path)
    method_file(RANDOM_BODY, "good")
    protocol = os.path.relpath(small_protocol_file, tmp_path)
    here = planned(protocol, results=tmp_path / "here", entrants=["good.py:Toy"])
    there = planned(protocol, results=tmp_path / "there", entrants=["good.py:Toy"])
    plain = sweep(here, workers=1, report=lambda *_: None)
    assert [outcome.status for outcome in plain] == ["done"] * 3
    with (
        cluster(folder, ("--nthreads", "1"), ("--nthreads", "4")) as (address, _),
        _dask_executor(address) as executor,
    ):
        outcomes = sweep(there, workers=1, executor=executor, report=lambda *_: None)
    assert [outcome.status for outcome in outcomes] == ["done"] * 3
    for mine, theirs in zip(here.runs, there.runs, strict=True):
        assert [b.architectures for b in read_journal(mine.path).batches] == [
            b.architectures for b in read_journal(theirs.path).batches
        ]


def test_a_worker_that_is_lost_in_the_middle_of_a_run_is_no_loss(
    small_protocol_file, method_file, tmp_path, folder
):
    """Another worker continues its run from the journal; a run that ends its process fails."""
    slow = method_file(RANDOM_BODY.replace("        pass", "        time.sleep(0.1)"), "slow")
    exits = method_file(RANDOM_BODY.replace("return", "import os; os._exit(3)  #"), "exits")
    plan = planned(small_protocol_file, results=tmp_path / "r", entrants=[slow, exits])
    with (
        cluster(folder, ("--nthreads", "1"), ("--nthreads", "1")) as (address, workers),
        _dask_executor(address) as executor,
    ):
        killed = []

        def kill_one(*_):
            if not killed:
                time.sleep(0.3)
                workers[0].kill()
                killed.append(workers[0])

        outcomes = sweep(plan, workers=1, executor=executor, report=kill_one)
    found = {(outcome.label, outcome.repetition): outcome for outcome in outcomes}
    assert killed
    assert [found["slow", i].status for i in range(3)] == ["done"] * 3
    for repetition in range(3):
        assert found["exits", repetition].status == "failed"
        assert "its process left with exit status 3" in found["exits", repetition].error


def test_a_scheduler_that_does_not_answer_is_an_error():
    with (
        pytest.raises(CallError, match=r"no dask scheduler answers at tcp://127\.0\.0\.1:9"),
        _dask_executor("tcp://127.0.0.1:9", timeout="1s"),
    ):
        pass
