"""Stopped runs continue to the same journal; a run that does not repeat its journal is an error."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from method_bodies import RANDOM_BODY, SLOW_BODY
from playing import content, cut, play

from bench.errors import JournalError, RunInterrupted
from bench.runs.journal_file import read_journal


def test_a_stopped_run_continues(small_protocol, small_task, toy, tmp_path):
    calls = iter([False, False, True])
    with pytest.raises(RunInterrupted, match="run the same command again"):
        play(small_protocol, small_task, toy, tmp_path / "a", stopped=lambda: next(calls))
    path = small_protocol.journal_path(tmp_path / "a", "toy", 0)
    assert read_journal(path).end is None
    resumed = play(small_protocol, small_task, toy, tmp_path / "a")
    whole = play(small_protocol, small_task, toy, tmp_path / "b")
    assert content(resumed.path) == content(whole.path)


def test_a_journal_cut_anywhere_continues_to_the_same_lines(
    small_protocol, small_task, toy, tmp_path
):
    whole = play(small_protocol, small_task, toy, tmp_path)
    reference, data = content(whole.path), whole.path.read_bytes()
    ends = [i + 1 for i, byte in enumerate(data) if byte == ord("\n")]
    cuts = [0, 7, *ends, *(end - 9 for end in ends), *(min(end + 5, len(data)) for end in ends)]
    for kept in cuts:
        whole.path.write_bytes(data[:kept])
        assert play(small_protocol, small_task, toy, tmp_path).status == "done"
        assert content(whole.path) == reference


PROGRAM = """
import sys
from pathlib import Path

from playing import play

from bench.protocol import load_search_protocol

protocol = load_search_protocol(sys.argv[1])
task = protocol.task()
print("ready", flush=True)
play(protocol, task, sys.argv[2], Path(sys.argv[3]))
"""


@pytest.mark.parametrize("attempt", range(10))
def test_a_run_killed_at_a_random_time_continues_to_the_same_lines(
    attempt, small_protocol, small_protocol_file, small_task, method_file, tmp_path
):
    slow = method_file(SLOW_BODY)
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(small_protocol_file), slow, str(tmp_path / "a")],
        stdout=subprocess.PIPE,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,  # python -c would import a `bench` in the current folder
    )
    assert child.stdout.readline() == b"ready\n"
    time.sleep(random.Random(attempt).uniform(0.0, 0.25))
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    resumed = play(small_protocol, small_task, slow, tmp_path / "a")
    whole = play(small_protocol, small_task, slow, tmp_path / "b")
    assert resumed.status == "done"
    # The header has the number of threads of the process that started the run; the child has one.
    left, right = content(resumed.path), content(whole.path)
    left[0].pop("threads"), right[0].pop("threads")
    assert left == right


def test_a_method_that_does_not_repeat_itself_is_refused(
    small_protocol, small_task, method_file, tmp_path
):
    body = RANDOM_BODY.replace("self.problem.rng", "np.random.default_rng()")
    wild = method_file(body)
    outcome = play(small_protocol, small_task, wild, tmp_path)
    cut(outcome.path)
    with pytest.raises(JournalError, match=r"line 3: toy does not repeat this run: candidate 0"):
        play(small_protocol, small_task, wild, tmp_path)


FAILURES = {
    "raises": (
        "raise ValueError('no')",
        "the run went on here, now tell of toy raised: ValueError",
    ),
    "exits": (
        "raise SystemExit(3)",
        "the run went on here, now tell of toy raised: SystemExit: 3",
    ),
}


@pytest.mark.parametrize("how", FAILURES)
def test_a_method_that_fails_before_the_end_of_its_journal_is_refused(
    how, small_protocol, small_task, method_file, tmp_path
):
    action, message = FAILURES[how]
    flag = tmp_path / "flag"
    body = RANDOM_BODY.replace(
        "        pass",
        f"        if __import__('os').path.exists({str(flag)!r}):\n            {action}",
    )
    toy = method_file(body)
    outcome = play(small_protocol, small_task, toy, tmp_path)
    cut(outcome.path)
    kept = outcome.path.read_bytes()
    flag.touch()
    with pytest.raises(JournalError, match=f"line 2: toy does not repeat this run: {message}"):
        play(small_protocol, small_task, toy, tmp_path)
    assert outcome.path.read_bytes() == kept


def test_a_timeout_while_a_journal_is_repeated_loses_nothing(
    small_protocol, small_task, method_file, tmp_path
):
    slow = method_file(RANDOM_BODY.replace("        pass", "        time.sleep(0.05)"))
    outcome = play(small_protocol, small_task, slow, tmp_path)
    cut(outcome.path)
    assert play(small_protocol, small_task, slow, tmp_path, timeout=0.12).status == "timeout"
    journal = read_journal(outcome.path)
    assert journal.end.evaluations == len(journal.architectures) == 42


def test_changed_code_does_not_continue_a_run(small_protocol, small_task, method_file, tmp_path):
    outcome = play(small_protocol, small_task, method_file(RANDOM_BODY), tmp_path)
    cut(outcome.path)
    changed = method_file(RANDOM_BODY + "\n    another = 1\n")
    message = r"line 1: this run was made with subject\.source_sha256 = '"
    with pytest.raises(JournalError, match=message):
        play(small_protocol, small_task, changed, tmp_path)
