"""Faults of methods, and time limits: the run ends with the reason in its journal."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from method_bodies import EMPTY_TELL, RANDOM_BODY
from playing import play

from bench.errors import CallError
from bench.runs.journal_file import read_journal

FAULTS = {
    "raises in ask": (
        f"    def ask(self, n):\n        raise KeyError('lost')\n{EMPTY_TELL}",
        r"ask\(5\) of toy raised: KeyError: 'lost'",
    ),
    "raises in tell": (
        "    def ask(self, n):\n        return []\n"
        "    def tell(self, evaluations):\n        raise ValueError('no')",
        "tell of toy raised: ValueError: no",
    ),
    "raises when made": (
        "    def __init__(self, problem):\n        raise ValueError('never')\n"
        "    ask = tell = None",
        "toy could not be made: ValueError: never",
    ),
    "illegal category": (
        f"    def ask(self, n):\n        return candidates([[9] * 6])\n{EMPTY_TELL}",
        "illegal architecture: .*category 9 at variable 0; expected 0 to 4",
    ),
    "ragged architecture": (
        "    def ask(self, n):\n        return [Candidate((1, 2)), Candidate((1,) * 6)]\n"
        f"{EMPTY_TELL}",
        "illegal architecture",
    ),
    "empty architecture": (
        f"    def ask(self, n):\n        return [Candidate(())] * 2\n{EMPTY_TELL}",
        r"illegal architecture: .*expected architectures of shape \[n, 6\], got \[2, 0\]",
    ),
    "changes the designs": (
        "    def __init__(self, problem):\n        problem.initial[:] = 3\n    ask = tell = None",
        "toy could not be made: ValueError: assignment destination is read-only",
    ),
    "not a candidate": (
        f"    def ask(self, n):\n        return [(1, 2, 3, 4, 0, 1)]\n{EMPTY_TELL}",
        r"asked for \(1, 2, 3, 4, 0, 1\); expected bench.method.Candidate",
    ),
    "asks for nothing": (
        f"    def ask(self, n):\n        return []\n{EMPTY_TELL}",
        "asked for nothing with 32 of 42 evaluations left",
    ),
    "asks for too much": (
        "    def ask(self, n):\n"
        "        return candidates(self.problem.space.sample(self.problem.rng, n + 1))\n"
        f"{EMPTY_TELL}",
        "asked for 6 candidates with 32 evaluations left; expected at most 5",
    ),
    "exits": (
        f"    def ask(self, n):\n        raise SystemExit(0)\n{EMPTY_TELL}",
        r"ask\(5\) of toy raised: SystemExit: 0",
    ),
}
LOOPS = {
    "never returns": (
        "    def ask(self, n):\n        for _ in itertools.count():\n            time.sleep(0.01)\n"
    ),
    "catches every exception": (
        "    def ask(self, n):\n        while True:\n            try:\n"
        "                time.sleep(0.01)\n            except Exception:\n                pass\n"
    ),
}


def _ended(protocol, task, spec, folder, status, **options):
    """Play a run with this status at its end; return its error."""
    outcome = play(protocol, task, spec, folder, **options)
    journal = read_journal(outcome.path)  # it is whole
    assert outcome.status == journal.end.status == status
    assert journal.end.error == outcome.error
    return outcome.error


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_method_ends_its_run(fault, small_protocol, small_task, method_file, tmp_path):
    body, message = FAULTS[fault]
    error = _ended(small_protocol, small_task, method_file(body), tmp_path, "failed", timeout=60)
    assert re.search(message, error), error


@pytest.mark.parametrize("fault", LOOPS)
def test_a_method_that_loops_forever_is_interrupted(
    fault, small_protocol, small_task, method_file, tmp_path
):
    looping = method_file(LOOPS[fault] + EMPTY_TELL)
    error = _ended(small_protocol, small_task, looping, tmp_path, "timeout", timeout=0.3)
    assert error == "not finished after 0.3 seconds"


def test_a_run_that_a_thread_judges_is_ended_at_its_limit(
    small_protocol, small_task, method_file, tmp_path
):
    slow = method_file(RANDOM_BODY.replace("        pass", "        time.sleep(0.2)"))
    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(
            play, small_protocol, small_task, slow, tmp_path, timeout=0.3
        ).result()
    assert outcome.status == "timeout"
    assert 1 <= len(read_journal(outcome.path).batches) < 5


@pytest.mark.parametrize("timeout", [float("inf"), 1e300, 1e9])
def test_a_limit_can_be_beyond_the_range_of_timers(
    timeout, small_protocol, small_task, toy, tmp_path
):
    outcome = play(small_protocol, small_task, toy, tmp_path, timeout=timeout)
    assert (outcome.status, outcome.error) == ("done", None)


@pytest.mark.parametrize("timeout", [float("nan"), 0.0, -1.0, float("-inf")])
def test_a_limit_must_be_positive(timeout, small_protocol, small_task, toy, tmp_path):
    with pytest.raises(CallError, match=r"timeout is .*: expected seconds above 0, or inf f"):
        play(small_protocol, small_task, toy, tmp_path / "results", timeout=timeout)
    assert not (tmp_path / "results").exists()
